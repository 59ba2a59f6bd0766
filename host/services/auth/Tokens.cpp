#include "services/auth/Tokens.h"

#include "services/auth/Secrets.h"

#include <Poco/Crypto/OpenSSLInitializer.h>
#include <Poco/Exception.h>
#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>
#include <charconv>
#include <stdexcept>

namespace netbit::services::auth {

namespace {

constexpr std::string_view audience = "netbit";

constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 43 characters whose last has no bits beyond the 32 bytes: a decoder that ignores those would give a token several
/// spellings, and an attacker a token that is not the one that was revoked or logged.
bool canonicalSignature(std::string_view text) noexcept
{
    if (text.size() != 43)
        return false;
    const auto last = base64url.find(text.back());
    return last != std::string_view::npos && last % 4 == 0;
}

std::optional<std::int64_t> positiveNumber(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value <= 0)
        return std::nullopt;
    return value;
}

std::string textClaim(const Poco::JSON::Object& payload, const char* name)
{
    const auto value = payload.get(name);
    return value.isString() ? value.extract<std::string>() : std::string();
}

/// A time as milliseconds. Numbers only; beyond the year 9999 is none of ours.
std::optional<base::Millis> timeClaim(const Poco::JSON::Object& payload, const char* name)
{
    const auto value = payload.get(name);
    if (value.isEmpty() || !value.isInteger() || value.isBoolean())
        return std::nullopt;
    const auto seconds = value.convert<Poco::Int64>();
    if (seconds < 0 || seconds > 253'402'300'799)
        return std::nullopt;
    return seconds * 1000;
}

} // namespace

struct Tokens::Impl {
    explicit Impl(const std::string& secret) : signer(secret) { signer.setAlgorithms({Poco::JWT::Signer::ALGO_HS256}); }

    // Each use of Poco's crypto counts itself in and out, and whoever comes to none frees what whoever comes next is making:
    // this one stays.
    Poco::Crypto::OpenSSLInitializer started;
    Poco::JWT::Signer signer; // const use only: shared by all threads
    std::string header;       // of every token, encoded, with the dot
};

Tokens::Tokens(std::string secret) : _impl(std::make_unique<Impl>(secret))
{
    if (secret.size() < 32)
        throw std::invalid_argument("Tokens: the signing secret must have at least 32 bytes (RFC 7518 section 3.2)");
    const auto token = issue({1, 1, 1000}, 0, "netbit");
    _impl->header = token.substr(0, token.find('.') + 1);
}

Tokens::~Tokens() = default;

std::string Tokens::issue(const Claims& claims, base::Millis now, const std::string& issuer) const
{
    Poco::JWT::Token token;
    token.setType("JWT");
    auto& payload = token.payload();
    payload.set("iss", issuer);
    payload.set("aud", std::string(audience));
    payload.set("sub", std::to_string(claims.userId)); // a string by RFC 7519 section 4.1.2
    payload.set("sid", std::to_string(claims.sessionId));
    payload.set("iat", Poco::Int64{now / 1000});
    payload.set("nbf", Poco::Int64{now / 1000});
    payload.set("exp", Poco::Int64{claims.expiresAt / 1000});
    payload.set("jti", toHex(randomBytes(16)));
    return _impl->signer.sign(token, Poco::JWT::Signer::ALGO_HS256);
}

std::optional<Claims> Tokens::check(std::string_view token, base::Millis now, const std::string& issuer) const
{
    // Byte for byte our own header: no other alg, no kid, jku, x5c or crit is ever looked at (RFC 8725 section 3).
    if (token.size() > maxTokenBytes || !token.starts_with(_impl->header))
        return std::nullopt;
    const auto lastDot = token.rfind('.');
    const auto payloadAt = _impl->header.size();
    if (lastDot < payloadAt || !canonicalSignature(token.substr(lastDot + 1)))
        return std::nullopt;
    if (token.substr(payloadAt, lastDot - payloadAt).find_first_not_of(base64url) != std::string_view::npos ||
        token.substr(lastDot + 1).find_first_not_of(base64url) != std::string_view::npos)
        return std::nullopt;

    Poco::JWT::Token parsed;
    try {
        if (!_impl->signer.tryVerify(std::string(token), parsed))
            return std::nullopt;
        const auto& payload = parsed.payload();
        const auto userId = positiveNumber(textClaim(payload, "sub"));
        const auto sessionId = positiveNumber(textClaim(payload, "sid"));
        const auto issuedAt = timeClaim(payload, "iat");
        const auto notBefore = timeClaim(payload, "nbf");
        const auto expiresAt = timeClaim(payload, "exp");
        if (textClaim(payload, "iss") != issuer || textClaim(payload, "aud") != audience ||
            textClaim(payload, "jti").empty() || !userId || !sessionId || !issuedAt || !notBefore || !expiresAt)
            return std::nullopt;
        if (now < *notBefore || now >= *expiresAt || *expiresAt - *issuedAt > maxAccessTokenLifeMs)
            return std::nullopt;
        return Claims{*userId, *sessionId, *expiresAt};
    } catch (const Poco::Exception&) { // a payload that is no JSON object, though signed
        return std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

} // namespace netbit::services::auth
