#pragma once
// What an import did, and every line it left out.

#include "cli/irc/Annotation.h"
#include "cli/irc/Log.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::irc
{

struct LeftEntry {
    std::string file;
    std::size_t line = 0; ///< from 1, as editors count
    std::string_view reason;
};

struct Report {
    std::size_t files = 0;
    std::size_t filesUnchanged = 0;
    std::size_t lines = 0; ///< messages + actions + system + leftOut + alreadyThere + linesRefused
    std::size_t messages = 0;
    std::size_t actions = 0;
    std::size_t joins = 0;
    std::size_t parts = 0;
    std::size_t quits = 0;
    std::size_t renames = 0;
    std::size_t others = 0;
    std::size_t replies = 0;
    std::size_t nicks = 0;
    std::int64_t usersCreated = 0;
    bool chatCreated = false;
    std::int64_t chatId = 0;
    std::size_t alreadyThere = 0; ///< lines of files that an earlier run brought in
    std::size_t linesRefused = 0; ///< lines of files that were refused
    std::array<std::size_t, leftOutReasons> leftOut{};
    std::array<std::size_t, linkFaults> linksLeftOut{};
    std::size_t linksToOtherVersion = 0;
    std::vector<LeftEntry> entries; ///< each line and link that was left out
    std::vector<std::string> refused; ///< files, each with the reason as a sentence
    std::vector<std::string> notes;

    std::size_t system() const noexcept { return joins + parts + quits + renames + others; }
    std::size_t linesLeftOut() const noexcept;

    void count(LineKind kind) noexcept;
};

struct ReportFormat {
    bool json = false;
    bool all = false; ///< every left out line, not the first twenty
    bool entriesElsewhere = false; ///< they are in a file
};

void print(std::ostream& out, const Report& report, const ReportFormat& format);
void printEntries(std::ostream& out, const Report& report, std::size_t most);

} // namespace netbit::cli::irc
