#pragma once
// The project service over a database of its own, asked as a route asks it.

#include "base/Json.h"
#include "services/events/EventLog.h"
#include "services/operations/Operations.h"
#include "services/projects/Core.h"
#include "services/projects/ProjectService.h"
#include "services/users/UserDirectory.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <boost/json/parse.hpp>
#include <array>
#include <boost/json/serialize.hpp>
#include <future>

namespace netbit::services::projects::test {

namespace json = boost::json;

using Answer = base::Result<Completed>;

struct Asked {
    std::string key{};
    std::string ifMatch{};
    auth::PrincipalPtr as{};
    bool keeper = false; ///< by the plugin that keeps the bytes
};

/// user1 runs the server; user8 is a guest of it.
class House : public storage::test::HostDatabase {
protected:
    static constexpr Id root = 1, ann = 2, ben = 3, cem = 4, dia = 5, eve = 6, guest = 8;

    House()
    {
        for (Id id = 1; id <= 9; ++id)
            storage::UserRepository::insert(connection(), {.id = id,
                                                           .username = "user" + std::to_string(id),
                                                           .role = id == root ? "admin" : id == guest ? "guest" : "member",
                                                           .createdAt = 1'000});
        writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{});
        users.load(connection());
        log = std::make_unique<events::EventLog>(*database, *writer, events::EventOptions{});
        service = std::make_unique<ProjectService>(*database, *writer, users, *log);
        service->addOperations(operations);
        log->load(connection());
        service->load();
        writer->start();
        log->start();
    }
    ~House() override
    {
        log->stop();
        writer->stop();
    }

    static auth::PrincipalPtr principal(Id userId, auth::Scopes scopes = auth::allScopes)
    {
        return std::make_shared<const auth::Principal>(auth::Principal::Kind::session, userId, "user" + std::to_string(userId),
                                                       userId == root, 1, 0, scopes);
    }

    /// who 0: nobody.
    Answer ask(Id who, std::string_view operation, const json::object& arguments, const Asked& how = {})
    {
        std::vector<std::pair<std::string_view, std::string_view>> place;
        json::object body = arguments;
        for (const auto* const name : {"user", "project", "repo"})
            if (const auto* const value = arguments.if_contains(name); value && value->is_string()) {
                place.emplace_back(name, value->get_string());
                body.erase(name);
            }
        std::array<std::string, 2> ids; // of a message's path
        if (arguments.contains("message"))
            for (std::size_t i = 0; i < 2; ++i) {
                const auto* const name = i == 0 ? "id" : "message";
                ids[i] = std::to_string(arguments.at(name).as_int64());
                place.emplace_back(name, ids[i]);
                body.erase(name);
            }
        const auto written = json::serialize(body);
        operations::RawCall raw;
        raw.operation = operation;
        raw.arguments = written;
        raw.texts = place;
        raw.key = how.key;
        raw.ifMatch = how.ifMatch;
        if (how.keeper)
            raw.permits = [](std::string_view permission) { return permission == "repositories.keep"; };
        std::promise<Answer> promise;
        auto future = promise.get_future();
        const auto taken = operations.call(how.as ? how.as : who == 0 ? nullptr : principal(who), raw,
                                           [&](const Answer& answer) { promise.set_value(answer); });
        return taken ? future.get() : Answer(taken.error());
    }
    json::value good(Id who, std::string_view operation, const json::object& arguments, const Asked& how = {})
    {
        const auto answer = ask(who, operation, arguments, how);
        EXPECT_TRUE(answer.ok()) << operation << ": " << answer.error().code << " " << answer.error().detail;
        return answer && !answer->json.empty() ? json::parse(answer->json) : json::value();
    }
    std::string refusal(Id who, std::string_view operation, const json::object& arguments, const Asked& how = {})
    {
        const auto answer = ask(who, operation, arguments, how);
        return answer ? "none" : answer.error().code;
    }

    static std::string nameOf(Id id) { return "user" + std::to_string(id); }
    /// The place of a project that `owner` made.
    json::object project(Id owner, std::string_view name, bool isPublic = false)
    {
        good(owner, "projects.create", {{"name", name}, {"is_public", isPublic}});
        return {{"user", nameOf(owner)}, {"project", name}};
    }
    static json::object with(json::object place, const json::object& more)
    {
        for (const auto& member : more)
            place[member.key()] = member.value();
        return place;
    }
    void add(const json::object& place, Id by, Id whom, std::string_view role)
    {
        good(by, "projects.add_member", with(place, {{"user_id", whom}, {"role", role}}));
    }
    Id repository(Id who, const json::object& place, std::string_view name, bool isPublic = false)
    {
        return good(who, "repositories.create", with(place, {{"name", name}, {"is_public", isPublic}})).at("id").as_int64();
    }

    std::unique_ptr<storage::Writer> writer;
    users::UserDirectory users;
    std::unique_ptr<events::EventLog> log;
    std::unique_ptr<ProjectService> service;
    operations::Operations operations;
};

inline std::string id40(char c) { return std::string(40, c); }

} // namespace netbit::services::projects::test
