#include "services/auth/Totp.h"

#include "services/auth/Secrets.h"

#include <Poco/Base32Encoder.h>
#include <Poco/HMACEngine.h>
#include <Poco/SHA1Engine.h>

#include <array>
#include <sstream>
#include <sodium.h>

namespace netbit::services::auth {

namespace {

constexpr std::int64_t stepMs = 30'000;
constexpr std::size_t digits = 6;
constexpr std::size_t recoveryBytes = 10;
constexpr std::size_t groupLetters = 4;

} // namespace

std::string totpCode(std::string_view secret, std::int64_t step)
{
    std::array<char, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i) & 0xffU);
    Poco::HMACEngine<Poco::SHA1Engine> hmac{std::string(secret)};
    hmac.update(counter.data(), counter.size());
    const auto& digest = hmac.digest();
    const std::size_t offset = digest.back() & 0x0fU; // RFC 4226 section 5.3
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8U | digest[offset + i];
    number = (number & 0x7fff'ffffU) % 1'000'000U;
    auto code = std::to_string(number);
    code.insert(0, digits - code.size(), '0');
    return code;
}

std::optional<std::int64_t> totpStep(std::string_view secret, std::string_view code, base::Millis now, std::int64_t lastStep)
{
    if (code.size() != digits)
        return std::nullopt;
    const auto present = now / stepMs;
    for (auto step = std::max(present - 1, lastStep + 1); step <= present + 1; ++step)
        if (::sodium_memcmp(totpCode(secret, step).data(), code.data(), digits) == 0)
            return step;
    return std::nullopt;
}

std::string base32(std::string_view bytes)
{
    std::ostringstream out;
    Poco::Base32Encoder encoder(out, false); // RFC 4648 section 6, without padding: authenticators want none
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

std::string otpauthUri(std::string_view secret, std::string_view username)
{
    // A username needs no escape in a URI, and the label no more than the colon between (Key Uri Format of Google's
    // Authenticator, which all others follow).
    return "otpauth://totp/NetBit:" + std::string(username) + "?secret=" + base32(secret) +
           "&issuer=NetBit&algorithm=SHA1&digits=6&period=30";
}

std::string newRecoveryCode()
{
    const auto letters = base32(randomBytes(recoveryBytes));
    std::string code;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i > 0 && i % groupLetters == 0)
            code += '-';
        code += static_cast<char>(letters[i] >= 'A' ? letters[i] - 'A' + 'a' : letters[i]);
    }
    return code;
}

std::optional<std::string> recoveryHash(std::int64_t userId, std::string_view code)
{
    std::string letters;
    for (const char c : code)
        if (c != '-' && c != ' ')
            letters += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (letters.size() != recoveryBytes * 8 / 5 ||
        letters.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") != letters.npos)
        return std::nullopt;
    return hashToken("recovery code of " + std::to_string(userId) + ": " + letters);
}

} // namespace netbit::services::auth
