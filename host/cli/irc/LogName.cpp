#include "cli/irc/LogName.h"

#include "cli/irc/LineParser.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <string>

namespace netbit::cli::irc
{

namespace
{

namespace fs = std::filesystem;

constexpr std::size_t corpusContext = 1000;

bool isLog(std::string_view name) noexcept
{
    return name.ends_with(".raw.txt") || name.ends_with(".ascii.txt") || name.ends_with(".log");
}

/// The day of a log whose name has none, for the order only.
std::int64_t dayOfFirstLine(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::string line;
    std::getline(in, line);
    return parseLine(line).day.value_or(std::numeric_limits<std::int64_t>::max());
}

base::Result<std::vector<fs::path>> walk(const std::string& given)
{
    std::error_code error;
    std::vector<fs::path> found;
    if (fs::is_regular_file(given, error)) {
        found.emplace_back(given);
        return found;
    }
    if (!fs::is_directory(given, error))
        return base::fault(base::Status::notFound, "no_such_path", given + " is neither a file nor a directory.");
    fs::recursive_directory_iterator at(given, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code unreadable;
        if (at->is_regular_file(unreadable) && isLog(at->path().filename().string()))
            found.push_back(at->path());
    }
    if (error)
        return base::fault(base::Status::internal, "unreadable", given + " cannot be read: " + error.message() + ".");
    return found;
}

} // namespace

LogName parseLogName(std::string_view name) noexcept
{
    LogName parsed;
    parsed.day = leadingDay(name);
    if (!parsed.day)
        return parsed;
    name.remove_prefix(10);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.size() >= 3 && name[0] == '_' && digit(name[1]) && digit(name[2]) &&
        (name.size() == 3 || name[3] == '.')) {
        const int hour = (name[1] - '0') * 10 + (name[2] - '0');
        if (hour < 24) {
            parsed.anchorLine = corpusContext;
            parsed.anchorHour = hour;
        }
    } else if (name.starts_with(".train-") || name.starts_with(".dev.") || name.starts_with(".test."))
        parsed.anchorLine = corpusContext;
    return parsed;
}

base::Result<LogPaths> findLogs(const std::vector<std::string>& paths)
{
    struct Candidate {
        std::int64_t day;
        std::string name;
        LogPath log;
    };
    std::vector<Candidate> candidates;
    std::set<std::string> all;
    for (const auto& given : paths) {
        auto found = walk(given);
        if (!found)
            return found.error();
        for (auto& path : *found)
            if (all.insert(path.lexically_normal().string()).second) {
                const auto name = path.filename().string();
                const auto parsed = parseLogName(name);
                const auto day = parsed.day ? *parsed.day : dayOfFirstLine(path);
                candidates.push_back({day, name, {std::move(path), parsed}});
            }
    }
    if (candidates.empty())
        return base::fault(base::Status::notFound, "no_logs", "No *.raw.txt, *.ascii.txt or *.log was found.");
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        return std::tie(a.day, a.name, a.log.path) < std::tie(b.day, b.name, b.log.path);
    });

    LogPaths result;
    std::set<std::string> names;
    constexpr std::string_view ascii = ".ascii.txt";
    for (auto& candidate : candidates) {
        auto raw = candidate.log.path.lexically_normal().string();
        if (raw.ends_with(ascii)) {
            raw.replace(raw.size() - ascii.size(), ascii.size(), ".raw.txt");
            if (all.contains(raw)) {
                result.covered.push_back(std::move(candidate.log.path));
                continue;
            }
        }
        if (names.insert(candidate.name).second)
            result.logs.push_back(std::move(candidate.log));
        else
            result.sameName.push_back(std::move(candidate.log.path));
    }
    return result;
}

} // namespace netbit::cli::irc
