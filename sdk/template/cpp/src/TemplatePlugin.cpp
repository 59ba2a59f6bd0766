// What the plugin does. Everything that it calls is explained in the headers; start at netbit/plugin.hpp.

#include <netbit/events.hpp>
#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>

#include <atomic>
#include <mutex>

namespace {

using netbit::Request;
using netbit::Result;

// Counts messages as they are written, in every chat: the manifest asks for the permission "events.all".
class MessageCounter final : public netbit::EventSink {
public:
    netbit::Take event(const netbit::Event&) override
    {
        ++_count;
        return netbit::Take::next;
    }
    long count() const { return _count; }

private:
    std::atomic<long> _count{0};
};

class TemplatePlugin final : public netbit::Plugin {
public:
    explicit TemplatePlugin(netbit::Host host) : Plugin(host), _sql(host), _events(host) {}

private:
    // At the start, and again when an administrator changes the settings while handlers run.
    void configure() override
    {
        auto greeting = config().text("greeting");
        const std::lock_guard lock(_mutex);
        _greeting = std::move(greeting);
    }

    void start() override
    {
        // Each step runs once, ever. Append new ones; never change one that an administrator may have run.
        _sql.migrate({{"greetings", "CREATE TABLE p_template_plugin_greetings ("
                                    "name TEXT PRIMARY KEY, times INTEGER NOT NULL)"}}).value();

        netbit::SubscribeOptions options;
        options.topics = {"message.created"};
        _messages = _events.subscribe(options, _counter).value();

        post("/api/template.plugin/{name}", netbit::users, [this](Request& request) { return greet(request); },
             netbit::worker().summary("Greet somebody"));
        get("/api/template.plugin/{name}", netbit::users, [this](Request& request) { return greetings(request); },
            netbit::worker().summary("How often somebody was greeted"));
        get("/api/template.plugin", netbit::anyone,
            [this](Request& request) { request.json(200, "{\"messages\":" + std::to_string(_counter->count()) + "}"); },
            netbit::fast().summary("How many messages were written since the plugin was loaded"));
        log().info("Ready to greet.");
    }

    Result<void> greet(Request& request)
    {
        const std::string name = request.param("name").str();
        if (name.size() > 100)
            return netbit::Error(netbit::Status::invalid, "long_name", "A name has at most 100 bytes.");
        // Answered when it is on disk: the callable runs on the writer's thread, so it does no more than that.
        _sql.execute({{"INSERT INTO p_template_plugin_greetings (name, times) VALUES ($1, 1)"
                       " ON CONFLICT (name) DO UPDATE SET times = p_template_plugin_greetings.times + 1", {name}}},
                     [later = request.defer(), text = greeting() + ", " + name + "!"](Result<netbit::Done> done) mutable {
                         if (!done)
                             return later.problem(done.error());
                         later.text(201, text);
                     });
        return {};
    }

    Result<void> greetings(Request& request)
    {
        std::int64_t times = 0;
        const auto read = _sql.query({"SELECT times FROM p_template_plugin_greetings WHERE name = $1", {request.param("name")}},
                                     [&](const netbit::SqlRow& row) { times = row.integer(0); });
        if (!read)
            return read.error();
        if (times == 0)
            return netbit::Error(netbit::Status::notFound, "not_greeted", "Nobody of that name was greeted yet.");
        request.json(200, "{\"times\":" + std::to_string(times) + "}");
        return {};
    }

    std::string greeting() const
    {
        const std::lock_guard lock(_mutex);
        return _greeting;
    }

    netbit::Sql _sql;
    netbit::Events _events;
    std::shared_ptr<MessageCounter> _counter = std::make_shared<MessageCounter>();
    netbit::Subscription _messages; // ends with the plugin
    mutable std::mutex _mutex;      // guards _greeting
    std::string _greeting;
};

} // namespace

NETBIT_PLUGIN(TemplatePlugin, "template.plugin", "1.0.0")
