// bench-udp: pings with so many on their way, from one socket. An answer carries no number, so pings are counted in the
// order they went out; one that is lost shows when the window has not emptied after a wait. Then the socket is replaced,
// so that a late answer is never counted for another ping. One JSON object comes out.

#include "Load.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace bench;

constexpr std::size_t mostInFlight = 1024;
constexpr std::size_t answerBytes = 64;
constexpr std::string_view ping = "{\"packet_type\":\"Ping\"}";

class Pinger {
public:
    Pinger(std::uint16_t port, std::size_t inFlight, int bufferBytes)
        : _port(port), _inFlight(inFlight), _bufferBytes(bufferBytes), _slots(inFlight * answerBytes),
          _to(inFlight), _from(inFlight), _toVectors(inFlight), _fromVectors(inFlight)
    {
        for (std::size_t i = 0; i < inFlight; ++i) {
            _toVectors[i] = {const_cast<char*>(ping.data()), ping.size()}; // sendmmsg only reads it
            _fromVectors[i] = {_slots.data() + i * answerBytes, answerBytes};
            _to[i].msg_hdr.msg_iov = &_toVectors[i];
            _from[i].msg_hdr.msg_iov = &_fromVectors[i];
            _to[i].msg_hdr.msg_iovlen = _from[i].msg_hdr.msg_iovlen = 1;
        }
        open();
    }

    ~Pinger() { ::close(_socket); }
    Pinger(const Pinger&) = delete;
    Pinger& operator=(const Pinger&) = delete;

    void run(double warmUp, double seconds)
    {
        const auto from = Clock::now() + fromSeconds(warmUp);
        const auto until = from + fromSeconds(seconds);
        _times.reserve(1 << 22);
        for (auto now = Clock::now(); now < until; now = Clock::now()) {
            fill(now);
            take(from, until);
        }
        while (!_begun.empty())
            take(until, until);
    }

    void print(double seconds)
    {
        std::sort(_times.begin(), _times.end());
        std::printf("{\"rate\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, \"sent\": %zu, \"lost\": %zu}\n",
                    static_cast<double>(_times.size()) / seconds, quantile(_times, 0.5), quantile(_times, 0.99), _sent,
                    _lost);
    }

private:
    void open()
    {
        _socket = connectLoopback(SOCK_DGRAM, _port);
        const timeval patience{0, 200'000};
        if (::setsockopt(_socket, SOL_SOCKET, SO_RCVBUF, &_bufferBytes, sizeof _bufferBytes) != 0 ||
            ::setsockopt(_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
            die("setsockopt");
    }

    void fill(Clock::time_point now)
    {
        const auto wanted = static_cast<unsigned>(_inFlight - _begun.size());
        const int gone = wanted == 1 ? (::send(_socket, ping.data(), ping.size(), 0) > 0 ? 1 : -1)
                                     : ::sendmmsg(_socket, _to.data(), wanted, 0);
        if (gone < 0)
            die("send");
        _sent += static_cast<std::size_t>(gone);
        _begun.insert(_begun.end(), static_cast<std::size_t>(gone), now);
    }

    void take(Clock::time_point from, Clock::time_point until)
    {
        const auto most = static_cast<unsigned>(_begun.size());
        const int got = most == 1 ? (::recv(_socket, _slots.data(), answerBytes, 0) > 0 ? 1 : -1)
                                  : ::recvmmsg(_socket, _from.data(), most, MSG_WAITFORONE, nullptr);
        const auto now = Clock::now();
        if (got < 0) {
            _lost += _begun.size();
            _begun.clear();
            ::close(_socket);
            open();
            return;
        }
        for (int i = 0; i < got; ++i) {
            if (now >= from && now < until)
                _times.push_back(static_cast<float>(microseconds(now - _begun.front())));
            _begun.pop_front();
        }
    }

    std::uint16_t _port;
    std::size_t _inFlight;
    int _bufferBytes;
    int _socket = -1;
    std::vector<char> _slots;
    std::vector<mmsghdr> _to, _from;
    std::vector<iovec> _toVectors, _fromVectors;
    std::deque<Clock::time_point> _begun; // of the pings on their way, oldest first
    std::vector<float> _times;
    std::size_t _sent = 0;
    std::size_t _lost = 0;
};

} // namespace

int main(int argc, char** argv)
{
    const Options options(argc, argv,
                          "bench-udp --port PORT [--in-flight N] [--seconds S] [--warm-up S] [--buffer BYTES]",
                          {"port", "in-flight", "seconds", "warm-up", "buffer"});
    const double seconds = options.seconds("seconds", 5);
    Pinger pinger(static_cast<std::uint16_t>(options.number("port", 0, 1, 65535)),
                  options.number("in-flight", 1, 1, mostInFlight),
                  static_cast<int>(options.number("buffer", 1 << 20, 4096, 1 << 26)));
    pinger.run(options.seconds("warm-up", 0.5), seconds);
    pinger.print(seconds);
}
