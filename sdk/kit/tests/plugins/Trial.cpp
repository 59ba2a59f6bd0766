// Uses every service of the SDK, so that the kit's tests have something to test.

#include "Adder.h"
#include "Lines.h"
#include "Measures.h"
#include "Watchers.h"
#include <netbit/cache.hpp>
#include <netbit/chat.hpp>
#include <netbit/events.hpp>
#include <netbit/exec.hpp>
#include <netbit/health.hpp>
#include <netbit/metrics.hpp>
#include <netbit/plugin.hpp>
#include <netbit/provide.hpp>
#include <netbit/sql.hpp>

using netbit::Later;
using netbit::Request;
using netbit::Result;

class Trial final : public netbit::Plugin {
public:
    explicit Trial(netbit::Host host)
        : Plugin(host), _auth(host), _chat(host), _events(host), _exec(host), _cache(host), _sql(host), _health(host),
          _provide(host), _bodies(host), _beats(netbit::Metrics(host).counter("beats_total", "Beats of the timer")),
          _lengths(netbit::Metrics(host).histogram("lengths", "Lengths of notes", {4.0, 16.0}))
    {
    }

private:
    void configure() override
    {
        auto greeting = std::string(config().text("greeting"));
        if (greeting == "refused")
            throw netbit::Failure(netbit::Error(netbit::Status::invalid, "bad_greeting", "This greeting is refused."));
        _greeting = std::move(greeting);
        _limit = config().integer("limit");
    }

    void start() override
    {
        _sql.migrate({{"notes", "CREATE TABLE p_org_example_trial_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"}})
            .value();
        plainRoutes();
        laterRoutes();
        peopleRoutes();
        _lines = std::make_unique<Lines>(host());
        _watchers = std::make_unique<Watchers>(host());
        _timer = _exec.every(std::chrono::seconds(1), [this] { _beats.add(); }).value();
        _provide.offer(ADDER, _adder).value();
        subscribe();
        log().info("It has started.", {{"greeting", _greeting}});
    }

    void plainRoutes()
    {
        get("/api/trial/hello/{name}", netbit::anyone, [this](Request& request) {
            const auto loud = request.query("loud");
            request.text(200, _greeting + ", " + request.param("name") + (loud == "yes" ? "!" : "."));
        }, netbit::fast());
        get("/api/trial/me", netbit::users, [this](Request& request) {
            const auto who = netbit::Principal::share(_auth.api(), request.principal());
            request.reply(netbit::Reply(200).bytes("{\"name\":\"" + std::string(who.username()) + "\",\"id\":" +
                                                   std::to_string(who.userId()) + ",\"admin\":" +
                                                   (who.isAdmin() ? "true" : "false") + ",\"nothing\":null}")
                              .header("X-Peer", request.peer()));
        });
        get("/api/trial/admin", netbit::admins, [](Request& request) { request.noContent(); });
        get("/api/trial/conflict", netbit::anyone, [](Request&) -> Result<void> {
            return netbit::Error(netbit::Status::conflict, "clash", "It clashes.", "/name");
        });
        post("/api/trial/echo", netbit::anyone, [](Request& request) {
            request.reply(netbit::Reply(201).type(request.header("Content-Type").value_or("text/plain")).bytes(request.body()));
        }, netbit::worker().maxBody(16));
        post("/api/trial/count", netbit::anyone, [this](Request& request) {
            const auto sum = _cache.incr("count", 1, std::chrono::seconds(5));
            request.text(200, std::to_string(sum.value()));
        }, netbit::fast());
        post("/api/trial/health", netbit::anyone, [this](Request& request) {
            _health.degraded(request.body());
            request.noContent();
        });
        get("/api/trial/sum", netbit::anyone, [this](Request& request) -> Result<void> {
            auto lease = _provide.acquire<adder>(OTHER_ADDER);
            if (!lease)
                return lease.error();
            request.text(200, std::to_string((*lease)->add(lease->user(), 2, 3)));
            return {};
        });
    }

    void laterRoutes()
    {
        post("/api/trial/measure", netbit::anyone,
             [this](Request& request) { return Measure::start(_bodies, _exec, request); }, netbit::streamed());
        get("/api/trial/file", netbit::anyone, [this](Request& request) { sendTenBytes(_bodies, request); });
        post("/api/trial/later", netbit::anyone, [this](Request& request) -> Result<void> {
            auto later = std::make_shared<Later>(request.defer());
            return _exec.post([later] { later->text(200, "later"); });
        });
        post("/api/trial/slowly", netbit::anyone, [this](Request& request) {
            auto later = std::make_shared<Later>(request.defer());
            _once = _exec.after(std::chrono::seconds(3), [later] { later->text(200, "slowly"); }).value();
        });
        post("/api/trial/notes", netbit::users, [this](Request& request) {
            _lengths.observe(static_cast<double>(request.body().size()));
            const std::string text(request.body());
            _sql.execute({{"INSERT INTO p_org_example_trial_notes (text) VALUES ($1)", {text}}},
                         [later = request.defer()](Result<netbit::Done> done) mutable {
                             if (!done)
                                 return later.problem(done.error());
                             later.json(201, "{\"rows\":" + std::to_string(done->id) + "}");
                         });
        });
        get("/api/trial/notes", netbit::users, [this](Request& request) -> Result<void> {
            std::string out = "[";
            auto read = _sql.query({"SELECT text FROM p_org_example_trial_notes ORDER BY id LIMIT $1", {_limit}},
                                   [&out](const netbit::SqlRow& row) {
                                       out += (out.size() > 1 ? ",\"" : "\"") + std::string(row.text(0)) + '"';
                                   });
            if (!read)
                return read;
            request.json(200, out + "]");
            return {};
        });
    }

    void peopleRoutes()
    {
        get("/api/trial/chats/{id}", netbit::users, [this](Request& request) -> Result<void> {
            netbit::PageQuery query;
            query.chatId = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
            const auto block = request.mayBlock() ? netbit::Blocking::yes : netbit::Blocking::no;
            auto page = _chat.page(netbit::Principal::share(_auth.api(), request.principal()), query, block);
            if (!page)
                return page.error();
            request.json(200, page->body);
            return {};
        }, netbit::fast());
        post("/api/trial/chats/{id}", netbit::users, [this](Request& request) {
            netbit::NewMessage message;
            message.chatId = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
            message.content = request.body();
            const auto who = netbit::Principal::share(_auth.api(), request.principal());
            _chat.send(who, message, [later = request.defer()](Result<netbit::Done> done) mutable {
                if (!done)
                    return later.problem(done.error());
                later.json(201, done->json);
            });
        });
        post("/api/trial/made", netbit::users, [this](Request& request) {
            const auto who = netbit::Principal::share(_auth.api(), request.principal());
            const std::string data(request.body());
            _events.publishDurable(who, "org.example.trial.made", 0, data,
                                   [later = request.defer()](Result<netbit::Done> done) mutable {
                                       if (!done)
                                           return later.problem(done.error());
                                       later.json(201, done->json);
                                   });
        });
        post("/api/trial/typing/{id}", netbit::users, [this](Request& request) -> Result<void> {
            const auto chat = netbit::parseInteger<std::int64_t>(request.param("id")).value_or(0);
            auto said = _events.publish(netbit::Principal::share(_auth.api(), request.principal()), "trial.typing", chat,
                                        request.body());
            if (said)
                request.noContent();
            return said;
        });
        post("/api/trial/login", netbit::anyone, [this](Request& request) {
            const std::string name(request.query("name").value_or(""));
            const std::string password(request.body());
            const std::string peer(request.peer());
            _auth.login(name, password, peer, "a test",
                        [later = request.defer()](Result<netbit::Done> done) mutable {
                            if (!done)
                                return later.problem(done.error());
                            later.json(200, done->json);
                        });
        });
    }

    /// Follows everything by name; the topic "trial.hold" holds it until the next beat of a request.
    void subscribe()
    {
        const auto& api = *host().find<nb_events_api>(NB_EVENTS_SERVICE);
        nb_subscribe_options options{};
        options.size = sizeof options;
        options.flags = NB_SUBSCRIBE_EPHEMERAL;
        options.after = -1;
        options.name = netbit::toStr("follower");
        static constexpr nb_event_calls calls{sizeof(nb_event_calls), 0, &event, &reset, nullptr, &ended};
        netbit::ErrorBuffer error;
        netbit::toResult(api.subscribe(host().raw(), &options, &calls, this, &_follower, error.get()), error).value();
        post("/api/trial/resume", netbit::anyone, [this, &api](Request& request) {
            api.resume(_follower);
            request.noContent();
        });
    }
    static std::int32_t event(void* user, const nb_event* event)
    {
        auto& self = *static_cast<Trial*>(user);
        self._watchers->tell(std::string(netbit::toView(event->topic)) + ' ' + std::to_string(event->id) + '\n');
        return netbit::toView(event->topic) == "trial.hold" ? NB_WOULD_BLOCK : NB_OK;
    }
    static void reset(void* user, std::int64_t next)
    {
        static_cast<Trial*>(user)->_watchers->tell("reset " + std::to_string(next) + '\n');
    }
    static void ended(void*) {}

    void quiesce() override { log().info("It will stop soon."); }
    void stop() override
    {
        _watchers->endAll();
        host().find<nb_events_api>(NB_EVENTS_SERVICE)->cancel(_follower);
        _timer.cancel();
        _once.cancel();
    }

    std::string _greeting;
    std::int64_t _limit = 0;
    netbit::Auth _auth;
    netbit::Chat _chat;
    netbit::Events _events;
    netbit::Exec _exec;
    netbit::Cache _cache;
    netbit::Sql _sql;
    netbit::Health _health;
    netbit::Provide _provide;
    netbit::Bodies _bodies;
    netbit::Counter _beats;
    netbit::Histogram _lengths;
    adder _adder{sizeof(adder), 0, [](void*, std::int64_t left, std::int64_t right) { return left + right; }};
    std::unique_ptr<Lines> _lines;
    std::unique_ptr<Watchers> _watchers;
    netbit::Timer _timer;
    netbit::Timer _once;
    nb_subscription* _follower = nullptr;
};
NETBIT_PLUGIN(Trial, "org.example.trial", "1.2.0")
