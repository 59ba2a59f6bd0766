#include "edge/ClientAddress.h"

#include "edge/Chars.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace netbit::edge {

namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool isFour(const AddressBytes& bytes) noexcept { return std::equal(mapped.begin(), mapped.end(), bytes.begin()); }

std::string textOf(const AddressBytes& bytes)
{
    char text[INET6_ADDRSTRLEN];
    const bool four = isFour(bytes);
    return ::inet_ntop(four ? AF_INET : AF_INET6, bytes.data() + (four ? mapped.size() : 0), text, sizeof text) ? text : "";
}

bool isPort(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// 192.0.2.1, 192.0.2.1:4711, 2001:db8::1, [2001:db8::1], [2001:db8::1]:4711.
std::optional<AddressBytes> nodeAddress(std::string_view node)
{
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto rest = node.substr(end + 1);
        const auto inside = node.substr(1, end - 1);
        const bool six = inside.find(':') != std::string_view::npos;
        return six && (rest.empty() || (rest.front() == ':' && isPort(rest.substr(1)))) ? addressBytes(inside) : std::nullopt;
    }
    const auto colon = node.find(':');
    if (colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos)
        return isPort(node.substr(colon + 1)) ? addressBytes(node.substr(0, colon)) : std::nullopt;
    return addressBytes(node);
}

/// The text in quotes, without its backslashes; as it is without quotes. Nothing: a quote is not closed.
std::optional<std::string> unquoted(std::string_view value)
{
    if (!value.starts_with('"'))
        return std::string(value);
    if (value.size() < 2 || !value.ends_with('"'))
        return std::nullopt;
    std::string out;
    for (auto i = value.begin() + 1; i + 1 != value.end(); ++i) {
        if (*i == '\\' && ++i + 1 == value.end())
            return std::nullopt;
        out += *i;
    }
    return out;
}

/// Parts between the separators that stand in no quotes.
std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == separator && !quoted) {
            parts.push_back(trimmed(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    parts.push_back(trimmed(text.substr(begin)));
    return parts;
}

/// One proxy's word about who came to it.
struct Hop {
    std::optional<AddressBytes> address;
    std::string scheme; ///< empty: not said
};

Hop hopOf(std::string_view element)
{
    Hop hop;
    for (const auto pair : split(element, ';')) {
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
            continue;
        const auto value = unquoted(pair.substr(equals + 1));
        if (!value)
            continue;
        if (sameText(pair.substr(0, equals), "for"))
            hop.address = nodeAddress(*value);
        else if (sameText(pair.substr(0, equals), "proto"))
            hop.scheme = *value;
    }
    return hop;
}

/// All fields of that name are one list (RFC 9110, section 5.3). sameText wants the name in lower case.
template <class Each>
void forEachElement(const Fields& fields, std::string_view name, bool quotes, const Each& each)
{
    for (const auto& [key, value] : fields) {
        if (!sameText(key, name))
            continue;
        if (quotes) {
            for (const auto part : split(value, ','))
                each(part);
            continue;
        }
        for (std::size_t begin = 0; begin <= value.size();) {
            const auto end = std::min(value.find(',', begin), value.size());
            each(trimmed(value.substr(begin, end - begin)));
            begin = end + 1;
        }
    }
}

/// From the one that spoke to the client to the one that speaks to us.
std::vector<Hop> hopsOf(const TrustedProxies& proxies, const Fields& fields)
{
    std::vector<Hop> hops;
    if (proxies.byForwarded()) {
        forEachElement(fields, "forwarded", true, [&](std::string_view element) { hops.push_back(hopOf(element)); });
        return hops;
    }
    forEachElement(fields, "x-forwarded-for", false,
                   [&](std::string_view element) { hops.push_back({nodeAddress(element), {}}); });
    std::vector<std::string_view> schemes;
    forEachElement(fields, "x-forwarded-proto", false, [&](std::string_view element) { schemes.push_back(element); });
    if (schemes.empty())
        return hops;
    if (hops.empty())
        hops.emplace_back();
    // Aligned at the right; where a proxy wrote none, it handed on the one before.
    for (std::size_t i = 0; i < hops.size(); ++i)
        hops[hops.size() - 1 - i].scheme = schemes[schemes.size() - 1 - std::min(i, schemes.size() - 1)];
    return hops;
}

} // namespace

std::optional<AddressBytes> addressBytes(std::string_view text)
{
    char buffer[INET6_ADDRSTRLEN + 1];
    if (text.empty() || text.size() > INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    buffer[text.copy(buffer, text.size())] = '\0';
    AddressBytes bytes{};
    if (::inet_pton(AF_INET6, buffer, bytes.data()) == 1)
        return bytes;
    std::copy(mapped.begin(), mapped.end(), bytes.begin());
    return ::inet_pton(AF_INET, buffer, bytes.data() + mapped.size()) == 1 ? std::optional(bytes) : std::nullopt;
}

base::Result<TrustedProxies> TrustedProxies::parse(std::string_view list, bool byForwarded)
{
    TrustedProxies out;
    out._byForwarded = byForwarded;
    for (const auto each : split(list, ',')) {
        if (each.empty())
            continue;
        const auto bad = [&](std::string_view why) {
            return base::fault(base::Status::invalid, "bad_network", std::string(1, '"').append(each).append("\" ").append(why));
        };
        const auto slash = each.find('/');
        const auto address = addressBytes(each.substr(0, slash));
        if (!address)
            return bad("is neither a numeric address nor a network like 10.0.0.0/8.");
        const unsigned least = each.find(':') == std::string_view::npos ? 8 * mapped.size() : 0;
        unsigned bits = 128 - least;
        if (slash != std::string_view::npos) {
            const auto text = each.substr(slash + 1);
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), bits);
            if (failure != std::errc() || end != text.data() + text.size() || bits > 128 - least)
                return bad("has no length from 0 to " + std::to_string(128 - least) + " behind its slash.");
        }
        Network network{*address, bits + least};
        for (unsigned bit = network.bits; bit < 128; ++bit)
            if ((network.bytes[bit / 8] & (0x80U >> bit % 8)) != 0)
                return bad("has bits behind its length.");
        out._networks.push_back(network);
    }
    return out;
}

bool TrustedProxies::trusts(const AddressBytes& address) const noexcept
{
    return std::any_of(_networks.begin(), _networks.end(), [&](const Network& network) {
        const auto whole = network.bits / 8;
        if (!std::equal(address.begin(), address.begin() + whole, network.bytes.begin()))
            return false;
        const auto rest = network.bits % 8;
        return rest == 0 || ((address[whole] ^ network.bytes[whole]) >> (8 - rest)) == 0;
    });
}

bool TrustedProxies::trusts(std::string_view address) const
{
    const auto bytes = addressBytes(address);
    return bytes && trusts(*bytes);
}

std::optional<Client> clientBehind(const TrustedProxies& proxies, std::string_view peer, bool secure, const Fields& fields)
{
    auto at = addressBytes(peer);
    if (!at || !proxies.trusts(*at))
        return std::nullopt;
    const auto hops = hopsOf(proxies, fields);
    if (hops.empty())
        return std::nullopt;
    for (auto hop = hops.rbegin(); hop != hops.rend() && proxies.trusts(*at); ++hop) {
        if (!hop->scheme.empty())
            secure = sameText(hop->scheme, "https");
        if (!hop->address)
            break;
        at = hop->address;
    }
    return Client{textOf(*at), secure};
}

} // namespace netbit::edge
