// Listeners, connections, datagrams.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"
#include "net/PeerText.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace netbit::isolation::child {

namespace {

using wire::view;

constexpr std::size_t usualWindow = 256 * 1024; // as parent/Session.h has it
constexpr std::uint64_t thanksTogether = 32 * 1024; // bytes received

template <class Calls>
std::int32_t listen(const nb_host* host, const nb_listen_options* wanted, const std::optional<Calls>& calls, void* user,
                    nb_listener** out, nb_error* error, bool tcp)
{
    auto& self = Host::of(host);
    if (!self.starting())
        return refuse(error, NB_INVALID, "not_in_start", "Listeners are made in start.");
    const auto options = knownPart(wanted);
    if (!options || !calls || !out)
        return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
    wire::Listen message;
    message.tcp = tcp ? 1 : 0;
    message.name = options->name;
    message.address = options->address;
    message.port = options->port;
    message.maxConnections = options->max_connections;
    message.maxPerAddress = options->max_per_address;
    message.highMarkBytes = options->high_mark_bytes;
    message.hardMarkBytes = options->hard_mark_bytes;
    message.writeTimeoutMs = options->write_timeout_ms;
    wire::Listening bound;
    const auto status = self.call(Kind::listen, message, bound, error);
    if (status != NB_OK)
        return status;
    auto listener = std::make_shared<nb_listener>();
    listener->index = bound.listener;
    listener->port = bound.port;
    listener->window = options->high_mark_bytes == 0 ? usualWindow : options->high_mark_bytes;
    listener->user = user;
    if constexpr (std::is_same_v<Calls, nb_tcp_calls>)
        listener->tcp = *calls;
    else
        listener->udp = *calls;
    *out = listener.get();
    self.addListener(bound.listener, std::move(listener));
    return NB_OK;
}

std::int32_t listenTcp(const nb_host* host, const nb_listen_options* options, const nb_tcp_calls* given, void* user,
                       nb_listener** out, nb_error* error)
{
    const auto calls = knownPart(given);
    if (calls && (!calls->accepted || !calls->data || !calls->closed))
        return refuse(error, NB_INVALID, "bad_argument", "The argument calls lacks accepted, data or closed.");
    return listen(host, options, calls, user, out, error, true);
}

std::int32_t listenUdp(const nb_host* host, const nb_listen_options* options, const nb_udp_calls* given, void* user,
                       nb_listener** out, nb_error* error)
{
    const auto calls = knownPart(given);
    if (calls && !calls->datagram)
        return refuse(error, NB_INVALID, "bad_argument", "The argument calls lacks datagram.");
    return listen(host, options, calls, user, out, error, false);
}

std::int32_t sent(nb_conn& conn, const wire::ConnSend& message, std::size_t bytes)
{
    if (conn.gone || conn.closing)
        return NB_CLOSED;
    const bool room = conn.room.takes(bytes);
    if (!Host::the().channel().send(Kind::connSend, message))
        return NB_TOO_LARGE;
    return room ? NB_OK : NB_WOULD_BLOCK;
}

std::int32_t send(nb_conn* conn, nb_str bytes)
{
    if (!conn)
        return NB_INVALID;
    wire::ConnSend message;
    message.conn = conn->id;
    message.bytes.bytes = bytes;
    return sent(*conn, message, bytes.len);
}

std::int32_t sendBody(nb_conn* conn, nb_body* body)
{
    if (!conn || !body)
        return NB_INVALID;
    wire::ConnSend message;
    message.conn = conn->id;
    body->passTo(message.bytes, message.body);
    return sent(*conn, message, body->length);
}

void run(nb_conn* conn, void (*function)(void* user, nb_conn* conn), void* user)
{
    if (!conn || !function)
        return;
    conn->retain();
    Host::the().onReactorLater([conn, function, user] {
        Host::the().guarded("run", [&] { function(user, conn); });
        conn->release();
    });
}

std::int32_t sendTo(nb_listener* listener, const nb_address* to, nb_str bytes)
{
    if (!listener || !listener->udp.datagram || !to || to->length > sizeof to->bytes)
        return NB_INVALID;
    wire::Datagram message;
    message.listener = listener->index;
    message.addressLength = to->length;
    std::copy(std::begin(to->bytes), std::end(to->bytes), message.address.begin());
    message.bytes.bytes = bytes;
    return Host::the().channel().send(Kind::sendTo, message) ? NB_OK : NB_WOULD_BLOCK;
}

std::size_t addressText(const nb_address* address, char* out, std::size_t capacity)
{
    if (!address || address->length > sizeof address->bytes)
        return 0;
    alignas(8) unsigned char bytes[sizeof address->bytes];
    std::memcpy(bytes, address->bytes, sizeof bytes);
    const auto text = net::peerText(*reinterpret_cast<const sockaddr*>(bytes));
    if (out && capacity > 0) {
        const auto fits = std::min(text.size(), capacity - 1);
        std::memcpy(out, text.data(), fits);
        out[fits] = '\0';
    }
    return text.size();
}

} // namespace

const nb_transport_api& transportTable() noexcept
{
    static constexpr nb_transport_api table{
        .size = sizeof(nb_transport_api),
        .reserved = 0,
        .listen_tcp = &listenTcp,
        .listen_udp = &listenUdp,
        .port = [](const nb_listener* listener) -> std::uint32_t { return listener ? listener->port : 0; },
        .conn_retain =
            [](nb_conn* conn) {
                if (conn)
                    conn->retain();
            },
        .conn_release =
            [](nb_conn* conn) {
                if (conn)
                    conn->release();
            },
        .send = &send,
        .send_body = &sendBody,
        .close =
            [](nb_conn* conn, std::uint32_t now) {
                if (conn)
                    conn->close(now != 0);
            },
        .run = &run,
        .pause =
            [](nb_conn* conn) {
                if (conn)
                    conn->pause();
            },
        .resume =
            [](nb_conn* conn) {
                if (conn)
                    conn->resume();
            },
        .deadline =
            [](nb_conn* conn, std::uint32_t ms) {
                if (conn && !conn->gone)
                    Host::the().deadline(*conn, ms);
            },
        .peer = [](const nb_conn* conn) { return conn ? wire::str(conn->peer) : nb_str{nullptr, 0}; },
        .is_loopback = [](const nb_conn* conn) -> std::uint32_t { return conn && conn->loopback ? 1 : 0; },
        .send_to = &sendTo,
        .address_text = &addressText,
    };
    return table;
}

} // namespace netbit::isolation::child

using netbit::isolation::child::Host;
using netbit::isolation::wire::Kind;
namespace wire = netbit::isolation::wire;

nb_conn::nb_conn(std::shared_ptr<nb_listener> owner, const wire::Accepted& accepted)
    : listener(std::move(owner)), id(accepted.conn), peer(wire::view(accepted.peer)), loopback(accepted.loopback != 0),
      room(listener->window)
{
}

nb_conn::~nb_conn() { Host::the().channel().sendLater(Kind::connGone, wire::ConnId{id}); }

void nb_conn::data(nb_str bytes)
{
    _offered += bytes.len;
    if (_paused && open && !closing) {
        _rest.append(bytes.ptr ? bytes.ptr : "", bytes.len);
        _waiting += bytes.len;
        return; // the parent stops reading when it is not thanked
    }
    offer(bytes);
}

void nb_conn::offer(nb_str bytes)
{
    if (open && !closing) {
        // One piece that comes complete is the rule: it is read where it lies.
        if (!_rest.empty()) {
            _rest.append(bytes.ptr ? bytes.ptr : "", bytes.len);
            bytes = {nullptr, 0};
        }
        do {
            _again = false;
            const auto all = _rest.empty() ? bytes : nb_str{_rest.data(), _rest.size()};
            if (all.len == 0)
                break;
            std::size_t used = all.len;
            _inData = true;
            const bool well =
                Host::the().guarded("data", [&] { used = listener->tcp.data(session, this, all); });
            _inData = false;
            if (!well)
                close(true);
            if (used > all.len) {
                Host::the().complain("data() consumed more bytes than there were.");
                used = all.len;
            }
            if (_rest.empty() && used < all.len)
                _rest.assign(all.ptr + used, all.len - used);
            else if (!_rest.empty())
                _rest.erase(0, used);
            bytes = {nullptr, 0};
        } while (_again && !_paused && !closing);
    }
    _waiting = 0;
    if (_offered >= netbit::isolation::child::thanksTogether) {
        Host::the().channel().send(Kind::connTook, wire::ConnTook{id, std::exchange(_offered, 0)});
    }
    if (_endComes && !_paused)
        end();
}

void nb_conn::end()
{
    if (!open || closing)
        return;
    if (_paused && _waiting > 0) {
        _endComes = true;
        return;
    }
    _endComes = false;
    const auto told = listener->tcp.ended;
    if (!told)
        close(false);
    else if (!Host::the().guarded("ended", [&] { told(session, this); }))
        close(true);
}

void nb_conn::resume()
{
    _paused = false;
    if (_inData) {
        _again = true;
        return;
    }
    // At once it would call data() inside of whatever call this is.
    retain();
    Host::the().onReactorLater([this] {
        if (!_paused && !gone)
            offer({nullptr, 0});
        release();
    });
}

void nb_conn::close(bool now)
{
    if (gone)
        return;
    closing = true;
    Host::the().channel().send(Kind::connClose, wire::ConnClose{id, now ? 1u : 0u});
}
