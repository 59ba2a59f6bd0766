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

} // namespace netbit::services::issues
