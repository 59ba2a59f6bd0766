#include "disk/Remote.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace netbit::git {

namespace {

Error bad(std::string_view why) { return Error(Status::invalid, "bad_url", why, "/url"); }

struct Block {
    std::string_view address;
    unsigned bits;
};

// Of the special-purpose address registries (RFC 6890 and its updates): not globally reachable, or not for one host.
constexpr std::array<Block, 16> blocks4{{{"0.0.0.0", 8}, {"10.0.0.0", 8}, {"100.64.0.0", 10}, {"127.0.0.0", 8}, {"169.254.0.0", 16},
                                         {"172.16.0.0", 12}, {"192.0.0.0", 24}, {"192.0.2.0", 24}, {"192.31.196.0", 24}, {"192.88.99.0", 24},
                                         {"192.168.0.0", 16}, {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},
                                         {"240.0.0.0", 4}}};
// What is outside of 2000::/3 is none; within it:
constexpr std::array<Block, 5> blocks6{{{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}, {"2620:4f:8000::", 48}}};

template <std::size_t size>
bool within(const unsigned char (&address)[size], int family, Block block)
{
    unsigned char start[size];
    if (::inet_pton(family, std::string(block.address).c_str(), start) != 1)
        return false;
    for (unsigned bit = 0; bit < block.bits; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80u >> (bit % 8));
        if ((address[bit / 8] & mask) != (start[bit / 8] & mask))
            return false;
    }
    return true;
}

bool hasOnlyUrlBytes(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("-._~:/?#[]@!$&'()*+,;=%", c) != nullptr;
    }) && text.find('\0') == text.npos;
}

bool isHost(std::string_view host)
{
    return !host.empty() && host.size() <= 253 && host.front() != '-' && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
}

std::vector<std::string> addressesOf(const RemoteUrl& url)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (::getaddrinfo(url.host.c_str(), url.port.c_str(), &wanted, &raw) != 0)
        return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(raw, &::freeaddrinfo);
    std::vector<std::string> out;
    for (const auto* each = found.get(); each; each = each->ai_next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        const void* bytes = each->ai_family == AF_INET ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(each->ai_addr)->sin_addr)
                          : each->ai_family == AF_INET6 ? &reinterpret_cast<const sockaddr_in6*>(each->ai_addr)->sin6_addr
                                                        : nullptr;
        if (bytes && ::inet_ntop(each->ai_family, bytes, text.data(), text.size()))
            out.emplace_back(text.data());
    }
    return out;
}

} // namespace

Result<RemoteUrl> readUrl(std::string_view url, bool plain)
{
    RemoteUrl out;
    const auto colon = url.find("://");
    if (url.size() > 2000 || colon == url.npos || !hasOnlyUrlBytes(url))
        return bad("This is no address of a repository: https://host/path is one.");
    out.scheme = url.substr(0, colon);
    if (out.scheme != "https" && !(plain && out.scheme == "http"))
        return bad(plain ? "The address must begin with https:// or http://." : "The address must begin with https://.");
    auto rest = url.substr(colon + 3);
    auto place = rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
    if (place.find('@') != place.npos)
        return bad("The address has a user or a password in it, which everybody could read.");
    std::string_view port;
    if (place.starts_with('[')) {
        const auto end = std::min(place.find(']'), place.size() - 1);
        out.host = place.substr(1, end - 1);
        in6_addr ignored{};
        if (place[end] != ']' || ::inet_pton(AF_INET6, out.host.c_str(), &ignored) != 1)
            return bad("The address names no host.");
        port = place.substr(end + 1);
    } else {
        out.host = place.substr(0, std::min(place.find(':'), place.size()));
        if (!isHost(out.host))
            return bad("The address names no host.");
        port = place.substr(out.host.size());
    }
    const auto number = port.empty() ? std::nullopt : parseInteger<std::uint16_t>(port.substr(1));
    if (!port.empty() && (port.front() != ':' || !number || *number == 0))
        return bad("The address has no good port.");
    out.port = number ? std::to_string(*number) : out.scheme == "https" ? "443" : "80";
    return out;
}

bool isPublic(std::string_view text)
{
    const std::string address(text);
    unsigned char four[4];
    if (::inet_pton(AF_INET, address.c_str(), four) == 1)
        return std::none_of(blocks4.begin(), blocks4.end(), [&](Block block) { return within(four, AF_INET, block); });
    unsigned char six[16];
    if (::inet_pton(AF_INET6, address.c_str(), six) != 1 || !within(six, AF_INET6, {"2000::", 3}))
        return false;
    return std::none_of(blocks6.begin(), blocks6.end(), [&](Block block) { return within(six, AF_INET6, block); });
}

Result<std::vector<std::string>> optionsFor(std::string_view text, const Settings& settings)
{
    const auto url = readUrl(text, settings.importPlain);
    if (!url)
        return url.error();
    const auto addresses = addressesOf(*url);
    if (addresses.empty())
        return Error(Status::invalid, "address_unknown", "There is no host of the name " + url->host + '.', "/url");
    std::string pinned;
    for (const auto& address : addresses) {
        if (!settings.importInside && !isPublic(address))
            return Error(Status::invalid, "address_inside", "The address leads to a host that is not on the public Internet.", "/url");
        pinned += (pinned.empty() ? "" : ",") + (address.find(':') == address.npos ? address : '[' + address + ']');
    }
    std::vector<std::string> out{"-c", "protocol." + url->scheme + ".allow=always"};
    if (url->host.find(':') == std::string::npos) // a name: an address of IPv6 leads nowhere else
        out.insert(out.end(), {"-c", "http.curloptResolve=" + url->host + ':' + url->port + ':' + pinned});
    return out;
}

} // namespace netbit::git
