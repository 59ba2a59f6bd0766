// bench-fanout: one message after the other to many subscribers; each waits until the last of them has the one before.
// Subscribers of netbitd (half over SSE, half over TCP) or of bench-blast. One JSON object comes out: from the first byte of
// the message until the last subscriber has all of it.

#include "Load.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace bench;

constexpr std::size_t markBytes = 12; // "#000000001#!": of fixed length, so that one may be split over two reads

std::string markOf(unsigned round)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "#%09u#!", round);
    return text.data();
}

void sendAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            die("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

struct Listener {
    int fd = -1;
    std::string tail; // the last bytes, where a mark may have begun
    bool has = false;
};

class Audience {
public:
    void add(int fd)
    {
        _listeners.push_back({fd, {}, false});
    }

    void watch()
    {
        for (std::size_t i = 0; i < _listeners.size(); ++i) {
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            if (::epoll_ctl(_epoll, EPOLL_CTL_ADD, _listeners[i].fd, &event) != 0)
                die("epoll_ctl");
        }
    }

    /// Until each has read the mark; false: not in time.
    bool await(std::string_view mark, double seconds)
    {
        const auto end = Clock::now() + fromSeconds(seconds);
        for (auto& each : _listeners)
            each.has = false;
        std::array<epoll_event, 512> events;
        for (auto missing = _listeners.size(); missing > 0;) {
            const int count = ::epoll_wait(_epoll, events.data(), static_cast<int>(events.size()), 100);
            for (int i = 0; i < count; ++i)
                missing -= read(_listeners[events[static_cast<std::size_t>(i)].data.u64], mark) ? 1 : 0;
            if (missing > 0 && Clock::now() > end)
                return false;
        }
        return true;
    }

    std::size_t size() const noexcept { return _listeners.size(); }
    std::size_t bytes = 0; ///< read so far, by all

private:
    bool read(Listener& listener, std::string_view mark)
    {
        static std::array<char, 64 * 1024> room;
        const auto got = ::recv(listener.fd, room.data(), room.size(), MSG_DONTWAIT);
        if (got <= 0)
            die("a subscriber lost its connection");
        bytes += static_cast<std::size_t>(got);
        listener.tail.append(room.data(), static_cast<std::size_t>(got));
        const bool heard = !listener.has && listener.tail.find(mark) != std::string::npos;
        listener.has = listener.has || heard;
        listener.tail.erase(0, listener.tail.size() - std::min(listener.tail.size(), markBytes - 1));
        return heard;
    }

    int _epoll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<Listener> _listeners;
};

} // namespace

int main(int argc, char** argv)
{
    const Options options(argc, argv,
                          "bench-fanout (--bare PORT --bytes N | --http PORT --tcp PORT) [--subscribers N] [--seconds S]\n"
                          "netbitd: TOKEN CHAT on standard input, of someone who may read and write there",
                          {"bare", "bytes", "http", "tcp", "subscribers", "seconds"});
    const auto port = [&](const char* name, unsigned least) {
        return static_cast<std::uint16_t>(options.number(name, least == 0 ? 0 : 1, least, 65535));
    };
    const auto bare = port("bare", 0);
    const auto subscribers = options.number("subscribers", 1000, 2, 20'000);
    const auto size = options.number("bytes", 600, 64, 65536);
    const double seconds = options.seconds("seconds", 5);

    std::string token, chat;
    if (bare == 0)
        std::cin >> token >> chat;
    const std::string authenticate = R"({"packet_type":"Authenticate","token":")" + token + "\"}";
    const int sender = connectLoopback(SOCK_STREAM, bare != 0 ? bare : port("tcp", 1));
    if (bare == 0)
        sendAll(sender, authenticate);
    Audience audience;
    for (std::uint64_t i = 0; i < subscribers; ++i) {
        const bool sse = i % 2 == 0;
        const int fd = connectLoopback(SOCK_STREAM, bare != 0 ? bare : sse ? port("http", 1) : port("tcp", 1));
        if (bare == 0)
            sendAll(fd, sse ? "GET /api/events?topics=message.created HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + token +
                                  "\r\n\r\n"
                            : authenticate + R"({"packet_type":"Subscribe","topics":["message.created"]})");
        audience.add(fd);
    }
    audience.watch();

    unsigned round = 0;
    std::array<char, 4096> acks;
    const auto once = [&](double most) {
        const auto mark = markOf(++round);
        std::string text(200 - markBytes, 'x');
        text += mark;
        if (bare != 0)
            text.insert(0, size - text.size(), ' ');
        else
            text = R"({"packet_type":"SendMessage","message":{"chat_id":)" + chat + R"(,"content":")" + text + "\"}}";
        const auto begun = Clock::now();
        sendAll(sender, text);
        const auto took = audience.await(mark, most) ? microseconds(Clock::now() - begun) : -1;
        if (bare == 0) // what it was told for itself is not wanted
            static_cast<void>(::recv(sender, acks.data(), acks.size(), MSG_DONTWAIT));
        return static_cast<float>(took);
    };
    // A subscription begins when the server gets to it. Until all have begun, a message reaches some only.
    for (int tries = 0; once(0.2) < 0; ++tries)
        if (tries == 100)
            die("not all subscriptions have begun");
    audience.bytes = 0;
    std::vector<float> times;
    for (const auto end = Clock::now() + fromSeconds(seconds); Clock::now() < end;)
        if (const auto took = once(20); took >= 0)
            times.push_back(took);
        else
            die("a message did not reach all subscribers within 20 s");
    std::sort(times.begin(), times.end());
    std::printf("{\"messages\": %zu, \"p50_us\": %.0f, \"p99_us\": %.0f, \"bytes\": %zu}\n", times.size(), quantile(times, 0.5),
                quantile(times, 0.99), audience.bytes / audience.size() / std::max<std::size_t>(1, times.size()));
}
