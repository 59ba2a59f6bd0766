#pragma once
// What repositories need without anyone asking: packing and checking, mirrors, and the end of those whose grace is over.

#include "disk/Jobs.h"

namespace netbit::git {

class Upkeep {
public:
    Upkeep(Tools& tools, Jobs& jobs) : _tools(tools), _jobs(jobs) {}

    void tick(); ///< [worker] now and then
    /// [any] git gc and git fsck of one.
    Result<std::int64_t> start(std::int64_t repository);
    /// [worker] Fetches from the address that the repository mirrors, having asked where it leads.
    Result<std::int64_t> fetch(std::int64_t repository);
    /// [worker] Notes the address; empty: it mirrors none any more.
    Result<void> setMirror(std::int64_t repository, std::string_view url);

private:
    void purge();
    std::filesystem::path note(std::int64_t repository, const char* name) const { return _tools.store.pathOf(repository) / name; }

    Tools& _tools;
    Jobs& _jobs;
};

} // namespace netbit::git
