#pragma once
// Pull requests over HTTP: what is recorded is the host's (operations pulls.*), what git says of it is read here.

#include "api/BrowseRoutes.h"
#include "browse/Merge.h"

#include <boost/json/object.hpp>

#include <array>
#include <mutex>

namespace netbit::git {

/// Parts of a pull request as the host has it.
struct Pull {
    std::int64_t number = 0;
    std::string state;
    std::string title;
    std::string body;
    std::string baseBranch;
    std::string headBranch;
    git_oid head{};
    std::int64_t headRepository = 0; ///< 0: it is gone
    boost::json::object shown;

    std::string ref() const { return "refs/pull/" + std::to_string(number) + "/head"; }
};

class PullRoutes {
public:
    PullRoutes(Host host, Opening& opening, const Limits& limits) : _opening(opening), _exec(host), _limits(limits) {}

    void add(const AddRoute& add); ///< [control] in start

private:
    using Handler = void (PullRoutes::*)(Later&, const Opened&) const;
    /// Throws a Failure where a body has not the form that it must have, whatever it is about.
    using Form = void (*)(const Exchange&);
    void one(const AddRoute& add, std::string_view method, std::string_view name, netbit::Access access, Handler handler,
             std::string_view summary, std::string_view schema, Form form = nullptr);
    void addRecords(const AddRoute& add);

    void get(Later& request, const Opened& opened) const;
    void diff(Later& request, const Opened& opened) const;
    void commits(Later& request, const Opened& opened) const;
    void comments(Later& request, const Opened& opened) const;
    void why(Later& request, const Opened& opened) const;

    void open(Later& request, const Opened& opened) const;
    void comment(Later& request, const Opened& opened) const;
    void status(Later& request, const Opened& opened) const;
    void merge(Later& request, const Opened& opened) const;

    /// Failure: as the host says it.
    Pull pullOf(const Exchange& request, const Opened& opened, bool withHtml = false) const;
    /// Its head is in this repository then, by name. Failure: conflict / head_gone, ref_changed.
    void keepHead(const Repository& repository, const Opened& opened, const Pull& pull) const;
    Owned<git_commit> baseOf(const Repository& repository, const Pull& pull) const;

    Opening& _opening;
    Exec _exec;
    const Limits _limits;
    mutable std::array<std::mutex, 16> _keeping; ///< by the repository's id
};

/// The path's words as arguments of an operation.
void namePlace(OperationCall& call, const Exchange& request);

} // namespace netbit::git
