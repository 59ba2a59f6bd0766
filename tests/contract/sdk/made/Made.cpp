// GET /api/made/FLAVOUR/{name}: strings, exceptions and a table in the standard library of whatever compiler made this.
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>

#include <map>
#include <stdexcept>

class Made final : public netbit::Plugin {
    void start() override
    {
        const netbit::Sql sql(host());
        sql.migrate({{"names", "CREATE TABLE p_made_" FLAVOUR "_names (name TEXT PRIMARY KEY)"}}).value();
        get("/api/made/" FLAVOUR "/{name}", netbit::anyone, [this, sql](netbit::Request& request) -> netbit::Result<void> {
            const auto name = request.param("name").str();
            if (name == "nobody")
                return netbit::Error(netbit::Status::notFound, "nobody", "There is nobody.");
            if (name == "throw")
                throw std::runtime_error("thrown in " FLAVOUR);
            sql.execute({{"INSERT INTO p_made_" FLAVOUR "_names (name) VALUES ($1) ON CONFLICT DO NOTHING", {name}}},
                        [this, sql, later = request.defer()](netbit::Result<netbit::Done> done) mutable {
                            if (!done)
                                return later.problem(done.error());
                            netbit::Exec(host()).post([sql, later = std::move(later)]() mutable { answer(sql, later); }).value();
                        });
            return {};
        });
    }

    static void answer(const netbit::Sql& sql, netbit::Later& later)
    {
        std::map<std::string, int> names;
        sql.query({"SELECT name FROM p_made_" FLAVOUR "_names", {}},
                  [&](const netbit::SqlRow& row) { ++names[std::string(row.text(0))]; }).value();
        std::string body = "Hello, ";
        for (const auto& [name, count] : names)
            body += name + ", ";
        later.text(200, body + "from " FLAVOUR);
    }
};

NETBIT_PLUGIN(Made, "made_" FLAVOUR, "1.0.0")
