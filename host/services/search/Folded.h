#pragma once
// Text as the search compares it: characters without regard to case.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::search {

/// One item per character of valid UTF-8, each in lower case by itself: a position here is a position in the text. `out` is written anew.
void fold(std::string_view utf8, std::u32string& out);
std::u32string folded(std::string_view utf8);
std::string toUtf8(std::u32string_view text);
std::string foldedUtf8(std::string_view utf8); ///< what the index holds

/// Characters, counted from 0.
struct Range {
    std::uint32_t start = 0;
    std::uint32_t length = 0;
    friend bool operator==(const Range&, const Range&) = default;
};

/// Where any of the needles (none empty) is, in order; what touches or overlaps is one.
std::vector<Range> places(std::u32string_view text, const std::vector<std::u32string_view>& needles);

} // namespace netbit::services::search
