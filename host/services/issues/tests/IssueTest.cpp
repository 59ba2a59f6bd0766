#include "services/issues/IssueService.h"
#include "services/projects/tests/House.h"

#include "storage/IssueRepository.h"
#include "storage/SpokenRepository.h"

#include <random>

namespace netbit::services::issues::test {

namespace json = boost::json;
using projects::test::id40;
using storage::Id;

class IssueHouse : public projects::test::House {
protected:
    IssueHouse()
    {
        addIssueOperations(operations, service->core());
        home = project(ann, "p");
        add(home, ann, ben, "developer");
        add(home, ann, cem, "guest");
    }
    json::value open(Id who, std::string_view title, const json::object& more = {})
    {
        return good(who, "issues.create", with(with(home, {{"title", title}}), more));
    }
    json::object at(std::int64_t number, const json::object& more = {}) { return with(with(home, {{"number", number}}), more); }
    std::string stateOf(std::int64_t number) { return std::string(good(ann, "issues.get", at(number)).at("state").as_string()); }
    void pushed(Id who, Id repository, std::string_view branch, std::string_view message, char commit)
    {
        const json::object command{{"ref", "refs/heads/" + std::string(branch)}, {"old", id40('0')}, {"new", id40(commit)}};
        const auto pushId = good(who, "repositories.begin_push", {{"id", repository}, {"commands", json::array{command}}}, {.keeper = true})
                                .at("push_id").as_int64();
        auto update = command;
        update["kind"] = "update";
        update["commits"] = json::array{json::object{{"id", id40(commit)}, {"author", "a"}, {"subject", "s"}, {"message", message},
                                                     {"created_at", "2026-01-01T00:00:00Z"}}};
        good(0, "repositories.end_push", {{"push_id", pushId}, {"updated", json::array{update}}}, {.keeper = true});
    }

    json::object home;
};

TEST_F(IssueHouse, NumbersAreTheProjectsOwn)
{
    EXPECT_EQ(open(ann, "one").at("number").as_int64(), 1);
    EXPECT_EQ(open(cem, "two").at("reference").as_string(), "p#2");
    const auto other = project(ann, "q");
    EXPECT_EQ(good(ann, "issues.create", with(other, {{"title", "first there"}})).at("number").as_int64(), 1);
    EXPECT_EQ(refusal(eve, "issues.get", at(1)), "project_not_found");
    EXPECT_EQ(refusal(ann, "issues.get", at(99)), "issue_not_found");
}

TEST_F(IssueHouse, OnesOwnIsOnesToChangeAndTheRestIsPlanned)
{
    good(ben, "labels.create", with(home, {{"name", "bug"}, {"colour", "#ff0000"}}));
    EXPECT_EQ(refusal(cem, "issues.create", with(home, {{"title", "x"}, {"labels", json::array{"bug"}}})), "not_allowed");
    open(cem, "mine");
    open(ann, "hers");
    EXPECT_EQ(good(cem, "issues.update", at(1, {{"title", "still mine"}, {"state", "closed"}})).at("state").as_string(), "closed");
    EXPECT_EQ(refusal(cem, "issues.update", at(2, {{"state", "closed"}})), "not_allowed");
    EXPECT_EQ(refusal(cem, "issues.update", at(1, {{"assignees", json::array{cem}}})), "not_allowed");
    const auto planned = good(ben, "issues.update", at(2, {{"labels", json::array{"BUG"}}, {"assignees", json::array{cem}},
                                                          {"due_at", "2027-01-01T00:00:00Z"}}));
    EXPECT_EQ(planned.at("labels").at(0).at("name").as_string(), "bug");
    EXPECT_EQ(planned.at("assignees").at(0).at("id").as_int64(), cem);
    EXPECT_TRUE(good(ben, "issues.update", at(2, {{"no_due_date", true}})).at("due_at").is_null());
    EXPECT_EQ(good(root, "issues.update", at(2, {{"state", "closed"}})).at("closed_by").at("id").as_int64(), root);
    EXPECT_EQ(refusal(root, "issues.create", with(home, {{"title", "x"}})), "not_allowed");
    const auto wrong = ask(ben, "issues.update", at(1, {{"assignees", json::array{ben, eve}}}));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().pointer, "/assignees/1");
    EXPECT_EQ(ask(ben, "issues.create", with(home, {{"title", "x"}, {"labels", json::array{"no"}}})).error().pointer, "/labels/0");
    EXPECT_EQ(open(ann, "next").at("number").as_int64(), 3) << "what was refused has taken no number";
}

TEST_F(IssueHouse, AreFoundByWhatTheySay)
{
    good(ben, "milestones.create", with(home, {{"title", "1.0"}}));
    good(ben, "labels.create", with(home, {{"name", "bug"}}));
    open(ann, "Straße gesperrt", {{"labels", json::array{"bug"}}});
    open(ben, "Nothing", {{"assignees", json::array{ben}}, {"milestone_id", 1}});
    good(cem, "issues.comment", at(2, {{"body", "It is about the BRIDGE."}}));
    open(cem, "done");
    good(cem, "issues.update", at(3, {{"state", "closed"}}));
    const auto found = [&](Id who, const json::object& query) {
        std::string numbers;
        const auto shown1 = good(who, "issues.list", with(home, query));
        for (const auto& issue : shown1.at("data").as_array())
            numbers += std::to_string(issue.at("number").as_int64()) + " ";
        return numbers;
    };
    EXPECT_EQ(found(ann, {}), "2 1 ");
    EXPECT_EQ(found(ann, {{"state", "all"}}), "3 2 1 ");
    EXPECT_EQ(found(ann, {{"q", "STRASSE"}}), "") << "no more than letters are folded";
    EXPECT_EQ(found(ann, {{"q", "straße"}}), "1 ");
    EXPECT_EQ(found(ann, {{"q", "bridge"}}), "2 ");
    EXPECT_EQ(found(ann, {{"label", "BUG"}}), "1 ");
    EXPECT_EQ(found(ann, {{"label", "no"}}), "");
    EXPECT_EQ(found(ben, {{"assignee", "me"}}), "2 ");
    EXPECT_EQ(found(ann, {{"author", "user4"}, {"state", "closed"}}), "3 ");
    EXPECT_EQ(found(ann, {{"milestone", 1}}), "2 ");
    EXPECT_EQ(good(ann, "issues.list", with(home, {{"limit", 1}})).at("pagination").at("next_before").as_int64(), 2);
    EXPECT_EQ(good(ben, "issues.mine", {{"assignee", "me"}}).at("data").as_array().size(), 1U);
    EXPECT_TRUE(good(eve, "issues.mine", {}).at("data").as_array().empty());
    EXPECT_EQ(good(ann, "milestones.list", home).at("data").at(0).at("open_issues").as_int64(), 1);
}

TEST_F(IssueHouse, ACommitOnTheDefaultBranchClosesWhatItFixes)
{
    const auto code = repository(ann, home, "code");
    for (const auto* title : {"one", "two", "three"})
        open(ann, title);
    pushed(ben, code, "main", "Begin\n\nSee #3", 'a');
    pushed(ben, code, "topic", "Fixes #1", 'b');
    EXPECT_EQ(stateOf(1), "open") << "it is not on the default branch";
    pushed(ben, code, "main", "Fixes #1, closes p#2 and mentions #3, `fixes #3`", 'c');
    EXPECT_EQ(stateOf(1), "closed");
    EXPECT_EQ(stateOf(2), "closed");
    EXPECT_EQ(stateOf(3), "open");
    EXPECT_EQ(good(ann, "issues.get", at(1)).at("closed_by").at("id").as_int64(), ben);
    const auto links = good(ann, "issues.links", at(1)).at("data").as_array();
    ASSERT_EQ(links.size(), 2U);
    for (const auto& link : links)
        EXPECT_EQ(link.at("kind").as_string(), "commit");
    EXPECT_TRUE(good(cem, "issues.links", at(1)).at("data").as_array().empty()) << "a guest reads no code";
}

TEST_F(IssueHouse, AnothersProjectIsNotClosedByACommit)
{
    const auto theirs = project(eve, "theirs", true);
    good(eve, "issues.create", with(theirs, {{"title", "public"}}));
    const auto code = repository(ann, home, "code");
    pushed(ann, code, "main", "fixes user6/theirs#1", 'a');
    EXPECT_EQ(good(eve, "issues.get", with(theirs, {{"number", 1}})).at("state").as_string(), "open");
    EXPECT_TRUE(good(eve, "issues.links", with(theirs, {{"number", 1}})).at("data").as_array().empty()) << "of a repository that is not hers to read";
}

TEST_F(IssueHouse, WhatSpeaksOfAnotherIsLinkedBothWaysAndOnlyWhileItDoes)
{
    open(ann, "one");
    open(ann, "two", {{"body", "as in #1"}});
    good(ben, "issues.comment", at(2, {{"body", "and p#1 again"}}));
    const auto links = good(ann, "issues.links", at(1)).at("data").as_array();
    ASSERT_EQ(links.size(), 2U);
    for (const auto& link : links)
        EXPECT_EQ(link.at("issue").at("number").as_int64(), 2);
    good(ann, "issues.update", at(2, {{"body", "as in nothing"}}));
    good(ben, "issues.edit_comment", at(2, {{"comment", 1}, {"body", "never mind"}}));
    EXPECT_TRUE(good(ann, "issues.links", at(1)).at("data").as_array().empty());
    EXPECT_EQ(refusal(ann, "issues.edit_comment", at(2, {{"comment", 1}, {"body", "not hers"}})), "not_allowed");
    good(ann, "issues.delete_comment", at(2, {{"comment", 1}}));
    EXPECT_EQ(good(ann, "issues.get", at(2)).at("comment_count").as_int64(), 0);
}

TEST_F(IssueHouse, AMessageBecomesOneIssueAndLeadsToIt)
{
    storage::ChatRepository::insert(connection(), {.id = 7, .name = "chat", .chatType = "group", .creatorId = ann, .createdAt = 1});
    for (const Id who : {ann, ben})
        storage::ChatRepository::insertParticipant(connection(), {.chatId = 7, .userId = who, .joinedAt = 1});
    storage::MessageRecord message{.id = 70, .chatId = 7, .senderId = ben, .content = "The door is stuck.\nAgain, see p#1.", .createdAt = 5};
    open(ann, "doors");
    storage::MessageRepository::insert(connection(), message);
    lookIntoMessage(service->core(), connection(), message);
    const json::object make{{"id", 7}, {"message", 70}, {"owner", "user2"}, {"project", "p"}};
    const auto made = good(ann, "issues.from_message", make);
    EXPECT_EQ(made.at("title").as_string(), "The door is stuck.");
    EXPECT_NE(std::string(made.at("body").as_string()).find("Again"), std::string::npos);
    EXPECT_TRUE(ask(ben, "issues.from_message", make)->replayed) << "one message, one issue";
    EXPECT_EQ(refusal(cem, "issues.from_message", make), "chat_not_found") << "he is not in the chat";
    const auto shown = good(ben, "issues.of_message", {{"id", 7}, {"message", 70}}).at("data").as_array();
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_TRUE(shown[0].at("made_of_it").as_bool());
    EXPECT_EQ(shown[1].at("number").as_int64(), 1);
    good(ann, "issues.update", at(2, {{"state", "closed"}}));
    EXPECT_EQ(good(ben, "issues.of_message", {{"id", 7}, {"message", 70}}).at("data").at(0).at("state").as_string(), "closed");
    EXPECT_EQ(good(ann, "issues.links", at(2)).at("data").at(0).at("message_id").as_int64(), 70);
    EXPECT_TRUE(good(cem, "issues.links", at(2)).at("data").as_array().empty()) << "the chat is not his";
}

TEST_F(IssueHouse, TemplatesAndSwitchesAreTheSettings)
{
    good(ben, "labels.create", with(home, {{"name", "bug"}}));
    good(ann, "projects.set_config",
         with(home, {{"issue_templates", json::array{json::object{{"name", "bug"}, {"title", "Bug: "}, {"body", "What?"},
                                                                   {"labels", json::array{"bug", "gone"}}}}}}));
    EXPECT_EQ(good(cem, "projects.templates", home).at("data").as_array().size(), 1U);
    const auto made = good(cem, "issues.create", with(home, {{"template", "bug"}, {"title", "Bug: it breaks"}}));
    EXPECT_EQ(made.at("body").as_string(), "What?");
    EXPECT_EQ(made.at("labels").as_array().size(), 1U);
    EXPECT_EQ(refusal(cem, "issues.create", with(home, {{"template", "none"}})), "unknown_template");
    good(ann, "projects.set_config", with(home, {{"collaboration", json::object{{"issues", false}}}}));
    EXPECT_EQ(refusal(ann, "issues.create", with(home, {{"title", "x"}})), "issues_off");
}

TEST_F(IssueHouse, ABoardIsInTheOrderThatItsMovesMake)
{
    const auto board = good(ben, "boards.create", with(home, {{"name", "plan"}, {"columns", json::array{"a", "b", "c"}}}));
    const auto boardId = board.at("id").as_int64();
    std::vector<Id> columns;
    for (const auto& column : board.at("columns").as_array())
        columns.push_back(column.at("id").as_int64());
    std::map<Id, std::vector<std::int64_t>> model;
    for (int i = 0; i < 12; ++i)
        open(ann, "card");
    std::mt19937 random(17);
    for (int round = 0; round < 400; ++round) {
        const auto number = static_cast<std::int64_t>(random() % 12 + 1);
        const auto column = columns[random() % columns.size()];
        for (auto& [id, cards] : model)
            std::erase(cards, number);
        auto& cards = model[column];
        json::object move{{"board", boardId}, {"column_id", column}};
        auto place = cards.size();
        if (!cards.empty() && random() % 3 != 0) {
            place = random() % cards.size();
            const bool behind = random() % 2 == 0;
            move[behind ? "after" : "before"] = cards[place];
            place += behind ? 1 : 0;
        }
        cards.insert(cards.begin() + static_cast<std::ptrdiff_t>(place), number);
        const auto moved = good(ben, "boards.put_card", at(number, move));
        std::vector<std::int64_t> order;
        for (const auto& one : moved.at("order").as_array())
            order.push_back(one.as_int64());
        ASSERT_EQ(order, cards) << "round " << round;
    }
    const auto shown2 = good(cem, "boards.get", with(home, {{"board", boardId}}));
    for (const auto& column : shown2.at("columns").as_array()) {
        std::vector<std::int64_t> order;
        for (const auto& issue : column.at("cards").as_array())
            order.push_back(issue.at("number").as_int64());
        EXPECT_EQ(order, model[column.at("id").as_int64()]);
    }
    EXPECT_EQ(refusal(cem, "boards.put_card", at(1, {{"board", boardId}, {"column_id", columns[0]}})), "not_allowed");
    EXPECT_EQ(refusal(ben, "boards.put_card", at(1, {{"board", boardId}, {"column_id", 999}})), "unknown_column");
    good(ben, "boards.remove_card", at(1, {{"board", boardId}}));
    EXPECT_EQ(refusal(ben, "boards.remove_card", at(1, {{"board", boardId}})), "card_not_found");
}

TEST_F(IssueHouse, TheColumnGetsNewRanksBeforeTheyAreTooLong)
{
    const auto board = good(ben, "boards.create", with(home, {{"name", "plan"}, {"columns", json::array{"a"}}}));
    const json::object column{{"board", board.at("id")}, {"column_id", board.at("columns").at(0).at("id")}};
    for (int i = 0; i < 3; ++i) {
        open(ann, "card");
        good(ben, "boards.put_card", at(i + 1, column));
    }
    for (int round = 0; round < 150; ++round) // each time between the first two: 1, x, y becomes 1, y, x
        good(ben, "boards.put_card", at(round % 2 == 0 ? 3 : 2, with(column, {{"after", 1}})));
    std::size_t longest = 0;
    for (const auto& card : storage::BoardRepository::cards(connection(), column.at("column_id").as_int64()))
        longest = std::max(longest, card.rank.size());
    EXPECT_LE(longest, 48U);
}

TEST_F(IssueHouse, ColumnsAreAddedRenamedMovedAndRemoved)
{
    for (const auto* title : {"one", "two", "three"})
        open(ann, title);
    const auto board = with(home, {{"board", good(ben, "boards.create", with(home, {{"name", "plan"}, {"columns", json::array{"to do", "done"}}})).at("id")}});
    const auto shown = [&] {
        std::string out;
        const auto all = good(ann, "boards.get", board);
        for (const auto& column : all.at("columns").as_array()) {
            out += std::string(column.at("name").as_string()) + ":";
            for (const auto& card : column.at("cards").as_array())
                out += " " + std::to_string(card.at("number").as_int64());
            out += "; ";
        }
        return out;
    };
    const auto todo = good(ann, "boards.get", board).at("columns").at(0).at("id").as_int64();
    const auto finished = good(ann, "boards.get", board).at("columns").at(1).at("id").as_int64();
    const auto made = good(ben, "boards.add_column", with(board, {{"name", "doing"}, {"after", todo}}));
    const auto doing = made.at("id").as_int64();
    EXPECT_EQ(shown(), "to do:; doing:; done:; ");
    good(ben, "boards.add_column", with(board, {{"name", "dropped"}}));
    good(ben, "boards.update_column", with(board, {{"column", doing}, {"name", "under way"}, {"before", todo}}));
    EXPECT_EQ(shown(), "under way:; to do:; done:; dropped:; ");
    for (const auto& [number, column] : {std::pair<int, Id>{1, finished}, {2, doing}, {3, doing}})
        good(ben, "boards.put_card", with(board, {{"number", number}, {"column_id", column}}));
    // Nothing is lost with a column.
    EXPECT_EQ(ask(ben, "boards.remove_column", with(board, {{"column", doing}})).error().pointer, "/to");
    EXPECT_EQ(ask(ben, "boards.remove_column", with(board, {{"column", doing}, {"to", doing}})).error().pointer, "/to");
    EXPECT_EQ(refusal(cem, "boards.remove_column", with(board, {{"column", doing}, {"to", finished}})), "not_allowed");
    good(ben, "boards.remove_column", with(board, {{"column", doing}, {"to", finished}}));
    EXPECT_EQ(shown(), "to do:; done: 1 2 3; dropped:; ");
    good(ben, "boards.remove_column", with(board, {{"column", todo}}));
    EXPECT_EQ(shown(), "done: 1 2 3; dropped:; ");
    EXPECT_EQ(refusal(ben, "boards.update_column", with(board, {{"column", todo}, {"name", "x"}})), "column_not_found");
    EXPECT_EQ(refusal(ben, "boards.update_column", with(board, {{"column", finished}})), "nothing_to_change");
    EXPECT_EQ(ask(ben, "boards.update_column", with(board, {{"column", finished}, {"after", finished}})).error().pointer, "/after");
    EXPECT_EQ(ask(ben, "boards.update_column", with(board, {{"column", finished}, {"name", "\n"}})).error().pointer, "/name");
    const auto stale = ask(ben, "boards.update_column", with(board, {{"column", finished}, {"name", "x"}}), {.ifMatch = "\"of-another\""});
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().status, base::Status::preconditionFailed);
    const auto dropped = good(ann, "boards.get", board).at("columns").at(1).at("id").as_int64();
    good(ben, "boards.remove_column", with(board, {{"column", dropped}}));
    EXPECT_EQ(refusal(ben, "boards.remove_column", with(board, {{"column", finished}})), "last_column");
    for (int i = 1; i < 50; ++i)
        good(ben, "boards.add_column", with(board, {{"name", "more"}}));
    EXPECT_EQ(refusal(ben, "boards.add_column", with(board, {{"name", "one too many"}})), "too_many");
}

TEST_F(IssueHouse, ActivityTellsWhatHappenedTheNewestFirst)
{
    open(ann, "one");
    good(cem, "issues.comment", at(1, {{"body", "hm"}}));
    good(ben, "issues.update", at(1, {{"state", "closed"}}));
    std::string told;
    const auto shown3 = good(cem, "projects.activity", home);
    for (const auto& row : shown3.at("data").as_array())
        told += std::string(row.at("topic").as_string()) + " ";
    EXPECT_EQ(told, "issue.closed issue.commented issue.created project.member_added project.member_added ");
}

TEST_F(IssueHouse, ActivityTellsOfMembersAndOfPushesToWhoMayReadCode)
{
    const auto code = repository(ann, home, "code");
    add(home, ann, dia, "viewer");
    good(ann, "projects.set_member", with(home, {{"member", dia}, {"role", "developer"}}));
    pushed(dia, code, "main", "Begin", 'a');
    good(dia, "projects.leave", home);
    good(ann, "projects.remove_member", with(home, {{"member", ben}}));
    std::string told;
    const auto all = good(ann, "projects.activity", home);
    for (const auto& row : all.at("data").as_array())
        told += std::string(row.at("topic").as_string()) + " " + std::string(row.at("actor").at("username").as_string()) + " " +
                std::string(row.at("title").as_string()) + "; ";
    EXPECT_EQ(told, "project.member_removed user2 user3; project.member_removed user5 user5; git.pushed user5 code; "
                    "project.member_changed user2 user5; project.member_added user2 user5; project.member_added user2 user4; "
                    "project.member_added user2 user3; ");
    EXPECT_EQ(all.at("data").at(3).at("data").at("role").as_string(), "developer");
    const auto push = all.at("data").at(2).at("data");
    EXPECT_EQ(push.at("refs").at(0).at("ref").as_string(), "refs/heads/main");
    EXPECT_EQ(push.at("ref_count").to_number<int>(), 1);
    const auto seen = good(cem, "projects.activity", home); // a guest reads no code
    for (const auto& row : seen.at("data").as_array())
        EXPECT_NE(row.at("topic").as_string(), "git.pushed");
    EXPECT_EQ(seen.at("data").as_array().size(), 6U);
}

TEST_F(IssueHouse, MentionsAreThoseWhoMayReadIt)
{
    const auto names = [](const json::value& list) {
        std::string out;
        for (const auto& one : list.as_array())
            out += std::string(one.at("username").as_string()) + " ";
        return out;
    };
    const auto lastEvent = [&](std::string_view topic) {
        json::value out;
        for (const auto& event : storage::EventRepository::after(connection(), 0, 1'000))
            if (event.topic == topic)
                out = json::parse(event.data);
        return out;
    };
    // user3 and user4 are members, user6 is none, user1 runs the server.
    const auto made = open(ann, "For @user3", {{"body", "@user4, @user6 and @user1, but not `@user2`"}});
    EXPECT_EQ(names(made.at("mentions")), "user3 user4 ");
    EXPECT_EQ(names(lastEvent("issue.created").at("mentions")), "user3 user4 ");
    good(ann, "issues.update", at(1, {{"body", "@user3 @user2 and @USER4"}}));
    EXPECT_EQ(names(lastEvent("issue.updated").at("mentions")), "user3 user2 user4 ");
    EXPECT_EQ(names(lastEvent("issue.updated").at("new_mentions")), "user2 ");
    EXPECT_EQ(names(good(ben, "issues.get", at(1)).at("mentions")), "user2 user3 user4 ");
    good(ben, "issues.comment", at(1, {{"body", "@user4 @user6"}}));
    EXPECT_EQ(names(lastEvent("issue.commented").at("new_mentions")), "user4 ");
    EXPECT_EQ(names(good(ann, "issues.comments", at(1)).at("data").at(0).at("mentions")), "user4 ");
    good(ben, "issues.edit_comment", at(1, {{"comment", 1}, {"body", "never mind"}}));
    EXPECT_EQ(names(lastEvent("issue.comment_edited").at("mentions")), "");
    // In a public one, any member of the server may read.
    const auto open = project(ann, "open", true);
    EXPECT_EQ(names(good(ann, "issues.create", with(open, {{"title", "@user6 @user8"}})).at("mentions")), "user6 user8 ");
}

TEST_F(IssueHouse, WhatATextNamesIsALinkForWhoMaySeeIt)
{
    const auto code = repository(ann, home, "code");
    pushed(ben, code, "main", "Begin", 'a');
    open(ann, "one");
    const auto text = "@user3, @nobody, see aaaaaaa and aaaaaaab in #1, p#1, p#9 or `aaaaaaa @user3` and [aaaaaaa](http://x.org/)";
    good(ben, "issues.create", with(home, {{"title", "two"}, {"body", text}}));
    const auto commit = "/api/projects/user2/p/code/commits/" + id40('a');
    const std::string issue = "/api/projects/user2/p/issues/1";
    EXPECT_FALSE(good(ann, "issues.get", at(2)).as_object().contains("html"));
    EXPECT_EQ(good(ann, "issues.get", at(2, {{"format", "html"}})).at("html").as_string(),
              "<p><a href=\"/api/users/3\">@user3</a>, @nobody, see <a href=\"" + commit + "\">aaaaaaa</a> and aaaaaaab in <a href=\"" + issue +
                  "\">#1</a>, <a href=\"" + issue + "\">p#1</a>, p#9 or <code>aaaaaaa @user3</code> and <a href=\"http://x.org/\">aaaaaaa</a></p>\n");
    // A guest of the project reads its issues, and no code.
    const auto seen = std::string(good(cem, "issues.get", at(2, {{"format", "html"}})).at("html").as_string());
    EXPECT_EQ(seen.find("commits/"), seen.npos) << seen;
    EXPECT_NE(seen.find(issue), seen.npos) << seen;
    // What he names himself he may not see either.
    good(cem, "issues.comment", at(2, {{"body", "aaaaaaa"}}));
    EXPECT_EQ(good(ann, "issues.comments", at(2, {{"format", "html"}})).at("data").at(0).at("html").as_string(), "<p>aaaaaaa</p>\n");
    good(ann, "issues.comment", at(2, {{"body", "It was " + id40('a')}}));
    EXPECT_NE(good(ann, "issues.comments", at(2, {{"format", "html"}})).at("data").at(1).at("html").as_string().find(commit), std::string::npos);
    EXPECT_EQ(storage::SpokenRepository::issuesOfCommit(connection(), {code, id40('a')}, 10), std::vector<Id>{2});
}

} // namespace netbit::services::issues::test
