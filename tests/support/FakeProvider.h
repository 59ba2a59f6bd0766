#pragma once
// An OpenID provider that does as it is told, right or wrong, on a free port of 127.0.0.1.

#include "support/Json.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::test {

/// The value of a parameter in a URL's query, decoded; empty: it has none.
std::string queryValue(const std::string& url, std::string_view name);
std::string base64Url(std::string_view bytes);

/// What is wrong with an ID token.
struct Forgery {
    std::string algorithm = "RS256"; ///< RS256, ES256, EdDSA; none; HS256, with the public RSA key as its secret
    std::function<void(json::object& header)> header{};
    std::function<void(json::object& claims)> claims{};
    std::function<void(std::string& token)> token{};
    bool otherKey = false; ///< signed by one that it does not publish, under the name of one that it does
};

/// [any] What is set holds for what is asked afterwards.
class FakeProvider {
public:
    FakeProvider();
    ~FakeProvider();
    FakeProvider(const FakeProvider&) = delete;
    FakeProvider& operator=(const FakeProvider&) = delete;

    static constexpr const char* clientId = "netbit-client";
    static constexpr const char* clientSecret = "not-so-secret";

    std::string issuer() const;
    /// Somebody signs in there: takes what the browser was sent with, and gives the path and query with which it comes back.
    /// The code is good once, for the verifier of the challenge and the address that were sent.
    std::string signIn(const std::string& authorizationUrl, json::object claims, Forgery forgery = {});

    void rotateKeys(); ///< new ones instead of the old
    /// Changes of its discovery document.
    void describe(std::function<void(json::object& document)> change);
    /// "/jwks" and the like: this answer instead of its own.
    void answer(const std::string& path, int status, std::string body, std::string location = {});
    void hang(const std::string& path); ///< no answer, until release() or the end
    void release();
    int asked(const std::string& path) const; ///< how often

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::test
