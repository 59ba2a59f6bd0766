// Writes numbered rows through the Writer and prints each number when it is acknowledged, until it is killed.
// One argument: the database.

#include "storage/Database.h"
#include "storage/Writer.h"

#include <cstdio>
#include <string>
#include <thread>
#include <unistd.h>

using namespace netbit;

namespace
{

struct Numbered final : storage::Job {
    explicit Numbered(std::int64_t of)
        : number(of)
    {
    }

    base::Result<void> apply(storage::Connection& connection) override
    {
        const std::string padding(200, 'x');
        connection.prepare("INSERT INTO rows (id, padding) VALUES ($1, $2)").bind(1, number).bind(2, padding).run();
        connection.prepare("INSERT INTO twins (id) VALUES ($1)").bind(1, number).run();
        return {};
    }

    void complete(const base::Result<void>& result) override
    {
        // One write a line: what is in the pipe survives our death.
        const auto line = (result ? std::to_string(number) : std::string("failed")) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0)
            std::_Exit(3);
    }

    std::int64_t number;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        return 2;
    auto opened = storage::openSqlite({.path = argv[1], .readers = 1});
    if (!opened)
        return 2;
    auto& database = **opened;
    database.writing().execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, padding TEXT);"
                               "CREATE TABLE IF NOT EXISTS twins (id INTEGER PRIMARY KEY)");
    std::int64_t next = 0;
    {
        auto& last = database.writing().prepare("SELECT coalesce(max(id), 0) FROM rows");
        last.step();
        next = last.integer(0) + 1;
        last.reset();
    }

    storage::Writer writer(database, {.maxBatch = 32});
    writer.start();
    for (;;) {
        std::unique_ptr<storage::Job> job = std::make_unique<Numbered>(next++);
        if (!writer.submit(job))
            return 3;
        while (writer.queued() > 200)
            std::this_thread::yield();
    }
}
