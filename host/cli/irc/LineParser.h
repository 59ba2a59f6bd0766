#pragma once
// One line of an IRC log, as the logs of irclogs.ubuntu.com and of the ACL 2019 disentanglement corpus write them.
//
//   [HH:MM] <nick> text                          a message
//   [HH:MM]  * nick does something               an action
//   === nick does something                      an action, as the logs before autumn 2007 write it
//   === nick [user@host]  has joined #channel    joins, parts, quits, renames, modes, topics, kicks: no time
//   channel YYYY-MM-DD [HH:MM:SS] <nick> text    the same behind a channel and a date
//
// Everything else is left out, with the reason.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::cli::irc
{

enum class LineKind : std::uint8_t { message, action, join, part, quit, rename, other, leftOut };

enum class LeftOut : std::uint8_t { none, blank, invalidUtf8, nulByte, tooLong, badTime, noNick, notice, unknownForm };

constexpr std::size_t leftOutReasons = 9;

/// The reason as the report prints it.
std::string_view reasonText(LeftOut reason) noexcept;

/// Stands as the sender of a line that is about no nick (`=== netjoined: …`).
constexpr std::string_view serverNick = "irc";

/// The longest content that is kept; the server's own limit.
constexpr std::size_t maxContentBytes = std::size_t{16} * 1024;

struct Line {
    LineKind kind = LineKind::leftOut;
    LeftOut reason = LeftOut::none; ///< set when kind is leftOut
    int second = -1; ///< of the day, as written; -1 when the line has no time
    std::optional<std::int64_t> day; ///< days since 1970-01-01, when the line itself names one
    std::string nick; ///< who says it, or whom it is about
    std::string_view text; ///< points into the line; an action's text is without the nick
    bool secondsWritten = false;

    /// What the server keeps as a text or a system message.
    bool kept() const noexcept { return kind != LineKind::leftOut; }
    bool system() const noexcept { return kept() && kind != LineKind::message && kind != LineKind::action; }
};

/// `line` is without its line feed; a trailing carriage return is ignored. [any]
Line parseLine(std::string_view line);

/// `YYYY-MM-DD` at the beginning of the text as days since 1970-01-01.
std::optional<std::int64_t> leadingDay(std::string_view text) noexcept;

} // namespace netbit::cli::irc
