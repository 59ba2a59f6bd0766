#include "edge/BodyReader.h"

#include "edge/Chars.h"

#include <algorithm>

namespace netbit::edge {

namespace {

constexpr std::size_t longestChunkLine = 256;
constexpr std::size_t longestTrailerLine = 4 * 1024;
// Extensions and trailers are thrown away: a body made of them would keep the edge busy for nothing.
constexpr std::size_t mostOverhead = 16 * 1024;

Refusal badChunk() noexcept { return {400, "invalid_chunk", "The chunked body is malformed."}; }

Refusal tooLarge() noexcept { return {413, "body_too_large", "The request's body is too large."}; }

struct Line {
    bool complete = false;
    bool bad = false;
    std::string_view text; ///< without CRLF
};

Line takeLine(std::string_view bytes, std::size_t longest) noexcept
{
    const auto lineFeed = bytes.substr(0, longest + 2).find('\n');
    if (lineFeed == std::string_view::npos)
        return {false, bytes.size() >= longest + 2, {}};
    if (lineFeed == 0 || bytes[lineFeed - 1] != '\r')
        return {true, true, {}};
    return {true, false, bytes.substr(0, lineFeed - 1)};
}

void skipBlanks(std::string_view& text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
}

bool skipToken(std::string_view& text) noexcept
{
    std::size_t size = 0;
    while (size < text.size() && is(tokenChar, text[size]))
        ++size;
    text.remove_prefix(size);
    return size > 0;
}

bool skipQuoted(std::string_view& text) noexcept
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
        if (text[i] == '\\' && ++i == text.size())
            return false;
        if (!is(valueChar, text[i]))
            return false;
    }
    return false;
}

} // namespace

bool parseChunkLine(std::string_view line, std::uint64_t& size) noexcept
{
    size = 0;
    std::size_t digits = 0;
    for (; digits < line.size() && is(hexDigit, line[digits]); ++digits) {
        if (size >> 58 != 0) // the next digit would reach the sign bit of 63
            return false;
        const char c = lower(line[digits]);
        size = size * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (digits == 0)
        return false;
    line.remove_prefix(digits);
    while (!line.empty()) { // *( BWS ";" BWS name [ BWS "=" BWS value ] )
        skipBlanks(line);
        if (line.empty() || line.front() != ';')
            return false;
        line.remove_prefix(1);
        skipBlanks(line);
        if (!skipToken(line))
            return false;
        auto behind = line;
        skipBlanks(behind);
        if (behind.empty() || behind.front() != '=')
            continue;
        behind.remove_prefix(1);
        skipBlanks(behind);
        if (!behind.empty() && behind.front() == '"' ? !skipQuoted(behind) : !skipToken(behind))
            return false;
        line = behind;
    }
    return true;
}

BodyReader::Took BodyReader::take(std::string_view bytes, std::string& body)
{
    Took took;
    const auto rest = [&] { return bytes.substr(took.bytes); };
    const auto refuse = [&](Refusal why) {
        took.refusal = why;
        return took;
    };
    const auto takeData = [&] {
        const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(_left, rest().size()));
        body.append(rest().substr(0, step));
        took.bytes += step;
        _left -= step;
        _maxBytes -= step;
        return _left == 0;
    };

    for (;;) {
        switch (_step) {
        case Step::counted:
            if (_left > _maxBytes)
                return refuse(tooLarge());
            took.done = takeData();
            return took;
        case Step::size: {
            const auto line = takeLine(rest(), longestChunkLine);
            if (line.bad)
                return refuse(badChunk());
            if (!line.complete)
                return took;
            if (!parseChunkLine(line.text, _left))
                return refuse(badChunk());
            if (_left > _maxBytes)
                return refuse(tooLarge());
            took.bytes += line.text.size() + 2;
            const auto plain = std::min(line.text.find(';'), line.text.size());
            _overheadBytes += line.text.size() - plain;
            if (_overheadBytes > mostOverhead)
                return refuse(badChunk());
            _step = _left == 0 ? Step::trailer : Step::data;
            break;
        }
        case Step::data:
            if (!takeData())
                return took;
            _step = Step::dataEnd;
            break;
        case Step::dataEnd:
            if (rest().size() < 2) {
                if (!rest().empty() && rest().front() != '\r')
                    return refuse(badChunk());
                return took;
            }
            if (!rest().starts_with("\r\n"))
                return refuse(badChunk());
            took.bytes += 2;
            _step = Step::size;
            break;
        case Step::trailer: {
            const auto line = takeLine(rest(), longestTrailerLine);
            if (line.bad)
                return refuse({400, "invalid_trailer", "A trailer field is malformed."});
            if (!line.complete)
                return took;
            took.bytes += line.text.size() + 2;
            if (line.text.empty()) {
                took.done = true;
                return took;
            }
            std::string_view name;
            std::string_view value;
            _overheadBytes += line.text.size();
            if (!splitField(line.text, name, value))
                return refuse({400, "invalid_trailer", "A trailer field is malformed."});
            if (_overheadBytes > mostOverhead)
                return refuse({431, "trailers_too_large", "The trailer section is too large."});
            break;
        }
        }
    }
}

} // namespace netbit::edge
