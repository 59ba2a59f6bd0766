#pragma once
// What a text speaks of: #12, project#12, owner/project#12, and what it closes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::issues {

struct Reference {
    std::string owner{};   ///< empty: not said
    std::string project{}; ///< empty: the one that the text stands in
    std::int64_t number = 0;
    bool closes = false; ///< close, closes, closed, fix, fixes, fixed, resolve, resolves, resolved stand before it
    friend bool operator==(const Reference&, const Reference&) = default;
};

inline constexpr std::size_t mostReferences = 50; ///< of one text

/// Each once, in order; what is within back quotes is code and speaks of nothing.
std::vector<Reference> referencesIn(std::string_view text);

/// Names that stand behind an @, and what may be the id of a commit (7 to 40 hexadecimal digits in lower case, no part of a longer
/// word), each once, in order, at most fifty; not within code.
std::vector<std::string> peopleIn(std::string_view text);
std::vector<std::string> commitsIn(std::string_view text);
bool mayBeCommit(std::string_view word) noexcept;

} // namespace netbit::services::issues
