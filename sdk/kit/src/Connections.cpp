#include "Connections.h"

#include "World.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>

using namespace netbit;
using fake::Lane;

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

static_assert(sizeof(sockaddr_in6) <= sizeof(nb_address::bytes));

template <class T>
T copyOf(const nb_address& address)
{
    T out;
    std::memcpy(&out, address.bytes, sizeof out);
    return out;
}

template <class T>
void put(nb_address& out, const T& address)
{
    out = nb_address{};
    out.length = sizeof address;
    std::memcpy(out.bytes, &address, sizeof address);
}

std::string hostOf(const nb_address& address)
{
    const auto text = textOf(address);
    return text.substr(0, text.rfind(':'));
}

bool isLoopback(const nb_address& address)
{
    const auto host = hostOf(address);
    return host.starts_with("127.") || host == "[::1]";
}

} // namespace

bool parseAddress(std::string_view text, nb_address& out)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return false;
    std::uint16_t port = 0;
    const auto digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        return false;
    std::string host(text.substr(0, colon));
    if (host.starts_with('[') && host.ends_with(']')) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address.sin6_addr) != 1)
            return false;
        put(out, address);
        return true;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        return false;
    put(out, address);
    return true;
}

std::string textOf(const nb_address& address)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address.length == sizeof(sockaddr_in)) {
        const auto four = copyOf<sockaddr_in>(address);
        inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
        return std::string(host) + ':' + std::to_string(ntohs(four.sin_port));
    }
    if (address.length != sizeof(sockaddr_in6))
        return {};
    const auto six = copyOf<sockaddr_in6>(address);
    inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
    return '[' + std::string(host) + "]:" + std::to_string(ntohs(six.sin6_port));
}

bool same(const nb_address& left, const nb_address& right) noexcept
{
    return left.length == right.length && left.length <= sizeof left.bytes &&
           std::memcmp(left.bytes, right.bytes, left.length) == 0;
}

base::Result<nb_kit_peer*> connect(World& world, std::string_view name, std::optional<std::string_view> given)
{
    auto* const life = world.life();
    nb_listener* listener = nullptr;
    if (life && life->live())
        for (const auto& each : life->listeners)
            if (each->name == name)
                listener = each.get();
    if (!listener)
        return fault(Status::notFound, "no_such_listener", "The plugin has no listener " + std::string(name) + '.');
    nb_address address{};
    const auto own = "127.0.0.1:" + std::to_string(20'000 + world.peers.size() % 20'000);
    if (!parseAddress(given ? *given : std::string_view(own), address))
        return fault(Status::invalid, "bad_address", "An address is numeric, with a port: \"127.0.0.1:4711\".");
    if (listener->isTcp()) {
        const auto open = listener->open();
        const auto here = std::count_if(open.begin(), open.end(), [&](const nb_conn* conn) {
            return hostOf(conn->peer.address) == hostOf(address);
        });
        const auto most = listener->options.max_per_address;
        if (open.size() >= listener->options.max_connections ||
            (most != 0 && here >= std::int64_t{most} && !isLoopback(address)))
            return fault(Status::closed, "too_many_connections", "The listener takes no more connections.");
    }
    auto& peer = *world.peers.emplace_back(std::make_unique<nb_kit_peer>(*listener, address));
    if (!listener->isTcp())
        return &peer;
    auto& conn = *peer.conns.emplace_back(std::make_unique<nb_conn>(*listener, peer));
    std::int32_t status = NB_INTERNAL;
    life->call(Lane::reactor, "accepted", [&] { status = listener->tcp.accepted(listener->user, &conn, &conn.session); });
    if (status == NB_OK)
        return &peer;
    peer.conns.clear();
    peer.closed = NB_CLOSE_LOCAL;
    return fault(Status::closed, "not_accepted",
                 "The plugin did not take the connection: its status is " + std::to_string(status) + '.');
}

} // namespace netbit::fake

// The listener.

nb_listener::nb_listener(fake::Life& itsLife, std::string itsName, const nb_listen_options& wanted, std::uint32_t itsPort,
                         void* itsUser)
    : life(itsLife), name(std::move(itsName)), options(wanted), port(itsPort), user(itsUser)
{
}

std::vector<nb_conn*> nb_listener::open() const
{
    std::vector<nb_conn*> out;
    for (const auto& peer : life.world().peers)
        for (const auto& conn : peer->conns)
            if (&conn->listener == this && !conn->gone())
                out.push_back(conn.get());
    return out;
}

void nb_listener::closeAll(std::uint32_t reason)
{
    for (auto* const conn : open())
        conn->finish(reason);
}

std::optional<std::int64_t> nb_listener::nextDue() const
{
    std::optional<std::int64_t> next;
    for (const auto* const conn : open())
        if (const auto due = conn->due(); due && (!next || *due < *next))
            next = due;
    return next;
}

void nb_listener::fireDue(std::int64_t now)
{
    for (auto* const conn : open())
        conn->fire(now);
}

void nb_listener::receive(const nb_address& from, std::string_view bytes)
{
    if (life.live())
        life.call(Lane::reactor, "datagram", [&] { udp.datagram(user, this, &from, {bytes.data(), bytes.size()}); });
}

// The connection.

nb_conn::nb_conn(nb_listener& itsListener, nb_kit_peer& itsPeer)
    : listener(itsListener), peer(itsPeer), peerText(fake::textOf(itsPeer.address))
{
}

std::int32_t nb_conn::send(std::string_view bytes)
{
    if (_gone || _closing)
        return NB_CLOSED;
    if (!peer.stalled && _queued.empty()) {
        peer.received += bytes;
        return NB_OK;
    }
    if (_queued.size() > listener.options.hard_mark_bytes) {
        _closing = true;
        life().world().queue.put([this] { finish(NB_CLOSE_OVERFLOW); });
        return NB_CLOSED;
    }
    if (_queued.empty())
        _lastProgress = life().world().now();
    _queued += bytes;
    if (_queued.size() <= listener.options.high_mark_bytes)
        return NB_OK;
    _full = true;
    return NB_WOULD_BLOCK;
}

void nb_conn::close(bool now)
{
    if (_gone)
        return;
    _closing = true;
    // Never at once: `closed` must not come while another call of the plugin is under way.
    life().world().queue.put([this, now] {
        if (now || _queued.empty())
            finish(NB_CLOSE_LOCAL);
    });
}

void nb_conn::run(void (*function)(void*, nb_conn*), void* user)
{
    auto call = [this, function, user] { life().call(Lane::reactor, "run of a connection", [&] { function(user, this); }); };
    // Stopped: then this is the plugin's own call from stop or destroy, and what `user` points to must still be freed.
    if (life().state() >= fake::Life::State::stopped)
        call();
    else
        life().world().queue.put(std::move(call));
}

void nb_conn::resume()
{
    _paused = false;
    life().world().queue.put([this] { offer(); });
}

void nb_conn::deadline(std::uint32_t ms)
{
    if (ms == 0)
        _deadline.reset();
    else
        _deadline = life().world().now() + ms;
}

void nb_conn::retain()
{
    ++_references;
    ++life().connections;
}

void nb_conn::release()
{
    if (_references == 0) {
        life().world().violation("A connection was released more often than it was retained.");
        return;
    }
    --_references;
    --life().connections;
}

void nb_conn::offer()
{
    if (_gone || _closing || _paused || _held || _inbox.empty() || life().ending())
        return;
    auto used = _inbox.size();
    const auto offered = _inbox;
    const bool well = life().call(Lane::reactor, "data", [&] {
        used = listener.tcp.data(session, this, {offered.data(), offered.size()});
    });
    if (!well)
        close(true);
    if (used > offered.size()) {
        life().world().violation("data() consumed more bytes than there were.");
        used = offered.size();
    }
    _inbox.erase(0, used);
}

void nb_conn::take(std::string_view bytes)
{
    _inbox += bytes;
    offer();
}

void nb_conn::peerEnds()
{
    if (_gone || _closing)
        return;
    if (listener.tcp.ended)
        life().call(Lane::reactor, "ended", [this] { listener.tcp.ended(session, this); });
    else
        close(false);
}

void nb_conn::peerReads()
{
    peer.received += _queued;
    _queued.clear();
    if (_gone)
        return;
    if (_closing) {
        finish(NB_CLOSE_LOCAL);
        return;
    }
    if (std::exchange(_full, false) && listener.tcp.drained)
        life().call(Lane::reactor, "drained", [this] { listener.tcp.drained(session, this); });
}

void nb_conn::finish(std::uint32_t reason)
{
    if (std::exchange(_gone, true))
        return;
    if (reason != NB_CLOSE_MOVED)
        peer.closed = reason;
    life().call(Lane::reactor, "closed", [&] { listener.tcp.closed(session, this, reason); });
}

std::optional<std::int64_t> nb_conn::due() const
{
    auto next = _deadline;
    if (!_queued.empty()) {
        const auto limit = _lastProgress + listener.options.write_timeout_ms;
        next = next ? std::min(*next, limit) : limit;
    }
    return next;
}

void nb_conn::fire(std::int64_t now)
{
    if (!_queued.empty() && _lastProgress + listener.options.write_timeout_ms <= now) {
        finish(NB_CLOSE_TIMEOUT);
        return;
    }
    if (!_deadline || *_deadline > now)
        return;
    _deadline.reset();
    if (_closing)
        return;
    if (listener.tcp.timed_out)
        life().call(Lane::reactor, "timed_out", [this] { listener.tcp.timed_out(session, this); });
    else
        finish(NB_CLOSE_TIMEOUT);
}

std::int32_t nb_conn::freeze(nb_keep_fn keep, void* keeper)
{
    if (_gone || _closing || !listener.tcp.freeze)
        return NB_UNSUPPORTED;
    std::int32_t status = NB_INTERNAL;
    life().call(Lane::reactor, "freeze", [&] { status = listener.tcp.freeze(session, this, keep, keeper); });
    return status;
}

void nb_conn::goOn(nb_conn& before)
{
    _inbox = std::move(before._inbox);
    _queued = std::move(before._queued);
    _lastProgress = before._lastProgress;
    if (!_inbox.empty())
        life().world().queue.put([this] { offer(); });
}
