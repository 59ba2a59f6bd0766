#include "support/Totp.h"

#include <Poco/HMACEngine.h>
#include <Poco/SHA1Engine.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace netbit::test {

std::string authenticatorCode(std::string_view secret, int stepsAhead)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string key;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : secret) {
        held = held << 5U | static_cast<std::uint32_t>(alphabet.find(c) & 31U);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            key += static_cast<char>(held >> bits & 0xffU);
        }
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    auto step = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count() / 30 + stepsAhead);
    std::string counter(8, '\0');
    for (auto at = counter.rbegin(); at != counter.rend(); ++at, step >>= 8U)
        *at = static_cast<char>(step & 0xffU);
    Poco::HMACEngine<Poco::SHA1Engine> hmac(key);
    hmac.update(counter);
    const auto digest = hmac.digest();
    const std::size_t offset = digest.back() & 15U;
    std::uint32_t number = digest[offset] & 0x7fU;
    for (std::size_t i = 1; i < 4; ++i)
        number = number << 8U | digest[offset + i];
    char code[16];
    std::snprintf(code, sizeof code, "%06u", number % 1'000'000U);
    return code;
}

} // namespace netbit::test
