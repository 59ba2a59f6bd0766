// From an event to the inbox, over a database of its own.

#include "base/Body.h"
#include "base/EntityTag.h"
#include "services/chat/ChatOperations.h"
#include "services/chat/ChatService.h"
#include "services/issues/IssueService.h"
#include "services/notify/Core.h"
#include "services/notify/Story.h"
#include "services/projects/tests/House.h"
#include "services/pulls/PullOperations.h"

namespace netbit::services::notify::test {

namespace json = boost::json;
using projects::test::Answer;
using storage::NotificationRepository;

class Inbox : public projects::test::House {
protected:
    Inbox()
    {
        chats = std::make_unique<chat::ChatService>(*database, *writer, users, *log, chat::ChatOptions{});
        chats->load();
        chat::addChatOperations(operations, *chats);
        issues::addIssueOperations(operations, service->core());
        pulls::addPullOperations(operations, service->core());
        notify = std::make_unique<NotifyService>(service->core(), chats->core());
        notify->load();
        notify->addOperations(operations);
        room = chat("room", "group", {ben, cem});
    }
    ~Inbox() override
    {
        log->stop();
        writer->stop();
    }

    Id chat(std::string name, std::string type, std::vector<Id> others)
    {
        std::promise<Answer> promise;
        auto future = promise.get_future();
        const auto taken = chats->create(principal(ann), {std::move(name), std::move(type), std::move(others)},
                                         [&](const Answer& answer) { promise.set_value(answer); });
        if (!taken)
            throw std::runtime_error(taken.error().detail);
        return future.get().value().id;
    }
    Id say(Id who, Id where, std::string content, Id replyTo = 0)
    {
        std::promise<Answer> promise;
        auto future = promise.get_future();
        chat::NewMessage message;
        message.chatId = where;
        message.content = std::move(content);
        message.replyTo = replyTo;
        const auto taken =
            chats->send(principal(who), std::move(message), [&](const Answer& answer) { promise.set_value(answer); });
        if (!taken)
            throw std::runtime_error(taken.error().detail);
        return future.get().value().id;
    }
    /// "rule rule …" of the user's inbox, the newest first.
    std::string inbox(Id who)
    {
        notify->catchUp();
        std::string out;
        const auto page = good(who, "notifications.list", {});
        for (const auto& item : page.at("data").as_array()) {
            const auto& rule = item.at("rule");
            out += (out.empty() ? "" : " ") + (rule.is_null() ? std::string("note") : std::string(rule.at("name").as_string()));
        }
        return out;
    }
    json::value newest(Id who)
    {
        notify->catchUp();
        return good(who, "notifications.list", {{"limit", 1}}).at("data").at(0);
    }
    void wish(Id who, const json::object& rules) { good(who, "notifications.set_rules", rules); }
    std::int64_t unread(Id who) { return good(who, "notifications.count", {}).at("unread").as_int64(); }
    /// Events with this topic, and whom they went to.
    std::vector<storage::EventRecord> told(std::string_view topic)
    {
        std::vector<storage::EventRecord> out;
        database->read([&](storage::Connection& reading) {
            for (auto& event : storage::EventRepository::after(reading, 0, 10'000))
                if (event.topic == topic)
                    out.push_back(std::move(event));
        });
        return out;
    }

    std::unique_ptr<chat::ChatService> chats;
    std::unique_ptr<NotifyService> notify;
    Id room = 0;
};

TEST_F(Inbox, WhoIsNamedIsToldAndNobodyElse)
{
    const auto message = say(ann, room, "@user3 look, and `@user4` not");
    EXPECT_EQ(inbox(ben), "mention");
    EXPECT_EQ(inbox(cem), "");
    EXPECT_EQ(inbox(ann), "");
    const auto notice = newest(ben);
    EXPECT_EQ(notice.at("name").as_string(), "user2 mentions you in room");
    EXPECT_EQ(notice.at("content").as_string(), "@user3 look, and `@user4` not");
    EXPECT_EQ(notice.at("message_id").as_int64(), message);
    EXPECT_EQ(json::serialize(notice.at("rule")), R"({"name":"mention","level":"mentions","scope":"server","id":null})");
    EXPECT_EQ(json::serialize(notice.at("delivery")), R"({"state":"now","until":null})");
    const auto events = told("notification.created");
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].actorId, ben);
    EXPECT_EQ(events[0].chatId, 0) << "the chat's members must not see it";
    EXPECT_EQ(events[0].data.find("look"), std::string::npos) << "an event cannot be taken back: " << events[0].data;
}

TEST_F(Inbox, EachEventMakesOneNotificationHoweverOftenItIsLookedAt)
{
    say(ann, room, "@user3 once");
    notify->catchUp();
    notify->catchUp();
    EXPECT_EQ(inbox(ben), "mention");
    database->read([&](storage::Connection& reading) { EXPECT_GT(NotificationRepository::mark(reading), 0); });
    // As after a restart; and as if the mark had been lost.
    for (const bool lost : {false, true}) {
        if (lost) {
            ASSERT_TRUE(writer->run([](storage::Connection& c) {
                NotificationRepository::setMark(c, 0);
                return base::Result<void>();
            }));
        }
        notify = std::make_unique<NotifyService>(service->core(), chats->core());
        notify->load();
        notify->catchUp();
        database->read([&](storage::Connection& reading) { EXPECT_EQ(NotificationRepository::counts(reading, ben).total, 1); });
    }
}

TEST_F(Inbox, DirectChatsThreadsEveryoneAndKeywordsAreHeardOf)
{
    const auto pair = chat("", "direct", {ben});
    say(ann, pair, "hello");
    EXPECT_EQ(inbox(ben), "direct_message");
    const auto first = say(cem, room, "a question");
    say(ann, room, "an answer", first);
    EXPECT_EQ(inbox(cem), "thread_reply");
    EXPECT_EQ(inbox(ben), "direct_message") << "he takes no part in that thread";
    say(ben, room, "another", first);
    EXPECT_EQ(inbox(ann), "thread_reply");
    say(ann, room, "@here all of you");
    EXPECT_EQ(inbox(ben), "mention_all direct_message");
    wish(cem, {{"keywords", json::array{"tea"}}});
    say(ann, room, "Tea?");
    say(ann, room, "teapot");
    EXPECT_EQ(inbox(cem), "keyword mention_all thread_reply thread_reply");
    EXPECT_EQ(newest(cem).at("rule").at("keyword").as_string(), "tea");
}

TEST_F(Inbox, LevelsAndMutingHold)
{
    wish(ben, {{"levels", json::array{json::object{{"scope", "chat"}, {"id", room}, {"level", "all"}}}}});
    say(ann, room, "nothing special");
    EXPECT_EQ(inbox(ben), "level");
    wish(ben, {{"levels", json::array{json::object{{"scope", "chat"}, {"id", room}, {"level", "none"}}}}});
    say(ann, room, "@user3");
    EXPECT_EQ(inbox(ben), "level");
    wish(ben, {});
    say(ann, room, "@user3");
    EXPECT_EQ(inbox(ben), "mention level");
    good(ben, "chats.settings", {{"id", room}, {"muted", true}});
    say(ann, room, "@user3");
    EXPECT_EQ(inbox(ben), "mention level");
    const auto why = good(ben, "notifications.why", {{"chat", room}});
    EXPECT_EQ(why.at("effective").at("level").as_string(), "none");
    EXPECT_TRUE(why.at("effective").at("muted").as_bool());
    notify->setOptions({.level = Level::all});
    say(ann, room, "the server says all");
    EXPECT_EQ(inbox(cem), "level");
}

TEST_F(Inbox, WhatIsGoneIsQuotedNoLonger)
{
    const auto message = say(ann, room, "@user3 secret");
    EXPECT_EQ(newest(ben).at("content").as_string(), "@user3 secret");
    good(ann, "messages.edit", {{"id", room}, {"message", message}, {"content", "@user3 public"}});
    EXPECT_EQ(newest(ben).at("content").as_string(), "@user3 public") << "also from the cache";
    good(ann, "messages.delete", {{"id", room}, {"message", message}});
    EXPECT_EQ(newest(ben).at("content").as_string(), "");
    good(ben, "chats.leave", {{"id", room}});
    EXPECT_EQ(inbox(ben), "") << "who may not read a chat has nothing of it in his inbox";
    const auto early = say(ann, room, "@user4 too late");
    good(ann, "messages.delete", {{"id", room}, {"message", early}});
    EXPECT_EQ(inbox(cem), "") << "deleted before anybody was told";
    EXPECT_EQ(refusal(ben, "notifications.why", {{"chat", room}}), "chat_not_found");
}

TEST_F(Inbox, QuotesAreCutBetweenCharacters)
{
    std::string longText = "@user3 ";
    std::string cut = longText;
    for (int i = 0; i < 300; ++i) {
        longText += "\u4f1a";
        cut += i < 193 ? "\u4f1a" : "";
    }
    const auto message = say(ann, room, longText);
    EXPECT_EQ(newest(ben).at("content").as_string(), cut);
    good(ann, "messages.edit", {{"id", room}, {"message", message}, {"content", "!" + longText}});
    EXPECT_EQ(quoteOf(newest(ben).at("content").as_string()), "!" + cut.substr(0, cut.size() - 3));
    EXPECT_EQ(newest(ben).at("content").as_string().size(), cut.size() - 2) << "the schema cuts as the service does";
}

TEST_F(Inbox, ReadStateIsOneForAll)
{
    for (int i = 0; i < 3; ++i)
        say(ann, room, "@user3 " + std::to_string(i));
    notify->catchUp();
    EXPECT_EQ(unread(ben), 3);
    const auto list = good(ben, "notifications.list", {{"limit", 2}});
    EXPECT_EQ(list.at("data").as_array().size(), 2u);
    const auto second = list.at("data").at(1).at("id").as_int64();
    EXPECT_EQ(list.at("pagination").at("next_before").as_int64(), second);
    EXPECT_EQ(good(ben, "notifications.list", {{"before", second}}).at("data").as_array().size(), 1u);
    EXPECT_FALSE(good(ben, "notifications.read", {{"id", second}}).at("read_at").is_null());
    good(ben, "notifications.read", {{"id", second}});
    EXPECT_EQ(told("notification.read").size(), 1u) << "what is read already is no news";
    EXPECT_EQ(unread(ben), 2);
    EXPECT_EQ(good(ben, "notifications.list", {{"unread", true}}).at("data").as_array().size(), 2u);
    EXPECT_EQ(good(ben, "notifications.read_up_to", {{"up_to", second}}).at("unread").as_int64(), 1);
    EXPECT_EQ(refusal(cem, "notifications.get", {{"id", second}}), "notification_not_found");
    for (const auto* const operation : {"notifications.read", "notifications.delete", "notifications.why_this"})
        EXPECT_EQ(refusal(cem, operation, {{"id", second}}), "notification_not_found") << operation;
    good(ben, "notifications.delete", {{"id", second}});
    EXPECT_EQ(refusal(ben, "notifications.get", {{"id", second}}), "notification_not_found");
}

TEST_F(Inbox, ItIsBounded)
{
    notify->setOptions({.kept = 5});
    for (int i = 0; i < 12; ++i)
        say(ann, room, "@user3 " + std::to_string(i));
    notify->catchUp();
    const auto list = good(ben, "notifications.list", {}).at("data").as_array();
    ASSERT_EQ(list.size(), 5u);
    EXPECT_EQ(list[0].at("content").as_string(), "@user3 11");
    EXPECT_EQ(list[4].at("content").as_string(), "@user3 7");
}

TEST_F(Inbox, NotesAreOnesOwn)
{
    const auto note = good(ben, "notifications.create", {{"name", "milk"}, {"content", "two litres"}});
    const auto id = note.at("id").as_int64();
    EXPECT_EQ(note.at("kind").as_string(), "note");
    EXPECT_EQ(good(ben, "notifications.update", {{"id", id}, {"name", "milk"}, {"content", "three"}}).at("content").as_string(),
              "three");
    EXPECT_EQ(refusal(cem, "notifications.update", {{"id", id}, {"name", "x"}}), "notification_not_found");
    EXPECT_EQ(refusal(ben, "notifications.create", {{"name", " \n"}}), "invalid_name");
    say(ann, room, "@user3");
    notify->catchUp();
    EXPECT_EQ(refusal(ben, "notifications.update", {{"id", newest(ben).at("id").as_int64()}, {"name", "x"}}), "not_a_note");
}

TEST_F(Inbox, IssuesAreHeardOfByThoseWhomTheyConcern)
{
    const auto home = project(ann, "p");
    for (const auto who : {ben, cem, dia})
        add(home, ann, who, "developer");
    const auto issue =
        good(ann, "issues.create", with(home, {{"title", "Broken"}, {"body", "@user4 knows"}, {"assignees", json::array{ben}}}));
    const auto number = issue.at("number").as_int64();
    EXPECT_EQ(inbox(ben), "assigned");
    EXPECT_EQ(inbox(cem), "mention");
    EXPECT_EQ(inbox(dia), "");
    good(ann, "issues.update", with(home, {{"number", number}, {"assignees", json::array{ben, dia}}}));
    EXPECT_EQ(inbox(ben), "assigned") << "he had it before";
    EXPECT_EQ(inbox(dia), "assigned");
    EXPECT_EQ(newest(dia).at("name").as_string(), "user2 gives you p#1: Broken");
    good(ben, "issues.comment", with(home, {{"number", number}, {"body", "on it"}}));
    EXPECT_EQ(inbox(ann), "thread_reply");
    EXPECT_EQ(inbox(ben), "assigned") << "nobody hears of himself";
    EXPECT_EQ(inbox(cem), "mention");
    const auto projectId = issue.at("project_id").as_int64();
    wish(cem, {{"levels", json::array{json::object{{"scope", "project"}, {"id", projectId}, {"level", "all"}}}}});
    wish(ann, {{"levels", json::array{json::object{{"scope", "issue"}, {"id", issue.at("id").as_int64()}, {"level", "none"}}}}});
    good(ben, "issues.comment", with(home, {{"number", number}, {"body", "done @user2"}}));
    EXPECT_EQ(inbox(cem), "level mention");
    EXPECT_EQ(inbox(ann), "thread_reply");
    EXPECT_EQ(good(ann, "notifications.why", {{"issue", issue.at("id").as_int64()}}).at("effective").at("scope").as_string(),
              "issue");
    EXPECT_EQ(refusal(eve, "notifications.why", {{"issue", issue.at("id").as_int64()}}), "project_not_found");
    good(ann, "projects.remove_member", with(home, {{"member", cem}}));
    EXPECT_EQ(inbox(cem), "");
    wish(eve, {{"levels", json::array{json::object{{"scope", "project"}, {"id", projectId}, {"level", "all"}}}}});
    good(ben, "issues.comment", with(home, {{"number", number}, {"body", "@user6 strangers do not hear"}}));
    EXPECT_EQ(inbox(eve), "");
}

TEST_F(Inbox, ReviewsAreAskedForAndPullRequestsAnswered)
{
    const auto home = project(ann, "p");
    for (const auto who : {ben, cem})
        add(home, ann, who, "developer");
    repository(ann, home, "code");
    const auto at = with(home, {{"repo", "code"}});
    const json::object change{{"title", "A change"}, {"base", "main"}, {"head", "topic"}, {"base_id", projects::test::id40('a')},
                              {"head_id", projects::test::id40('b')}};
    const auto number = good(ben, "pulls.open", with(at, change), {.keeper = true}).at("number").as_int64();
    const auto of = with(at, {{"number", number}});
    good(ben, "pulls.request_reviews", with(of, {{"users", json::array{cem}}}));
    EXPECT_EQ(inbox(cem), "review_requested");
    good(ben, "pulls.request_reviews", with(of, {{"users", json::array{cem, ann}}}));
    EXPECT_EQ(inbox(cem), "review_requested") << "he was asked before";
    EXPECT_EQ(inbox(ann), "review_requested");
    EXPECT_EQ(newest(ann).at("name").as_string(), "user3 asks you to review code#1: A change");
    good(cem, "pulls.review", with(of, {{"verdict", "comment"}, {"body", "@user2 look at this"}}));
    EXPECT_EQ(inbox(ben), "thread_reply");
    EXPECT_EQ(inbox(ann), "mention review_requested");
    good(ben, "pulls.comment", with(of, {{"body", "done"}}), {.keeper = true});
    EXPECT_EQ(inbox(cem), "thread_reply review_requested");
    EXPECT_EQ(inbox(ben), "thread_reply");

    // What happens in a personal repository is told to its owner alone, as if he had done it.
    repository(ann, {}, "own", true);
    const json::object own{{"user", nameOf(ann)}, {"repo", "own"}};
    const auto second = good(eve, "pulls.open", with(own, change), {.keeper = true}).at("number").as_int64();
    good(ann, "pulls.comment", with(own, {{"number", second}, {"body", "why?"}}), {.keeper = true});
    EXPECT_EQ(inbox(eve), "thread_reply");
    good(eve, "pulls.comment", with(own, {{"number", second}, {"body", "because"}}), {.keeper = true});
    EXPECT_EQ(inbox(eve), "thread_reply");
    EXPECT_EQ(newest(ann).at("name").as_string(), "user6 comments on own#1: A change");
    good(ann, "pulls.update", with(own, {{"number", second}, {"state", "closed"}}));
    EXPECT_EQ(newest(eve).at("name").as_string(), "user2 closes own#1: A change");
}

TEST_F(Inbox, QuietHoursHoldBackAndSayUntilWhen)
{
    // Quiet on all days but the one three days from now, whatever day it is.
    const std::vector<std::string> names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const auto today = static_cast<std::size_t>((base::now() / 86'400'000 + 3) % 7);
    json::array off;
    for (std::size_t i = 0; i < 7; ++i)
        if (i != (today + 3) % 7)
            off.emplace_back(names[i]);
    wish(ben, {{"days_off", off}});
    const auto before = base::now() / 86'400'000;
    say(ann, room, "@user3 later");
    const auto delivery = newest(ben).at("delivery");
    if (base::now() / 86'400'000 != before)
        GTEST_SKIP() << "midnight came";
    EXPECT_EQ(delivery.at("state").as_string(), "held");
    EXPECT_EQ(delivery.at("until").as_string(), base::rfc3339((before + 3) * 86'400'000));
    EXPECT_EQ(unread(ben), 1) << "it is in the inbox all the same";
}

TEST_F(Inbox, RulesAreNotLostToTwoWhoWriteAtOnce)
{
    const auto shown = json::serialize(good(ben, "notifications.rules", {}));
    const auto tag = base::entityTag(base::Body(shown));
    EXPECT_TRUE(ask(ben, "notifications.set_rules", {{"default", "all"}}, {.ifMatch = tag}).ok());
    const auto late = ask(ben, "notifications.set_rules", {{"default", "none"}}, {.ifMatch = tag});
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().code, "precondition_failed");
    EXPECT_EQ(good(ben, "notifications.rules", {}).at("default").as_string(), "all");
    const auto wrong = ask(ben, "notifications.set_rules",
                           {{"levels", json::array{json::object{{"scope", "chat"}, {"id", 1}, {"level", "x"}}}}});
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().pointer, "/levels/0/level");
    notify = std::make_unique<NotifyService>(service->core(), chats->core());
    notify->load();
    EXPECT_EQ(notify->core().book.find(ben)->level, Level::all) << "as after a restart";
}

TEST_F(Inbox, NewRulesDecideOnNothingThatWasLookedAtBefore)
{
    say(ann, room, "tea is ready");
    EXPECT_EQ(inbox(cem), "");
    wish(cem, {{"keywords", json::array{"tea"}}});
    notify = std::make_unique<NotifyService>(service->core(), chats->core()); // as after a crash: memory is gone
    notify->load();
    notify->catchUp();
    const auto count = [&] {
        std::int64_t total = 0;
        database->read([&](storage::Connection& reading) { total = NotificationRepository::counts(reading, cem).total; });
        return total;
    };
    EXPECT_EQ(count(), 0);
    say(ann, room, "more tea");
    notify->catchUp();
    EXPECT_EQ(count(), 1);
}

TEST_F(Inbox, SimulationCountsWhatOtherRulesWouldHaveMade)
{
    for (int i = 0; i < 42; ++i)
        say(ann, room, i % 7 == 0 ? "deploy " + std::to_string(i) : "@user3 talk " + std::to_string(i));
    const json::object quiet{{"keywords", json::array{"deploy"}}, {"default", "mentions"}};
    auto out = good(ben, "notifications.simulate", {{"rules", quiet}});
    EXPECT_EQ(out.at("before").as_int64(), 36);
    EXPECT_EQ(out.at("after").as_int64(), 42);
    EXPECT_EQ(out.at("added").as_int64(), 6);
    wish(ben, {{"default", "all"}});
    out = good(ben, "notifications.simulate",
               {{"rules", {{"levels", json::array{json::object{{"scope", "chat"}, {"id", room}, {"level", "none"}}}}}}});
    EXPECT_EQ(out.at("before").as_int64(), 42);
    EXPECT_EQ(out.at("after").as_int64(), 0);
    EXPECT_EQ(out.at("silenced").as_int64(), 42);
    notify->catchUp();
    EXPECT_EQ(NotificationRepository::counts(connection(), cem).total, 0);
    out = good(cem, "notifications.simulate", {{"rules", quiet}, {"days", 1}});
    EXPECT_EQ(out.at("before").as_int64(), 0);
    EXPECT_EQ(out.at("after").as_int64(), 6);
    ASSERT_EQ(out.at("data").as_array().size(), 6u);
    EXPECT_EQ(out.at("data").at(0).at("content").as_string(), "deploy 35");
    EXPECT_EQ(out.at("data").at(0).at("rule").at("keyword").as_string(), "deploy");
    EXPECT_EQ(inbox(cem), "") << "it was only tried";
    EXPECT_EQ(good(eve, "notifications.simulate", {{"rules", {{"default", "all"}}}}).at("after").as_int64(), 0)
        << "others' chats are not hers";
    notify->setOptions({.simulatedEvents = 10});
    EXPECT_TRUE(good(cem, "notifications.simulate", {{"rules", quiet}}).at("truncated").as_bool());
    const auto wrong = ask(cem, "notifications.simulate", {{"rules", {{"keywords", json::array{""}}}}});
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().pointer, "/rules/keywords/0");
}

TEST_F(Inbox, AnErasedUserLeavesNothing)
{
    say(ann, room, "@user3 hello");
    wish(ben, {{"default", "all"}});
    notify->catchUp();
    ASSERT_TRUE(writer->run([](storage::Connection& c) {
        c.prepare("UPDATE users SET erased_at = 7 WHERE id = $1").bind(1, ann).run();
        return base::Result<void>();
    }));
    notify->forget();
    EXPECT_EQ(newest(ben).at("name").as_string(), "") << "it named her";
    ASSERT_TRUE(writer->run([](storage::Connection& c) {
        c.prepare("UPDATE users SET erased_at = 7 WHERE id = $1").bind(1, ben).run();
        return base::Result<void>();
    }));
    database->read([&](storage::Connection& reading) {
        EXPECT_EQ(NotificationRepository::counts(reading, ben).total, 0);
        EXPECT_FALSE(NotificationRepository::rules(reading, ben));
    });
}

} // namespace netbit::services::notify::test
