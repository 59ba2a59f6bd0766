// Our reactor without the edge: what PocoServer.cpp does, so that the two reactors can be told apart from the edge.
#include "Answer.h"

#include "edge/HeadCheck.h"
#include "edge/Parser.h"
#include "net/Listener.h"
#include "net/Reactor.h"

#include <cstdio>

namespace netbit::bench {

namespace {

class BareHandler final : public net::ConnectionHandler {
public:
    std::size_t onData(net::Connection& connection, std::string_view bytes) override
    {
        const auto scan = edge::findHeadEnd(bytes, 0);
        edge::HeadFacts facts;
        thread_local edge::Fields fields;
        if (scan.found != edge::HeadScan::Found::end || edge::checkHead(bytes, {}, facts) ||
            !edge::parseHead(bytes, facts, fields))
            return 0;
        base::Body body;
        body.view(_answer);
        connection.send(std::move(body));
        return bytes.size();
    }
    void onEnd(net::Connection& connection) override { connection.closeAfterWrite(); }
    void onDrained(net::Connection&) override {}
    void onTimeout(net::Connection&) override {}
    void onClose(net::Connection&, net::CloseReason) override {}

private:
    static inline const std::string _answer = wholeAnswer();
};

} // namespace

int serveBare(std::uint16_t port, const sigset_t& stop)
{
    net::ReactorPool reactors(1);
    reactors.start();
    net::StreamOptions options;
    options.port = port;
    options.backlog = 4096;
    auto bound = net::StreamListener::bind(reactors, options);
    if (!bound) {
        std::fprintf(stderr, "%s\n", bound.error().detail.c_str());
        return 1;
    }
    const auto listener = std::move(bound).value();
    listener->start([](net::Connection&) { return std::make_shared<BareHandler>(); });
    std::printf("%u\n", static_cast<unsigned>(listener->port()));
    std::fflush(stdout);
    int signal = 0;
    sigwait(&stop, &signal);
    return 0;
}

} // namespace netbit::bench
