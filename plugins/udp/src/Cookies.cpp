#include "udp/src/Cookies.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <unistd.h>

namespace netbit::udp {

namespace {

std::uint64_t littleEndian(const char* bytes, std::size_t count) noexcept
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return word;
}

struct Sip {
    std::uint64_t a, b, c, d;

    void round() noexcept
    {
        a += b;
        b = std::rotl(b, 13) ^ a;
        a = std::rotl(a, 32);
        c += d;
        d = std::rotl(d, 16) ^ c;
        a += d;
        d = std::rotl(d, 21) ^ a;
        c += b;
        b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void take(std::uint64_t word) noexcept
    {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

} // namespace

std::uint64_t sipHash(const std::array<std::uint64_t, 2>& key, std::string_view bytes) noexcept
{
    Sip sip{key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du, key[0] ^ 0x6c7967656e657261u,
            key[1] ^ 0x7465646279746573u};
    const auto whole = bytes.size() / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8)
        sip.take(littleEndian(bytes.data() + i, 8));
    sip.take(littleEndian(bytes.data() + whole, bytes.size() - whole) | std::uint64_t{bytes.size() & 0xff} << 56);
    sip.c ^= 0xff;
    for (int i = 0; i < 4; ++i)
        sip.round();
    return sip.a ^ sip.b ^ sip.c ^ sip.d;
}

Cookies::Cookies() : _secret()
{
    if (::getentropy(_secret.data(), sizeof _secret) != 0)
        throw std::system_error(errno, std::generic_category(), "getentropy");
}

std::string Cookies::ofSlot(std::string_view address, std::int64_t userId, std::int64_t slot) const
{
    char fixed[16];
    std::memcpy(fixed, &userId, 8);
    std::memcpy(fixed + 8, &slot, 8);
    const auto hash = sipHash(_secret, std::string(fixed, sizeof fixed).append(address));
    std::string out;
    for (int shift = 60; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[hash >> shift & 15];
    return out;
}

std::string Cookies::make(std::string_view address, std::int64_t userId, std::int64_t nowMs) const
{
    return ofSlot(address, userId, nowMs / slotMs);
}

/// Comparing may take its time to differ: the sender has already proved by its MAC who it is.
bool Cookies::isGood(std::string_view cookie, std::string_view address, std::int64_t userId, std::int64_t nowMs) const
{
    const auto slot = nowMs / slotMs;
    return cookie == ofSlot(address, userId, slot) || cookie == ofSlot(address, userId, slot - 1);
}

} // namespace netbit::udp
