#include "base/Json.h"

#include <boost/json/error.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/serializer.hpp>
#include <charconv>
#include <exception>

namespace netbit::base {

namespace {

bool plain(std::string_view text) noexcept
{
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
            return false;
    return true;
}

} // namespace

void appendJsonString(std::string& out, std::string_view text)
{
    if (plain(text)) {
        out += '"';
        out += text;
        out += '"';
        return;
    }
    thread_local boost::json::serializer serializer;
    serializer.reset(boost::json::string_view(text.data(), text.size()));
    char buffer[1024];
    while (!serializer.done()) {
        const auto piece = serializer.read(buffer, sizeof buffer);
        out.append(piece.data(), piece.size());
    }
}

void appendJsonInt(std::string& out, std::int64_t value)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

Result<boost::json::value> parseJson(std::string_view text)
{
    boost::json::stream_parser parser;
    boost::json::error_code error;
    const auto read = parser.write_some(text.data(), text.size(), error);
    if (!error && read == text.size())
        parser.finish(error); // a number at top level is only known to be whole at the end
    if (!error && read == text.size())
        return parser.release();
    const bool cutShort = error == boost::json::error::incomplete;
    return fault(Status::malformed, "invalid_json",
                 cutShort ? std::string("The JSON document ends too early, at byte ") + std::to_string(text.size()) + "."
                          : "The JSON document is not well-formed at byte " + std::to_string(read) +
                                (error ? ": " + error.message() + "." : std::string(": something follows it.")));
}

bool validUtf8(std::string_view text) noexcept
{
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = at + text.size();
    while (at < end) {
        const unsigned char lead = *at;
        if (lead < 0x80) {
            ++at;
            continue;
        }
        int more = 0;
        unsigned char low = 0x80;
        unsigned char high = 0xBF;
        if (lead >= 0xC2 && lead <= 0xDF)
            more = 1;
        else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            if (lead == 0xE0)
                low = 0xA0; // shorter form exists
            if (lead == 0xED)
                high = 0x9F; // surrogates
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            if (lead == 0xF0)
                low = 0x90;
            if (lead == 0xF4)
                high = 0x8F; // past U+10FFFF
        } else
            return false;
        if (end - at <= more)
            return false;
        ++at;
        if (*at < low || *at > high)
            return false;
        for (++at, --more; more > 0; ++at, --more)
            if (*at < 0x80 || *at > 0xBF)
                return false;
    }
    return true;
}

} // namespace netbit::base
