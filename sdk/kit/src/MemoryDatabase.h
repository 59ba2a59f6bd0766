#pragma once
// The database port over one SQLite connection in memory: what a plugin's SQL may touch is decided as in a real host.

#include "storage/Database.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace netbit::fake {

class MemoryDatabase final : public storage::Database {
public:
    MemoryDatabase();
    ~MemoryDatabase() override;
    MemoryDatabase(const MemoryDatabase&) = delete;
    MemoryDatabase& operator=(const MemoryDatabase&) = delete;

    void read(const std::function<void(storage::Connection&)>& work) override;
    storage::Connection& writing() override;
    void begin() override;
    void commit() override;
    void rollback() noexcept override;
    bool inTransaction() const noexcept override;
    std::string_view engine() const noexcept override { return "sqlite"; }

    sqlite3* handle() const noexcept { return _handle; }

private:
    class Link;
    class Prepared;

    sqlite3* _handle = nullptr;
    std::unique_ptr<Link> _link;
};

} // namespace netbit::fake
