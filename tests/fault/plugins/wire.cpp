// A TCP and a UDP listener that echo, from the reactor and from a worker, and close in the middle of a call.
#include "fault.h"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

const nb_transport_api* wire = nullptr;
std::atomic<int> sessions{0};
std::atomic<int> inside{0};   // calls of data() under way
std::atomic<bool> nested{false}; // closed() came while one was

struct Later {
    nb_conn* conn;
    std::string line;
};

void fromWorker(void* user)
{
    const std::unique_ptr<Later> later(static_cast<Later*>(user));
    for (const char& each : later->line) // many small sends: one wake-up, one write
        wire->send(later->conn, nb_str{&each, 1});
    wire->run(
        later->conn, [](void*, nb_conn* conn) { wire->send(conn, text("!\n")); }, nullptr);
    wire->conn_release(later->conn);
}

struct Turn {
    nb_conn* conn;
    std::promise<void> sent;
};

void firstTurn(void* user)
{
    auto& turn = *static_cast<Turn*>(user);
    wire->send(turn.conn, text("first "));
    turn.sent.set_value();
}

std::int32_t accepted(void*, nb_conn*, void** session)
{
    *session = std::make_unique<std::string>().release();
    ++sessions;
    return NB_OK;
}

std::size_t data(void*, nb_conn* conn, nb_str bytes)
{
    ++inside;
    const struct Leave {
        ~Leave() { --inside; }
    } leave;
    const std::string_view input(bytes.ptr, bytes.len);
    const auto end = input.find('\n');
    if (end == std::string_view::npos)
        return 0;
    const auto line = input.substr(0, end);
    if (line == "throw")
        throw std::runtime_error("data went wrong");
    if (line == "close") {
        wire->send(conn, text("bye\n"));
        wire->close(conn, 0);
    } else if (line == "now") {
        wire->close(conn, 1);
    } else if (line == "turns") { // the reactor sends when a worker certainly has
        Turn turn{conn, {}};
        nb_error error{};
        error.size = sizeof error;
        if (the_exec->post(the_host, &firstTurn, &turn, &error) == NB_OK)
            turn.sent.get_future().wait();
        wire->send(conn, text("second\n"));
    } else if (line.starts_with("worker ")) {
        wire->conn_retain(conn);
        auto later = std::make_unique<Later>(Later{conn, std::string(line.substr(7))});
        nb_error error{};
        error.size = sizeof error;
        if (the_exec->post(the_host, &fromWorker, later.get(), &error) == NB_OK)
            static_cast<void>(later.release());
    } else {
        wire->send(conn, nb_str{line.data(), line.size()});
        wire->send(conn, text("\n"));
    }
    return end + 1;
}

void closed(void* session, nb_conn*, std::uint32_t)
{
    if (inside != 0)
        nested = true;
    const std::unique_ptr<std::string> end(static_cast<std::string*>(session));
    --sessions;
}

void datagram(void*, nb_listener* listener, const nb_address* from, nb_str bytes)
{
    wire->send_to(listener, from, bytes);
}

std::int32_t count(void*, nb_request* request)
{
    return reply_text(request, (std::to_string(sessions) + (nested ? " nested" : "")).c_str());
}

std::int32_t start(nb_plugin*, nb_error* error)
{
    static const nb_tcp_calls tcp{sizeof(nb_tcp_calls), 0, &accepted, &data, nullptr, nullptr, nullptr, &closed, nullptr, nullptr};
    static const nb_udp_calls udp{sizeof(nb_udp_calls), 0, &datagram, nullptr, nullptr};
    wire = static_cast<const nb_transport_api*>(the_host->service(the_host, NB_TRANSPORT_SERVICE));
    nb_listen_options options{};
    options.size = sizeof options;
    options.name = text("tcp");
    options.address = text("127.0.0.1");
    nb_listener* listener = nullptr;
    if (const auto status = wire->listen_tcp(the_host, &options, &tcp, nullptr, &listener, error); status != NB_OK)
        return status;
    options.name = text("udp");
    if (const auto status = wire->listen_udp(the_host, &options, &udp, nullptr, &listener, error); status != NB_OK)
        return status;
    return add_get("/wire/sessions", NB_ACCESS_ANYONE, 0, &count, error);
}

} // namespace

extern "C" {
FAULT_PLUGIN(nullptr, &start, nullptr, nullptr)
}
