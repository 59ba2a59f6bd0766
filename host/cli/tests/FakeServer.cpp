#include "cli/tests/FakeServer.h"

#include "base/Json.h"
#include "cli/JsonFields.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <Poco/URI.h>
#include <boost/json/serialize.hpp>

namespace netbit::cli::test
{

namespace net = Poco::Net;

struct FakeServer::Parts {
    Handler handler;
    mutable std::mutex lock; // guards seen, and lets one handler run at a time
    std::vector<Seen> seen;
    bool local = false;
    std::unique_ptr<net::ServerSocket> socket;
    Poco::ThreadPool threads; // its own: they have ended when this has
    std::unique_ptr<net::HTTPServer> server;
};

namespace
{

class Handle : public net::HTTPRequestHandler
{
public:
    explicit Handle(std::function<Answer(Seen)> handler)
        : _handler(std::move(handler))
    {
    }

    void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override
    {
        Seen seen{request.getMethod(), request.getURI(), {}, {}};
        Poco::StreamCopier::copyToString(request.stream(), seen.body);
        for (const auto& [name, value] : request)
            seen.headers[name] = value;
        const auto answer = _handler(std::move(seen));
        response.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(answer.status));
        response.setContentType(answer.status < 300 ? "application/json" : "application/problem+json");
        response.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
        response.send() << answer.body << std::flush;
    }

private:
    std::function<Answer(Seen)> _handler;
};

class Factory : public net::HTTPRequestHandlerFactory
{
public:
    explicit Factory(std::function<Answer(Seen)> handler)
        : _handler(std::move(handler))
    {
    }
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override
    {
        return std::make_unique<Handle>(_handler).release(); // Poco takes it over
    }

private:
    std::function<Answer(Seen)> _handler;
};

Answer refusal(int status, const std::string& detail)
{
    return {status,
            R"({"type":"about:blank","title":"No","status":)" + std::to_string(status) + R"(,"detail":")" + detail +
                R"("})"};
}

} // namespace

FakeServer::FakeServer(const std::string& socketPath, Handler handler)
    : _parts(std::make_unique<Parts>())
{
    _parts->handler = std::move(handler);
    _parts->local = !socketPath.empty();
    const auto address = socketPath.empty() ? net::SocketAddress("127.0.0.1", 0)
                                            : net::SocketAddress(net::SocketAddress::UNIX_LOCAL, socketPath);
    _parts->socket = std::make_unique<net::ServerSocket>();
    _parts->socket->bind(address, false);
    _parts->socket->listen();
    auto* parts = _parts.get();
    auto answer = [parts](Seen seen) {
        const std::lock_guard guard(parts->lock);
        parts->seen.push_back(seen);
        return parts->handler(seen);
    };
    Poco::AutoPtr<net::HTTPServerParams> params(new net::HTTPServerParams);
    params->setKeepAlive(false);
    _parts->server = std::make_unique<net::HTTPServer>(new Factory(answer), _parts->threads, *_parts->socket, params);
    _parts->server->start();
}

FakeServer::~FakeServer()
{
    _parts->server->stopAll(true);
    _parts->threads.joinAll();
}

std::string FakeServer::url() const { return "http://127.0.0.1:" + std::to_string(_parts->socket->address().port()); }

std::vector<Seen> FakeServer::seen() const
{
    const std::lock_guard guard(_parts->lock);
    return _parts->seen;
}

std::size_t FakeServer::count(std::string_view prefix) const
{
    const std::lock_guard guard(_parts->lock);
    return static_cast<std::size_t>(
        std::ranges::count_if(_parts->seen, [&](const Seen& seen) { return seen.target.starts_with(prefix); }));
}

Answer FakeImports::answer(const Seen& seen)
{
    if (seen.target.starts_with("/admin/import/state"))
        return state(seen.target);
    const auto body = base::parseJson(seen.body);
    if (!body)
        return refusal(400, "not JSON");
    if (seen.target == "/admin/import/begin")
        return begin(*body);
    if (seen.target == "/admin/import/batch") {
        auto stored = batch(*body);
        return loseAnswers-- > 0 ? refusal(503, "busy") : stored;
    }
    return refusal(404, "no such route");
}

Answer FakeImports::begin(const boost::json::value& body)
{
    std::int64_t created = 0;
    boost::json::array ids;
    for (const auto& name : list(body, "usernames")) {
        const auto [at, fresh] =
            _users.try_emplace(std::string(name.get_string()), static_cast<std::int64_t>(_users.size() + 1));
        created += fresh ? 1 : 0;
        ids.emplace_back(at->second);
    }
    return {200,
            boost::json::serialize(boost::json::object{
                {"chat_id", 7}, {"user_ids", ids}, {"users_created", created}, {"chat_created", _messages.empty()}})};
}

Answer FakeImports::state(const std::string& target) const
{
    std::string source;
    for (const auto& [name, value] : Poco::URI(target).getQueryParameters())
        if (name == "source")
            source = value;
    boost::json::array data;
    if (const auto found = _sources.find(source); found != _sources.end())
        for (const auto& [line, stored] : found->second)
            data.emplace_back(stored);
    return {200, boost::json::serialize(boost::json::object{{"data", data}})};
}

Answer FakeImports::batch(const boost::json::value& body)
{
    auto& batches = _sources[text(body, "source")];
    const auto firstLine = integer(body, "first_line");
    if (const auto found = batches.find(firstLine); found != batches.end()) {
        if (text(found->second, "digest") != text(body, "digest"))
            return refusal(409, "another digest");
        return {200,
                boost::json::serialize(boost::json::object{{"first_message_id", found->second.at("first_message_id")},
                                                           {"message_count", found->second.at("message_count")},
                                                           {"already", true}})};
    }
    const auto& rows = list(body, "messages");
    if (rows.empty())
        return refusal(422, "no messages");
    const auto first = static_cast<std::int64_t>(_messages.size() + 1001);
    for (const auto& row : rows) {
        const auto& cells = row.get_array();
        Message message{static_cast<std::int64_t>(_messages.size() + 1001),
                        cells[0].get_int64(),
                        std::string(cells[1].get_string()),
                        cells[2].get_int64(),
                        std::string(cells[3].get_string()),
                        0};
        const auto replyIndex = cells[4].get_int64();
        message.replyTo = replyIndex >= 0 ? first + replyIndex : cells[5].get_int64();
        _messages.push_back(std::move(message));
    }
    batches[firstLine] = {{"first_line", firstLine},
                          {"line_count", integer(body, "line_count")},
                          {"digest", text(body, "digest")},
                          {"first_message_id", first},
                          {"message_count", rows.size()}};
    return {200,
            boost::json::serialize(
                boost::json::object{{"first_message_id", first}, {"message_count", rows.size()}, {"already", false}})};
}

std::size_t FakeImports::batches() const
{
    std::size_t all = 0;
    for (const auto& [source, stored] : _sources)
        all += stored.size();
    return all;
}

Ran netbit(const std::vector<std::string>& arguments, const std::string& input)
{
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{in, out, err};
    const int code = run(arguments, terminal);
    return {code, out.str(), err.str()};
}

} // namespace netbit::cli::test
