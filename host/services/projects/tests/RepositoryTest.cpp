#include "services/projects/tests/House.h"

namespace netbit::services::projects::test {

namespace {

json::object accessOf(std::string_view owner, std::string_view project, std::string_view name)
{
    json::object out{{"owner", owner}, {"name", name}};
    if (!project.empty())
        out["project"] = project;
    return out;
}

json::object command(std::string_view ref, char from, char to) { return {{"ref", ref}, {"old", id40(from)}, {"new", id40(to)}}; }

json::object updated(std::string_view ref, char from, char to, std::string_view kind = "create")
{
    auto out = command(ref, from, to);
    out["kind"] = kind;
    out["commit_count"] = 1;
    out["commits"] = json::array{json::object{{"id", id40(to)},
                                              {"author", "Ann <a@example.org>"},
                                              {"subject", "Do it"},
                                              {"message", "Do it\n\nAll of it."},
                                              {"created_at", "2026-01-01T00:00:00Z"}}};
    return out;
}

} // namespace

class RepositoryHouse : public House {
protected:
    json::value may(Id who, const json::object& where) { return good(who, "repositories.access", where).at("may"); }
    Id push(Id who, Id repository, json::array commands)
    {
        return good(who, "repositories.begin_push", {{"id", repository}, {"commands", std::move(commands)}}, {.keeper = true})
            .at("push_id")
            .as_int64();
    }
};

TEST_F(RepositoryHouse, WhoMayWhatFollowsTheRole)
{
    const auto place = project(ann, "p");
    for (const auto& [who, role] : std::vector<std::pair<Id, const char*>>{{ben, "guest"}, {cem, "viewer"}, {dia, "developer"}})
        add(place, ann, who, role);
    repository(ann, place, "r", true); // as public as its project: not at all
    const auto where = accessOf("user2", "p", "r");
    for (const Id who : {Id{0}, ben, eve, guest})
        EXPECT_EQ(refusal(who, "repositories.access", where), "repository_not_found") << who;
    EXPECT_EQ(may(cem, where), (json::value{{"read", true}, {"write", false}, {"manage", false}}));
    EXPECT_EQ(may(dia, where), (json::value{{"read", true}, {"write", true}, {"manage", false}}));
    EXPECT_EQ(may(ann, where), (json::value{{"read", true}, {"write", true}, {"manage", true}}));
    EXPECT_EQ(may(root, where), (json::value{{"read", true}, {"write", false}, {"manage", true}}));

    good(ann, "projects.update", with(place, {{"is_public", true}}));
    EXPECT_EQ(may(0, where), (json::value{{"read", true}, {"write", false}, {"manage", false}}));
    EXPECT_EQ(refusal(0, "repositories.access", accessOf("user2", "p", "other")), "repository_not_found");
}

TEST_F(RepositoryHouse, APrivateOneInAPublicProjectIsTheMembers)
{
    const auto place = project(ann, "p", true);
    repository(ann, place, "hidden");
    repository(ann, place, "shown", true);
    add(place, ann, ben, "viewer");
    EXPECT_EQ(good(eve, "repositories.list", place).at("data").as_array().size(), 1U);
    EXPECT_EQ(good(ben, "repositories.list", place).at("data").as_array().size(), 2U);
    EXPECT_EQ(good(0, "projects.get", place).at("repositories").as_array().size(), 1U);
    EXPECT_EQ(refusal(eve, "repositories.get", with(place, {{"repo", "hidden"}})), "repository_not_found");
}

TEST_F(RepositoryHouse, OnesOwnAreOnesOwn)
{
    repository(ann, {}, "dotfiles");
    EXPECT_EQ(good(ann, "repositories.list", {}).at("data").as_array().size(), 1U);
    EXPECT_TRUE(good(ben, "repositories.list", {}).at("data").as_array().empty());
    EXPECT_EQ(refusal(ben, "repositories.access", accessOf("user2", "", "dotfiles")), "repository_not_found");
    EXPECT_EQ(may(ann, accessOf("user2", "", "dotfiles")).at("manage").as_bool(), true);
    EXPECT_EQ(refusal(ann, "repositories.create", {{"name", "DOTFILES"}}), "name_taken");
    good(ann, "repositories.update", {{"repo", "dotfiles"}, {"name", "dots"}});
    const auto moved = good(ann, "repositories.access", accessOf("user2", "", "dotfiles"));
    EXPECT_TRUE(moved.at("moved").as_bool());
    EXPECT_EQ(moved.at("name").as_string(), "dots");
}

TEST_F(RepositoryHouse, AnArchivedOneIsReadAndNotWritten)
{
    const auto place = project(ann, "p");
    const auto id = repository(ann, place, "r");
    good(ann, "repositories.update", with(place, {{"repo", "r"}, {"state", "archived"}}));
    EXPECT_FALSE(may(ann, accessOf("user2", "p", "r")).at("write").as_bool());
    EXPECT_EQ(refusal(ann, "repositories.begin_push", {{"id", id}, {"commands", json::array{command("refs/heads/a", '0', '1')}}},
                      {.keeper = true}),
              "repository_archived");
    EXPECT_EQ(refusal(ann, "repositories.update", with(place, {{"repo", "r"}, {"name", "s"}})), "repository_archived");
    good(ann, "repositories.update", with(place, {{"repo", "r"}, {"state", "active"}}));
}

TEST_F(RepositoryHouse, APushIsWrittenDownBeforeAndToldAfter)
{
    const auto place = project(ann, "p");
    const auto id = repository(ann, place, "r");
    const auto pushId = push(ann, id, {command("refs/heads/topic", '0', '1'), command("refs/heads/main", '0', '2')});
    const auto pending = good(0, "repositories.pending_pushes", {}, {.keeper = true}).at("data").as_array();
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].at("commands").at(1).at("ref").as_string(), "refs/heads/main");
    const json::object end{{"push_id", pushId},
                           {"size_bytes", 1234},
                           {"updated", json::array{updated("refs/heads/topic", '0', '1'), updated("refs/heads/main", '0', '2')}}};
    good(0, "repositories.end_push", end, {.keeper = true});
    EXPECT_TRUE(ask(0, "repositories.end_push", end, {.keeper = true})->replayed) << "told once more, it is told once";
    const auto now = good(ann, "repositories.access", accessOf("user2", "p", "r"));
    EXPECT_EQ(now.at("default_branch").as_string(), "main");
    EXPECT_EQ(now.at("size_bytes").as_int64(), 1234);
    EXPECT_TRUE(good(0, "repositories.pending_pushes", {}, {.keeper = true}).at("data").as_array().empty());
    int told = 0;
    for (const auto& event : storage::EventRepository::after(connection(), 0, 100))
        if (event.topic == "git.pushed") {
            ++told;
            EXPECT_EQ(event.projectId, 1);
            EXPECT_EQ(event.actorId, ann);
        }
    EXPECT_EQ(told, 1);
}

TEST_F(RepositoryHouse, WhatKeepsTheBytesIsAskedForItsPermission)
{
    for (const auto* operation : {"repositories.end_push", "repositories.pending_pushes", "repositories.due", "repositories.purged"})
        EXPECT_EQ(refusal(root, operation, {}), "permission_missing") << operation;
}

TEST_F(RepositoryHouse, ProtectedBranchesAreSaidByTheSettings)
{
    const auto place = project(ann, "p");
    add(place, ann, ben, "developer");
    const auto id = repository(ann, place, "r");
    good(ann, "projects.set_config",
         with(place, {{"protected_branches", json::array{json::object{{"pattern", "main"}, {"push", json::array{"owner"}}}}}}));
    const auto refused = ask(ben, "repositories.begin_push",
                             {{"id", id}, {"commands", json::array{command("refs/heads/topic", '0', '1'), command("refs/heads/main", '0', '1')}}},
                             {.keeper = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "protected_branch");
    EXPECT_EQ(refused.error().pointer, "/commands/1/ref");
    EXPECT_EQ(refusal(ann, "repositories.begin_push", {{"id", id}, {"commands", json::array{command("refs/heads/main", '1', '0')}}},
                      {.keeper = true}),
              "protected_branch") << "not deleted by anybody";
    push(ann, id, {command("refs/heads/main", '0', '1')});
    push(ben, id, {command("refs/heads/main2", '0', '1')});
}

TEST_F(RepositoryHouse, BadRefsAndIdsAreNamed)
{
    const auto id = repository(ann, {}, "r");
    const auto pointer = [&](const json::object& one) {
        const auto answer = ask(ann, "repositories.begin_push", {{"id", id}, {"commands", json::array{one}}}, {.keeper = true});
        return answer ? "none" : answer.error().pointer;
    };
    EXPECT_EQ(pointer(command("HEAD", '0', '1')), "/commands/0/ref");
    EXPECT_EQ(pointer({{"ref", "refs/heads/a"}, {"old", "x"}, {"new", id40('1')}}), "/commands/0/old");
    EXPECT_EQ(pointer(command("refs/heads/a", '0', '0')), "/commands/0/new");
    EXPECT_EQ(pointer(command("refs/heads/a", '0', '1')), "none");
}

TEST_F(RepositoryHouse, ATokenForGitAloneIsGoodForGitAlone)
{
    repository(ann, {}, "r");
    const Asked git{.as = principal(ann, static_cast<auth::Scopes>(auth::Scope::git))};
    const Asked reads{.as = principal(ann, static_cast<auth::Scopes>(auth::Scope::read))};
    const auto where = accessOf("user2", "", "r");
    EXPECT_EQ(good(ann, "repositories.access", where, git).at("may"), (json::value{{"read", true}, {"write", true}, {"manage", false}}));
    EXPECT_EQ(good(ann, "repositories.access", where, reads).at("may"), (json::value{{"read", true}, {"write", false}, {"manage", false}}));
    EXPECT_EQ(refusal(ann, "repositories.create", {{"name", "s"}}, git), "scope_missing");
}

TEST_F(RepositoryHouse, AForkOfAPrivateOneIsPrivate)
{
    const auto place = project(ann, "p");
    const auto id = repository(ann, place, "r", true);
    add(place, ann, ben, "viewer");
    const auto fork = good(ben, "repositories.fork", {{"id", id}});
    EXPECT_FALSE(fork.at("is_public").as_bool());
    EXPECT_EQ(fork.at("forked_from").as_int64(), id);
    EXPECT_EQ(fork.at("owner_id").as_int64(), ben);
    EXPECT_EQ(refusal(eve, "repositories.fork", {{"id", id}}), "repository_not_found");
    good(ann, "projects.set_config", with(place, {{"collaboration", json::object{{"allow_forks", false}}}}));
    EXPECT_EQ(refusal(ben, "repositories.fork", {{"id", id}, {"name", "again"}}), "forks_off");
}

} // namespace netbit::services::projects::test
