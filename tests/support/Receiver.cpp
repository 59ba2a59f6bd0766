#include "support/Receiver.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <Poco/String.h>

#include <mutex>

namespace netbit::test {

using namespace Poco::Net;

struct Receiver::Impl final : HTTPRequestHandlerFactory {
    struct Handler final : HTTPRequestHandler {
        explicit Handler(Impl& of) : impl(of) {}
        void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override
        {
            Received received;
            for (const auto& [name, value] : request)
                received.headers[Poco::toLower(name)] = value;
            Poco::StreamCopier::copyToString(request.stream(), received.body);
            std::string body;
            received.target = request.getURI();
            received.at = std::chrono::steady_clock::now();
            {
                const std::lock_guard lock(impl.mutex); // all of it
                if (impl.reply) {
                    body = impl.reply(received.body);
                    response.setContentType(impl.type);
                }
                impl.taken.push_back(std::move(received));
                response.setStatus(static_cast<HTTPResponse::HTTPStatus>(impl.status));
                for (const auto& [name, value] : impl.headers)
                    response.set(name, value);
            }
            response.setContentLength64(static_cast<Poco::Int64>(body.size()));
            response.setKeepAlive(false);
            response.send() << body;
        }
        Impl& impl;
    };
    HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override { return new Handler(*this); }

    ServerSocket socket{SocketAddress("127.0.0.1", 0)};
    std::mutex mutex; // guards what follows
    int status = 204;
    std::string type;
    std::function<std::string(const std::string&)> reply;
    std::map<std::string, std::string> headers;
    std::vector<Received> taken;
    Poco::ThreadPool threads; // its own: they have ended when this has
    std::unique_ptr<HTTPServer> server;
};

namespace {

/// Poco's server owns its factory; this one only asks the receiver, who stays.
struct Forward final : HTTPRequestHandlerFactory {
    explicit Forward(HTTPRequestHandlerFactory& to) : target(to) {}
    HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override
    {
        return target.createRequestHandler(request);
    }
    HTTPRequestHandlerFactory& target;
};

} // namespace

Receiver::Receiver() : _impl(std::make_unique<Impl>())
{
    _impl->server = std::make_unique<HTTPServer>(new Forward(*_impl), _impl->threads, _impl->socket, new HTTPServerParams);
    _impl->server->start();
}

Receiver::~Receiver()
{
    _impl->server->stopAll(true);
    _impl->threads.joinAll();
}

std::string Receiver::url() const { return "http://127.0.0.1:" + std::to_string(_impl->socket.address().port()) + "/hook"; }

void Receiver::answerBy(std::string type, std::function<std::string(const std::string&)> reply)
{
    const std::lock_guard lock(_impl->mutex); // all three
    _impl->status = 200;
    _impl->type = std::move(type);
    _impl->reply = std::move(reply);
}

void Receiver::answer(int status, std::map<std::string, std::string> headers)
{
    const std::lock_guard lock(_impl->mutex); // status, headers
    _impl->status = status;
    _impl->headers = std::move(headers);
}

std::vector<Received> Receiver::taken() const
{
    const std::lock_guard lock(_impl->mutex); // taken
    return _impl->taken;
}

} // namespace netbit::test
