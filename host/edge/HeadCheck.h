#pragma once
// The strict look at a request's head, over its raw bytes, before any parser sees it. Whatever two readers of HTTP
// might understand in two ways (RFC 9112 section 11.2) ends here.

#include "edge/Server.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace netbit::edge {

/// Why a request is not taken. Text lives for ever.
struct Refusal {
    int status = 0; ///< 0: none
    std::string_view code;
    std::string_view detail;
    explicit operator bool() const noexcept { return status != 0; }
};

enum class Expectation : std::uint8_t { none, toContinue, other };

/// What the head says about the message around it. Views point into the head.
struct HeadFacts {
    std::string_view method;
    std::string_view target;
    std::size_t fields = 0;
    std::uint64_t contentLength = 0;
    Expectation expectation = Expectation::none;
    bool http11 = false;
    bool hasLength = false;
    bool chunked = false;
    bool saysClose = false;
    bool saysKeepAlive = false;

    bool keepAlive() const noexcept { return !saysClose && (http11 || saysKeepAlive); }
    bool hasBody() const noexcept { return chunked || contentLength > 0; }
};

/// Where the head at the start of bytes ends. `from` is where an earlier look at fewer of these bytes has stopped.
struct HeadScan {
    enum class Found : std::uint8_t { nothing, end, bareLineFeed };
    Found found = Found::nothing;
    std::size_t size = 0; ///< of the head with its empty line; for `nothing`: where to look on
};
HeadScan findHeadEnd(std::string_view bytes, std::size_t from) noexcept;

/// Looks at a head's first byte (there is one): what is no HTTP at all need not be waited for.
Refusal checkHeadStart(std::string_view bytes) noexcept;

/// Looks at the size of a head that has not ended, so that a hopeless one need not be waited for.
Refusal checkHeadSoFar(std::string_view bytes, const Limits& limits) noexcept;

/// Looks at a whole head, including its empty line.
Refusal checkHead(std::string_view head, const Limits& limits, HeadFacts& facts) noexcept;

/// `host[:port]` as in Host and in an absolute target; no userinfo, not empty.
bool validAuthority(std::string_view authority) noexcept;

/// Whether a line may be a field line: `name:value`, without its CRLF. Trailers are checked by the same rule.
bool splitField(std::string_view line, std::string_view& name, std::string_view& value) noexcept;

} // namespace netbit::edge
