#pragma once
// TCP: each line comes back with its number. Some lines are orders. Both a connection and a datagram survive a reload.

#include <netbit/host.hpp>
#include <netbit/transport.h>

#include <cstdint>
#include <memory>
#include <string>

class Lines {
public:
    static constexpr std::uint32_t form = 1;

    explicit Lines(netbit::Host host) : _api(host.require<nb_transport_api>(NB_TRANSPORT_SERVICE))
    {
        nb_listen_options options{};
        options.size = sizeof options;
        options.name = netbit::toStr("lines");
        options.address = netbit::toStr("127.0.0.1");
        options.high_mark_bytes = 1000;
        options.hard_mark_bytes = 10'000;
        options.max_connections = 3;
        static constexpr nb_tcp_calls tcp{sizeof(nb_tcp_calls), 0,         &accepted, &data,   &ended,
                                          &drained,             &timedOut, &closed,   &freeze, &thaw};
        netbit::ErrorBuffer error;
        nb_listener* listener = nullptr;
        netbit::toResult(_api.listen_tcp(host.raw(), &options, &tcp, this, &listener, error.get()), error).value();
        options.name = netbit::toStr("echo");
        static constexpr nb_udp_calls udp{sizeof(nb_udp_calls), 0, &datagram, &freezeAll, &thawOne};
        netbit::toResult(_api.listen_udp(host.raw(), &options, &udp, this, &_echo, error.get()), error).value();
    }

private:
    struct Session {
        Lines& lines;
        std::uint64_t count = 0;
    };
    static Session& of(void* session) { return *static_cast<Session*>(session); }
    void say(nb_conn* conn, const std::string& text) const { _api.send(conn, netbit::toStr(text)); }

    static std::int32_t accepted(void* user, nb_conn* conn, void** session)
    {
        auto& self = *static_cast<Lines*>(user);
        self._api.deadline(conn, 10'000);
        *session = std::make_unique<Session>(Session{self}).release();
        return NB_OK;
    }
    static std::size_t data(void* session, nb_conn* conn, nb_str bytes)
    {
        auto& own = of(session);
        auto rest = netbit::toView(bytes);
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            own.lines.order(own, conn, std::string(rest.substr(0, end)));
            rest.remove_prefix(end + 1);
        }
        return bytes.len - rest.size();
    }
    void order(Session& own, nb_conn* conn, const std::string& line)
    {
        if (line == "quit")
            return _api.close(conn, 0);
        if (line == "pause")
            return _api.pause(conn);
        if (line.rfind("flood ", 0) == 0)
            return say(conn, std::string(std::stoul(line.substr(6)), '.'));
        say(conn, std::to_string(++own.count) + ' ' + line + '\n');
    }
    static void ended(void* session, nb_conn* conn)
    {
        of(session).lines.say(conn, "bye\n");
        of(session).lines._api.close(conn, 0);
    }
    static void drained(void* session, nb_conn* conn) { of(session).lines.say(conn, "room again\n"); }
    static void timedOut(void* session, nb_conn* conn)
    {
        of(session).lines.say(conn, "too slow\n");
        of(session).lines._api.close(conn, 0);
    }
    static void closed(void* session, nb_conn*, std::uint32_t) { const std::unique_ptr<Session> end(&of(session)); }
    static std::int32_t freeze(void* session, nb_conn*, nb_keep_fn keep, void* keeper)
    {
        const auto text = std::to_string(of(session).count);
        const nb_frozen piece{sizeof(nb_frozen), form, netbit::toStr(text), nullptr};
        return keep(keeper, &piece);
    }
    static std::int32_t thaw(void* user, nb_conn*, const nb_frozen* piece, void** session)
    {
        if (piece->form != form)
            return NB_UNSUPPORTED;
        const auto count = netbit::parseInteger<std::uint64_t>(netbit::toView(piece->bytes));
        *session = std::make_unique<Session>(Session{*static_cast<Lines*>(user), *count}).release();
        return NB_OK;
    }

    static void datagram(void* user, nb_listener*, const nb_address* from, nb_str bytes)
    {
        auto& self = *static_cast<Lines*>(user);
        char text[64];
        self._api.address_text(from, text, sizeof text);
        ++self._datagrams;
        const auto answer = std::string(text) + " said " + std::string(netbit::toView(bytes)) + ", the " +
                            std::to_string(self._datagrams) + ". of all";
        self._api.send_to(self._echo, from, netbit::toStr(answer));
    }
    static std::int32_t freezeAll(void* user, nb_listener*, nb_keep_fn keep, void* keeper)
    {
        const auto text = std::to_string(static_cast<Lines*>(user)->_datagrams);
        const nb_frozen piece{sizeof(nb_frozen), form, netbit::toStr(text), nullptr};
        return keep(keeper, &piece);
    }
    static std::int32_t thawOne(void* user, nb_listener*, const nb_frozen* piece)
    {
        static_cast<Lines*>(user)->_datagrams = *netbit::parseInteger<std::uint64_t>(netbit::toView(piece->bytes));
        return NB_OK;
    }

    const nb_transport_api& _api;
    nb_listener* _echo = nullptr;
    std::uint64_t _datagrams = 0;
};
