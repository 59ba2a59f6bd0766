#include "cli/ProviderLogin.h"

#include "base/Base64.h"
#include "cli/JsonFields.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <sodium.h>

namespace netbit::cli
{

namespace
{

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes patience(10); // as long as the server waits for the provider

/// Where the browser begins: on the server as browsers know it, for the cookie that it gets there.
base::Result<std::string> startOf(const Http& http, const std::string& provider)
{
    const auto reply = http.send("GET", "/api/auth/oidc");
    if (!reply)
        return reply.error();
    const auto answer = document(*reply);
    if (!answer)
        return answer.error();
    std::string names;
    for (const auto& each : list(*answer, "data")) {
        const auto name = text(each, "name");
        if (name == provider)
            return text(each, "start");
        names += (names.empty() ? "" : ", ") + name;
    }
    return base::fault(base::Status::notFound, "no_provider",
                       "This server has no provider " + provider + (names.empty() ? "." : "; it has " + names + "."));
}

/// The target of a request that a browser makes; empty for what is none.
std::string readTarget(Poco::Net::StreamSocket& browser)
{
    std::string head;
    char room[2048];
    browser.setReceiveTimeout(Poco::Timespan(5, 0));
    while (head.find("\r\n\r\n") == std::string::npos && head.size() < 32 * 1024) {
        const int got = browser.receiveBytes(room, sizeof room);
        if (got <= 0)
            break;
        head.append(room, static_cast<std::size_t>(got));
    }
    const auto end = head.find(" HTTP/1.");
    return head.starts_with("GET /") && end != std::string::npos ? head.substr(4, end - 4) : std::string();
}

void tell(Poco::Net::StreamSocket& browser, std::string_view status, std::string_view sentence)
{
    std::string reply = "HTTP/1.1 ";
    reply.append(status).append("\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
                                "Referrer-Policy: no-referrer\r\nConnection: close\r\nContent-Length: ");
    reply.append(std::to_string(sentence.size())).append("\r\n\r\n").append(sentence);
    browser.sendBytes(reply.data(), static_cast<int>(reply.size()));
    browser.shutdownSend();
}

/// The code that a browser brings. Whatever else comes to the port is turned away.
base::Result<std::string> waitForCode(Poco::Net::ServerSocket& server)
{
    const auto end = Clock::now() + patience;
    while (Clock::now() < end) {
        if (!server.poll(Poco::Timespan(1, 0), Poco::Net::Socket::SELECT_READ))
            continue;
        try {
            auto browser = server.acceptConnection();
            const auto target = readTarget(browser);
            std::string code;
            std::string error;
            if (!target.empty())
                for (const auto& [name, value] : Poco::URI(target).getQueryParameters()) {
                    if (name == "code")
                        code = value;
                    else if (name == "error")
                        error = value;
                }
            if (code.empty() && error.empty()) {
                tell(browser, "404 Not Found", "There is nothing here.\n");
                continue;
            }
            tell(browser, "200 OK",
                 error.empty() ? "You are signed in; this page can be closed.\n" : "It did not work; the terminal says why.\n");
            if (!error.empty())
                return base::fault(base::Status::forbidden, error, "The login did not work: " + error + ".");
            return code;
        } catch (const Poco::Exception&) {
            // One that went away, or said nothing; the right one may still come.
        }
    }
    return base::fault(base::Status::closed, "no_browser", "No browser came back in ten minutes.");
}

} // namespace

base::Result<boost::json::value> loginAtProvider(const Http& http, const std::string& provider, Terminal& terminal)
{
    const auto start = startOf(http, provider);
    if (!start)
        return start.error();
    if (::sodium_init() < 0)
        return base::fault(base::Status::internal, "no_random", "There is no source of randomness.");
    unsigned char secret[32];
    ::randombytes_buf(secret, sizeof secret);
    const auto verifier = base::toBase64Url({reinterpret_cast<const char*>(secret), sizeof secret});
    try {
        Poco::Net::ServerSocket server(Poco::Net::SocketAddress("127.0.0.1", 0));
        const auto back = "http://127.0.0.1:" + std::to_string(server.address().port()) + "/";
        terminal.out << "Open this address in a browser of this machine:\n"
                     << *start << "?return_to=" << encoded(back) << "&code_challenge=" << base::challengeOf(verifier)
                     << std::endl;
        const auto code = waitForCode(server);
        if (!code)
            return code.error();
        const auto reply = http.send("POST", "/api/auth/oidc/token",
                                     boost::json::serialize(boost::json::object{{"code", *code}, {"code_verifier", verifier}}));
        if (!reply)
            return reply.error();
        return document(*reply);
    } catch (const Poco::Exception& failure) {
        return base::fault(base::Status::internal, "no_port",
                           "No port of this machine can be used: " + failure.displayText() + ".");
    }
}

} // namespace netbit::cli
