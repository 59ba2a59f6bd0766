#include "udp/src/FrozenPlaces.h"

#include "support/Fields.h"
#include "support/JsonText.h"

#include <boost/json/object.hpp>

#include <charconv>
#include <limits>
#include <string>

namespace netbit::udp {

namespace {

constexpr std::uint32_t placesForm = 1;
constexpr std::uint32_t secretForm = 2;

void appendHex(std::string& out, const std::uint8_t* bytes, std::size_t length)
{
    for (std::size_t i = 0; i < length; ++i) {
        out += "0123456789abcdef"[bytes[i] >> 4];
        out += "0123456789abcdef"[bytes[i] & 15];
    }
}

template <class Number>
bool readNumber(std::string_view text, Number& out, int base = 10)
{
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

/// "0200abcd@123456": an address's bytes, and until when it is good (ms, monotonic).
std::optional<Places::Place> readPlace(std::string_view text)
{
    const auto at = text.find('@');
    Places::Place place{};
    if (at == std::string_view::npos || at % 2 != 0 || at / 2 > sizeof place.address.bytes ||
        !readNumber(text.substr(at + 1), place.until))
        return std::nullopt;
    place.address.length = static_cast<std::uint32_t>(at / 2);
    for (std::size_t i = 0; i < at / 2; ++i)
        if (!readNumber(text.substr(2 * i, 2), place.address.bytes[i], 16))
            return std::nullopt;
    return place;
}

} // namespace

Frozen freezePlaces(const std::vector<Places::Place>& places)
{
    Frozen piece;
    piece.form = placesForm;
    piece.bytes = "{\"places\":[";
    for (std::size_t i = 0; i < places.size(); ++i) {
        piece.bytes += i > 0 ? ",\"" : "\"";
        appendHex(piece.bytes, places[i].address.bytes, places[i].address.length);
        piece.bytes += '@';
        support::appendInt(piece.bytes, places[i].until);
        piece.bytes += '"';
    }
    piece.bytes += "]}";
    return piece;
}

std::optional<std::vector<Places::Place>> thawPlaces(const Frozen& piece)
{
    support::JsonDocument document;
    if (piece.form != placesForm || document.parse(piece.bytes, 4) || !document.root().is_object())
        return std::nullopt;
    support::Fields fields(document.root().get_object());
    std::vector<Places::Place> out;
    for (const auto text : fields.texts("places", std::numeric_limits<std::size_t>::max())) {
        const auto place = readPlace(text);
        if (!place)
            return std::nullopt;
        out.push_back(*place);
    }
    fields.finish();
    if (fields.fault())
        return std::nullopt;
    return out;
}

Frozen freezeSecret(const std::array<std::uint64_t, 2>& secret)
{
    Frozen piece;
    piece.form = secretForm;
    piece.bytes = "{\"secret\":[";
    support::appendInt(piece.bytes, static_cast<std::int64_t>(secret[0]));
    piece.bytes += ',';
    support::appendInt(piece.bytes, static_cast<std::int64_t>(secret[1]));
    piece.bytes += "]}";
    return piece;
}

std::optional<std::array<std::uint64_t, 2>> thawSecret(const Frozen& piece)
{
    support::JsonDocument document;
    if (piece.form != secretForm || document.parse(piece.bytes, 4) || !document.root().is_object())
        return std::nullopt;
    support::Fields fields(document.root().get_object());
    const auto* const value = fields.any("secret");
    const auto* const words = value ? value->if_array() : nullptr;
    fields.finish();
    if (fields.fault() || !words || words->size() != 2 || !(*words)[0].is_int64() || !(*words)[1].is_int64())
        return std::nullopt;
    return std::array{static_cast<std::uint64_t>((*words)[0].get_int64()), static_cast<std::uint64_t>((*words)[1].get_int64())};
}

} // namespace netbit::udp
