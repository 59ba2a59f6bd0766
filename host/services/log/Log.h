#pragma once
// One line per fact, on standard error or in a file: time, level, source, sentence, fields; as logfmt or as JSON.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::services::log {

enum class Level : std::uint8_t { error = 1, warn, info, debug };

using Field = std::pair<std::string_view, std::string_view>;

enum class Form : std::uint8_t { text, json };

/// Takes a line, without its newline, from any thread; false: it could not, and the line goes to standard error.
using Sink = std::function<bool(std::string_view line)>;
void setOutput(Form form, Sink sink = {}); ///< [any]; default text, to standard error. See LogFile.h

void setLevel(Level level) noexcept; ///< [any]; default info
bool enabled(Level level) noexcept;  ///< [any]
/// [any] One write; values with spaces, quotes or control characters are quoted and escaped.
void write(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields);

/// [any] The line that write() writes, for this time (ms since 1970), with its newline:
/// `time=… level=… source=… msg=… key=value …`. Other characters of a key than [A-Za-z0-9_.-] become `_`; a value is cut
/// after 2,000 bytes, so that a line from outside cannot flood the log.
std::string format(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields,
                   std::int64_t time);

/// [any] The same as one JSON object: "time", "level", "source", "msg", and each field as a string under its key; one of those
/// four names has a `_` behind it there.
std::string formatJson(Level level, std::string_view source, std::string_view message, const std::vector<Field>& fields,
                       std::int64_t time);

inline void error(std::string_view source, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::error, source, message, std::vector<Field>(fields));
}
inline void warn(std::string_view source, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::warn, source, message, std::vector<Field>(fields));
}
inline void info(std::string_view source, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::info, source, message, std::vector<Field>(fields));
}
inline void debug(std::string_view source, std::string_view message, std::initializer_list<Field> fields = {})
{
    if (enabled(Level::debug))
        write(Level::debug, source, message, std::vector<Field>(fields));
}

} // namespace netbit::services::log
