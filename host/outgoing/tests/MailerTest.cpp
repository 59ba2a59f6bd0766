// What a relay's answer at each step of the dialogue means, by a relay that answers as it is told.

#include "outgoing/CurlMailer.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <atomic>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace netbit::outgoing::test {

using base::MailOutcome;
using Fate = MailOutcome::Fate;
using std::chrono::milliseconds;

namespace {

/// [any] Answers each step as it was told; "": ends the connection there; "-": says nothing.
class Relay {
public:
    Relay() : _listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(_listener, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(_listener, 8), 0);
        ::getsockname(_listener, reinterpret_cast<sockaddr*>(&address), &size);
        _port = ntohs(address.sin_port);
        _thread = std::thread([this] {
            for (int peer = 0; (peer = ::accept4(_listener, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(peer)) {
                ++connections;
                serve(peer);
            }
        });
    }
    ~Relay()
    {
        ::shutdown(_listener, SHUT_RDWR);
        _thread.join();
        ::close(_listener);
    }

    base::MailRelay place() const { return {.host = "127.0.0.1", .port = _port, .security = base::MailSecurity::none, .timeout = milliseconds(5'000)}; }

    void answer(const std::string& step, const std::string& with)
    {
        const std::lock_guard lock(_mutex); // _answers
        _answers[step] = with;
    }
    std::string text() const ///< of the last mail
    {
        const std::lock_guard lock(_mutex); // _text
        return _text;
    }
    std::vector<std::string> said() const ///< commands
    {
        const std::lock_guard lock(_mutex); // _said
        return _said;
    }
    std::atomic<int> connections{0};

private:
    std::string answerTo(const std::string& step) const
    {
        const std::lock_guard lock(_mutex); // _answers
        const auto found = _answers.find(step);
        return found == _answers.end() ? std::string("502 what?") : found->second;
    }
    void take(std::string what)
    {
        const std::lock_guard lock(_mutex); // _text
        _text = std::move(what);
    }
    void hear(std::string command)
    {
        const std::lock_guard lock(_mutex); // _said
        _said.push_back(std::move(command));
    }

    mutable std::mutex _mutex; // guards what follows
    std::map<std::string, std::string> _answers{{"greeting", "220 here"}, {"EHLO", "250-relay\r\n250 HELP"}, {"MAIL", "250 OK"}, {"RCPT", "250 OK"},
                                               {"DATA", "354 go on"},    {"text", "250 2.0.0 taken"},       {"QUIT", "221 bye"}};
    std::string _text;
    std::vector<std::string> _said;

    void serve(int peer)
    {
        std::string held;
        const auto line = [&](std::string_view end) {
            std::size_t at = 0;
            while ((at = held.find(end)) == std::string::npos) {
                char buffer[4'096];
                const auto got = ::recv(peer, buffer, sizeof buffer, 0);
                if (got <= 0)
                    return std::string();
                held.append(buffer, static_cast<std::size_t>(got));
            }
            auto out = held.substr(0, at + end.size());
            held.erase(0, at + end.size());
            return out;
        };
        std::string step = "greeting";
        while (true) {
            const auto answer = answerTo(step);
            if (answer.empty() || (answer != "-" && ::send(peer, (answer + "\r\n").data(), answer.size() + 2, MSG_NOSIGNAL) < 0))
                return;
            if (step == "DATA" && answer.starts_with("354")) {
                auto text = line("\r\n.\r\n");
                if (text.empty())
                    return;
                take(std::move(text));
                step = "text";
                continue;
            }
            const auto command = line("\r\n");
            if (command.empty())
                return;
            hear(command.substr(0, command.size() - 2));
            step = command.substr(0, 4);
        }
    }

    const int _listener;
    std::uint16_t _port = 0;
    std::thread _thread; // last: it uses the others
};

const base::Mail mail{"netbit@example.org", "ann@example.org", "Subject: x\r\n\r\nhello\r\n.\r\n..dots\r\n"};

} // namespace

TEST(CurlMailer, HandsOverAMailAsItIs)
{
    Relay relay;
    {
        CurlMailer mailer;
        const auto out = mailer.send(relay.place(), mail);
        EXPECT_EQ(out.fate, Fate::taken) << out.said;
        EXPECT_EQ(mailer.send(relay.place(), mail).fate, Fate::taken);
        mailer.hangUp();
        EXPECT_EQ(relay.connections, 1) << "two mails, one connection";
        EXPECT_EQ(mailer.send(relay.place(), mail).fate, Fate::taken);
    }
    EXPECT_EQ(relay.connections, 2);
    EXPECT_EQ(relay.text(), "Subject: x\r\n\r\nhello\r\n..\r\n...dots\r\n.\r\n") << "a line with a dot in front has one more on the way (RFC 5321, 4.5.2)";
    EXPECT_EQ(relay.said().at(1), "MAIL FROM:<netbit@example.org>");
    EXPECT_EQ(relay.said().at(2), "RCPT TO:<ann@example.org>");
}

TEST(CurlMailer, WhatIsRefusedWhereDecidesWhoseFaultItIs)
{
    struct Case {
        std::string step, answer;
        Fate fate;
        bool reached;
    };
    for (const auto& [step, answer, fate, reached] : std::vector<Case>{
             {"greeting", "554 no", Fate::relayFailed, false},
             {"greeting", "421 busy", Fate::relayFailed, false},
             {"greeting", "", Fate::relayFailed, false},
             {"greeting", "hello?", Fate::relayFailed, false},
             {"MAIL", "550 5.7.1 not you", Fate::relayFailed, false},
             {"MAIL", "451 later", Fate::relayFailed, false},
             {"MAIL", "", Fate::relayFailed, false},
             {"RCPT", "550 5.1.1 No such user", Fate::refused, true},
             {"RCPT", "450 4.2.0 Greylisted", Fate::refusedForNow, true},
             {"RCPT", "421 4.3.0 going down", Fate::relayFailed, true},
             {"RCPT", "530 5.7.0 Authentication required", Fate::relayFailed, true},
             {"RCPT", "", Fate::relayFailed, true},
             {"DATA", "554 no valid recipients", Fate::refused, true},
             {"DATA", "451 later", Fate::refusedForNow, true},
             {"DATA", "", Fate::relayFailed, true},
             {"text", "552 5.3.4 too large", Fate::refused, true},
             {"text", "451-4.3.0 two\r\n451 4.3.0 lines", Fate::refusedForNow, true},
             {"text", "421 4.3.2 going down", Fate::relayFailed, true},
             {"text", "", Fate::relayFailed, true},
         }) {
        SCOPED_TRACE(step + ": " + answer);
        Relay relay;
        relay.answer(step, answer);
        CurlMailer mailer;
        const auto out = mailer.send(relay.place(), mail);
        EXPECT_EQ(static_cast<int>(out.fate), static_cast<int>(fate)) << out.said;
        EXPECT_EQ(out.reached, reached);
        EXPECT_FALSE(out.said.empty());
        if (fate != Fate::relayFailed) {
            EXPECT_EQ(out.said.substr(0, 3), answer.substr(0, 3)) << "the relay's own words";
            relay.answer(step, step == "DATA" ? "354 go on" : "250 OK");
            EXPECT_EQ(mailer.send(relay.place(), mail).fate, Fate::taken) << "and the next one goes on";
        }
    }
}

TEST(CurlMailer, SaysNothingWithoutTheTlsThatIsAskedFor)
{
    for (const auto security : {base::MailSecurity::startTls, base::MailSecurity::tls}) {
        Relay relay;
        auto place = relay.place();
        place.security = security;
        place.user = "netbit";
        place.password = "the secret";
        {
            CurlMailer mailer;
            const auto out = mailer.send(place, mail);
            EXPECT_EQ(out.fate, Fate::relayFailed);
            EXPECT_EQ(out.said.find("the secret"), std::string::npos);
        }
        for (const auto& command : relay.said())
            EXPECT_TRUE(command.starts_with("EHLO") || command.starts_with("QUIT") || command[0] == '\x16') << command;
    }
}

TEST(CurlMailer, GivesUpInTimeAndStopsWhenItIsTold)
{
    for (const std::string step : {"greeting", "RCPT", "text"}) {
        Relay relay;
        relay.answer(step, "-");
        auto place = relay.place();
        place.timeout = milliseconds(1'000);
        CurlMailer mailer;
        const auto began = std::chrono::steady_clock::now();
        EXPECT_EQ(mailer.send(place, mail).fate, Fate::relayFailed) << step;
        EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(5'000)) << step;
    }
    Relay relay;
    relay.answer("RCPT", "-");
    auto place = relay.place();
    place.timeout = milliseconds(60'000);
    CurlMailer mailer;
    std::thread stops([&] {
        while (relay.connections == 0)
            std::this_thread::yield();
        mailer.stop();
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(mailer.send(place, mail).fate, Fate::relayFailed);
    EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(10'000));
    stops.join();
    EXPECT_EQ(mailer.send(place, mail).fate, Fate::relayFailed);
    EXPECT_EQ(relay.connections, 1);
}

} // namespace netbit::outgoing::test
