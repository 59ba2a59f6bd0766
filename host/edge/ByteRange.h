#pragma once
// Which part of a file a request wants (RFC 9110 section 14).

#include <cstdint>
#include <string_view>

namespace netbit::edge {

struct ByteRange {
    enum class Verdict : std::uint8_t {
        whole,          ///< no range, one that is none of ours, or several: all of it (section 14.2 lets us)
        part,
        unsatisfiable,  ///< 416
    };
    Verdict verdict = Verdict::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0; ///< of what is sent
};

/// `range`, `ifRange`: the fields, or empty. `etag`: the strong tag of what there is. A date in If-Range matches nothing:
/// files here have no dates that would be strong enough.
ByteRange chooseRange(std::string_view range, std::string_view ifRange, std::string_view etag, std::uint64_t size) noexcept;

} // namespace netbit::edge
