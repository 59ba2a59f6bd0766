#pragma once
// One HTTP request and its one reply.

#include "base/Body.h"
#include "base/Result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::edge {

struct Route;

struct Reply {
    int status = 200;
    std::string contentType = "application/json"; ///< empty: no Content-Type
    std::vector<std::pair<std::string, std::string>> headers; ///< checked: a bad name or value is dropped and logged
    base::Body body;
    std::optional<std::uint64_t> length; ///< of a stream: how many bytes it will have, where that is known
};

enum class WriteState : std::uint8_t { ok, full, closed };

/// A reply whose bytes come later: chunked for HTTP/1.1, ended by close for HTTP/1.0, or counted when its length is known;
/// one that then ends too early closes the connection, so that the client sees it.
/// [any] for every call; calls of one stream must not overlap.
class ReplyStream {
public:
    virtual ~ReplyStream() = default;
    virtual WriteState write(std::string_view bytes) = 0;
    virtual WriteState write(base::Body body) = 0;
    virtual void end() = 0;
    /// Called on a reactor thread: when a full stream has room again, and once when the peer is gone.
    virtual void onDrained(std::function<void()> drained) = 0;
    virtual void onClosed(std::function<void()> closed) = 0;
    /// Runs it on the stream's reactor thread, also when the peer is gone.
    virtual void post(std::function<void()> task) = 0;
};

/// Takes the body of a request as it comes. Every call comes on the connection's reactor, one at a time.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// False: these were taken, but no more until resumeBody(). It answers nothing itself.
    virtual bool data(std::string bytes) = 0;
    virtual void end() = 0; ///< the body was whole; the last call
    /// The rest will not come: the client has gone, was too slow, or sent what is no body. Where it is there still it has
    /// been answered; the last call.
    virtual void failed(const base::Error& error) = 0;
};

/// Kept alive by whoever still has to answer. What it returns is borrowed and lives as long as the exchange.
/// Reading is for one thread at a time; reply(), problem() and stream() are [any], exactly one of them, once.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    virtual ~Exchange() = default;

    virtual std::string_view method() const noexcept = 0;
    virtual std::string_view target() const noexcept = 0; ///< as sent: "/api/chats/1?page=2"
    virtual std::string_view path() const noexcept = 0;   ///< up to '?', still percent-encoded
    virtual std::string_view query() const noexcept = 0;  ///< behind '?', or empty
    /// First field of that name (compared without case), or empty.
    virtual std::string_view header(std::string_view name) const noexcept = 0;
    virtual const std::vector<std::pair<std::string_view, std::string_view>>& headers() const noexcept = 0;
    /// Percent-decoded value of `{name}` in the route's pattern, or empty.
    virtual std::string_view param(std::string_view name) const noexcept = 0;
    /// Percent-decoded ('+' is a space) first value of a query parameter; nothing there: data() is nullptr.
    virtual std::string_view queryValue(std::string_view name) const noexcept = 0;
    virtual std::string_view body() const noexcept = 0;
    virtual std::string_view peer() const noexcept = 0; ///< address without port, or "unix"
    virtual bool local() const noexcept = 0;            ///< came through the admin's Unix socket
    virtual std::uint64_t id() const noexcept = 0;      ///< unique in this process; shown as request_id
    virtual const Route& route() const noexcept = 0;

    /// Who is calling, as the gate found out; nothing for a route that anyone may call without a token.
    std::shared_ptr<const void> principal;
    /// What the gate says with every answer; takes the place of a field of the same name.
    std::vector<std::pair<std::string, std::string>> gateHeaders;

    virtual void reply(Reply reply) = 0;
    /// RFC 9457 application/problem+json with the status that belongs to the error, and its extra headers
    /// (WWW-Authenticate for 401, Retry-After for 429 and 503). An `internal` error's detail is not shown.
    virtual void problem(const base::Error& error) = 0;
    virtual std::shared_ptr<ReplyStream> stream(Reply head) = 0;
    /// [any] For a route that is streamed; once, before the answer. A body of more bytes is refused with 413. The sink is let
    /// go of at the body's end, and when the answer is given before it.
    virtual void receive(std::shared_ptr<BodySink> sink, std::uint64_t maxBytes) = 0;
    virtual void resumeBody() = 0; ///< [any] after the sink's data() said false
    virtual bool gone() const noexcept = 0; ///< [any] the peer has closed; answering is harmless and useless
};

} // namespace netbit::edge
