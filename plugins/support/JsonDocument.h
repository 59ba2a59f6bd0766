#pragma once
// One JSON text from outside, parsed strictly. Used by the plugins that read packets.

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::support {

/// Why a JSON text, or a member of it, is refused.
struct JsonFault {
    std::string code;    ///< stable, snake_case: "invalid_json", "too_deep", "duplicate_member", "wrong_type" …
    std::string pointer; ///< JSON pointer (RFC 6901) of the member at fault, or empty
    std::string detail;  ///< one sentence for a person; says the byte offset where the text does not parse
};

/// Strict as RFC 8259 with the choices it leaves open made here: valid UTF-8 only, no lone surrogates, nothing behind the
/// value, no member twice, a bounded depth. Small texts are parsed without touching the heap.
/// The value points into this object, so it neither moves nor copies.
class JsonDocument {
public:
    JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    /// To be called once. `maxDepth` counts the arrays and objects around the innermost value, the outermost included.
    std::optional<JsonFault> parse(std::string_view text, std::size_t maxDepth);

    const boost::json::value& root() const noexcept { return _root; }

private:
    unsigned char _room[4096]; // not initialised: the resource below hands it out piece by piece
    boost::json::monotonic_resource _memory;
    boost::json::value _root;
};

} // namespace netbit::support
