// GET, POST and DELETE /api/notes: notes that only their author sees.

#include <netbit/auth.hpp>
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>

#include <boost/json.hpp>

namespace {

namespace json = boost::json;
using netbit::Done;
using netbit::Error;
using netbit::Request;
using netbit::Result;
using netbit::SqlRow;
using netbit::Status;

class Notes final : public netbit::Plugin {
public:
    explicit Notes(netbit::Host host) : Plugin(host), _auth(host), _exec(host), _sql(host) {}

private:
    void configure() override { _pageSize = config().integer("page_size"); }

    void start() override
    {
        _sql.migrate({{"notes", "CREATE TABLE p_notes_notes (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, "
                                "text TEXT NOT NULL)"},
                      {"time", "ALTER TABLE p_notes_notes ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;"
                               "CREATE INDEX p_notes_by_author ON p_notes_notes (author_id, id)"}}).value();
        post("/api/notes", netbit::users, [this](Request& request) { return write(request); },
             netbit::worker().summary("Write a note").maxBody(64 * 1024));
        get("/api/notes", netbit::users, [this](Request& request) { return list(request); },
            netbit::worker().summary("The caller's notes, newest first"));
        del("/api/notes/{id}", netbit::users, [this](Request& request) { return remove(request); },
            netbit::worker().summary("Throw a note away"));
    }

    std::int64_t callerOf(Request& request) const { return _auth.api().user_id(request.principal()); }

    Result<void> write(Request& request)
    {
        boost::system::error_code failure;
        const auto body = json::parse(request.body(), failure);
        if (failure || !body.is_object())
            return Error(Status::malformed, "invalid_json", "The body must be a JSON object.");
        const auto* const text = body.get_object().if_contains("text");
        if (!text || !text->is_string() || text->get_string().empty())
            return Error(Status::invalid, "empty_note", "A note must say something.", "/text");

        // Taken before defer(), which the request cannot be read behind: which argument comes first is not said in C++.
        const auto author = callerOf(request);
        const std::string_view content(text->get_string());
        // The table gives the id. A counter here would not do: on a reload two generations write side by side.
        _sql.execute({{"INSERT INTO p_notes_notes (author_id, text, created_ms) VALUES ($1, $2, $3) RETURNING id, text, created_ms",
                       {author, content, _exec.nowMs()}}},
                     [later = request.defer()](Result<Done> done) mutable {
                         if (!done)
                             return later.problem(done.error());
                         const auto made = json::parse(done->json).at(0); // an object for each row that is returned
                         const auto id = made.at("id").to_number<std::int64_t>();
                         later.reply(netbit::Reply(201).bytes(json::serialize(made))
                                         .header("Location", "/api/notes/" + std::to_string(id)));
                     });
        return {};
    }

    Result<void> list(Request& request)
    {
        json::array notes;
        const auto read = _sql.query({"SELECT id, text, created_ms FROM p_notes_notes WHERE author_id = $1"
                                      " ORDER BY id DESC LIMIT $2", {callerOf(request), _pageSize.load()}},
                                     [&](const SqlRow& row) {
                                         notes.push_back(json::object{{"id", row.integer(0)},
                                                                      {"text", row.text(1)},
                                                                      {"created_ms", row.integer(2)}});
                                     });
        if (!read)
            return read.error();
        request.json(200, json::serialize(json::object{{"data", std::move(notes)}}));
        return {};
    }

    Result<void> remove(Request& request)
    {
        const auto id = netbit::parseInteger<std::int64_t>(request.param("id"));
        if (!id)
            return notFound();
        const auto author = callerOf(request);
        // Somebody else's note is as good as none: nobody learns which ids there are.
        _sql.execute({{"DELETE FROM p_notes_notes WHERE id = $1 AND author_id = $2", {*id, author}}},
                     [later = request.defer()](Result<Done> done) mutable {
                         if (!done)
                             return later.problem(done.error());
                         if (done->id == 0) // rows that were changed
                             return later.problem(notFound());
                         later.noContent();
                     });
        return {};
    }

    static Error notFound() { return Error(Status::notFound, "note_not_found", "There is no such note."); }

    netbit::Auth _auth;
    netbit::Exec _exec;
    netbit::Sql _sql;
    std::atomic<std::int64_t> _pageSize{0};
};

} // namespace

NETBIT_PLUGIN(Notes, "notes", "1.0.0")
