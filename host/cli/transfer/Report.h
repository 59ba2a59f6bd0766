#pragma once
// What an import read, and what became of it: every record is added, was there already, or was left out for a reason.

#include "base/Result.h"

#include <cstdint>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::transfer
{

struct Remark {
    std::string where; ///< "users.json, record 3", "FILE:12"
    std::string reason;
    std::string detail;
    bool record = true; ///< false: a part of a record that is there
};

class Report
{
public:
    /// Every remark goes there as well, at once.
    base::Result<void> writeTo(const std::string& path);
    base::Result<void> finish();

    void read(std::string_view kind) { ++_read[std::string(kind)]; }
    void added(const std::string& kind, std::int64_t count) { _added[kind] += count; }
    void already(const std::string& kind, std::int64_t count) { _already[kind] += count; }
    void matched(std::int64_t count) { _matched += count; }
    void remark(Remark remark);
    void leftOut(std::string_view kind, std::string where, std::string reason, std::string detail)
    {
        read(kind);
        remark({std::move(where), std::move(reason), std::move(detail), true});
    }
    void note(std::string where, std::string reason, std::string detail)
    {
        remark({std::move(where), std::move(reason), std::move(detail), false});
    }

    std::int64_t total() const noexcept { return sum(_read); }
    std::int64_t totalAdded() const noexcept { return sum(_added); }
    std::int64_t totalAlready() const noexcept { return sum(_already); }
    std::int64_t totalLeftOut() const noexcept { return sum(_leftOut); }

    void print(std::ostream& out, bool json, bool dryRun) const;

private:
    using Counts = std::map<std::string, std::int64_t>;
    static std::int64_t sum(const Counts& counts) noexcept;
    void printJson(std::ostream& out, bool dryRun) const;

    Counts _read;
    Counts _added;
    Counts _already;
    Counts _leftOut; ///< by reason
    Counts _notes;   ///< by reason
    std::int64_t _matched = 0;
    std::vector<Remark> _first; ///< the first few of each reason
    std::ofstream _file;
    std::string _path;
};

} // namespace netbit::cli::transfer
