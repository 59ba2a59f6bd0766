#include "services/chat/ChatOperations.h"
#include "services/chat/Core.h"
#include "services/issues/IssueService.h"
#include "services/projects/tests/House.h"
#include "services/pulls/PullOperations.h"
#include "services/telling/Telling.h"

namespace netbit::services::telling::test {

namespace json = boost::json;
using projects::test::id40;
using storage::Id;

struct Said {
    Id id;
    Id thread;
    Id sender;
    std::string words;
    std::string mentions;
};

class TellingHouse : public projects::test::House {
protected:
    TellingHouse()
    {
        chats = std::make_unique<chat::ChatService>(*database, *writer, users, *log, chat::ChatOptions{});
        chat::addChatOperations(operations, *chats);
        issues::addIssueOperations(operations, service->core());
        pulls::addPullOperations(operations, service->core());
        chats->core().spoken = [this](storage::Connection& with, const storage::MessageRecord& message) {
            issues::lookIntoMessage(service->core(), with, message);
        };
        chats->load();
        tellOf(service->core(), chats->core());
        room = chatOf(ann, "group", {ben, cem});
        home = project(ann, "p");
        add(home, ann, ben, "developer");
        good(ann, "projects.update", with(home, {{"chat_id", room}}));
        code = repository(ann, home, "code");
        at = with(home, {{"repo", "code"}});
    }
    ~TellingHouse() override
    {
        log->stop();
        writer->stop();
        chats.reset();
    }

    Id chatOf(Id who, std::string type, std::vector<Id> others)
    {
        std::promise<base::Result<Completed>> made;
        EXPECT_TRUE(chats->create(principal(who), {.name = "room", .chatType = std::move(type), .participants = std::move(others)},
                                  [&](const auto& answer) { made.set_value(answer); }));
        return made.get_future().get()->id;
    }
    json::value pageFor(Id who)
    {
        chat::PageQuery query;
        query.chatId = room;
        query.limit = 200;
        const auto page = chats->page(*principal(who), query, true);
        return page ? json::parse(page->body.str()) : json::object{{"data", json::array()}};
    }
    std::vector<Said> said(Id who = ann)
    {
        std::vector<Said> out;
        const auto shown = pageFor(who);
        for (const auto& one : shown.at("data").as_array())
            if (one.at("message_type").as_string() == "system")
                out.push_back({.id = one.at("id").as_int64(),
                               .thread = one.at("thread_id").is_null() ? 0 : one.at("thread_id").as_int64(),
                               .sender = one.at("sender_id").as_int64(),
                               .words = std::string(one.at("content").as_string()),
                               .mentions = json::serialize(one.at("mentions"))});
        return out;
    }
    json::value begin(Id who, const json::array& commands)
    {
        return good(who, "repositories.begin_push", {{"id", code}, {"commands", commands}}, {.keeper = true}).at("push_id");
    }
    static json::object ref(std::string_view name, char from, char to, std::string_view kind = "update", std::string_view message = "A change")
    {
        json::array commits;
        if (to != '0')
            commits.push_back(json::object{{"id", id40(to)}, {"author", "a"}, {"subject", message.substr(0, message.find('\n'))}, {"message", message},
                                           {"created_at", "2026-01-01T00:00:00Z"}});
        return {{"ref", name}, {"old", id40(from)}, {"new", id40(to)}, {"kind", kind}, {"commit_count", commits.size()}, {"commits", commits}};
    }
    void end(const json::value& push, const json::array& updated)
    {
        good(0, "repositories.end_push", {{"push_id", push}, {"updated", updated}}, {.keeper = true});
    }
    void push(Id who, const json::array& updated)
    {
        json::array commands;
        for (const auto& one : updated)
            commands.push_back(json::object{{"ref", one.at("ref")}, {"old", one.at("old")}, {"new", one.at("new")}});
        end(begin(who, commands), updated);
    }
    std::int64_t open(Id who, std::string_view head, std::string_view body = {})
    {
        return good(who, "pulls.open", with(at, {{"title", "Count"}, {"body", body}, {"base", "main"}, {"head", head}, {"base_id", id40('a')}, {"head_id", id40('b')}}),
                    {.keeper = true}).at("number").as_int64();
    }

    std::unique_ptr<chat::ChatService> chats;
    Id room = 0;
    Id code = 0;
    json::object home;
    json::object at;
};

TEST_F(TellingHouse, ABranchHasOneThread)
{
    push(ben, {ref("refs/heads/main", '0', 'a', "create")});
    push(ann, {ref("refs/heads/topic", '0', 'b', "create")});
    push(ben, {ref("refs/heads/main", 'a', 'c')});
    push(ben, {ref("refs/heads/topic", 'b', '0', "delete")});
    push(ben, {ref("refs/heads/topic", '0', 'd', "create")});
    const auto all = said();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].words, "created the branch `main` with 1 commit in p/code\n- aaaaaaaaaa `A change`");
    EXPECT_EQ(all[0].sender, ben);
    EXPECT_EQ(all[1].sender, ann);
    EXPECT_EQ(all[0].thread, 0);
    EXPECT_EQ(all[1].thread, 0);
    EXPECT_EQ(all[2].thread, all[0].id);
    EXPECT_EQ(all[3].thread, all[1].id) << "its end belongs to it";
    EXPECT_EQ(all[4].thread, 0) << "another branch of the same name";
}

TEST_F(TellingHouse, APullRequestGoesOnInTheThreadOfItsBranch)
{
    push(ann, {ref("refs/heads/main", '0', 'a', "create")});
    push(ben, {ref("refs/heads/topic", '0', 'b', "create")});
    const auto issue = good(ann, "issues.create", with(home, {{"title", "It is wrong"}})).at("number").as_int64();
    const auto number = open(ben, "topic", "fixes #" + std::to_string(issue));
    good(ann, "pulls.review", with(at, {{"number", number}, {"verdict", "approve"}}));
    const auto mergeOf = with(at, {{"number", number}, {"method", "merge"}, {"head_id", id40('b')}, {"base_id", id40('a')}, {"merge_id", id40('c')}});
    const auto merge = good(ann, "pulls.begin_merge", mergeOf, {.keeper = true}).at("push_id");
    end(merge, {ref("refs/heads/main", 'a', 'c')});
    end(merge, {ref("refs/heads/main", 'a', 'c')}); // told again, as after a crash
    const auto all = said();
    ASSERT_EQ(all.size(), 7U);
    const auto first = all[1].id;
    EXPECT_EQ(all[2].words, "opened p#1: `It is wrong`");
    EXPECT_EQ(all[2].thread, 0);
    EXPECT_EQ(all[3].words, "opened pull request p#2 in p/code: `Count` (`topic` into `main`)");
    EXPECT_EQ(all[4].words, "approved pull request p#2 in p/code: `Count`");
    EXPECT_EQ(all[5].words, "merged pull request p#2 in p/code into `main`: `Count`");
    EXPECT_EQ(all[6].words, "closed p#1: `It is wrong`, by pull request p#2");
    for (std::size_t i = 3; i < 7; ++i)
        EXPECT_EQ(all[i].thread, first) << all[i].words;
    EXPECT_TRUE(good(ben, "issues.links", with(home, {{"number", issue}})).at("data").as_array().empty()) << "posts are no people's words";
    // A second request of the branch has a thread of its own, and the branch goes there with it.
    open(ben, "topic");
    push(ben, {ref("refs/heads/topic", 'b', 'd')});
    const auto more = said();
    ASSERT_EQ(more.size(), 9U);
    EXPECT_EQ(more[7].thread, 0);
    EXPECT_EQ(more[8].thread, more[7].id);
}

TEST_F(TellingHouse, ManyRefsAreOneMessageAndATagGoesWithItsBranch)
{
    push(ann, {ref("refs/heads/a", '0', 'a', "create"), ref("refs/heads/b", '0', 'b', "create"), ref("refs/tags/v1", '0', 'a', "create")});
    push(ann, {ref("refs/heads/a", 'a', 'c')});
    push(ann, {ref("refs/heads/a", 'c', 'd'), ref("refs/tags/v2", '0', 'd', "create")});
    const auto all = said();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_TRUE(all[0].words.starts_with("pushed 3 refs of p/code:\n- created the branch `a`")) << all[0].words;
    EXPECT_EQ(all[1].thread, 0);
    EXPECT_EQ(all[2].thread, all[1].id);
}

TEST_F(TellingHouse, NobodyIsMentioned)
{
    push(ben, {ref("refs/heads/main", '0', 'a', "create", "Ask @user2, @here and @all about p#1 #1 `@user3`")});
    good(ben, "issues.create", with(home, {{"title", "@user2 @all must look"}}));
    const auto all = said();
    ASSERT_EQ(all.size(), 2U);
    for (const auto& one : all)
        EXPECT_EQ(one.mentions, "[]") << one.words;
    const auto shown = json::parse(chats->list(*principal(ann), 1, 50, true)->str());
    EXPECT_EQ(shown.at("data").at(0).at("mention_count").as_int64(), 0);
}

TEST_F(TellingHouse, WhatIsSwitchedOffIsNotTold)
{
    good(ann, "projects.set_config", with(home, {{"notifications", json::object{{"pushes", false}, {"issues", false}, {"pull_requests", true}}}}));
    push(ann, {ref("refs/heads/main", '0', 'a', "create")});
    good(ben, "issues.create", with(home, {{"title", "one"}}));
    open(ben, "topic");
    ASSERT_EQ(said().size(), 1U);
    EXPECT_TRUE(said()[0].words.starts_with("opened pull request"));
}

TEST_F(TellingHouse, IssuesAreToldWhenTheirStateChanges)
{
    good(ben, "issues.create", with(home, {{"title", "one"}}));
    good(ben, "issues.comment", with(home, {{"number", 1}, {"body", "hm"}}));
    good(ben, "issues.update", with(home, {{"number", 1}, {"state", "closed"}}));
    good(ben, "issues.update", with(home, {{"number", 1}, {"state", "closed"}}));
    good(ben, "issues.update", with(home, {{"number", 1}, {"state", "open"}}));
    std::string words;
    for (const auto& one : said())
        words += one.words + "; ";
    EXPECT_EQ(words, "opened p#1: `one`; closed p#1: `one`; opened again p#1: `one`; ");
}

TEST_F(TellingHouse, ACommitThatClosesAnIssueIsToldBeforeIt)
{
    good(ben, "issues.create", with(home, {{"title", "one"}}));
    push(ben, {ref("refs/heads/main", '0', 'a', "create", "Mend\n\nfixes #1")});
    const auto all = said();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_TRUE(all[1].words.starts_with("created the branch `main`"));
    EXPECT_EQ(all[2].words, "closed p#1: `one`, by commit aaaaaaaaaa");
    EXPECT_EQ(all[2].thread, all[1].id);
}

TEST_F(TellingHouse, WhereNobodyOfTheProjectMayWriteNothingIsSaid)
{
    push(ann, {ref("refs/heads/main", '0', 'a', "create")});
    good(ann, "chats.update", {{"id", room}, {"archived", true}});
    push(ann, {ref("refs/heads/main", 'a', 'b')});
    EXPECT_EQ(said().size(), 1U) << "the chat is archived";
    good(ann, "chats.update", {{"id", room}, {"archived", false}});
    push(ann, {ref("refs/heads/main", 'b', 'c')});
    EXPECT_EQ(said().back().thread, said().front().id);
    good(ann, "chats.set_role", {{"id", room}, {"user", cem}, {"role", "admin"}});
    good(ann, "chats.leave", {{"id", room}});
    push(ann, {ref("refs/heads/main", 'c', 'd')});
    std::size_t posts = 0;
    for (const auto& one : said(cem))
        posts += one.words.find("p/code") != std::string::npos ? 1 : 0;
    EXPECT_EQ(posts, 2U) << "nobody who speaks for the project is there";
}

TEST_F(TellingHouse, AThreadWhoseBeginningIsDeletedBeginsAnew)
{
    push(ann, {ref("refs/heads/main", '0', 'a', "create")});
    const auto first = said().front().id;
    good(ann, "messages.delete", {{"id", room}, {"message", first}});
    push(ann, {ref("refs/heads/main", 'a', 'b')});
    push(ann, {ref("refs/heads/main", 'b', 'c')});
    std::vector<Said> left;
    for (auto& one : said())
        if (one.id != first && one.words.find("p/code") != std::string::npos)
            left.push_back(one);
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].thread, 0);
    EXPECT_EQ(left[1].thread, left[0].id);
}

} // namespace netbit::services::telling::test
