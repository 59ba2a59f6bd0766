#include "cli/Http.h"

#include "base/Json.h"
#include "cli/Connect.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>
#include <algorithm>
#include <cstring>
#include <vector>

namespace netbit::cli
{

namespace
{

constexpr std::uint16_t defaultPort = 8080;
constexpr std::uint16_t defaultSecurePort = 443;
constexpr std::size_t longestBody = std::size_t{64} * 1024 * 1024; ///< of an answer that is kept in memory

base::Status statusOf(int http) noexcept
{
    switch (http) {
    case 400:
        return base::Status::malformed;
    case 401:
        return base::Status::unauthenticated;
    case 403:
        return base::Status::forbidden;
    case 404:
        return base::Status::notFound;
    case 409:
        return base::Status::conflict;
    case 412:
        return base::Status::preconditionFailed;
    case 413:
        return base::Status::tooLarge;
    case 415:
        return base::Status::unsupportedType;
    case 422:
        return base::Status::invalid;
    case 429:
        return base::Status::rateLimited;
    case 501:
        return base::Status::unsupported;
    case 502:
    case 503:
    case 504:
        return base::Status::unavailable;
    case 507:
        return base::Status::storageFull;
    default:
        return http >= 500 ? base::Status::internal : base::Status::invalid;
    }
}

std::string stringAt(const boost::json::object& object, std::string_view key)
{
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

base::Error problem(const Reply& reply)
{
    base::Error error = base::fault(statusOf(reply.status), "http_" + std::to_string(reply.status),
                                    "The server answered with status " + std::to_string(reply.status) + ".");
    const auto parsed = base::parseJson(reply.body);
    const auto* object = parsed.ok() ? parsed->if_object() : nullptr;
    if (!object)
        return error;
    if (auto code = stringAt(*object, "code"); !code.empty())
        error.code = std::move(code);
    auto detail = stringAt(*object, "detail");
    if (detail.empty())
        detail = stringAt(*object, "title");
    const auto* errors = object->if_contains("errors");
    const auto* list = errors ? errors->if_array() : nullptr;
    if (list && !list->empty() && list->front().is_object()) {
        const auto& first = list->front().get_object();
        error.pointer = stringAt(first, "pointer");
        if (auto text = stringAt(first, "detail"); !text.empty())
            detail = std::move(text);
    }
    if (!detail.empty())
        error.detail = std::move(detail);
    return error;
}

} // namespace

base::Result<Endpoint> Endpoint::fromUrl(std::string_view url, std::string caFile)
{
    const auto bad = [&](std::string_view why) {
        return base::fault(base::Status::malformed, "bad_url",
                           std::string(url) + " is no address of a server: " + std::string(why));
    };
    std::string whole(url);
    if (whole.find("://") == std::string::npos)
        whole.insert(0, "http://");
    try {
        const Poco::URI uri(whole);
        const bool secure = uri.getScheme() == "https";
        if ((!secure && uri.getScheme() != "http") || uri.getHost().empty())
            return bad("it should look like http://HOST:PORT or https://HOST:PORT.");
        if ((!uri.getPathEtc().empty() && uri.getPathEtc() != "/") || !uri.getUserInfo().empty())
            return bad("it may hold a host and a port only.");
        if (!secure && !caFile.empty())
            return bad("--ca is for https.");
        Endpoint endpoint;
        endpoint._secure = secure;
        endpoint._caFile = std::move(caFile);
        endpoint._host = uri.getHost();
        // Poco fills in a port when none is written; the text says whether one was.
        const auto host = whole.find("://") + 3;
        const auto bracket = whole.find(']');
        const bool written = whole.find(':', bracket == std::string::npos ? host : bracket) != std::string::npos;
        endpoint._port = written ? uri.getPort() : secure ? defaultSecurePort : defaultPort;
        return endpoint;
    } catch (const Poco::Exception&) {
        return bad("it should look like http://HOST:PORT or https://HOST:PORT.");
    }
}

Endpoint Endpoint::fromSocket(std::string path)
{
    Endpoint endpoint;
    endpoint._socketPath = std::move(path);
    return endpoint;
}

std::string Endpoint::url() const
{
    if (local())
        return "unix:" + _socketPath;
    return (_secure ? "https://" : "http://") + authority();
}

std::string Endpoint::authority() const
{
    const bool v6 = _host.find(':') != std::string::npos;
    return (v6 ? "[" + _host + "]" : _host) + ":" + std::to_string(_port);
}

Http::Http(Endpoint endpoint, std::chrono::seconds timeout)
    : _endpoint(std::move(endpoint))
    , _timeout(timeout)
{
}

base::Result<Reply> Http::send(std::string_view method, const std::string& target, std::string_view body,
                               const Headers& headers) const
{
    return exchange(method, target, body, headers, {});
}

base::Result<Reply> Http::receive(const std::string& target, const Pieces& sink) const
{
    return exchange("GET", target, {}, {}, sink);
}

base::Result<Reply> Http::post(const std::string& target, std::uint64_t length, const Source& source, const Headers& headers) const
{
    return exchange("POST", target, {}, headers, {}, source, length);
}

base::Result<Reply> Http::receive(const std::string& target, std::string_view body, const Pieces& sink) const
{
    return exchange("POST", target, body, {}, sink);
}

base::Result<Reply> Http::exchange(std::string_view method, const std::string& target, std::string_view body,
                                   const Headers& headers, const Pieces& sink, const Source& source,
                                   std::uint64_t length) const
{
    const auto unreachable = [&](const std::string& why) {
        return base::fault(base::Status::closed, "unreachable",
                           _endpoint.local() ? "No netbitd answers at " + _endpoint.socketPath() + ": " + why + "."
                                             : "No server answers at " + _endpoint.url() + ": " + why + ".");
    };
    try {
        const Poco::Timespan timeout(static_cast<long>(_timeout.count()), 0);
        const auto socket = connectTo(_endpoint, _endpoint.port());
        Poco::Net::HTTPClientSession session(socket);
        session.setTimeout(timeout);
        session.setKeepAlive(false);
        Poco::Net::HTTPRequest request(std::string(method), target, Poco::Net::HTTPMessage::HTTP_1_1);
        // The session was given a socket, not a host, so the field that HTTP/1.1 demands is ours to write.
        request.set("Host", _endpoint.local() ? std::string("localhost") : _endpoint.authority());
        request.set("Accept", "application/json, application/problem+json");
        request.set("User-Agent", "netbit");
        for (const auto& [name, value] : headers)
            request.set(name, value);
        if (!body.empty())
            request.setContentType("application/json");
        if (source)
            request.setContentType("application/octet-stream");
        if (!body.empty() || (method != "GET" && method != "HEAD"))
            request.setContentLength64(static_cast<Poco::Int64>(source ? length : body.size()));
        auto& out = session.sendRequest(request);
        out.write(body.data(), static_cast<std::streamsize>(body.size()));
        std::vector<char> sent(source ? std::size_t{64} * 1024 : 0);
        for (auto left = source ? length : 0; left > 0 && out;) {
            const auto count = source(sent.data(), std::min<std::uint64_t>(left, sent.size()));
            if (count == 0)
                return unreachable("what was to be sent has ended too early");
            out.write(sent.data(), static_cast<std::streamsize>(count));
            left -= count;
        }
        out.flush();

        Poco::Net::HTTPResponse response;
        auto& in = session.receiveResponse(response);
        Reply reply;
        reply.status = response.getStatus();
        reply.type = response.getContentType().substr(0, response.getContentType().find(';'));
        if (!sink || reply.status != 200) {
            std::vector<char> part(std::size_t{16} * 1024);
            while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0) {
                reply.body.append(part.data(), static_cast<std::size_t>(in.gcount()));
                if (reply.body.size() > longestBody)
                    return unreachable("its answer does not end");
            }
            return reply;
        }
        std::vector<char> piece(std::size_t{64} * 1024);
        while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
            if (!sink({piece.data(), static_cast<std::size_t>(in.gcount())}))
                break;
        return reply;
    } catch (const Poco::Net::NoMessageException&) {
        return unreachable("it closed the connection without an answer");
    } catch (const Poco::TimeoutException&) {
        return unreachable("it did not answer in time");
    } catch (const Poco::Net::SSLException& error) {
        return unreachable("no trustworthy TLS: " + error.displayText());
    } catch (const Poco::Exception& error) {
        // Of a system call that failed Poco tells the error number; its own text repeats the address.
        return unreachable(error.code() != 0 ? std::string(std::strerror(error.code())) : error.displayText());
    }
}

base::Result<boost::json::value> document(const Reply& reply)
{
    if (reply.status < 200 || reply.status >= 300)
        return problem(reply);
    if (reply.body.empty())
        return boost::json::value();
    auto parsed = base::parseJson(reply.body);
    if (!parsed)
        return base::fault(base::Status::malformed, "not_json",
                           "The server's answer is not JSON (status " + std::to_string(reply.status) + ").");
    return parsed;
}

std::string encoded(std::string_view text)
{
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved)
            out += c;
        else {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    return out;
}

std::string sentence(const base::Error& error)
{
    if (error.pointer.empty())
        return error.detail;
    auto text = error.detail;
    const bool dot = !text.empty() && text.back() == '.';
    if (dot)
        text.pop_back();
    return text + " (" + error.pointer + ")" + (dot ? "." : "");
}

} // namespace netbit::cli
