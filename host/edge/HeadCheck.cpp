#include "edge/HeadCheck.h"

#include "edge/Chars.h"

#include <algorithm>
#include <limits>

namespace netbit::edge {

namespace {

constexpr std::size_t longestMethod = 32;
constexpr std::size_t requestLineExtra = 64; // method, version and spaces around the target

Refusal bad(std::string_view code, std::string_view detail) noexcept { return {400, code, detail}; }

Refusal targetTooLong() noexcept { return {414, "target_too_long", "The request target is too long."}; }

Refusal headTooLarge() noexcept { return {431, "head_too_large", "The request's header section is too large."}; }

Refusal checkRequestLine(std::string_view line, const Limits& limits, HeadFacts& facts) noexcept
{
    const auto methodEnd = line.find(' ');
    if (methodEnd == std::string_view::npos || methodEnd > longestMethod || !isToken(line.substr(0, methodEnd)))
        return bad("invalid_request_line", "The request line does not start with a method.");
    const auto targetEnd = line.find(' ', methodEnd + 1);
    if (targetEnd == std::string_view::npos || targetEnd == methodEnd + 1)
        return bad("invalid_request_line", "The request line is not: method, target, version.");
    facts.method = line.substr(0, methodEnd);
    facts.target = line.substr(methodEnd + 1, targetEnd - methodEnd - 1);
    if (facts.target.size() > limits.maxTargetBytes)
        return targetTooLong();

    const auto version = line.substr(targetEnd + 1);
    if (version == "HTTP/1.1") {
        facts.http11 = true;
        return {};
    }
    if (version == "HTTP/1.0")
        return {};
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
        digit(version[7]))
        return {505, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
    return bad("invalid_version", "The HTTP version is malformed.");
}

Refusal takeLength(std::string_view value, HeadFacts& facts) noexcept
{
    // Also equal lengths twice, and lists of equal lengths, are refused: nobody sends them on purpose.
    if (facts.hasLength)
        return bad("duplicate_content_length", "There is more than one Content-Length.");
    if (value.empty())
        return bad("invalid_content_length", "Content-Length is not a number.");
    std::uint64_t length = 0;
    for (const char c : value) {
        if (c < '0' || c > '9')
            return bad("invalid_content_length", "Content-Length is not a number.");
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (length > (std::numeric_limits<std::int64_t>::max() - digit) / 10)
            return bad("invalid_content_length", "Content-Length is not a number that fits 63 bits.");
        length = length * 10 + digit;
    }
    facts.hasLength = true;
    facts.contentLength = length;
    return {};
}

Refusal takeTransferEncoding(std::string_view value, HeadFacts& facts) noexcept
{
    if (facts.chunked)
        return bad("duplicate_transfer_encoding", "There is more than one Transfer-Encoding.");
    if (sameText(value, "chunked")) {
        facts.chunked = true;
        return {};
    }
    // RFC 9112 section 6.3: without chunked as the last coding nobody knows where the body ends; twice is an error.
    const auto lastComma = value.rfind(',');
    if (lastComma == std::string_view::npos || !sameText(trimmed(value.substr(lastComma + 1)), "chunked"))
        return bad("invalid_transfer_encoding", "The last transfer coding of a request is not chunked.");
    for (std::string_view rest = value.substr(0, lastComma); !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto name = trimmed(rest.substr(0, std::min(rest.find(';'), comma)));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (!isToken(name) || sameText(name, "chunked"))
            return bad("invalid_transfer_encoding", "Transfer-Encoding is malformed.");
    }
    return {501, "transfer_coding_not_supported", "The only transfer coding understood here is chunked."};
}

Refusal takeConnection(std::string_view value, HeadFacts& facts) noexcept
{
    for (std::string_view rest = value; !rest.empty();) {
        const auto comma = rest.find(',');
        const auto option = trimmed(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        if (!option.empty() && !isToken(option))
            return bad("invalid_connection", "Connection is not a list of tokens.");
        facts.saysClose |= sameText(option, "close");
        facts.saysKeepAlive |= sameText(option, "keep-alive");
    }
    return {};
}

struct Seen {
    bool host = false;
    bool transferEncoding = false;
};

Refusal takeField(std::string_view name, std::string_view value, HeadFacts& facts, Seen& seen) noexcept
{
    switch (name.size()) {
    case 4:
        if (sameText(name, "host")) {
            if (seen.host)
                return bad("duplicate_host", "There is more than one Host.");
            seen.host = true;
            if (!validAuthority(value))
                return bad("invalid_host", "Host is malformed.");
        }
        break;
    case 6:
        if (sameText(name, "expect")) {
            const bool known = sameText(value, "100-continue") && facts.expectation != Expectation::other;
            facts.expectation = known ? Expectation::toContinue : Expectation::other;
        }
        break;
    case 10:
        if (sameText(name, "connection"))
            return takeConnection(value, facts);
        break;
    case 14:
        if (sameText(name, "content-length"))
            return takeLength(value, facts);
        break;
    case 17:
        if (sameText(name, "transfer-encoding")) {
            seen.transferEncoding = true;
            return takeTransferEncoding(value, facts);
        }
        break;
    default: break;
    }
    return {};
}

} // namespace

HeadScan findHeadEnd(std::string_view bytes, std::size_t from) noexcept
{
    for (std::size_t at = from;;) {
        const auto lineFeed = bytes.find('\n', at);
        if (lineFeed == std::string_view::npos)
            return {HeadScan::Found::nothing, bytes.size()};
        if (lineFeed == 0 || bytes[lineFeed - 1] != '\r')
            return {HeadScan::Found::bareLineFeed, lineFeed};
        if (lineFeed >= 3 && bytes[lineFeed - 2] == '\n')
            return {HeadScan::Found::end, lineFeed + 1};
        at = lineFeed + 1;
    }
}

Refusal checkHeadStart(std::string_view bytes) noexcept
{
    if (is(tokenChar, bytes.front()) || bytes == "\r") // the latter may become an empty line
        return {};
    return bad("invalid_request_line", "The request line does not start with a method.");
}

Refusal checkHeadSoFar(std::string_view bytes, const Limits& limits) noexcept
{
    const bool lineEnded = bytes.find('\n') != std::string_view::npos;
    if (!lineEnded && bytes.size() > limits.maxTargetBytes + requestLineExtra)
        return targetTooLong();
    if (bytes.size() >= limits.maxHeadBytes)
        return headTooLarge();
    return {};
}

bool validAuthority(std::string_view authority) noexcept
{
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos || close < 3)
            return false;
        for (const char c : authority.substr(1, close - 1))
            if (!is(hostChar, c) && c != ':')
                return false;
        port = authority.substr(close + 1);
    } else {
        const auto colon = authority.find(':');
        const auto host = authority.substr(0, colon);
        if (host.empty())
            return false;
        for (std::size_t i = 0; i < host.size(); ++i) {
            if (is(hostChar, host[i]))
                continue;
            if (host[i] != '%' || i + 2 >= host.size() || !is(hexDigit, host[i + 1]) || !is(hexDigit, host[i + 2]))
                return false;
        }
        port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
    }
    if (port.empty())
        return true;
    if (port.front() != ':' || port.size() > 6)
        return false;
    unsigned number = 0;
    for (const char c : port.substr(1)) {
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number <= 65535;
}

bool splitField(std::string_view line, std::string_view& name, std::string_view& value) noexcept
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return false; // also a fold (starts with a space) and a space before the colon
    name = line.substr(0, colon);
    value = line.substr(colon + 1);
    if (!isFieldValue(value))
        return false;
    value = trimmed(value);
    return true;
}

Refusal checkHead(std::string_view head, const Limits& limits, HeadFacts& facts) noexcept
{
    const auto lineEnd = head.find("\r\n");
    if (auto refusal = checkRequestLine(head.substr(0, lineEnd), limits, facts))
        return refusal;
    if (head.size() > limits.maxHeadBytes)
        return headTooLarge();

    Seen seen;
    for (std::size_t at = lineEnd + 2; at + 2 < head.size();) {
        const auto lineFeed = head.find('\n', at); // every one has a CR before it; any other CR is no value character
        const auto line = head.substr(at, lineFeed - 1 - at);
        at = lineFeed + 1;
        std::string_view name;
        std::string_view value;
        if (!splitField(line, name, value))
            return bad("invalid_header", "A header field is malformed.");
        if (++facts.fields > limits.maxHeaders)
            return {431, "too_many_headers", "There are too many header fields."};
        if (auto refusal = takeField(name, value, facts, seen))
            return refusal;
    }

    if (facts.http11 && !seen.host)
        return bad("missing_host", "An HTTP/1.1 request needs a Host.");
    if (seen.transferEncoding && facts.hasLength)
        return bad("ambiguous_length", "Transfer-Encoding and Content-Length exclude each other.");
    if (seen.transferEncoding && !facts.http11)
        return bad("invalid_transfer_encoding", "HTTP/1.0 has no Transfer-Encoding.");
    if (!facts.http11 && facts.expectation == Expectation::toContinue)
        facts.expectation = Expectation::none; // RFC 9110 10.1.1: ignored
    if (facts.expectation == Expectation::other)
        return {417, "expectation_failed", "The only expectation that can be met is 100-continue."};
    return {};
}

} // namespace netbit::edge
