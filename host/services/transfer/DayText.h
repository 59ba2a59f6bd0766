#pragma once
// Messages of a day as text for people, and where the files of a day lie.

#include "storage/Records.h"

#include <string>
#include <string_view>

namespace netbit::services::transfer {

constexpr std::int64_t dayMs = 86'400'000;

std::string dayName(std::int64_t at); ///< "2026-11-28", in UTC
/// "2026/11/2026-11-28.md"
std::string dayPath(std::string_view day, std::string_view ending);

/// As text in a line of Markdown: nothing in it is markup.
std::string escapedMarkdown(std::string_view text);
/// What somebody wrote is Markdown itself; it is quoted, so that it stays inside of its message.
void appendQuoted(std::string& out, std::string_view content);

/// What a message is, beside its words.
struct Marks {
    bool reply = false;
    bool edited = false;
    bool pinned = false;
    bool deleted = false;
};
std::string messageProse(std::string_view sender, std::int64_t at, const Marks& marks, std::string_view content);

} // namespace netbit::services::transfer
