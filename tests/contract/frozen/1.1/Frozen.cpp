// Chats, events, streams, a port and principals through the C++ faces of release 1.1, under /api/frozen/FLAVOUR. That release
// of the SDK made the binaries beside it; all of it stays as it is.
#include <netbit/chat.hpp>
#include <netbit/events.hpp>
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>
#include <netbit/transport.hpp>

#include <atomic>
#include <stdexcept>

namespace {

using netbit::Request;
using netbit::Result;

class Counter final : public netbit::EventSink {
public:
    netbit::Take event(const netbit::Event& event) override
    {
        if (event.topic == "message.created")
            ++count;
        return netbit::Take::next;
    }
    std::atomic<int> count{0};
};

class Echo final : public netbit::TcpSession {
public:
    explicit Echo(netbit::Conn conn) : _conn(std::move(conn)) {}
    std::size_t data(std::string_view bytes) override
    {
        _conn.send(bytes);
        return bytes.size();
    }
    void ended() override { _conn.close(); }
    void timedOut() override { _conn.closeNow(); }

private:
    netbit::Conn _conn;
};

class Frozen final : public netbit::Plugin, private netbit::TcpHandler {
public:
    explicit Frozen(netbit::Host host) : Plugin(host), _auth(host), _chat(host), _sql(host) {}

private:
    void configure() override
    {
        if (config().text("word").empty())
            throw netbit::Failure(netbit::Error(netbit::Status::invalid, "no_word", "There is no word."));
        _word = config().text("word");
    }

    void start() override
    {
        _sql.migrate({{"said", "CREATE TABLE p_frozen_" FLAVOUR "_said (message_id INTEGER PRIMARY KEY)"}}).value();
        netbit::SubscribeOptions options;
        options.topics = {"message.*"};
        _events = netbit::Events(host()).subscribe(options, _counter).value();
        netbit::ListenOptions listen;
        listen.name = "frozen_" FLAVOUR;
        _listener = netbit::Transport(host()).listenTcp(listen, *this).value();
        _timer = netbit::Exec(host()).every(std::chrono::seconds(1), [] {}).value();

        post("/api/frozen/" FLAVOUR "/chats/{id}", netbit::users, [this](Request& request) { return say(request); });
        get("/api/frozen/" FLAVOUR "/chats/{id}", netbit::users, [this](Request& request) { return read(request); },
            netbit::fast());
        get("/api/frozen/" FLAVOUR "/stream", netbit::anyone, [this](Request& request) { return stream(request); });
        get("/api/frozen/" FLAVOUR "/throw", netbit::anyone, [](Request&) { throw std::runtime_error("frozen"); });
    }

    Result<void> say(Request& request)
    {
        const auto caller = netbit::Principal::share(_auth.api(), request.principal());
        const auto chatId = netbit::parseInteger<std::int64_t>(request.param("id"));
        if (!chatId)
            return netbit::Error(netbit::Status::invalid, "no_number", "That is no chat's id.", "/id");
        const auto content = _word + " " + std::string(caller.username()) + " " + std::string(request.body());
        netbit::NewMessage message;
        message.chatId = *chatId;
        message.content = content;
        message.key = request.header("Idempotency-Key");
        _chat.send(caller, message, [this, later = request.defer()](Result<netbit::Done> sent) mutable {
            if (!sent)
                return later.problem(sent.error());
            _sql.execute({{"INSERT INTO p_frozen_" FLAVOUR "_said (message_id) VALUES ($1) ON CONFLICT DO NOTHING", {sent->id}}},
                         [later = std::move(later), json = std::string(sent->json)](Result<netbit::Done> noted) mutable {
                             if (!noted)
                                 return later.problem(noted.error());
                             later.json(201, json);
                         });
        });
        return {};
    }

    Result<void> read(Request& request)
    {
        netbit::PageQuery query;
        query.chatId = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
        query.limit = 1;
        const auto caller = netbit::Principal::share(_auth.api(), request.principal());
        const auto page = _chat.page(caller, query, request.mayBlock() ? netbit::Blocking::yes : netbit::Blocking::no);
        if (!page)
            return page.error();
        request.json(200, page->body);
        return {};
    }

    Result<void> stream(Request& request)
    {
        std::int64_t said = 0;
        _sql.query({"SELECT count(*) FROM p_frozen_" FLAVOUR "_said", {}},
                   [&](const netbit::SqlRow& row) { said = row.integer(0); }).value();
        auto stream = request.stream(netbit::Reply(200).type("text/plain"));
        if (!stream)
            return stream.error();
        stream->write("said=" + std::to_string(said) + ";");
        stream->write("heard=" + std::to_string(_counter->count) + ";");
        return {};
    }

    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn conn) override
    {
        return std::make_shared<Echo>(std::move(conn));
    }

    netbit::Auth _auth;
    netbit::Chat _chat;
    netbit::Sql _sql;
    std::shared_ptr<Counter> _counter = std::make_shared<Counter>();
    netbit::Subscription _events;
    netbit::Listener _listener;
    netbit::Timer _timer;
    std::string _word;
};

} // namespace

NETBIT_PLUGIN(Frozen, "frozen_" FLAVOUR, "1.0.0")
