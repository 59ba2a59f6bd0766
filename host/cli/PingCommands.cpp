#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Packets.h"
#include "cli/Person.h"

#include <Poco/Exception.h>
#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <functional>
#include <iomanip>
#include <sstream>

namespace netbit::cli
{

namespace
{

constexpr std::string_view pingPacket = R"({"packet_type":"Ping"})";
constexpr std::chrono::milliseconds patience(3'000);

base::Result<void> pingUdp(const std::string& host, std::uint16_t port)
{
    try {
        Poco::Net::DatagramSocket socket;
        socket.connect(Poco::Net::SocketAddress(host, port));
        socket.setReceiveTimeout(Poco::Timespan(patience.count() * 1000));
        socket.sendBytes(pingPacket.data(), static_cast<int>(pingPacket.size()));
        char buffer[64];
        const int read = socket.receiveBytes(buffer, sizeof buffer);
        if (std::string_view(buffer, static_cast<std::size_t>(std::max(read, 0))) == "pong")
            return {};
        return base::fault(base::Status::malformed, "no_pong", "the answer is not pong");
    } catch (const Poco::TimeoutException&) {
        return base::fault(base::Status::closed, "timeout", "no answer in 3 s");
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::closed, "unreachable", error.displayText());
    }
}

/// Any packet is an answer: a server that asks who we are is alive.
base::Result<void> pingTcp(const Endpoint& endpoint, std::uint16_t port)
{
    auto connection = PacketConnection::open(endpoint, port);
    if (!connection)
        return connection.error();
    if (auto sent = connection->send(std::string(pingPacket)); !sent)
        return sent;
    const auto answer = connection->receive(patience);
    return answer ? base::Result<void>() : base::Result<void>(answer.error());
}

base::Result<void> pingHttp(const Http& http)
{
    const auto reply = http.send("GET", "/healthz");
    if (!reply)
        return reply.error();
    const auto answer = reply->status == 200
        ? base::Result<void>()
        : base::Result<void>(
              base::fault(base::Status::unavailable, "unhealthy", "status " + std::to_string(reply->status)));
    return answer;
}

base::Result<Endpoint> target(const Arguments& arguments)
{
    if (!arguments.plain().empty())
        return Endpoint::fromUrl(arguments.plain()[0], arguments.value("ca"));
    if (const auto person = Person::stored())
        return person->endpoint();
    return Endpoint::fromUrl("http://127.0.0.1:8080");
}

ExitCode ping(const Arguments& arguments, Terminal& terminal)
{
    const auto endpoint = target(arguments);
    if (!endpoint)
        return complain(terminal, endpoint.error());
    const Http http(*endpoint, std::chrono::seconds(5));
    const auto reply = http.send("GET", "/api/server");
    if (!reply)
        return complain(terminal, reply.error());
    const auto server = document(*reply);
    if (!server)
        return complain(terminal, server.error());
    const auto* ports = member(*server, "ports");
    const auto portOf = [&](std::string_view name) {
        return ports ? static_cast<std::uint16_t>(integer(*ports, name)) : std::uint16_t{0};
    };

    boost::json::object results;
    bool all = true;
    const auto measure = [&](std::string_view name, std::uint16_t port,
                             const std::function<base::Result<void>()>& once) {
        if (port == 0)
            return;
        const auto start = std::chrono::steady_clock::now();
        const auto outcome = once();
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        all = all && outcome.ok();
        if (outcome)
            results[name] = boost::json::object{{"port", port}, {"ms", took.count()}};
        else
            results[name] = boost::json::object{{"port", port}, {"error", outcome.error().detail}};
        if (arguments.has("json"))
            return;
        std::ostringstream line;
        line << std::left << std::setw(5) << name << std::setw(6) << port;
        if (outcome)
            line << std::fixed << std::setprecision(2) << took.count() << " ms";
        else
            line << outcome.error().detail;
        terminal.out << line.str() << '\n';
    };
    measure("udp", portOf("udp"), [&] { return pingUdp(endpoint->host(), portOf("udp")); });
    measure("tcp", portOf("tcp"), [&] { return pingTcp(*endpoint, portOf("tcp")); });
    measure("http", endpoint->port(), [&] { return pingHttp(http); });
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(results) << '\n';
    return all ? success : failed;
}

} // namespace

std::vector<Command> pingCommands()
{
    return {{"ping",
             "[URL [--ca FILE]]",
             "Asks the server's UDP, TCP and HTTP ports for an answer, and tells how long each took.",
             {jsonOption, caOption},
             0,
             1,
             ping}};
}

} // namespace netbit::cli
