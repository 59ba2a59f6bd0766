#pragma once
// HTTP/1.1 as a client that hides nothing: bytes out, one reply in.

#include "support/Json.h"
#include "support/Socket.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::test {

struct HttpReply {
    int status = 0;
    std::string version;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body; ///< of a chunked one, put together
    bool chunked = false;

    /// The first field of that name (lower case), or empty.
    std::string header(std::string_view name) const;
    json::value document() const { return parseJson(body); }
};

/// One connection. Replies are read strictly: what RFC 9112 does not allow is an exception.
class RawHttp {
public:
    explicit RawHttp(Socket socket) : _socket(std::move(socket)) {}

    Socket& socket() noexcept { return _socket; }
    void send(std::string_view bytes) { _socket.send(bytes); }
    /// The next reply, also a 1xx. `toHead`: it answers a HEAD. Throws ConnectionLost when there is none.
    HttpReply read(bool toHead = false);
    /// The next reply without its body, which takeText() and rest() read on.
    HttpReply readHead();
    /// What has come and was not read yet, up to and with the mark; waits for it.
    std::string takeText(std::string_view mark);
    /// Whether the server ends the connection without another byte.
    bool endsHere(Deadline deadline = Deadline());
    /// Everything until the end of the connection.
    std::string rest();

private:
    void more();
    std::string line();
    void readBody(HttpReply& reply, bool toHead);
    std::string take(std::size_t size);

    Socket _socket;
    std::string _held;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A keep-alive client. Never sends a request twice: who loses a reply decides.
class HttpClient {
public:
    HttpClient(std::uint16_t port, std::string token = {}, std::string source = {});
    explicit HttpClient(const std::string& socketPath);

    HttpReply request(std::string_view method, const std::string& target, std::string_view body = {},
                      const Headers& headers = {});
    HttpReply get(const std::string& target, const Headers& headers = {}) { return request("GET", target, {}, headers); }
    HttpReply post(const std::string& target, std::string_view body, const Headers& headers = {})
    {
        return request("POST", target, body, headers);
    }
    /// The document of a reply that must have the status given.
    json::value expect(int status, std::string_view method, const std::string& target, std::string_view body = {},
                       const Headers& headers = {});

private:
    std::function<Socket()> _connect;
    std::string _token;
    std::optional<RawHttp> _connection;
};

} // namespace netbit::test
