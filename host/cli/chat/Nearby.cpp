#include "cli/chat/Nearby.h"

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/chat/Parsing.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <sodium.h>

namespace netbit::cli::chat
{

namespace
{

namespace json = boost::json;
using base::Result;
using base::Status;
using std::chrono::milliseconds;

constexpr int answerMs = 1'000;
constexpr int attempts = 4;
constexpr std::chrono::seconds
    renewPause(4); ///< a signed packet this often keeps the subscription, however short it is set
constexpr std::chrono::seconds silence(15); ///< without an answer to any of those: the key is no longer good
constexpr std::chrono::seconds presencePause(60);
constexpr std::chrono::seconds presenceTime(150);
constexpr milliseconds greetPause(1'200); ///< behind the second within which the server sends one of each
constexpr int retryMs = 5'000;

} // namespace

std::optional<std::string> signedPacket(std::string_view members, std::string_view session, std::string_view hexKey,
                                        std::uint64_t seq)
{
    std::array<unsigned char, crypto_auth_hmacsha256_KEYBYTES> key{};
    std::size_t length = 0;
    if (sodium_hex2bin(key.data(), key.size(), hexKey.data(), hexKey.size(), nullptr, &length, nullptr) != 0 ||
        length != key.size())
        return std::nullopt;
    auto packet = "{" + std::string(members) + ",\"session\":";
    base::appendJsonString(packet, session);
    packet += ",\"seq\":" + std::to_string(seq);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(packet.data()), packet.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    std::array<char, 2 * crypto_auth_hmacsha256_BYTES + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    return packet + ",\"mac\":\"" + hex.data() + "\"}";
}

void Nearby::setHears(bool hears)
{
    _subscribed = hears;
    if (_shared.udpHears.exchange(hears) != hears)
        _live.ring();
}

void Nearby::run()
{
    while (!_shared.stop) {
        (void)again.take();
        if (_shared.live) {
            const auto opened = open();
            if (opened)
                listen();
            setHears(false);
            _socket.reset();
        }
        // Until the connection stands again, or a while: who asks in vain is not to ask all the time.
        if (!_shared.stop)
            awaitBell(again.bell(), _shared.live ? retryMs : 60'000);
    }
}

Result<void> Nearby::open()
{
    const auto server = _person.ask("GET", "/api/server");
    if (!server)
        return server.error();
    const auto* const ports = member(*server, "ports");
    const auto port = ports ? integer(*ports, "udp") : 0;
    if (port <= 0 || port > 65'535)
        return base::fault(Status::unsupported, "no_udp", "This server has no UDP port.");
    const auto given = _person.ask("POST", "/api/realtime/udp-session");
    if (!given)
        return given.error();
    _session = text(*given, "session");
    _key = text(*given, "key");
    _seq = 0;
    _expires = Clock::now() +
        std::chrono::seconds(std::clamp<std::int64_t>(integer(*given, "expires_in", 300), 30, 86'400)) * 4 / 5;
    try {
        _socket.emplace();
        _socket->connect(Poco::Net::SocketAddress(_person.endpoint().host(), static_cast<std::uint16_t>(port)));
    } catch (const Poco::Exception& error) {
        return base::fault(Status::closed, "unreachable", error.displayText());
    }
    return subscribe();
}

void Nearby::send(const std::string& members)
{
    const auto packet = signedPacket(members, _session, _key, ++_seq);
    if (!packet || !_socket)
        return;
    try {
        _socket->sendBytes(packet->data(), static_cast<int>(packet->size()));
    } catch (const Poco::Exception&) {
        // As good as lost on the way.
    }
}

std::optional<json::value> Nearby::receive(int milliseconds)
{
    pollfd both[] = {{_socket->impl()->sockfd(), POLLIN, 0}, {wishes.bell(), POLLIN, 0}};
    if (::poll(both, 2, milliseconds) <= 0 || (both[0].revents & POLLIN) == 0)
        return std::nullopt;
    try {
        std::array<char, 4096> buffer;
        const int read = _socket->receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(std::max(read, 0)));
        auto parsed = base::parseJson(bytes);
        if (parsed)
            return std::move(*parsed);
    } catch (const Poco::Exception&) {
        // Nobody listens there; the time-out says so.
    }
    return std::nullopt;
}

Result<void> Nearby::subscribe()
{
    (void)wishes.take(); // who typed while nothing went out does so no longer
    std::string cookie;
    for (int attempt = 0; attempt < attempts && !_shared.stop; ++attempt) {
        std::string members = R"("packet_type":"Subscribe")";
        if (!cookie.empty()) {
            members += ",\"cookie\":";
            base::appendJsonString(members, cookie);
        }
        send(members);
        const auto until = Clock::now() + milliseconds(answerMs);
        for (bool asked = false; !asked && Clock::now() < until && !_shared.stop;) {
            const auto packet = receive(answerMs);
            if (!packet)
                continue;
            const auto type = text(*packet, "packet_type");
            if (type == "Subscribed") {
                setHears(true);
                return {};
            }
            if (type == "Challenge") {
                cookie = text(*packet, "cookie");
                asked = true;
            }
        }
    }
    return base::fault(Status::closed, "no_udp", "No UDP comes through.");
}

void Nearby::tellPresence(const char* state)
{
    send(std::string(R"("packet_type":"Status","status_data":{"state":")") + state + "\"}");
    _toldAt = Clock::now();
    _tellAt = Clock::time_point::max();
}

void Nearby::heard(const json::value& packet)
{
    const auto type = text(packet, "packet_type");
    if (type == "Typing") {
        _shared.news.post(EventNews{0, "typing", integer(packet, "chat_id"), packet});
    } else if (type == "Status") {
        const auto user = integer(packet, "user_id");
        if (user <= 0)
            return;
        const auto now = Clock::now();
        std::erase_if(_known, [now](const auto& one) { return one.second + presenceTime < now; });
        // Who has just come does not know who is here already.
        if (presenceOf(packet) == "offline")
            _known.erase(user);
        else if (_known.insert_or_assign(user, now).second)
            _tellAt = std::min(_tellAt, now + greetPause);
        _shared.news.post(EventNews{0, "presence.changed", 0, packet});
    }
}

/// Until the key ends, or nobody answers, or the server has been away.
void Nearby::listen()
{
    tellPresence(presenceNow(_shared));
    auto answered = Clock::now();
    auto renewed = Clock::now();
    while (!_shared.stop && Clock::now() < _expires && _shared.live) {
        const auto now = Clock::now();
        for (const auto& wish : wishes.take())
            if (const auto* const typing = std::get_if<TypeNow>(&wish))
                send(R"("packet_type":"Typing","chat_id":)" + std::to_string(typing->chat));
        if (now >= renewed + renewPause) {
            renewed = now;
            send(R"("packet_type":"Subscribe")");
        }
        if (now >= _tellAt || now >= _toldAt + presencePause)
            tellPresence(presenceNow(_shared));
        if (now >= answered + silence)
            return;
        const auto next = std::min({renewed + renewPause, _tellAt, _toldAt + presencePause});
        const auto packet =
            receive(static_cast<int>(std::max<std::int64_t>(1, std::chrono::ceil<milliseconds>(next - now).count())));
        if (!packet)
            continue;
        const auto type = text(*packet, "packet_type");
        if (type == "Subscribed")
            answered = Clock::now();
        else if (type == "Challenge") // the address was forgotten
            return;
        else
            heard(*packet);
    }
    if (_shared.stop)
        tellPresence("offline");
}

} // namespace netbit::cli::chat
