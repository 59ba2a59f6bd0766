#pragma once
// From a request's path to the repository on the disk, by way of the host's permission.

#include "browse/Repository.h"
#include "disk/Gate.h"

#include <boost/json/object.hpp>
#include <netbit/auth.hpp>
#include <netbit/draft/operations.hpp>
#include <netbit/http.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace netbit::git {

/// A repository that the caller may read.
struct Opened {
    std::int64_t id = 0;
    std::int64_t projectId = 0; ///< 0: a personal one
    std::string name;
    std::string defaultBranch;
    std::string base; ///< of its routes: "/api/projects/ada/tools/compiler"
    bool mayWrite = false;
    boost::json::object access; ///< as repositories.access gives it
    std::filesystem::path folder;
    Principal caller;

    Repository repository() const { return Repository::open(folder); }
};

/// Where a repository lies; where there is nothing yet, an empty one.
using FolderOf = std::function<Result<std::filesystem::path>(std::int64_t repositoryId)>;

/// What the browse routes share.
class Opening {
public:
    Opening(Host host, FolderOf folder, unsigned atOnce, Gate& gate)
        : _auth(host), _operations(host), _folder(std::move(folder)), _atOnce(atOnce), _gate(gate)
    {
    }

    using Work = std::function<void(Later& request, const Opened& repository)>;
    /// [worker] Asks who may, and works. A Failure out of `work` with nothing answered is the answer. A name of before is answered
    /// with the new one. Error: unavailable / too_busy: as many are read already as may be at once.
    Result<void> open(Request& request, Work work);

    /// For who adds something to a repository. Failure: unavailable / repository_busy, while what nothing leads to is taken away.
    Gate::Pass toAdd(std::int64_t id) const;

    const Operations& operations() const noexcept { return _operations; }
    Principal callerOf(const Exchange& request) const { return Principal::share(_auth.api(), request.principal()); }
    /// The access of a repository that is known by its id, as the caller has it; waits for nothing.
    Result<Opened> openById(const Principal& caller, std::int64_t id) const;
    Result<std::filesystem::path> folderOf(std::int64_t id) const { return _folder(id); }

private:
    Auth _auth;
    Operations _operations;
    FolderOf _folder;
    const unsigned _atOnce;
    Gate& _gate;
    std::atomic<unsigned> _underWay{0};
};

/// {"data": …} of an operation that reads, which the host answers before the call returns.
Result<boost::json::object> ask(const Operations& operations, const Principal& caller, OperationCall& call);

} // namespace netbit::git
