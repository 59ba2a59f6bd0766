#include "support/FakeProvider.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Net/HTMLForm.h>
#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/SHA2Engine.h>
#include <Poco/URI.h>
#include <condition_variable>
#include <ctime>
#include <map>
#include <mutex>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <set>
#include <sstream>
#include <stdexcept>

namespace netbit::test {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;

Key owned(EVP_PKEY* key)
{
    if (!key)
        throw std::runtime_error("no key could be made");
    return {key, &EVP_PKEY_free};
}

struct Keys {
    Key rsa = owned(EVP_RSA_gen(2048));
    Key ec = owned(EVP_EC_gen("P-256"));
    Key ed = owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    std::string name;
};

std::string number(const Key& key, const char* parameter, int bytes)
{
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), parameter, &value) != 1)
        throw std::runtime_error("a key has no such part");
    std::string out(static_cast<std::size_t>(bytes == 0 ? BN_num_bytes(value) : bytes), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    BN_free(value);
    return base64Url(out);
}

json::object jwks(const Keys& keys)
{
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(keys.ed.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    return {{"keys",
             json::array{json::object{{"kty", "RSA"},
                                      {"kid", keys.name + "RS256"},
                                      {"use", "sig"},
                                      {"alg", "RS256"},
                                      {"n", number(keys.rsa, OSSL_PKEY_PARAM_RSA_N, 0)},
                                      {"e", number(keys.rsa, OSSL_PKEY_PARAM_RSA_E, 0)}},
                         json::object{{"kty", "EC"},
                                      {"kid", keys.name + "ES256"},
                                      {"crv", "P-256"},
                                      {"x", number(keys.ec, OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                                      {"y", number(keys.ec, OSSL_PKEY_PARAM_EC_PUB_Y, 32)}},
                         json::object{{"kty", "OKP"}, {"kid", keys.name + "EdDSA"}, {"crv", "Ed25519"}, {"x", base64Url(raw)}},
                         json::object{{"kty", "oct"}, {"kid", keys.name + "HS256"}, {"k", base64Url("a symmetric key")}}}}};
}

/// The signature as JWS has it.
std::string signedBy(const Key& key, std::string_view algorithm, const std::string& text)
{
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EVP_DigestSignInit(context, nullptr, algorithm == "EdDSA" ? nullptr : EVP_sha256(), nullptr, key.get());
    if (EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size()) != 1)
        throw std::runtime_error("nothing could be signed");
    EVP_MD_CTX_free(context);
    out.resize(size);
    if (algorithm != "ES256")
        return out;
    const auto* der = reinterpret_cast<const unsigned char*>(out.data());
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(out.size()));
    std::string joined(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(joined.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(joined.data()) + 32, 32);
    ECDSA_SIG_free(pair);
    return joined;
}

/// As somebody does who hopes that the public key is taken for a secret.
std::string confused(const Key& rsa, const std::string& text)
{
    BIO* const memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(memory, rsa.get());
    char* pem = nullptr;
    const auto size = BIO_get_mem_data(memory, &pem);
    unsigned char digest[32];
    unsigned length = 0;
    HMAC(EVP_sha256(), pem, static_cast<int>(size), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest,
         &length);
    BIO_free(memory);
    return {reinterpret_cast<const char*>(digest), length};
}

std::string tokenOf(const Keys& keys, const json::object& claims, const Forgery& forgery)
{
    const auto& algorithm = forgery.algorithm;
    json::object header{{"alg", algorithm}, {"typ", "JWT"}, {"kid", keys.name + (algorithm == "HS256" ? "RS256" : algorithm)}};
    if (forgery.header)
        forgery.header(header);
    const auto text = base64Url(json::serialize(header)) + '.' + base64Url(json::serialize(claims));
    const Keys others = forgery.otherKey ? Keys() : keys;
    std::string signature;
    if (algorithm == "HS256")
        signature = confused(keys.rsa, text);
    else if (algorithm != "none")
        signature = signedBy(algorithm == "RS256" ? others.rsa : algorithm == "ES256" ? others.ec : others.ed, algorithm, text);
    auto token = text + '.' + base64Url(signature);
    if (forgery.token)
        forgery.token(token);
    return token;
}

struct Code {
    std::string challenge;
    std::string redirectUri;
    std::string token;
};

struct Answer {
    int status = 200;
    std::string body;
    std::string location;
};

} // namespace

std::string queryValue(const std::string& url, std::string_view name)
{
    for (const auto& [key, value] : Poco::URI(url).getQueryParameters())
        if (key == name)
            return value;
    return {};
}

std::string base64Url(std::string_view bytes)
{
    std::ostringstream out;
    Poco::Base64Encoder encoder(out, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

struct FakeProvider::Impl {
    mutable std::mutex mutex; // guards all but the server
    std::condition_variable released;
    Keys keys;
    int rotations = 0;
    std::function<void(json::object&)> described;
    std::map<std::string, Answer> answers;
    std::set<std::string> hanging;
    std::map<std::string, int> counts;
    std::map<std::string, Code> codes;
    bool ending = false;
    std::string issuer;
    std::unique_ptr<Poco::Net::HTTPServer> server;

    Answer discovery()
    {
        json::object document{{"issuer", issuer},
                              {"authorization_endpoint", issuer + "/authorize?tenant=1"},
                              {"token_endpoint", issuer + "/token"},
                              {"jwks_uri", issuer + "/jwks"},
                              {"response_types_supported", json::array{"code"}}};
        if (described)
            described(document);
        return {200, json::serialize(document), {}};
    }

    Answer token(Poco::Net::HTTPServerRequest& request)
    {
        const Poco::Net::HTMLForm form(request, request.stream());
        const auto refused = [](const std::string& error) { return Answer{400, "{\"error\":\"" + error + "\"}", {}}; };
        if (!request.hasCredentials())
            return {401, R"({"error":"invalid_client"})", {}};
        const Poco::Net::HTTPBasicCredentials who(request);
        if (who.getUsername() != clientId || who.getPassword() != clientSecret)
            return {401, R"({"error":"invalid_client"})", {}};
        const auto found = codes.find(form.get("code", ""));
        if (form.get("grant_type", "") != "authorization_code" || found == codes.end())
            return refused("invalid_grant");
        const auto code = found->second;
        codes.erase(found);
        Poco::SHA2Engine digest(Poco::SHA2Engine::SHA_256);
        digest.update(form.get("code_verifier", ""));
        const auto bytes = digest.digest();
        if (base64Url(std::string(bytes.begin(), bytes.end())) != code.challenge ||
            form.get("redirect_uri", "") != code.redirectUri)
            return refused("invalid_grant");
        return {200,
                json::serialize(json::object{{"token_type", "Bearer"}, {"access_token", "of no use"}, {"id_token", code.token}}),
                {}};
    }

    Answer answerTo(Poco::Net::HTTPServerRequest& request)
    {
        const auto path = Poco::URI(request.getURI()).getPath();
        std::unique_lock lock(mutex);
        ++counts[path];
        released.wait(lock, [&] { return ending || !hanging.contains(path); });
        if (const auto set = answers.find(path); set != answers.end())
            return set->second;
        if (path == "/.well-known/openid-configuration")
            return discovery();
        if (path == "/jwks")
            return {200, json::serialize(jwks(keys)), {}};
        if (path == "/token" && request.getMethod() == "POST")
            return token(request);
        return {404, "{}", {}};
    }
};

namespace {

class Handler final : public Poco::Net::HTTPRequestHandler {
public:
    explicit Handler(std::function<Answer(Poco::Net::HTTPServerRequest&)> answer) : _answer(std::move(answer)) {}
    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
    {
        const auto answer = _answer(request);
        response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
        response.setContentType("application/json");
        if (!answer.location.empty())
            response.set("Location", answer.location);
        response.sendBuffer(answer.body.data(), answer.body.size());
    }

private:
    std::function<Answer(Poco::Net::HTTPServerRequest&)> _answer;
};

class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Factory(std::function<Answer(Poco::Net::HTTPServerRequest&)> answer) : _answer(std::move(answer)) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Handler(_answer);
    }

private:
    std::function<Answer(Poco::Net::HTTPServerRequest&)> _answer;
};

} // namespace

FakeProvider::FakeProvider() : _impl(std::make_unique<Impl>())
{
    Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    _impl->issuer = "http://127.0.0.1:" + std::to_string(socket.address().port());
    Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
    params->setMaxThreads(32);
    params->setKeepAlive(false);
    _impl->server = std::make_unique<Poco::Net::HTTPServer>(
        new Factory([this](Poco::Net::HTTPServerRequest& request) { return _impl->answerTo(request); }), socket, params);
    _impl->server->start();
}

FakeProvider::~FakeProvider()
{
    {
        const std::lock_guard lock(_impl->mutex);
        _impl->ending = true;
    }
    _impl->released.notify_all();
    _impl->server->stopAll(false);
}

std::string FakeProvider::issuer() const { return _impl->issuer; }

std::string FakeProvider::signIn(const std::string& authorizationUrl, json::object claims, Forgery forgery)
{
    const std::lock_guard lock(_impl->mutex);
    const auto now = std::time(nullptr);
    json::object all{{"iss", _impl->issuer},
                     {"aud", clientId},
                     {"exp", now + 300},
                     {"iat", now},
                     {"nonce", queryValue(authorizationUrl, "nonce")}};
    for (const auto& claim : claims)
        all[claim.key()] = claim.value();
    if (forgery.claims)
        forgery.claims(all);
    if (queryValue(authorizationUrl, "code_challenge_method") != "S256" ||
        queryValue(authorizationUrl, "response_type") != "code" || queryValue(authorizationUrl, "client_id") != clientId)
        throw std::runtime_error("this is no login with PKCE: " + authorizationUrl);
    const auto code = "code-" + std::to_string(_impl->counts["codes"]++);
    _impl->codes[code] = {queryValue(authorizationUrl, "code_challenge"), queryValue(authorizationUrl, "redirect_uri"),
                          tokenOf(_impl->keys, all, forgery)};
    return Poco::URI(queryValue(authorizationUrl, "redirect_uri")).getPath() + "?code=" + code + "&state=" +
           queryValue(authorizationUrl, "state") + "&session_state=of+no+use";
}

void FakeProvider::rotateKeys()
{
    const std::lock_guard lock(_impl->mutex);
    _impl->keys = Keys();
    _impl->keys.name = std::to_string(++_impl->rotations) + "-";
}

void FakeProvider::describe(std::function<void(json::object& document)> change)
{
    const std::lock_guard lock(_impl->mutex);
    _impl->described = std::move(change);
}

void FakeProvider::answer(const std::string& path, int status, std::string body, std::string location)
{
    const std::lock_guard lock(_impl->mutex);
    _impl->answers[path] = {status, std::move(body), std::move(location)};
}

void FakeProvider::hang(const std::string& path)
{
    const std::lock_guard lock(_impl->mutex);
    _impl->hanging.insert(path);
}

void FakeProvider::release()
{
    {
        const std::lock_guard lock(_impl->mutex);
        _impl->hanging.clear();
        _impl->answers.clear();
    }
    _impl->released.notify_all();
}

int FakeProvider::asked(const std::string& path) const
{
    const std::lock_guard lock(_impl->mutex);
    const auto found = _impl->counts.find(path);
    return found == _impl->counts.end() ? 0 : found->second;
}

} // namespace netbit::test
