// The examples of sdk/README.md, as they stand there, in one plugin: they must compile without a warning.

#include <netbit/chat.hpp>
#include <netbit/health.hpp>
#include <netbit/metrics.hpp>
#include <netbit/plugin.hpp>
#include <netbit/provide.hpp>
#include <netbit/sql.hpp>

namespace {

struct Dictionary { std::uint32_t size, reserved; std::size_t (*words)(void* user); };

class Readme final : public netbit::Plugin {
    void start() override
    {
        post("/api/notes", netbit::users, [this](netbit::Request& request) -> netbit::Result<void> {
            if (request.body().empty())
                return netbit::Error(netbit::Status::invalid, "empty_note", "A note must say something.");
            request.reply(netbit::Reply(201).bytes("{}").header("Location", "/api/notes/1"));
            tell(request);
            return {};
        }, netbit::worker().summary("Write a note").maxBody(64 * 1024));
        remember("text");
        netbit::Metrics(host()).counter("notes_total", "Notes written").add();
        _limit = config().integer("limit");
        netbit::Health(host()).degraded("The mail server answers slowly.");
        netbit::Provide(host()).offer("org.example.dictionary/1", _table, this).value(); // the owner, in start
    }

    std::size_t ask()
    {
        const auto lease = netbit::Provide(host()).acquire<Dictionary>("org.example.dictionary/1"); // the other, anywhere
        const std::size_t words = lease ? (*lease)->words(lease->user()) : 0;
        return words;
    }

    void tell(netbit::Request& request)
    {
        netbit::Auth auth(host());
        const auto caller = netbit::Principal::share(auth.api(), request.principal());
        log().info("A note was written.", {{"user", caller.username()}});

        netbit::Chat chat(host());
        netbit::NewMessage message;
        message.chatId = _limit;
        message.content = "Deployed.";
        chat.send(caller, message, [later = request.defer()](netbit::Result<netbit::Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            later.json(201, done->json);
        });
    }

    void remember(std::string_view text)
    {
        std::vector<std::int64_t> ids;
        netbit::Sql sql(host());
        sql.migrate({{"notes", "CREATE TABLE p_org_example_hello_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"}}).value();
        sql.query({"SELECT id FROM p_org_example_hello_notes WHERE text = $1", {text}},
                  [&](const netbit::SqlRow& row) { ids.push_back(row.integer(0)); }).value();
    }

    std::int64_t _limit = 0;
    Dictionary _table{sizeof(Dictionary), 0, [](void* user) { return static_cast<Readme*>(user)->ask(); }};
};

} // namespace

NETBIT_PLUGIN(Readme, "readme", "1.0.0")
