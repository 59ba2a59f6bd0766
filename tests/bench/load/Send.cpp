// bench-send: clients that send messages over HTTP or TCP, each waiting for its answer before the next; one thread.
// Standard input has a line "TOKEN CHAT_ID" for each sender; the clients share them in turn. One JSON object comes out.

#include "Answers.h"
#include "Load.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace bench;

struct Sender {
    std::string token;
    std::string chat;
};

struct Client {
    int socket = -1;
    std::string request;
    std::string held; // of an answer, when it came in pieces
    Clock::time_point begun;
    bool waiting = false;
};

std::vector<Sender> readSenders()
{
    std::vector<Sender> senders;
    for (Sender sender; std::cin >> sender.token >> sender.chat;)
        senders.push_back(sender);
    if (senders.empty())
        die("standard input must have a line \"TOKEN CHAT_ID\"");
    return senders;
}

std::string httpRequest(const Sender& sender, std::string_view content)
{
    const auto body = "{\"content\":\"" + std::string(content) + "\"}";
    return "POST /api/chats/" + sender.chat +
        "/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + sender.token +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string tcpRequest(const Sender& sender, std::string_view content)
{
    return "{\"packet_type\":\"SendMessage\",\"message\":{\"chat_id\":" + sender.chat + ",\"content\":\"" +
        std::string(content) + "\",\"message_type\":\"Text\"}}\n";
}

void write(int socket, std::string_view bytes)
{
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
        die("send");
}

void authenticate(int socket, const Sender& sender)
{
    write(socket, "{\"packet_type\":\"Authenticate\",\"token\":\"" + sender.token + "\"}\n");
    std::string held;
    char bytes[4096];
    Answer answer;
    for (; answer.bytes == 0; answer = tcpAnswer(held)) {
        const auto got = ::recv(socket, bytes, sizeof bytes, 0);
        if (got <= 0)
            die("Authenticate was not answered");
        held.append(bytes, static_cast<std::size_t>(got));
    }
    if (!answer.good)
        die("Authenticate was refused: " + held);
}

class Load {
public:
    explicit Load(Answer (*answer)(std::string_view)) : _answer(answer), _epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

    void add(int socket, std::string request)
    {
        _clients.push_back({socket, std::move(request), {}, {}, false});
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = _clients.size() - 1;
        if (::epoll_ctl(_epoll, EPOLL_CTL_ADD, socket, &event) != 0)
            die("epoll_ctl");
    }

    void run(double warmUp, double seconds)
    {
        const auto from = Clock::now() + fromSeconds(warmUp);
        const auto until = from + fromSeconds(seconds);
        const auto patience = until + std::chrono::seconds(10);
        _times.reserve(1 << 20);
        for (auto& client : _clients)
            ask(client);
        std::vector<epoll_event> events(_clients.size());
        while (_waiting > 0) {
            const int ready = ::epoll_wait(_epoll, events.data(), static_cast<int>(events.size()), 100);
            if (ready < 0 && errno != EINTR)
                die("epoll_wait");
            auto now = Clock::now();
            if (now > patience)
                break;
            for (int i = 0; i < ready; ++i) {
                auto& client = _clients[events[static_cast<std::size_t>(i)].data.u64];
                if (!take(client))
                    continue;
                now = Clock::now();
                if (now >= from && now < until && _good)
                    _times.push_back(static_cast<float>(microseconds(now - client.begun)));
                if (now < until)
                    ask(client);
            }
        }
    }

    void print(double seconds)
    {
        std::sort(_times.begin(), _times.end());
        std::printf("{\"rate\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, \"answered\": %zu, \"refused\": %zu,"
                    " \"unanswered\": %zu}\n",
                    static_cast<double>(_times.size()) / seconds, quantile(_times, 0.5), quantile(_times, 0.99),
                    _answered, _refused, _waiting);
    }

private:
    void ask(Client& client)
    {
        client.begun = Clock::now();
        client.waiting = true;
        ++_waiting;
        write(client.socket, client.request);
    }

    /// Whether the client has its answer; then _good says which.
    bool take(Client& client)
    {
        char bytes[16 * 1024];
        const auto got = ::recv(client.socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (got <= 0)
            die("the server closed a connection");
        std::string_view held(bytes, static_cast<std::size_t>(got));
        if (!client.held.empty())
            held = client.held.append(held);
        const auto answer = _answer(held);
        if (answer.bytes == 0) {
            if (client.held.empty())
                client.held = held;
            return false;
        }
        if (!client.waiting || answer.bytes < trimmed(held))
            die("more than one answer to one request: " + std::string(held));
        _good = answer.good;
        if (!_good && _refused++ == 0)
            std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(held.size()), held.data());
        client.held.clear();
        client.waiting = false;
        --_waiting;
        ++_answered;
        return true;
    }

    static std::size_t trimmed(std::string_view held) // without the line end between two packets
    {
        return held.find_last_not_of("\r\n ") + 1;
    }

    Answer (*_answer)(std::string_view);
    int _epoll;
    std::vector<Client> _clients;
    std::vector<float> _times;
    std::size_t _waiting = 0;
    std::size_t _answered = 0; // with those while it warms up
    std::size_t _refused = 0;
    bool _good = false;
};

} // namespace

int main(int argc, char** argv)
{
    const Options options(argc, argv,
                          "bench-send --over http|tcp --port PORT [--clients N] [--seconds S] [--warm-up S] [--bytes N]",
                          {"over", "port", "clients", "seconds", "warm-up", "bytes"});
    const auto over = options.text("over", "");
    if (over != "http" && over != "tcp")
        options.usage();
    const auto port = static_cast<std::uint16_t>(options.number("port", 0, 1, 65535));
    const auto clients = options.number("clients", 1, 1, 10'000);
    const double seconds = options.seconds("seconds", 5);
    const std::string content(options.number("bytes", 200, 1, 10'000), 'x');
    const auto senders = readSenders();

    Load load(over == "http" ? httpAnswer : tcpAnswer);
    for (std::size_t i = 0; i < clients; ++i) {
        const auto& sender = senders[i % senders.size()];
        const int socket = connectLoopback(SOCK_STREAM, port);
        if (over == "tcp")
            authenticate(socket, sender);
        load.add(socket, over == "http" ? httpRequest(sender, content) : tcpRequest(sender, content));
    }
    load.run(options.seconds("warm-up", 1), seconds);
    load.print(seconds);
}
