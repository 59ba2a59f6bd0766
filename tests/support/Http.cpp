#include "support/Http.h"

#include <algorithm>
#include <charconv>

namespace netbit::test {

namespace {

std::size_t number(std::string_view text, int base)
{
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        throw std::runtime_error("\"" + std::string(text) + "\" is no number in a reply");
    return value;
}

} // namespace

std::string HttpReply::header(std::string_view name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& field) { return field.first == name; });
    return found == headers.end() ? std::string() : found->second;
}

void RawHttp::more()
{
    const auto got = _socket.receive();
    if (got.empty())
        throw ConnectionLost("the server closed the connection" +
                             (_held.empty() ? std::string() : " within a reply: " + _held.substr(0, 400)));
    _held += got;
}

std::string RawHttp::line()
{
    std::size_t end = 0;
    while ((end = _held.find("\r\n")) == std::string::npos)
        more();
    auto text = _held.substr(0, end);
    _held.erase(0, end + 2);
    return text;
}

std::string RawHttp::take(std::size_t size)
{
    while (_held.size() < size)
        more();
    auto text = _held.substr(0, size);
    _held.erase(0, size);
    return text;
}

HttpReply RawHttp::read(bool toHead)
{
    auto reply = readHead();
    readBody(reply, toHead);
    return reply;
}

std::string RawHttp::takeText(std::string_view mark)
{
    std::size_t found = 0;
    while ((found = _held.find(mark)) == std::string::npos)
        more();
    return take(found + mark.size());
}

HttpReply RawHttp::readHead()
{
    HttpReply reply;
    const auto status = line();
    if (status.size() < 13 || !status.starts_with("HTTP/1.") || status[8] != ' ' || status[12] != ' ')
        throw std::runtime_error("no status line: " + status);
    reply.version = status.substr(0, 8);
    reply.status = static_cast<int>(number(std::string_view(status).substr(9, 3), 10));
    for (auto text = line(); !text.empty(); text = line()) {
        const auto colon = text.find(": ");
        if (colon == std::string::npos || colon == 0)
            throw std::runtime_error("no header field: " + text);
        auto name = text.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
        reply.headers.emplace_back(std::move(name), text.substr(colon + 2));
    }
    reply.chunked = reply.header("transfer-encoding") == "chunked";
    return reply;
}

void RawHttp::readBody(HttpReply& reply, bool toHead)
{
    const auto coding = reply.header("transfer-encoding");
    const auto length = reply.header("content-length");
    if (!coding.empty() && !length.empty())
        throw std::runtime_error("a reply with Transfer-Encoding and Content-Length");
    if (toHead || reply.status < 200 || reply.status == 204 || reply.status == 304)
        return;
    if (reply.chunked) {
        for (;;) {
            const auto size = number(line(), 16);
            reply.body += take(size);
            if (!line().empty())
                throw std::runtime_error(size == 0 ? "a trailer that was not announced" : "a chunk longer than it says");
            if (size == 0)
                return;
        }
    }
    reply.body = length.empty() ? rest() : take(number(length, 10));
}

bool RawHttp::endsHere(Deadline deadline)
{
    if (!_held.empty())
        return false;
    const auto got = _socket.receiveUntil(deadline);
    return got && got->empty();
}

std::string RawHttp::rest()
{
    for (;;) {
        const auto got = _socket.receive();
        if (got.empty())
            return std::exchange(_held, {});
        _held += got;
    }
}

HttpClient::HttpClient(std::uint16_t port, std::string token, std::string source)
    : _connect([port, source = std::move(source)] { return Socket::tcp(port, source); }), _token(std::move(token))
{
}

HttpClient::HttpClient(const std::string& socketPath) : _connect([socketPath] { return Socket::local(socketPath); }) {}

HttpReply HttpClient::request(std::string_view method, const std::string& target, std::string_view body, const Headers& headers)
{
    if (!_connection)
        _connection.emplace(_connect());
    std::string text = std::string(method) + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!_token.empty())
        text += "Authorization: Bearer " + _token + "\r\n";
    bool typed = false;
    for (const auto& [name, value] : headers) {
        text += name + ": " + value + "\r\n";
        typed = typed || name == "Content-Type";
    }
    if (!body.empty() || method == "POST" || method == "PUT")
        text += (typed ? "" : "Content-Type: application/json\r\n") + ("Content-Length: " + std::to_string(body.size())) + "\r\n";
    text += "\r\n";
    text += body;
    try {
        _connection->send(text);
        auto reply = _connection->read(method == "HEAD");
        if (reply.header("connection") == "close")
            _connection.reset();
        return reply;
    } catch (...) {
        _connection.reset();
        throw;
    }
}

json::value HttpClient::expect(int status, std::string_view method, const std::string& target, std::string_view body,
                               const Headers& headers)
{
    const auto reply = request(method, target, body, headers);
    if (reply.status != status)
        throw std::runtime_error(std::string(method) + ' ' + target + " gave " + std::to_string(reply.status) + " and not " +
                                 std::to_string(status) + ": " + reply.body.substr(0, 1'000));
    return reply.body.empty() ? json::value() : reply.document();
}

} // namespace netbit::test
