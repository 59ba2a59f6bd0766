// The pieces of code that the guide shows, in its order, as one plugin. A test builds it on the installed SDK, another looks
// whether the guide shows them to the letter, and a third asks the plugin.

#include <netbit/cache.hpp>
#include <netbit/chat.hpp>
#include <netbit/draft/process.hpp>
#include <netbit/events.hpp>
#include <netbit/exec.hpp>
#include <netbit/health.hpp>
#include <netbit/metrics.hpp>
#include <netbit/plugin.hpp>
#include <netbit/provide.hpp>
#include <netbit/sql.hpp>
#include <netbit/transport.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

// netbit.events/1

class Ear final : public netbit::EventSink {
public:
    netbit::Take event(const netbit::Event& event) override
    {
        _last = event.id;
        return netbit::Take::next;
    }
    void reset(std::int64_t nextId) override { _last = nextId - 1; } // the log no longer reaches back so far
    std::int64_t last() const { return _last; }

private:
    std::atomic<std::int64_t> _last{0};
};

// netbit.transport/1

class Echo final : public netbit::TcpSession {
public:
    explicit Echo(netbit::Conn conn) : _conn(std::move(conn)) { _conn.deadline(std::chrono::minutes(5)); }
    std::size_t data(std::string_view bytes) override
    {
        if (_conn.send(bytes) == netbit::Status::wouldBlock)
            _conn.pause(); // taken, but the peer reads slowly: read no more until it has caught up
        return bytes.size();
    }
    void drained() override { _conn.resume(); }
    void ended() override { _conn.close(); }
    void timedOut() override { _conn.closeNow(); }

    // Handover: nothing is to be kept, so what the next generation gets is empty.
    netbit::Result<netbit::Frozen> freeze() override { return netbit::Frozen{}; }

private:
    netbit::Conn _conn;
};

class EchoPort final : public netbit::TcpHandler {
public:
    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn conn) override
    {
        return std::make_shared<Echo>(std::move(conn));
    }
    std::shared_ptr<netbit::TcpSession> thaw(netbit::Conn conn, const netbit::Frozen&) override
    {
        return accepted(std::move(conn));
    }
};

// Handover of streams

class Follower final : public netbit::StreamListener {
public:
    explicit Follower(std::int64_t told = 0) : _told(told) {}
    void attach(netbit::Stream stream)
    {
        const std::lock_guard lock(_mutex);
        _stream = std::move(stream);
    }
    void tell()
    {
        const std::lock_guard lock(_mutex);
        if (!_frozen)
            _stream.write("note " + std::to_string(++_told) + "\n");
    }
    void closed() override
    {
        const std::lock_guard lock(_mutex);
        _stream.end();
    }

    // The old generation, while it still serves: from here on it writes nothing, so nothing comes twice.
    netbit::Result<netbit::Frozen> freeze() override
    {
        const std::lock_guard lock(_mutex);
        if (!_stream)
            return netbit::Error(netbit::Status::wouldBlock, "beginning", "The stream is being begun.");
        _frozen = true;
        netbit::Frozen piece;
        piece.form = form;
        piece.bytes = std::to_string(_told);
        return piece;
    }
    // The new one, which may be of a later version: what it does not know it refuses, and the client comes again.
    static netbit::Result<std::shared_ptr<Follower>> thaw(netbit::Stream stream, const netbit::Frozen& piece)
    {
        const auto told = netbit::parseInteger<std::int64_t>(piece.bytes);
        if (piece.form != form || !told)
            return netbit::Error(netbit::Status::unsupported, "unknown_form", "It was frozen by another version.");
        auto out = std::make_shared<Follower>(*told);
        out->attach(std::move(stream));
        return out;
    }

private:
    static constexpr std::uint32_t form = 1; // of the bytes: how many notes it was told, as digits
    std::mutex _mutex;                       // guards what follows
    netbit::Stream _stream;
    std::int64_t _told;
    bool _frozen = false;
};

// netbit.provide/1

struct Dictionary { std::uint32_t size, reserved; std::size_t (*words)(void* user); };

class Guide final : public netbit::Plugin {
public:
    explicit Guide(netbit::Host host) : Plugin(host), _auth(host), _chat(host), _sql(host), _cache(host), _exec(host) {}

private:
    void configure() override
    {
        auto greeting = config().text("greeting");
        const std::lock_guard lock(_mutex); // handlers read it meanwhile
        _greeting = std::move(greeting);
        _limit = config().integer("limit");
    }

    void start() override
    {
        // netbit.http/1
        post("/api/guide/notes", netbit::users, [this](netbit::Request& request) -> netbit::Result<void> {
            if (request.body().empty())
                return netbit::Error(netbit::Status::invalid, "empty_note", "A note must say something.");
            return write(request);
        }, netbit::worker().summary("Write a note").maxBody(64 * 1024));
        get("/api/guide/count", netbit::anyone, [this](netbit::Request& request) { return count(request); });
        get("/api/guide/hello", netbit::anyone, [this](netbit::Request& request) {
            request.text(200, greeting() + ", " + std::string(request.query("name").value_or("you")) + "!");
        }, netbit::fast());

        // netbit.chat/1
        post("/api/guide/chats/{id}", netbit::users, [this](netbit::Request& request) { return say(request); });
        get("/api/guide/chats/{id}", netbit::users, [this](netbit::Request& request) { return newest(request); },
            netbit::fast());

        // netbit.events/1
        netbit::SubscribeOptions options;
        options.topics = {"message.*", "chat.created"};
        _subscription = netbit::Events(host()).subscribe(options, _ear).value();
        get("/api/guide/last", netbit::anyone,
            [this](netbit::Request& request) { request.json(200, std::to_string(_ear->last())); });

        // Handover of streams
        get("/api/guide/follow", netbit::anyone, [this](netbit::Request& request) { return follow(request); },
            netbit::worker().thaw([this](netbit::Stream stream, const netbit::Frozen& piece)
                                      -> netbit::Result<std::shared_ptr<netbit::StreamListener>> {
                const auto follower = Follower::thaw(std::move(stream), piece);
                if (!follower)
                    return follower.error();
                remember(*follower);
                return std::shared_ptr<netbit::StreamListener>(*follower);
            }));

        // netbit.sql/1
        _sql.migrate({
            {"notes", "CREATE TABLE p_guide_notes (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, text TEXT NOT NULL)"},
            {"index", "CREATE INDEX p_guide_notes_by_author ON p_guide_notes (author_id, id)"},
        }).value();

        // netbit.exec/1
        _beat = _exec.every(std::chrono::minutes(10), [this] { tidy(); }).value();
        get("/api/guide/price", netbit::anyone, [this](netbit::Request& request) { return price(request); });

        // netbit.transport/1
        netbit::ListenOptions listen;
        listen.name = "echo";
        listen.maxConnections = 1000;
        _listener = netbit::Transport(host()).listenTcp(listen, _port).value();

        // netbit.metrics/1
        netbit::Metrics metrics(host());
        _notes = metrics.counter("notes_total", "Notes written");
        _seconds = metrics.histogram("note_seconds", "How long a note takes to be on disk", {0.001, 0.01, 0.1, 1});

        _tidied = metrics.counter("tidied_total", "How often the cache was tidied");
        _computed = metrics.counter("computed_total", "Prices computed");

        // netbit.health/1
        netbit::Health(host()).degraded("The mail server answers slowly.");

        // netbit.provide/1
        netbit::Provide(host()).offer("guide.dictionary/1", _table, this).value(); // the owner, in start
    }

    // netbit.auth/1 and netbit.sql/1
    netbit::Result<void> write(netbit::Request& request)
    {
        const auto caller = netbit::Principal::share(_auth.api(), request.principal());
        log().info("A note is written.", {{"user", caller.username()}});

        // Taken before defer(), behind which the request cannot be read.
        const std::string_view text = request.body();
        const auto begun = _exec.monotonicMs();
        _sql.execute({{"INSERT INTO p_guide_notes (author_id, text) VALUES ($1, $2)", {caller.userId(), text}},
                      {"DELETE FROM p_guide_notes WHERE author_id = $1 AND id <= (SELECT id FROM p_guide_notes"
                       " WHERE author_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)", {caller.userId(), _limit.load()}}},
                     [this, begun, later = request.defer()](netbit::Result<netbit::Done> done) mutable {
                         if (!done)
                             return later.problem(done.error());
                         _notes.add();
                         _seconds.observe(static_cast<double>(_exec.monotonicMs() - begun) / 1000);
                         tellFollowers();
                         later.reply(netbit::Reply(201).bytes("{}").header("Cache-Control", "no-store"));
                     });
        return {};
    }

    netbit::Result<void> follow(netbit::Request& request)
    {
        const auto follower = std::make_shared<Follower>();
        auto stream = request.stream(netbit::Reply(200).bytes("from here on\n"), follower);
        if (!stream)
            return stream.error();
        follower->attach(std::move(*stream));
        remember(follower);
        return {};
    }

    void remember(std::shared_ptr<Follower> follower)
    {
        const std::lock_guard lock(_mutex);
        _followers.push_back(std::move(follower));
    }

    void tellFollowers()
    {
        const std::lock_guard lock(_mutex);
        for (const auto& each : _followers)
            each->tell();
    }

    netbit::Result<void> count(netbit::Request& request)
    {
        std::int64_t notes = 0;
        const auto read = _sql.query({"SELECT count(*) FROM p_guide_notes WHERE text <> $1", {""}},
                                     [&](const netbit::SqlRow& row) { notes = row.integer(0); });
        if (!read)
            return read.error();
        request.json(200, std::to_string(notes));
        return {};
    }

    // netbit.chat/1
    netbit::Result<void> say(netbit::Request& request)
    {
        netbit::NewMessage message;
        message.chatId = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
        message.content = "Deployed.";
        message.key = request.header("Idempotency-Key"); // the same key again gives the first answer again
        const auto caller = netbit::Principal::share(_auth.api(), request.principal());
        _chat.send(caller, message, [later = request.defer()](netbit::Result<netbit::Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            later.json(201, done->json);
        });
        return {};
    }

    // netbit.chat/1, on a reactor where it can be
    netbit::Result<void> newest(netbit::Request& request)
    {
        netbit::PageQuery query;
        query.chatId = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
        query.limit = 10;
        const auto caller = netbit::Principal::share(_auth.api(), request.principal());
        const auto page = _chat.page(caller, query, request.mayBlock() ? netbit::Blocking::yes : netbit::Blocking::no);
        if (!page)
            return page.error(); // wouldBlock, too: then the handler is called again on a worker
        request.json(200, page->body);
        return {};
    }

    // netbit.cache/1
    netbit::Result<void> price(netbit::Request& request)
    {
        if (const auto known = _cache.get("price"); known) {
            request.json(200, *known); // a Body of the host: nothing is copied
            return {};
        }
        const auto fresh = computePrice();
        if (const auto kept = _cache.set("price", fresh, std::chrono::seconds(60)); !kept)
            log().warn("The cache refused a price.", {{"why", kept.error().detail}});
        request.json(200, fresh);
        return {};
    }

    // netbit.body/1
    netbit::Result<netbit::Body> banner() const
    {
        return netbit::Body::make(host(), "text that is sent often, made once");
    }

    // netbit.draft.process/1
    netbit::Result<netbit::Process> countObjects(const std::string& folder, std::shared_ptr<netbit::ProcessListener> listener) const
    {
        netbit::ProcessOptions options;
        options.program = "/usr/bin/git";
        options.arguments = {"-C", folder, "count-objects"};
        options.environment = {{"HOME", folder}, {"PATH", "/usr/bin:/bin"}}; // all that it has
        options.wallTime = std::chrono::minutes(1);
        auto started = netbit::Processes(host()).start(options, listener); // a std::shared_ptr<netbit::ProcessListener>
        return started;
    }

    // netbit.provide/1
    std::size_t wordsOfTheDictionary()
    {
        const auto lease = netbit::Provide(host()).acquire<Dictionary>("guide.dictionary/1"); // the other, anywhere
        const std::size_t words = lease ? (*lease)->words(lease->user()) : 0;
        return words;
    }

    // netbit.exec/1
    void later()
    {
        if (const auto posted = _exec.post([this] { tidy(); }); !posted)
            log().warn("There is too much to do.", {{"why", posted.error().detail}});
    }

    void tidy()
    {
        _cache.remove("price").isOk();
        _tidied.add();
    }
    std::string computePrice()
    {
        _computed.add();
        return "42";
    }
    std::string greeting() const
    {
        const std::lock_guard lock(_mutex);
        return _greeting;
    }

    netbit::Auth _auth;
    netbit::Chat _chat;
    netbit::Sql _sql;
    netbit::Cache _cache;
    netbit::Exec _exec;
    std::shared_ptr<Ear> _ear = std::make_shared<Ear>();
    netbit::Subscription _subscription;
    netbit::Timer _beat;
    EchoPort _port;
    netbit::Listener _listener;
    netbit::Counter _notes;
    netbit::Counter _tidied;
    netbit::Counter _computed;
    netbit::Histogram _seconds;
    Dictionary _table{sizeof(Dictionary), 0, [](void*) { return std::size_t{3}; }};
    mutable std::mutex _mutex; // guards _greeting and _followers
    std::string _greeting;
    std::vector<std::shared_ptr<Follower>> _followers; // those that have hung up, too: a real plugin would forget them
    std::atomic<std::int64_t> _limit{0};
};

} // namespace

NETBIT_PLUGIN(Guide, "guide", "1.0.0")
