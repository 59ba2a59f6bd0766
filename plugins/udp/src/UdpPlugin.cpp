// The plugin: pings are answered at once, everything else is proved first.

#include "support/LiveEvents.h"
#include "support/RequestBody.h"
#include "udp/src/Cookies.h"
#include "udp/src/Datagram.h"
#include "udp/src/FrozenPlaces.h"
#include "udp/src/Relay.h"

#include <netbit/plugin.hpp>

namespace netbit::udp {

class UdpPlugin final : public Plugin, private DatagramHandler {
public:
    explicit UdpPlugin(Host itsHost)
        : Plugin(itsHost), _auth(itsHost), _events(itsHost), _exec(itsHost),
          _relay(std::make_shared<Relay>(itsHost, PlaceLimits{})),
          _pings(Metrics(itsHost).counter("pings_total", "Pings answered.")),
          _packets(Metrics(itsHost).counter("packets_total", "Signed packets done.")),
          _dropped(Metrics(itsHost).counter("dropped_total", "Datagrams dropped without an answer."))
    {
    }

private:
    void configure() override
    {
        const auto settings = config();
        PlaceLimits limits;
        limits.maxPlaces = static_cast<std::size_t>(settings.integer("max_subscribers"));
        limits.maxPerUser = static_cast<std::size_t>(settings.integer("max_per_user"));
        limits.lifeMs = settings.integer("subscription_s") * 1000;
        _relay->setLimits(limits);
    }

    void start() override
    {
        const auto settings = config();
        ListenOptions options;
        options.name = "udp";
        options.address = settings.text("address");
        options.port = static_cast<std::uint32_t>(settings.integer("port"));
        const auto listener = Transport(host()).listenUdp(options, *this).value();
        _relay->setListener(listener);
        post("/api/realtime/udp-session", users, [this](Request& request) { return giveKey(request); },
             fast().summary("A key that signs this user's UDP packets").schema(R"({"query":{},"result":{"type":"object"}})"));
        _sweep = _exec.every(std::chrono::seconds(5), [relay = _relay] { relay->sweep(); }).value();
        log().info("Listening for UDP.", {{"address", options.address}, {"port", std::to_string(listener.port())}});
    }

    void stop() override
    {
        _sweep.cancel();
        _relay->stop();
    }

    /// The secret first: a cookie that is on its way proves an address to the next generation as well.
    std::vector<Frozen> freeze() override
    {
        auto pieces = _relay->freeze();
        pieces.insert(pieces.begin(), freezeSecret(_cookies.secret()));
        return pieces;
    }

    Result<void> thaw(const Listener&, const Frozen& piece) override
    {
        if (const auto secret = thawSecret(piece)) {
            _cookies = Cookies(*secret);
            return {};
        }
        if (_relay->thaw(piece, Principal::share(_auth.api(), piece.principal)))
            return {};
        return Error(netbit::Status::unsupported, "not_thawed", "It is not understood, or its user is nobody any more.");
    }

    Result<void> giveKey(Request& request)
    {
        if (!request.body().empty()) { // nothing is asked for, and what is said all the same must make sense
            support::RequestBody body(request.header("Content-Type"));
            auto fields = body.read(request.body());
            if (!fields)
                return fields.error();
            if (auto fault = support::RequestBody::finish(*fields))
                return std::move(*fault);
        }
        const auto key = _auth.signingKey(Principal::share(_auth.api(), request.principal()));
        if (!key)
            return key.error();
        std::string body = R"({"session":")" + key->session + R"(","key":")" + key->key + R"(","expires_in":)";
        support::appendInt(body, key->expiresIn);
        body += '}';
        request.reply(Reply(201).header("Cache-Control", "no-store").bytes(body));
        return {};
    }

    void datagram(const Listener& listener, const nb_address& from, std::string_view bytes) override
    {
        if (isPlainPing(bytes)) {
            pong(listener, from);
            return;
        }
        support::JsonDocument document;
        const auto read = readDatagram(document, bytes);
        if (std::holds_alternative<Ping>(read))
            pong(listener, from);
        else if (const auto* packet = std::get_if<SignedPacket>(&read); packet && perform(listener, from, *packet, bytes.size()))
            _packets.add();
        else
            _dropped.add();
    }

    void pong(const Listener& listener, const nb_address& from)
    {
        listener.sendTo(from, "pong");
        _pings.add();
    }

    /// False: dropped. Nobody is told why; that would be an answer to whoever forged it.
    bool perform(const Listener& listener, const nb_address& from, const SignedPacket& packet, std::size_t received)
    {
        const auto who = _auth.verifyMac(packet.session, packet.covered, packet.mac, packet.seq);
        if (!who)
            return false;
        if (const auto* subscribe = std::get_if<Subscribe>(&packet.what))
            return add(listener, from, *who, *subscribe, received);
        if (std::holds_alternative<Unsubscribe>(packet.what)) {
            _relay->remove(*who, from);
            return true;
        }
        _relay->touch(*who, from);
        if (const auto* typing = std::get_if<Typing>(&packet.what))
            return isSelf(*who, typing->userId) &&
                   _events.publish(*who, support::typingTopic, typing->chatId,
                                   support::typingData(who->userId(), typing->chatId))
                       .isOk();
        const auto& status = std::get<Status>(packet.what);
        return isSelf(*who, status.userId) &&
               _events.publish(*who, support::presenceTopic, 0, support::presenceData(who->userId(), status.data)).isOk();
    }

    static bool isSelf(const Principal& who, std::optional<std::int64_t> claimed)
    {
        return !claimed || *claimed == who.userId();
    }

    /// A MAC proves who sent the packet, not that the address it came from is theirs: that a cookie does, sent there and
    /// brought back. Neither answer is longer than what was received.
    bool add(const Listener& listener, const nb_address& from, const Principal& who, const Subscribe& subscribe,
             std::size_t received)
    {
        const auto now = _exec.monotonicMs();
        const bool proved = _relay->touch(who, from) ||
                            (subscribe.cookie && _cookies.isGood(*subscribe.cookie, addressBytes(from), who.userId(), now));
        std::string answer = R"({"packet_type":"Subscribed"})";
        if (!proved)
            answer = R"({"packet_type":"Challenge","cookie":")" + _cookies.make(addressBytes(from), who.userId(), now) + "\"}";
        else if (!_relay->add(who, from))
            return false;
        return answer.size() <= received && listener.sendTo(from, answer);
    }

    const Auth _auth;
    const Events _events;
    const Exec _exec;
    Cookies _cookies; // touched on the socket's thread
    const std::shared_ptr<Relay> _relay;
    const Counter _pings;
    const Counter _packets;
    const Counter _dropped;
    Timer _sweep;
};

} // namespace netbit::udp

NETBIT_PLUGIN(netbit::udp::UdpPlugin, "udp", "1.0.0")
