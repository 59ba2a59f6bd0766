#pragma once
// HTTP/1.1 to the server: over TCP for people, over DATA/netbitd.sock for administrators.

#include "base/Result.h"

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::cli
{

struct Reply {
    int status = 0;
    std::string body;
    std::string type; ///< Content-Type, without parameters
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Where a server answers, parsed: a URL of the form http://HOST[:PORT] or https://HOST[:PORT], or a socket in the file system.
class Endpoint
{
public:
    /// Error: malformed. A missing port is 8080, NetBit's own, or 443 of https. A server of https is verified by the
    /// authorities in `caFile` (PEM), or by the system's.
    static base::Result<Endpoint> fromUrl(std::string_view url, std::string caFile = {});
    static Endpoint fromSocket(std::string path);

    bool local() const noexcept { return !_socketPath.empty(); }
    const std::string& socketPath() const noexcept { return _socketPath; }
    const std::string& host() const noexcept { return _host; }
    std::uint16_t port() const noexcept { return _port; }
    bool secure() const noexcept { return _secure; }
    const std::string& caFile() const noexcept { return _caFile; }
    std::string url() const;
    std::string authority() const; ///< HOST:PORT

private:
    std::string _socketPath;
    std::string _host;
    std::string _caFile;
    std::uint16_t _port = 0;
    bool _secure = false;
};

/// A connection for each request: a request that is repeated never meets a connection that was closed meanwhile. [any]
class Http
{
public:
    explicit Http(Endpoint endpoint, std::chrono::seconds timeout = std::chrono::seconds(120));

    const Endpoint& endpoint() const noexcept { return _endpoint; }

    /// Any HTTP answer is a Reply. Error: closed, when there is none.
    base::Result<Reply> send(std::string_view method, const std::string& target, std::string_view body = {},
                             const Headers& headers = {}) const;

    /// GET of an answer that may be long: its body goes into the sink piece by piece, and is not in the Reply; unless the
    /// status is not 200. Where the sink answers false, it is read no further. Error: closed.
    using Pieces = std::function<bool(std::string_view)>;
    base::Result<Reply> receive(const std::string& target, const Pieces& sink) const;
    /// The same for a POST of that body.
    base::Result<Reply> receive(const std::string& target, std::string_view body, const Pieces& sink) const;

    /// POST of a body of that length, which `source` writes into a buffer piece by piece (0: it has ended too early). It may be
    /// answered before its end. Error: closed.
    using Source = std::function<std::size_t(char* to, std::size_t most)>;
    base::Result<Reply> post(const std::string& target, std::uint64_t length, const Source& source, const Headers& headers = {}) const;

private:
    base::Result<Reply> exchange(std::string_view method, const std::string& target, std::string_view body,
                                 const Headers& headers, const Pieces& sink, const Source& source = {},
                                 std::uint64_t length = 0) const;

    Endpoint _endpoint;
    std::chrono::seconds _timeout;
};

/// The reply as a JSON document (null for an empty body), or what its problem+json says.
base::Result<boost::json::value> document(const Reply& reply);

/// Percent-encodes one path segment or query value.
std::string encoded(std::string_view text);

/// `detail (pointer)` as one sentence.
std::string sentence(const base::Error& error);

} // namespace netbit::cli
