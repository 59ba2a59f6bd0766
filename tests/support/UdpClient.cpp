#include "support/UdpClient.h"

#include <array>
#include <sodium.h>
#include <vector>

namespace netbit::test {

UdpKey UdpKey::ask(HttpClient& http)
{
    const auto reply = http.request("POST", "/api/realtime/udp-session", "{}");
    if (reply.status != 200 && reply.status != 201)
        throw std::runtime_error("no UDP session: " + std::to_string(reply.status) + ' ' + reply.body);
    const auto document = reply.document();
    return {textAt(document, "/session"), textAt(document, "/key")};
}

std::string macOf(const UdpKey& key, std::string_view bytes)
{
    std::array<unsigned char, 32> secret{};
    std::size_t length = 0;
    if (sodium_hex2bin(secret.data(), secret.size(), key.key.data(), key.key.size(), nullptr, &length, nullptr) != 0 ||
        length != secret.size())
        throw std::runtime_error("a UDP key that is not 64 hex digits: " + key.key);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_final(&state, mac.data());
    std::vector<char> hex(2 * mac.size() + 1);
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    return hex.data();
}

std::string UdpClient::sign(std::string_view members, std::uint64_t sequence) const
{
    const auto bytes = "{" + std::string(members) + ",\"session\":\"" + _key.session + "\",\"seq\":" + std::to_string(sequence);
    return bytes + ",\"mac\":\"" + macOf(_key, bytes) + "\"}";
}

void UdpClient::subscribe()
{
    // A datagram may be lost; asking again is the protocol's own way.
    for (int attempt = 0; attempt < 5; ++attempt) {
        sendSigned(R"("packet_type":"Subscribe")");
        const auto challenge = receive(Deadline(std::chrono::seconds(2)));
        if (!challenge)
            continue;
        const auto document = parseJson(*challenge);
        if (textAt(document, "/packet_type") != "Challenge")
            throw std::runtime_error("no Challenge: " + *challenge);
        sendSigned(R"("packet_type":"Subscribe","cookie":)" + json::serialize(at(document, "/cookie")));
        const auto answer = receive(Deadline(std::chrono::seconds(2)));
        if (answer && textAt(parseJson(*answer), "/packet_type") == "Subscribed")
            return;
    }
    throw TimedOut("no answer to a UDP Subscribe");
}

} // namespace netbit::test
