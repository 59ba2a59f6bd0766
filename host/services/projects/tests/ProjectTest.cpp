#include "services/projects/tests/House.h"

#include "base/EntityTag.h"

namespace netbit::services::projects::test {

using ProjectHouse = House;

TEST_F(ProjectHouse, AProjectThatIsPrivateIsNotThereForOthers)
{
    const auto place = project(ann, "secret");
    for (const Id who : {Id{0}, ben, guest})
        for (const auto* operation : {"projects.get", "projects.config", "projects.members", "projects.update", "projects.delete",
                                      "projects.leave", "repositories.list", "repositories.create"})
            EXPECT_EQ(refusal(who, operation, place),
                      who == 0 && std::string_view(operation) != "projects.get" ? "token_missing" : "project_not_found")
                << operation << " by " << who;
    EXPECT_EQ(good(root, "projects.get", place).at("project").at("name").as_string(), "secret");
    EXPECT_TRUE(good(ben, "projects.public", {}).at("data").as_array().empty());
}

TEST_F(ProjectHouse, APublicOneIsReadByEverybodyAndWrittenByMembersOnly)
{
    const auto place = project(ann, "open", true);
    EXPECT_TRUE(good(0, "projects.get", place).at("project").at("role").is_null());
    EXPECT_EQ(good(0, "projects.public", {}).at("data").as_array().size(), 1U);
    EXPECT_EQ(refusal(ben, "projects.update", with(place, {{"description", "x"}})), "not_allowed");
    EXPECT_EQ(refusal(ben, "projects.set_config", place), "not_allowed");
    EXPECT_EQ(refusal(0, "projects.members", place), "token_missing");
    EXPECT_EQ(refusal(guest, "projects.members", place), "not_allowed");
    EXPECT_EQ(good(ben, "projects.members", place).at("data").as_array().size(), 1U);
}

TEST_F(ProjectHouse, NamesAreTakenOnceAndOldOnesLeadOn)
{
    const auto place = project(ann, "one");
    EXPECT_EQ(refusal(ann, "projects.create", {{"name", "ONE"}}), "name_taken");
    EXPECT_EQ(refusal(guest, "projects.create", {{"name", "x"}}), "guest");
    project(ben, "one");
    good(ann, "projects.update", with(place, {{"name", "two"}}));
    EXPECT_EQ(refusal(ann, "projects.get", place), "moved");
    EXPECT_EQ(refusal(ann, "projects.update", with(place, {{"description", "by its old name"}})), "moved");
    EXPECT_EQ(refusal(eve, "projects.get", place), "project_not_found") << "who may not see it is not told";
    EXPECT_EQ(good(ann, "projects.place", place).at("project").as_string(), "two");
    EXPECT_EQ(refusal(eve, "projects.place", place), "project_not_found");
    const auto again = project(ann, "one"); // the name is free, and now means the new one
    EXPECT_EQ(good(ann, "projects.get", again).at("project").at("name").as_string(), "one");
    EXPECT_EQ(refusal(ann, "projects.update", with(again, {{"name", "two"}})), "name_taken");
    EXPECT_EQ(refusal(ann, "projects.update", again), "nothing_to_change");
}

TEST_F(ProjectHouse, SettingsAreWrittenOverWhatWasRead)
{
    const auto place = project(ann, "p");
    const auto before = ask(ann, "projects.config", place)->json;
    const auto tag = base::entityTag(base::Body(before));
    const auto after = good(ann, "projects.set_config", with(place, {{"visibility", "public"}}), {.ifMatch = tag});
    EXPECT_EQ(after.at("visibility").as_string(), "public");
    EXPECT_TRUE(good(0, "projects.get", place).at("project").at("is_public").as_bool());
    EXPECT_EQ(refusal(ann, "projects.set_config", with(place, {{"visibility", "private"}}), {.ifMatch = tag}), "precondition_failed");
    const auto wrong = ask(ann, "projects.set_config", with(place, {{"limits", json::object{{"quota_bytes", -1}}}}));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().pointer, "/limits/quota_bytes");
}

TEST_F(ProjectHouse, MembersAreManagedByThoseAboveThem)
{
    const auto place = project(ann, "p");
    add(place, ann, ben, "admin");
    add(place, ben, cem, "developer");
    EXPECT_EQ(good(ben, "projects.add_member", with(place, {{"user_id", dia}})).at("role").as_string(), "viewer") << "the default";
    EXPECT_EQ(refusal(ben, "projects.add_member", with(place, {{"user_id", eve}, {"role", "admin"}})), "not_allowed");
    EXPECT_EQ(refusal(ben, "projects.set_member", with(place, {{"member", cem}, {"role", "admin"}})), "not_allowed");
    EXPECT_EQ(refusal(cem, "projects.add_member", with(place, {{"user_id", eve}})), "not_allowed");
    EXPECT_EQ(refusal(cem, "projects.remove_member", with(place, {{"member", dia}})), "not_allowed");
    EXPECT_EQ(refusal(ben, "projects.set_member", with(place, {{"member", ann}, {"role", "guest"}})), "owner");
    EXPECT_EQ(refusal(ann, "projects.leave", place), "owner");
    EXPECT_EQ(refusal(ben, "projects.remove_member", with(place, {{"member", eve}})), "member_not_found");
    good(root, "projects.set_member", with(place, {{"member", cem}, {"role", "admin"}}));
    EXPECT_EQ(refusal(ben, "projects.remove_member", with(place, {{"member", cem}})), "not_allowed") << "an admin as he is";
    good(cem, "projects.leave", place);
    EXPECT_EQ(refusal(cem, "projects.get", place), "project_not_found");
    good(ben, "projects.remove_member", with(place, {{"member", dia}}));
    EXPECT_EQ(good(ann, "projects.members", place).at("data").as_array().size(), 2U);
    EXPECT_EQ(refusal(ann, "projects.add_member", with(place, {{"user_id", 999}})), "unknown_user");
}

TEST_F(ProjectHouse, ATransferMovesTheUrlAndTheOldOneLeadsOn)
{
    const auto place = project(ann, "p");
    repository(ann, place, "r");
    EXPECT_EQ(refusal(ann, "projects.transfer", with(place, {{"user_id", ben}})), "unknown_member");
    add(place, ann, ben, "developer");
    project(cem, "p");
    add(place, ann, cem, "viewer");
    EXPECT_EQ(refusal(ann, "projects.transfer", with(place, {{"user_id", cem}})), "name_taken");
    const auto moved = good(ann, "projects.transfer", with(place, {{"user_id", ben}}));
    EXPECT_EQ(moved.at("url").as_string(), "/api/projects/user3/p");
    EXPECT_EQ(moved.at("role").as_string(), "admin");
    EXPECT_EQ(refusal(ann, "projects.get", place), "moved");
    EXPECT_EQ(good(ann, "projects.place", with(place, {{"repo", "r"}})).at("user").as_string(), "user3");
    EXPECT_EQ(good(ben, "repositories.get", {{"user", "user3"}, {"project", "p"}, {"repo", "r"}}).at("owner_id").as_int64(), ben);
    EXPECT_EQ(refusal(ann, "projects.delete", {{"user", "user3"}, {"project", "p"}}), "not_allowed");
}

TEST_F(ProjectHouse, WhatIsDeletedComesBackOrIsPurged)
{
    const auto place = project(ann, "p", true);
    const auto kept = repository(ann, place, "kept");
    add(place, ann, ben, "admin");
    EXPECT_EQ(refusal(ben, "projects.delete", place), "not_allowed");
    good(ann, "projects.delete", place);
    EXPECT_EQ(refusal(ben, "projects.get", place), "project_not_found");
    EXPECT_EQ(refusal(0, "projects.get", place), "project_not_found");
    EXPECT_EQ(refusal(ann, "projects.update", with(place, {{"description", "x"}})), "project_deleted");
    EXPECT_EQ(refusal(ann, "projects.create", {{"name", "p"}}), "name_taken");
    EXPECT_EQ(refusal(0, "repositories.purged", {{"id", kept}}, {.keeper = true}), "not_due");
    good(ann, "projects.restore", place);
    EXPECT_EQ(good(ben, "repositories.get", with(place, {{"repo", "kept"}})).at("state").as_string(), "active");

    good(ann, "projects.delete", place);
    ProjectOptions options;
    options.graceMs = 0;
    service->setOptions(options);
    service->prune();
    EXPECT_EQ(good(ann, "projects.get", place).at("project").at("state").as_string(), "deleted") << "its bytes are there still";
    const auto due = good(0, "repositories.due", {}, {.keeper = true}).at("data").as_array();
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].at("id").as_int64(), kept);
    good(0, "repositories.purged", {{"id", kept}}, {.keeper = true});
    service->prune();
    EXPECT_EQ(refusal(ann, "projects.get", place), "project_not_found");
    good(ann, "projects.create", {{"name", "p"}});
}

TEST_F(ProjectHouse, AKeyMakesAProjectOnce)
{
    const auto first = ask(ann, "projects.create", {{"name", "p"}}, {.key = "k"});
    const auto second = ask(ann, "projects.create", {{"name", "p"}}, {.key = "k"});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->json, second->json);
    EXPECT_EQ(refusal(ann, "projects.create", {{"name", "q"}}, {.key = "k"}), "idempotency_key_reused");
}

} // namespace netbit::services::projects::test
