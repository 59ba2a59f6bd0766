// bench_reactor edge|bare|poco PORT: serves the same 10 KB answer until it is told to stop (SIGTERM).
#include "Answer.h"

#include "edge/Server.h"
#include "net/Reactor.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace {

using namespace netbit;

class OpenGate final : public edge::Gate {
public:
    base::Result<void> admit(edge::Exchange&, const edge::Route&) override { return {}; }
};

/// Answers as a cached page is answered: views of messages that are already encoded, kept alive by one owner.
class Page final : public edge::RouteHandler {
public:
    explicit Page(std::shared_ptr<const bench::Answer> answer) : _answer(std::move(answer)) {}

    edge::Outcome handle(edge::Exchange& exchange) override
    {
        edge::Reply reply;
        reply.body.reserve(_answer->segments.size());
        reply.body.keep(_answer);
        for (const auto& segment : _answer->segments)
            reply.body.view(segment);
        exchange.reply(std::move(reply));
        return edge::Outcome::replied;
    }

private:
    std::shared_ptr<const bench::Answer> _answer;
};

int serveEdge(std::uint16_t port, const sigset_t& stop)
{
    edge::Route route;
    route.method = "GET";
    route.pattern = "/api/chats/{id}/messages";
    route.access = edge::Access::anyone;
    route.fast = true;
    route.owner = "bench";
    route.handler = std::make_shared<Page>(std::make_shared<const bench::Answer>(bench::makeAnswer()));
    edge::Router router;
    router.swap(edge::RouteTable::build({route}).value());
    OpenGate gate;
    net::ReactorPool reactors(1);
    reactors.start();
    edge::Server server(reactors, router, gate, nullptr, {});
    const auto bound = server.listenTcp("127.0.0.1", port);
    if (!bound) {
        std::fprintf(stderr, "%s\n", bound.error().detail.c_str());
        return 1;
    }
    server.start();
    std::printf("%u\n", static_cast<unsigned>(bound.value()));
    std::fflush(stdout);
    int signal = 0;
    sigwait(&stop, &signal);
    return 0;
}

} // namespace

int main(int count, char** words)
{
    const std::string_view kind = count < 3 ? "" : words[1];
    if (kind != "edge" && kind != "bare" && kind != "poco") {
        std::fputs("usage: bench_reactor edge|bare|poco PORT\n", stderr);
        return 2;
    }
    std::uint16_t port = 0;
    std::from_chars(words[2], words[2] + std::strlen(words[2]), port);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, nullptr);
    if (kind == "edge")
        return serveEdge(port, stop);
    return kind == "bare" ? bench::serveBare(port, stop) : bench::servePoco(port, stop);
}
