#pragma once
// Text of others on a terminal: what may reach it, and how many columns it takes. Widths are those of the C library's
// wcwidth(3), so a locale with UTF-8 has to be set.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::chat
{

std::u32string decoded(std::string_view utf8); ///< What is no UTF-8 becomes U+FFFD.
std::string encodedUtf8(std::u32string_view text);

/// One line of text as it may be shown: no control character (C0, DEL, C1: as pictures or U+FFFD), no line break,
/// nothing that turns the direction of what follows, no heap of marks on one letter. A tab is spaces.
std::string cleaned(std::string_view text);

/// Columns of one character: 0, 1 or 2.
int columnsOf(char32_t c);
int columnsOf(std::string_view cleanText);

/// As much of it as fits, with an ellipsis where something is left out.
std::string fitted(std::string_view cleanText, int columns);

/// Lines of at most that many columns, broken at spaces where there are some; line breaks of the text stay. Cleaned.
std::vector<std::string> wrapped(std::string_view text, int columns);

} // namespace netbit::cli::chat
