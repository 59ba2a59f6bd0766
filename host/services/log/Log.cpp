#include "services/log/Log.h"
#include "services/log/Recent.h"

#include "base/Json.h"
#include "base/SharedCell.h"
#include "base/Time.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <memory>
#include <mutex>
#include <unistd.h>
#include <utility>

namespace netbit::services::log {

namespace {

constexpr std::size_t maxValueBytes = 2'000;

constexpr std::size_t mostRemembered = 1'000;
constexpr std::size_t mostRememberedBytes = 4'000; // of a line

std::atomic<Level> threshold{Level::info};

struct Output {
    Form form = Form::text;
    Sink sink; // empty: standard error
};

/// Never destroyed: threads may still write when the program ends.
base::SharedCell<const Output>& output()
{
    static auto* const cell = new base::SharedCell<const Output>(std::make_shared<const Output>());
    return *cell;
}

struct Memory {
    std::mutex mutex; // guards the two below
    std::deque<Line> lines;
    std::uint64_t count = 0;
};

/// Never destroyed: threads may log until the process ends.
Memory& memory()
{
    static auto* const made = new Memory;
    return *made;
}

void remember(Level level, std::string_view line)
{
    if (line.size() > mostRememberedBytes) {
        auto end = mostRememberedBytes; // not in the middle of a character
        while ((static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U)
            --end;
        line = line.substr(0, end);
    }
    auto& all = memory();
    const std::lock_guard lock(all.mutex);
    all.lines.push_back({++all.count, level, std::string(line)});
    if (all.lines.size() > mostRemembered)
        all.lines.pop_front();
}

std::string_view nameOf(Level level) noexcept
{
    constexpr std::array<std::string_view, 5> names{"none", "error", "warn", "info", "debug"};
    return names[std::min<std::size_t>(static_cast<std::size_t>(level), names.size() - 1)];
}

bool plain(std::string_view value) noexcept
{
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '=')
            return false;
    }
    return !value.empty();
}

void appendEscapedByte(std::string& out, unsigned char byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
}

/// At most maxValueBytes, not ending in the middle of a character.
std::string_view head(std::string_view value) noexcept
{
    if (value.size() <= maxValueBytes)
        return value;
    auto end = maxValueBytes;
    while (end > maxValueBytes - 4 && (static_cast<unsigned char>(value[end]) & 0xc0U) == 0x80U)
        --end;
    return value.substr(0, end);
}

void appendJsonText(std::string& out, std::string_view value)
{
    const auto kept = head(value);
    std::string text;
    if (base::validUtf8(kept))
        text = kept;
    else
        for (const char c : kept)
            if (static_cast<unsigned char>(c) < 0x80)
                text += c;
            else
                appendEscapedByte(text, static_cast<unsigned char>(c));
    if (kept.size() != value.size())
        text += "…";
    base::appendJsonString(out, text);
}

void toStandardError(std::string_view line) noexcept
{
    while (!line.empty()) {
        const auto written = ::write(STDERR_FILENO, line.data(), line.size());
        if (written > 0)
            line.remove_prefix(static_cast<std::size_t>(written));
        else if (written < 0 && errno != EINTR)
            return; // nobody is left to tell
    }
}

void appendValue(std::string& out, std::string_view value)
{
    const bool cut = value.size() > maxValueBytes;
    value = head(value);
    if (!cut && plain(value)) {
        out += value;
        return;
    }
    // A terminal must not be told what to do by a name that someone chose, so bytes that are no text are spelt out.
    const bool text = base::validUtf8(value);
    out += '"';
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const auto byte = static_cast<unsigned char>(c);
        // U+0080…U+009F are control characters too: in UTF-8, C2 80…9F.
        const bool control = byte == 0xc2 && i + 1 < value.size() && static_cast<unsigned char>(value[i + 1]) < 0xa0;
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (control && text) {
            appendEscapedByte(out, byte);
            appendEscapedByte(out, static_cast<unsigned char>(value[++i]));
        } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !text))
            appendEscapedByte(out, byte);
        else
            out += c;
    }
    if (cut)
        out += "…";
    out += '"';
}

void appendKey(std::string& out, std::string_view key)
{
    for (const char c : key) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == '.' || c == '-';
        out += good ? c : '_';
    }
    if (key.empty())
        out += '_';
}

} // namespace

void setLevel(Level level) noexcept { threshold.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level <= threshold.load(std::memory_order_relaxed); }

std::string format(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields,
                   std::int64_t time)
{
    std::string line = "time=";
    base::appendRfc3339(line, time);
    line += " level=";
    line += nameOf(level);
    line += " source=";
    appendValue(line, source);
    line += " msg=";
    appendValue(line, message);
    for (const auto& [key, value] : fields) {
        line += ' ';
        appendKey(line, key);
        line += '=';
        appendValue(line, value);
    }
    line += '\n';
    return line;
}

std::string formatJson(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields,
                       std::int64_t time)
{
    std::string line = "{\"time\":\"";
    base::appendRfc3339(line, time);
    line += "\",\"level\":\"";
    line += nameOf(level);
    line += "\",\"source\":";
    appendJsonText(line, source);
    line += ",\"msg\":";
    appendJsonText(line, message);
    constexpr std::array<std::string_view, 4> own{"time", "level", "source", "msg"};
    for (const auto& [key, value] : fields) {
        line += ",\"";
        appendKey(line, key);
        line += std::find(own.begin(), own.end(), key) == own.end() ? "\":" : "_\":";
        appendJsonText(line, value);
    }
    line += "}\n";
    return line;
}

void setOutput(Form form, Sink sink)
{
    output().store(std::make_shared<const Output>(Output{form, std::move(sink)}));
}

std::vector<Line> recent(std::uint64_t after)
{
    auto& all = memory();
    const std::lock_guard lock(all.mutex);
    const auto first = std::find_if(all.lines.begin(), all.lines.end(), [after](const Line& line) { return line.number > after; });
    return {first, all.lines.end()};
}

void write(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields)
{
    if (!enabled(level))
        return;
    const auto to = output().load();
    const auto line = (to->form == Form::json ? formatJson : format)(level, source, message, fields, base::now());
    const std::string_view bare(line.data(), line.size() - 1);
    remember(level, bare);
    if (!to->sink || !to->sink(bare))
        toStandardError(line);
}

} // namespace netbit::services::log
