#include "services/delivery/push/Vapid.h"

#include "base/Base64.h"
#include "base/Digest.h"

#include <Poco/String.h>
#include <Poco/URI.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace netbit::services::delivery::push {

namespace json = boost::json;

namespace {

constexpr base::Millis goodForMs = base::Millis{12} * 3'600'000; // push services take 24 h at most

P256Key keyFrom(std::string_view secret)
{
    std::string bytes(secret);
    for (;;) { // once; one in 2^32 secrets is no number below the order
        if (auto key = privateKey(bytes))
            return key;
        bytes = base::sha256(bytes);
    }
}

} // namespace

Vapid::Vapid(std::string_view secret) : _key(keyFrom(secret)), _public(base::toBase64Url(pointOf(_key))) {}

std::string Vapid::header(std::string_view endpoint, std::string_view contact, base::Millis now) const
{
    json::object claims{{"aud", originOf(endpoint)}, {"exp", (now + goodForMs) / 1'000}};
    if (!contact.empty())
        claims["sub"] = contact;
    const auto token = base::toBase64Url(R"({"typ":"JWT","alg":"ES256"})") + '.' + base::toBase64Url(json::serialize(claims));
    return "Authorization: vapid t=" + token + '.' + base::toBase64Url(sign(_key, token)) + ", k=" + _public;
}

std::string originOf(std::string_view address)
{
    const Poco::URI uri{std::string(address)}; // its scheme and port: in lower case, and known where not written
    const bool usual = uri.getPort() == (uri.getScheme() == "https" ? 443 : 80);
    const auto host = Poco::toLower(uri.getHost());
    return uri.getScheme() + "://" + (host.find(':') != host.npos ? "[" + host + "]" : host) +
           (usual ? std::string() : ":" + std::to_string(uri.getPort()));
}

} // namespace netbit::services::delivery::push
