#include "journey/Crowd.h"

#include "support/Socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::test {

namespace {

/// The number behind the first `mark`.
std::int64_t numberBehind(std::string_view text, std::string_view mark)
{
    const auto at = text.find(mark);
    std::int64_t number = 0;
    if (at == std::string_view::npos ||
        std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), number).ec != std::errc())
        throw std::runtime_error("no " + std::string(mark) + " in: " + std::string(text));
    return number;
}

constexpr std::size_t mostAtOnce = 256 * 1024;

} // namespace

/// The bytes of one subscriber. A million of events pass through it, so it looks for marks and parses no JSON.
class Crowd::Listener {
public:
    Listener(bool sse, const User& user) : overSse(sse), _token(user.token) {}

    void connect(const Daemon& daemon)
    {
        _held.clear();
        _inHead = overSse;
        socket = Socket::tcp(overSse ? daemon.http() : daemon.tcp());
        const auto after = std::to_string(last);
        // HTTP/1.0: the stream ends with the connection, and has no chunks.
        socket.send(overSse ? "GET /api/events?topics=message.created HTTP/1.0\r\nAuthorization: Bearer " + _token +
                                  "\r\nLast-Event-ID: " + after + "\r\n\r\n"
                            : R"({"packet_type":"Authenticate","token":")" + _token +
                                  R"("}{"packet_type":"Subscribe","topics":["message.created"],"after":)" + after + "}");
    }

    /// Takes in what came; how many messages were among it.
    std::size_t take(std::string_view bytes)
    {
        _held.append(bytes);
        std::size_t used = 0;
        const auto before = heard.size();
        const std::string_view all = _held;
        if (_inHead) {
            const auto end = all.find("\r\n\r\n");
            if (end == std::string_view::npos)
                return 0;
            if (!all.starts_with("HTTP/1.1 200"))
                throw ConnectionLost(std::string(all.substr(0, end))); // a server that just starts or ends
            _inHead = false;
            used = end + 4;
        }
        while (overSse ? takeBlock(all, used) : takePacket(all, used)) { }
        _held.erase(0, used);
        return heard.size() - before;
    }

    const bool overSse;
    Socket socket;
    std::int64_t last = 0;
    std::vector<Heard> heard;

private:
    bool takeBlock(std::string_view all, std::size_t& used)
    {
        const auto end = all.find("\n\n", used);
        if (end == std::string_view::npos)
            return false;
        const auto block = all.substr(used, end + 2 - used);
        used = end + 2;
        if (block.find("event: reset") != std::string_view::npos)
            throw std::runtime_error("was reset: " + std::string(block));
        if (block.find("event: message.created") != std::string_view::npos)
            note(numberBehind(block, "id: "), block.substr(block.find(R"("data":)")));
        return true;
    }

    bool takePacket(std::string_view all, std::size_t& used)
    {
        int depth = 0;
        bool inString = false;
        for (auto i = used; i < all.size(); ++i) {
            const char c = all[i];
            if (inString) {
                if (c == '\\')
                    ++i;
                else if (c == '"')
                    inString = false;
            } else if (c == '"') {
                inString = true;
            } else if (c == '{') {
                ++depth;
            } else if (c == '}' && --depth == 0) {
                understand(all.substr(used, i + 1 - used));
                used = i + 1;
                return true;
            }
        }
        return false;
    }

    void understand(std::string_view packet)
    {
        if (packet.find(R"("packet_type":"Event")") != std::string_view::npos)
            note(numberBehind(packet, R"("event":{"id":)"), packet.substr(packet.find(R"("data":)")));
        else if (packet.find(R"("success":false)") != std::string_view::npos)
            throw ConnectionLost(std::string(packet));
        else if (packet.find(R"("success":true)") == std::string_view::npos)
            throw std::runtime_error("something else came: " + std::string(packet));
    }

    void note(std::int64_t event, std::string_view data)
    {
        if (event <= last)
            throw std::runtime_error("event " + std::to_string(event) + " came after event " + std::to_string(last));
        last = event;
        heard.push_back({event, numberBehind(data, R"("chat_id":)"), numberBehind(data, R"("id":)")});
    }

    const std::string _token;
    std::string _held;
    bool _inHead = false;
};

Crowd::Crowd(const Daemon& daemon, const std::vector<User>& users, int sse, int tcp, int eventsPerCut)
    : _daemon(daemon), _eventsPerCut(eventsPerCut), _epoll(::epoll_create1(EPOLL_CLOEXEC)), _untilCut(eventsPerCut)
{
    for (int i = 0; i < sse + tcp; ++i) {
        _listeners.push_back(std::make_unique<Listener>(i < sse, users[static_cast<std::size_t>(i) % users.size()]));
        _waiting.push_back(_listeners.back().get());
    }
    _thread = std::thread([this] {
        try {
            loop();
        } catch (const std::exception& error) {
            _complaint = error.what();
            _failed = true;
        }
    });
}

Crowd::~Crowd()
{
    _over = true;
    if (_thread.joinable())
        _thread.join();
    ::close(_epoll);
}

bool Crowd::waitForAll(std::size_t messages, std::chrono::milliseconds most)
{
    for (const Deadline deadline(most); _least < messages && !_failed && !deadline.over();)
        poll(nullptr, 0, 2);
    return _least >= messages && !_failed;
}

std::vector<std::vector<Crowd::Heard>> Crowd::leave()
{
    _over = true;
    _thread.join();
    std::vector<std::vector<Heard>> all;
    for (auto& each : _listeners)
        all.push_back(std::move(each->heard));
    return all;
}

void Crowd::begin(Listener& listener)
{
    try {
        listener.connect(_daemon);
    } catch (const ConnectionLost&) { // the server is down
        _waiting.push_back(&listener);
        return;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &listener;
    if (::epoll_ctl(_epoll, EPOLL_CTL_ADD, listener.socket.fd(), &event) != 0)
        throw std::runtime_error("epoll_ctl failed");
}

void Crowd::read(Listener& listener)
{
    static thread_local std::array<char, mostAtOnce> room;
    const auto got = ::recv(listener.socket.fd(), room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    try {
        if (got <= 0)
            throw ConnectionLost("");
        const auto messages = static_cast<int>(listener.take({room.data(), static_cast<std::size_t>(got)}));
        if (_eventsPerCut == 0 || (_untilCut -= messages) > 0)
            return;
        _untilCut = std::uniform_int_distribution<int>(1, 2 * _eventsPerCut)(_random);
        ++_cuts;
    } catch (const ConnectionLost&) {
        ++_losses;
    }
    listener.socket.close(); // epoll forgets it
    _waiting.push_back(&listener);
}

void Crowd::loop()
{
    std::array<epoll_event, 256> events;
    while (!_over) {
        for (auto* each : std::exchange(_waiting, {}))
            begin(*each);
        const int count = ::epoll_wait(_epoll, events.data(), static_cast<int>(events.size()), 5);
        for (int i = 0; i < count; ++i)
            read(*static_cast<Listener*>(events[static_cast<std::size_t>(i)].data.ptr));
        const auto least = std::min_element(_listeners.begin(), _listeners.end(), [](const auto& a, const auto& b) {
            return a->heard.size() < b->heard.size();
        });
        _least = (*least)->heard.size();
    }
}

} // namespace netbit::test
