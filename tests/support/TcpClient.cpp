#include "support/TcpClient.h"

namespace netbit::test {

TcpClient::TcpClient(std::uint16_t port, const std::string& token, const std::string& source)
    : _socket(Socket::tcp(port, source))
{
    if (token.empty())
        return;
    const auto answer = ask(json::serialize(json::object{{"packet_type", "Authenticate"}, {"token", token}}));
    if (!has(answer, "/success") || !truthAt(answer, "/success"))
        throw std::runtime_error("Authenticate was refused: " + json::serialize(answer));
}

std::optional<std::string> TcpClient::takeObject()
{
    while (_scanned < _held.size()) {
        const char c = _held[_scanned++];
        if (_inString) {
            if (_escaped)
                _escaped = false;
            else if (c == '\\')
                _escaped = true;
            else if (c == '"')
                _inString = false;
            continue;
        }
        if (c == '"')
            _inString = true;
        else if (c == '{' || c == '[')
            ++_depth;
        else if ((c == '}' || c == ']') && --_depth == 0) {
            auto object = _held.substr(0, _scanned);
            _held.erase(0, _scanned);
            _scanned = 0;
            return object.substr(object.find('{'));
        }
    }
    return std::nullopt;
}

std::string TcpClient::readText(Deadline deadline)
{
    for (;;) {
        if (auto object = takeObject())
            return std::move(*object);
        const auto got = _socket.receive(deadline);
        if (got.empty())
            throw ConnectionLost("the server closed the TCP connection" +
                                 (_held.empty() ? std::string() : " within an object: " + _held.substr(0, 400)));
        _held += got;
    }
}

std::optional<json::value> TcpClient::readUntil(Deadline deadline)
{
    try {
        return read(deadline);
    } catch (const TimedOut&) {
        return std::nullopt;
    }
}

bool TcpClient::endsHere(Deadline deadline)
{
    try {
        read(deadline);
        return false;
    } catch (const ConnectionLost&) {
        return true;
    } catch (const TimedOut&) {
        return false;
    }
}

std::string sendPacket(std::int64_t chatId, std::string_view content, std::string_view clientId)
{
    json::object packet{{"packet_type", "SendMessage"},
                        {"message", json::object{{"chat_id", chatId}, {"content", content}, {"message_type", "Text"}}}};
    if (!clientId.empty())
        packet["client_id"] = clientId;
    return json::serialize(packet);
}

} // namespace netbit::test
