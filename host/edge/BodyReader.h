#pragma once
// Takes a request's body off the stream: counted or chunked (RFC 9112 sections 6 and 7), strictly.

#include "edge/HeadCheck.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::edge {

class BodyReader {
public:
    BodyReader() = default;
    BodyReader(const HeadFacts& facts, std::size_t maxBytes) noexcept
        : _step(facts.chunked ? Step::size : Step::counted), _left(facts.contentLength), _maxBytes(maxBytes)
    {
    }

    struct Took {
        std::size_t bytes = 0; ///< consumed; more may be needed
        bool done = false;     ///< the body has ended; what follows is another request
        Refusal refusal;       ///< set: malformed or over its limit
    };
    /// Appends what belongs to the body. Bytes not consumed must come again with more behind them.
    Took take(std::string_view bytes, std::string& body);
    void limit(std::size_t maxBytes) noexcept { _maxBytes = maxBytes; } ///< before the first take()

private:
    enum class Step : std::uint8_t { counted, size, data, dataEnd, trailer };

    Step _step = Step::counted;
    std::uint64_t _left = 0;        // of the body or of the chunk
    std::size_t _maxBytes = 0;      // that may still come
    std::size_t _overheadBytes = 0; // extensions and trailers so far
};

/// A chunk's first line without CRLF: size and extensions. False: malformed.
bool parseChunkLine(std::string_view line, std::uint64_t& size) noexcept;

} // namespace netbit::edge
