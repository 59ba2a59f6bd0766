// Nobody reaches what is inside by naming it in any other way.

#include "outgoing/CurlFetch.h"
#include "outgoing/Inside.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace netbit::outgoing::test {

namespace {

bool inside(const char* text)
{
    if (sockaddr_in four{}; ::inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        return isInside(reinterpret_cast<const sockaddr&>(four));
    }
    sockaddr_in6 six{};
    EXPECT_EQ(::inet_pton(AF_INET6, text, &six.sin6_addr), 1) << text;
    six.sin6_family = AF_INET6;
    return isInside(reinterpret_cast<const sockaddr&>(six));
}

/// Takes connections on 127.0.0.1, counts them, and answers each with the same.
class Listener {
public:
    explicit Listener(std::string answer) : _answer(std::move(answer)), _fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof any;
        if (::bind(_fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 || ::listen(_fd, 16) != 0 ||
            ::getsockname(_fd, reinterpret_cast<sockaddr*>(&any), &size) != 0)
            throw std::runtime_error("nowhere to listen");
        port = std::to_string(ntohs(any.sin_port));
        _thread = std::thread([this] {
            for (int peer = 0; (peer = ::accept(_fd, nullptr, nullptr)) >= 0; ::close(peer)) {
                ++taken;
                char bytes[4096];
                for (std::string head; head.find("\r\n\r\n") == head.npos;) {
                    const auto got = ::recv(peer, bytes, sizeof bytes, 0);
                    if (got <= 0)
                        break;
                    head.append(bytes, static_cast<std::size_t>(got));
                }
                if (::send(peer, _answer.data(), _answer.size(), MSG_NOSIGNAL) < 0)
                    continue; // the client has seen enough
            }
        });
    }
    ~Listener()
    {
        ::shutdown(_fd, SHUT_RDWR);
        _thread.join();
        ::close(_fd);
    }

    std::string port;
    std::atomic<int> taken{0};

private:
    std::string _answer;
    int _fd;
    std::thread _thread;
};

} // namespace

TEST(Inside, IsWhateverIsNotOfTheInternet)
{
    for (const auto* const address :
         {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
          "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
          "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
          "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
          "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1",
          "ff02::1", "4000::1"})
        EXPECT_TRUE(inside(address)) << address;
    for (const auto* const address :
         {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
          "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
          "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1"})
        EXPECT_FALSE(inside(address)) << address;
    sockaddr other{};
    other.sa_family = AF_UNIX;
    EXPECT_TRUE(isInside(other));
}

TEST(CurlFetch, PublicOnlyReachesNothingInsideHoweverItIsWritten)
{
    Listener listener("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    const CurlFetch fetch;
    for (const std::string host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
                                   "017700000001", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "0", "0.0.0.0",
                                   "[::]", "%31%32%37.0.0.1", "127。0。0。1"}) {
        base::FetchRequest request{.url = "http://" + host + ":" + listener.port + "/"};
        request.publicOnly = true;
        request.timeout = std::chrono::milliseconds(2'000);
        const auto reply = fetch(request);
        EXPECT_FALSE(reply.ok()) << host;
    }
    EXPECT_EQ(listener.taken, 0);
    base::FetchRequest request{.url = "http://127.1:" + listener.port + "/"};
    request.publicOnly = true;
    EXPECT_EQ(fetch(request).error().code, "address_inside");
    request.publicOnly = false;
    EXPECT_EQ(fetch(request).value().body, "hi") << "the same, where it may";
    EXPECT_EQ(listener.taken, 1);
}

TEST(CurlFetch, RedirectsAreAnswersAndNotFollowed)
{
    Listener target("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    Listener listener("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:" + target.port +
                      "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    base::FetchRequest request{.url = "http://127.0.0.1:" + listener.port + "/", .body = "{}"};
    EXPECT_EQ(CurlFetch()(request).value().status, 307);
    EXPECT_EQ(target.taken, 0);
}

TEST(CurlFetch, LongAnswersAreCutOnlyForThoseWhoWantThat)
{
    Listener listener("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x'));
    base::FetchRequest request{.url = "http://127.0.0.1:" + listener.port + "/"};
    request.maxBytes = 1'000;
    EXPECT_EQ(CurlFetch()(request).error().code, "fetch_failed");
    request.cut = true;
    const auto reply = CurlFetch()(request);
    ASSERT_TRUE(reply.ok()) << reply.error().detail;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body.size(), 1'000u);
}

} // namespace netbit::outgoing::test
