#include "storage/Migrations.h"

#include "base/Digest.h"
#include "base/Time.h"
#include "storage/Database.h"

#include <string>

namespace netbit::storage
{

namespace
{

std::string describe(std::string_view owner, const Migration& step)
{
    return "step " + std::to_string(step.number) + " (" + std::string(step.name) + ") of " + std::string(owner);
}

// One transaction for all steps. On the writer's thread one is open already: then a savepoint in it does the same.
class Scope
{
public:
    explicit Scope(Database& database)
        : _database(database)
        , _nested(database.inTransaction())
    {
        if (_nested)
            _database.writing().execute("SAVEPOINT migration");
        else
            _database.begin();
    }

    ~Scope()
    {
        if (_done)
            return;
        _database.writing().restrictTo({});
        if (!_nested) {
            _database.rollback();
            return;
        }
        try {
            if (_database.inTransaction())
                _database.writing().execute("ROLLBACK TO migration; RELEASE migration");
        } catch (const DatabaseError&) {
            _database.rollback(); // the writer sees that its transaction is gone, and fails the job
        }
    }

    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    void commit()
    {
        if (_nested)
            _database.writing().execute("RELEASE migration");
        else
            _database.commit();
        _done = true;
    }

private:
    Database& _database;
    bool _nested;
    bool _done = false;
};

base::Result<void> checkNumbers(std::string_view owner, std::span<const Migration> steps)
{
    int expected = 0;
    for (const auto& step : steps)
        if (step.number != ++expected)
            return base::fault(base::Status::invalid, "migration_numbers",
                               describe(owner, step) + " should have the number " + std::to_string(expected));
    return {};
}

// How many steps the database has, all of them known to this build under the same text.
base::Result<std::size_t> appliedSteps(Connection& connection, std::string_view owner, std::span<const Migration> steps)
{
    std::size_t applied = 0;
    auto& rows = connection.prepare("SELECT number, digest FROM schema_migrations WHERE owner = $1 ORDER BY number");
    rows.bind(1, owner);
    while (rows.step()) {
        const auto number = rows.integer(0);
        if (number < 1 || static_cast<std::size_t>(number) > steps.size()) {
            rows.reset();
            return base::fault(base::Status::conflict, "database_newer",
                               "the database has step " + std::to_string(number) + " of " + std::string(owner) +
                                   ", which this build does not know: use a newer build");
        }
        const auto& step = steps[static_cast<std::size_t>(number) - 1];
        if (rows.text(1) != base::sha256Hex(step.sql)) {
            rows.reset();
            return base::fault(base::Status::conflict, "migration_changed",
                               describe(owner, step) + " was applied with another text");
        }
        applied = static_cast<std::size_t>(number);
    }
    return applied;
}

void apply(Connection& connection, std::string_view owner, const Migration& step, std::string_view tablePrefix)
{
    connection.restrictTo(tablePrefix);
    connection.execute(step.sql);
    connection.restrictTo({});
    const auto digest = base::sha256Hex(step.sql);
    connection
        .prepare("INSERT INTO schema_migrations (owner, number, name, digest, applied_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(1, owner)
        .bind(2, step.number)
        .bind(3, step.name)
        .bind(4, digest)
        .bind(5, base::now())
        .run();
}

} // namespace

base::Result<void> migrate(Database& database, std::string_view owner, std::span<const Migration> steps,
                           std::string_view tablePrefix)
{
    if (auto numbers = checkNumbers(owner, steps); !numbers)
        return numbers;

    std::string doing = "opening the schema of " + std::string(owner);
    try {
        Scope scope(database);
        auto& connection = database.writing();
        connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations ("
                           " owner TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
                           " applied_at INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID");
        const auto applied = appliedSteps(connection, owner, steps);
        if (!applied)
            return applied.error();
        for (const auto& step : steps.subspan(*applied)) {
            doing = describe(owner, step);
            apply(connection, owner, step, tablePrefix);
        }
        scope.commit();
    } catch (const DatabaseError& error) {
        return base::fault(error.status(), error.code().empty() ? "migration_failed" : std::string(error.code()),
                           doing + ": " + error.what());
    }
    return {};
}

std::vector<std::string> appliedMigrations(Database& database, std::string_view owner)
{
    std::vector<std::string> names;
    database.read([&](Connection& connection) {
        auto& rows = connection.prepare("SELECT name FROM schema_migrations WHERE owner = $1 ORDER BY number");
        rows.bind(1, owner);
        while (rows.step())
            names.emplace_back(rows.text(0));
    });
    return names;
}

} // namespace netbit::storage
