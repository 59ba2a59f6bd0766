#include "cli/irc/Log.h"

#include "cli/irc/Clock.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <sodium.h>

namespace netbit::cli::irc
{

namespace
{

constexpr std::int64_t daySeconds = 86'400;

void split(Log& log)
{
    std::string_view rest(log.bytes.data(), log.bytes.size());
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        log.lines.push_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
}

std::int64_t floorDay(std::int64_t seconds) noexcept
{
    return (seconds >= 0 ? seconds : seconds - daySeconds + 1) / daySeconds;
}

/// How far all times of a file move so that its anchor line is on the day (and in the hour) of its name.
std::int64_t anchorShift(const LogName& name, std::int64_t atAnchor, bool twelveHours) noexcept
{
    const auto toDay = (*name.day - floorDay(atAnchor)) * daySeconds;
    if (!name.anchorHour)
        return toDay;
    const auto wanted = *name.day * daySeconds + *name.anchorHour * 3600;
    const auto hourOf = atAnchor - ((atAnchor % 3600) + 3600) % 3600;
    const auto shift = wanted - hourOf;
    // The hour may only settle what the clock leaves open: the day, and am or pm.
    return shift % (twelveHours ? daySeconds / 2 : daySeconds) == 0 ? shift : toDay;
}

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

} // namespace

base::Result<Log> parseLog(std::vector<char> bytes, const LogName& name)
{
    Log log;
    log.bytes = std::move(bytes);
    split(log);
    log.records.reserve(log.lines.size());

    std::optional<Clock> clock;
    std::optional<std::int64_t> atAnchor;
    std::size_t untimed = 0; // records before the first time
    std::optional<std::int64_t> lineDay;
    bool ownDays = false;
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    for (std::size_t number = 0; number < log.lines.size(); ++number) {
        auto line = parseLine(log.lines[number]);
        if (line.day) {
            lineDay = line.day;
            ownDays = true;
        }
        const auto day = lineDay ? lineDay : name.day;
        if (line.kept() && !day)
            return base::fault(base::Status::invalid, "no_day",
                               "line " + std::to_string(number + 1) +
                                   " has no day, and the file's name does not begin with one");
        if (line.kept() && line.second >= 0) {
            if (!clock)
                clock.emplace(*day);
            clock->at(line.second, lineDay);
        }
        if (clock && !atAnchor && number >= name.anchorLine)
            atAnchor = clock->last();
        if (!line.kept()) {
            log.leftOut.push_back({number, line.reason});
            continue;
        }
        // A line without a time is of the time of the line before it, or of the start of its day.
        std::int64_t seconds = clock ? clock->last() : 0;
        if (line.day && line.second < 0)
            seconds = std::max(seconds, *line.day * daySeconds);
        if (ownDays)
            seconds = latest = std::max(seconds, latest);
        if (!clock)
            ++untimed;
        log.records.push_back({number, line.kind, std::move(line.nick), line.text, seconds * 1000});
    }

    const bool anchored = !ownDays && atAnchor && name.anchorLine > 0;
    const auto shift = anchored ? anchorShift(name, *atAnchor, clock->twelveHours()) : 0;
    for (auto& record : log.records)
        record.createdAt += shift * 1000;
    if (!ownDays && untimed > 0) {
        const auto day =
            untimed < log.records.size() ? floorDay(log.records[untimed].createdAt / 1000) : name.day.value_or(0);
        for (std::size_t i = 0; i < untimed; ++i)
            log.records[i].createdAt = day * daySeconds * 1000;
    }
    return log;
}

base::Result<std::vector<char>> readBytes(const std::filesystem::path& path)
{
    const auto failed = [&] {
        return base::fault(base::Status::notFound, "unreadable",
                           path.string() + " cannot be read: " + std::strerror(errno) + ".");
    };
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
    if (!file)
        return failed();
    std::vector<char> bytes;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error)
        bytes.reserve(size);
    char buffer[65'536];
    while (const auto read = std::fread(buffer, 1, sizeof buffer, file.get()))
        bytes.insert(bytes.end(), buffer, buffer + read);
    if (std::ferror(file.get()))
        return failed();
    return bytes;
}

base::Result<Log> readLog(const LogPath& path)
{
    auto bytes = readBytes(path.path);
    if (!bytes)
        return bytes.error();
    auto log = parseLog(std::move(*bytes), path.name);
    if (!log)
        return log;
    auto beside = path.path.string();
    constexpr std::string_view raw = ".raw.txt";
    if (!beside.ends_with(raw))
        return log;
    beside.replace(beside.size() - raw.size(), raw.size(), ".annotation.txt");
    std::error_code error;
    if (!std::filesystem::is_regular_file(beside, error))
        return log;
    const auto text = readBytes(beside);
    if (!text)
        return text.error();
    std::vector<bool> spoken(log->lines.size());
    for (const auto& record : log->records)
        spoken[record.line] = record.kind == LineKind::message || record.kind == LineKind::action;
    log->links = parseAnnotation({text->data(), text->size()}, log->lines.size(),
                                 [&](std::size_t line) { return spoken[line]; });
    log->annotation = std::move(beside);
    return log;
}

std::string digestOf(const Log& log, std::size_t first, std::size_t count)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (std::size_t i = first; i < first + count; ++i) {
        const auto line = log.lines[i];
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(line.data()), line.size());
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>("\n"), 1);
    }
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state, hash);
    char hex[sizeof hash * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return hex;
}

} // namespace netbit::cli::irc
