#pragma once
// AuthService on a real SQLite database with its writer, a clock that a test sets, and a way to start anew.

#include "services/auth/AuthService.h"
#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"

#include <boost/json.hpp>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>
#include <stdexcept>
#include <stdlib.h>

namespace netbit::services::auth::test {

using base::Result;
using base::Status;
using storage::Id;

inline const std::string secret = "0123456789abcdef0123456789abcdef";

/// What a login or a refresh gave.
struct Pair {
    std::string access;
    std::string refresh;
    boost::json::object whole;
};

class House : public ::testing::Test {
protected:
    House()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "netbit-auth-XXXXXX").string();
        if (!::mkdtemp(pattern.data()))
            throw std::runtime_error("mkdtemp failed");
        folder = pattern;
        options.registration = Registration::open;
        options.clock = [this] { return time.load(); };
        start();
    }
    ~House() override
    {
        stop();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }

    void start()
    {
        auto opened = storage::openSqlite({.path = (folder / "netbit.db").string(), .readers = 2, .cacheKib = 1024});
        if (!opened)
            throw std::runtime_error(opened.error().detail);
        database = std::move(opened).value();
        if (auto migrated = storage::migrate(*database, "netbit", storage::hostMigrations()); !migrated)
            throw std::runtime_error(migrated.error().detail);
        users = std::make_unique<users::UserDirectory>();
        database->read([this](storage::Connection& connection) { users->load(connection); });
        writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{});
        auth = std::make_unique<AuthService>(*database, *writer, *users, secret, options);
        auth->load();
        writer->start();
    }
    void stop()
    {
        writer->stop();
        auth.reset();
        writer.reset();
        users.reset();
        database.reset();
    }
    /// As after a restart of the process: only the database is left.
    void restart()
    {
        stop();
        start();
    }

    /// Runs a call that takes a Done, and waits for its end, whether at once or later.
    template <class Call>
    Result<Completed> wait(Call call)
    {
        auto end = std::make_shared<std::promise<Result<Completed>>>();
        auto future = end->get_future();
        const Result<void> begun = call([end](const Result<Completed>& result) { end->set_value(result); });
        if (!begun)
            return begun.error();
        return future.get();
    }
    Result<Completed> registerUser(const std::string& name, const std::string& invite = {})
    {
        return wait([&](Done done) {
            return auth->registerUser({name, name + "@example.org", password, invite}, std::move(done));
        });
    }
    Result<Completed> login(const std::string& name, const std::string& with, const std::string& peer = "192.0.2.1")
    {
        return wait([&](Done done) { return auth->login({name, with, peer, "test"}, std::move(done)); });
    }
    Result<Completed> refresh(const std::string& token)
    {
        return wait([&](Done done) { return auth->refresh(token, std::move(done)); });
    }
    Result<Completed> logout(const std::string& token)
    {
        return wait([&](Done done) { return auth->logout(token, std::move(done)); });
    }
    static Pair pairOf(const Result<Completed>& result)
    {
        if (!result)
            throw std::runtime_error(result.error().code + ": " + result.error().detail);
        auto object = boost::json::parse(result->json).as_object();
        return {std::string(object.at("access_token").as_string()), std::string(object.at("refresh_token").as_string()),
                object};
    }
    /// A member with a session.
    Pair enter(const std::string& name)
    {
        if (!users->byName(name))
            addUser(name);
        return pairOf(login(name, password));
    }
    users::UserPtr addUser(const std::string& name, const std::string& role = "member")
    {
        auto made = auth->addUser({name, "", password, ""}, role);
        if (!made)
            throw std::runtime_error(made.error().code);
        return *made;
    }
    std::string verified(std::string_view token)
    {
        const auto principal = auth->verify(token);
        return principal ? (*principal)->username() : "(" + principal.error().code + ")";
    }

    const std::string password = "correct horse";
    std::atomic<base::Millis> time{base::now() / 1000 * 1000}; // whole seconds, as tokens have them
    std::filesystem::path folder;
    AuthOptions options;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<users::UserDirectory> users;
    std::unique_ptr<storage::Writer> writer;
    std::unique_ptr<AuthService> auth;
};

} // namespace netbit::services::auth::test
