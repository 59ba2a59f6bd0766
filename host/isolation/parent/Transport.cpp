// Connections and datagrams.

#include "isolation/parent/Session.h"

#include <algorithm>

namespace netbit::isolation::parent {

namespace {

constexpr std::size_t mostWaiting = std::size_t{64} << 20;        // bytes to a child: more connections are not taken
constexpr std::size_t mostWaitingDatagrams = std::size_t{4} << 20; // more datagrams are dropped

} // namespace

void ConnProxy::credit()
{
    if (const auto bytes = owed.exchange(0); bytes > 0)
        session->channel().send(wire::Kind::credit, wire::Credit{0, id, bytes});
}

std::int32_t Session::accepted(void* user, nb_conn* conn, void** session)
{
    auto& listener = *static_cast<Listener*>(user);
    const auto self = listener.proxy.live();
    if (!self || listener.servedBy.load(std::memory_order_relaxed) != self->number() ||
        self->_channel.queuedBytes() > mostWaiting)
        return NB_UNAVAILABLE;
    const auto& transport = *self->tables().transport;
    transport.conn_retain(conn);
    const auto proxy = self->_conns.add(
        [&](Id id) { return std::make_shared<ConnProxy>(self, id, conn, listener.window); });
    if (!proxy) {
        transport.conn_release(conn);
        return NB_UNAVAILABLE;
    }
    proxy->self = proxy;
    *session = proxy.get();
    wire::Accepted message;
    message.listener = listener.index;
    message.conn = proxy->id;
    message.peer = transport.peer(conn);
    message.loopback = transport.is_loopback(conn);
    self->_channel.send(wire::Kind::accepted, message);
    return NB_OK;
}

const nb_tcp_calls& Session::tcpCalls() noexcept
{
    static constexpr nb_tcp_calls table{
        .size = sizeof(nb_tcp_calls),
        .reserved = 0,
        .accepted = &Session::accepted,
        .data = [](void* session, nb_conn* conn, nb_str bytes) -> std::size_t {
            auto& proxy = *static_cast<ConnProxy*>(session);
            wire::Data message;
            message.conn = proxy.id;
            message.bytes.bytes = bytes;
            const auto waiting = proxy.received += bytes.len;
            proxy.session->_channel.send(wire::Kind::data, message);
            if (waiting >= window) {
                proxy.paused = true;
                proxy.session->tables().transport->pause(conn);
                // It may all have been taken meanwhile, by one who saw no pause.
                if (proxy.received < window / 2 && proxy.paused.exchange(false))
                    proxy.session->tables().transport->resume(conn);
            }
            return bytes.len;
        },
        .ended =
            [](void* session, nb_conn*) {
                auto& proxy = *static_cast<ConnProxy*>(session);
                proxy.session->_channel.send(wire::Kind::connEnded, wire::ConnId{proxy.id});
            },
        .drained =
            [](void* session, nb_conn*) {
                auto& proxy = *static_cast<ConnProxy*>(session);
                proxy.full = false;
                proxy.credit();
            },
        .timed_out = nullptr, // deadlines are the child's own
        .closed =
            [](void* session, nb_conn*, std::uint32_t reason) {
                auto& proxy = *static_cast<ConnProxy*>(session);
                proxy.session->_channel.send(wire::Kind::connClosed, wire::ConnClosed{proxy.id, reason});
                const auto last = std::move(proxy.self);
            },
        .freeze = nullptr,
        .thaw = nullptr,
    };
    return table;
}

bool Session::takeConnSend(wire::Frame& frame)
{
    wire::ConnSend given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    const auto proxy = _conns.find(given.conn);
    if (!proxy)
        return broken("bytes for a connection that it does not have");
    const auto& transport = *tables().transport;
    proxy->full = true; // first: `drained` may come before the call has returned
    std::int32_t status = NB_CLOSED;
    if (given.body != 0) {
        const auto body = _bodies.borrow(given.body);
        if (!body)
            return broken("a body that it does not have");
        proxy->owed += tables().body->length(body.get());
        status = transport.send_body(proxy->conn, body.get());
    } else {
        proxy->owed += given.bytes.bytes.len;
        status = transport.send(proxy->conn, given.bytes.bytes);
    }
    if (status == NB_WOULD_BLOCK)
        return true; // the host drops a peer whose queue grows beyond the hard mark
    proxy->full = false;
    if (proxy->owed >= step(proxy->window))
        proxy->credit();
    return true;
}

bool Session::takeConnClose(wire::Frame& frame)
{
    return with<wire::ConnClose>(frame, [this](const wire::ConnClose& given) {
        if (const auto proxy = _conns.find(given.conn))
            tables().transport->close(proxy->conn, given.now);
    });
}

bool Session::takeConnGone(wire::Frame& frame)
{
    return with<wire::ConnId>(frame, [this](const wire::ConnId& given) {
        if (const auto proxy = _conns.take(given.conn)) {
            // A sane child lets go after `closed`; of another one nothing shall stay open.
            tables().transport->close(proxy->conn, 1);
            tables().transport->conn_release(proxy->conn);
        }
    });
}

bool Session::takeConnTook(wire::Frame& frame)
{
    wire::ConnTook given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    const auto proxy = _conns.find(given.conn);
    if (!proxy)
        return true;
    if (given.bytes > proxy->received)
        return broken("thanks for more than it was given");
    const auto left = proxy->received -= given.bytes;
    if (left < window / 2 && proxy->paused.exchange(false))
        tables().transport->run(
            proxy->conn,
            [](void* user, nb_conn* conn) {
                const std::unique_ptr<std::shared_ptr<ConnProxy>> mine(static_cast<std::shared_ptr<ConnProxy>*>(user));
                (*mine)->session->tables().transport->resume(conn);
            },
            std::make_unique<std::shared_ptr<ConnProxy>>(proxy).release());
    return true;
}

// Datagrams.

void Session::datagram(void* user, nb_listener*, const nb_address* from, nb_str bytes)
{
    auto& listener = *static_cast<Listener*>(user);
    const auto self = listener.proxy.live();
    if (!self || listener.servedBy.load(std::memory_order_relaxed) != self->number() ||
        self->_channel.queuedBytes() > mostWaitingDatagrams)
        return; // lost, as datagrams are
    wire::Datagram message;
    message.listener = listener.index;
    message.addressLength = from->length;
    std::copy(std::begin(from->bytes), std::end(from->bytes), message.address.begin());
    message.bytes.bytes = bytes;
    self->_channel.send(wire::Kind::datagram, message);
}

const nb_udp_calls& Session::udpCalls() noexcept
{
    static constexpr nb_udp_calls table{
        .size = sizeof(nb_udp_calls),
        .reserved = 0,
        .datagram = &Session::datagram,
        .freeze = nullptr,
        .thaw = nullptr,
    };
    return table;
}

bool Session::takeSendTo(wire::Frame& frame)
{
    wire::Datagram given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    const auto* const listener = _proxy.listener(given.listener);
    if (!listener || listener->tcp || given.addressLength > given.address.size())
        return broken("a datagram that cannot be");
    nb_address to{};
    to.length = given.addressLength;
    std::copy(given.address.begin(), given.address.end(), std::begin(to.bytes));
    tables().transport->send_to(listener->handle, &to, given.bytes.bytes);
    return true;
}

} // namespace netbit::isolation::parent
