#pragma once
// The answer both servers give: 50 messages of about 200 bytes, as a page of a chat has them.

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace netbit::bench {

struct Answer {
    std::vector<std::string> segments;
};

inline Answer makeAnswer()
{
    Answer answer;
    answer.segments.emplace_back("{\"data\":[");
    for (int i = 0; i < 50; ++i)
        answer.segments.push_back((i ? ",{\"id\":" : "{\"id\":") + std::to_string(100'000 + i) +
                                  ",\"chat_id\":1,\"sender_id\":2,\"type\":\"text\",\"content\":\"" + std::string(90, 'x') +
                                  "\",\"created_at\":\"2026-01-02T03:04:05.678Z\"}");
    answer.segments.emplace_back("],\"pagination\":{\"limit\":50,\"has_more\":true}}");
    return answer;
}

/// The same as it goes over the wire.
inline std::string wholeAnswer()
{
    std::string body;
    for (const auto& segment : makeAnswer().segments)
        body += segment;
    return "HTTP/1.1 200 OK\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\nX-Content-Type-Options: nosniff\r\n"
           "Content-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Serves with our reactor and nothing of the edge but its parser, as servePoco does.
int serveBare(std::uint16_t port, const sigset_t& stop);

/// Serves with Poco::Net::SocketReactor until one of the signals comes.
int servePoco(std::uint16_t port, const sigset_t& stop);

} // namespace netbit::bench
