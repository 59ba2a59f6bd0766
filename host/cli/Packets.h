#pragma once
// The packets of TCP 8081: JSON objects one after the other, however the stream splits or joins them.

#include "base/Result.h"
#include "cli/Http.h"

#include <Poco/Net/StreamSocket.h>
#include <boost/json/stream_parser.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::cli
{

/// Takes objects off a stream of bytes.
class PacketReader
{
public:
    void feed(std::string_view bytes) { _waiting.append(bytes); }
    /// The next whole packet; nothing until more bytes come. Error: malformed, after which the stream is of no use.
    base::Result<std::optional<boost::json::value>> next();

private:
    std::string _waiting;
    std::size_t _taken = 0; ///< bytes of the packet that is not whole yet
    boost::json::stream_parser _parser;
};

class PacketConnection
{
public:
    /// Error: closed, when nobody answers there.
    /// Through TLS where the endpoint is one of https: a token is not to go out in plain text because of another port.
    static base::Result<PacketConnection> open(const Endpoint& endpoint, std::uint16_t port);

    base::Result<void> send(const std::string& packet);
    /// Error: closed when the peer ended it; wouldBlock when nothing came in that time, with the code "woken" when `wake` (a
    /// descriptor; -1: none) became readable before.
    base::Result<boost::json::value> receive(std::chrono::milliseconds timeout, int wake = -1);

private:
    enum class Ready : std::uint8_t { bytes, woken, nothing };
    Ready await(std::chrono::microseconds timeout, int wake);

    explicit PacketConnection(const Poco::Net::StreamSocket& socket)
        : _socket(socket)
    {
    }

    Poco::Net::StreamSocket _socket;
    std::unique_ptr<PacketReader> _reader = std::make_unique<PacketReader>(); // a parser does not move
};

} // namespace netbit::cli
