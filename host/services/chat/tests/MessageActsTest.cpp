// What can be done with a message that is there.

#include "base/EntityTag.h"
#include "services/chat/tests/Server.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class MessageActs : public test::Server {
protected:
    std::string at(Id message, std::string_view rest = {}) const
    {
        return "{\"id\":" + std::to_string(chat) + ",\"message\":" + std::to_string(message) + (rest.empty() ? "" : ",") +
               std::string(rest) + "}";
    }
    boost::json::value get(Id who, Id message)
    {
        const auto answer = call(who, "messages.get", at(message));
        return answer ? boost::json::parse(answer->json) : boost::json::value();
    }
    /// The message in a page, from memory and after a restart from disk, is what GET gives.
    void expectSameEverywhere(Id message)
    {
        const auto json = get(alice, message);
        for (int restart = 0; restart < 2; ++restart) {
            EXPECT_EQ(get(bob, message), json);
            const auto page = pageJson(alice, {.chatId = chat, .lead = {}});
            bool there = false;
            for (const auto& one : page.at("data").as_array())
                if (one.at("id") == json.at("id")) {
                    there = true;
                    EXPECT_EQ(one, json);
                }
            EXPECT_TRUE(there);
            open();
        }
    }
    std::string etagOfPage() { return chats->page(*principal(alice), {.chatId = chat, .lead = {}}, true)->etag; }

    Id chat = group();
};

TEST_F(MessageActs, ItsWriterEditsItAndWhatItSaidStaysInItsHistory)
{
    const auto sent = send(bob, chat, "frist");
    const auto tag = etagOfPage();
    const auto edited = call(bob, "messages.edit", at(sent->id, R"("content":"first")"));
    ASSERT_TRUE(edited.ok()) << edited.error().detail;
    EXPECT_EQ(get(carol, sent->id).at("content").as_string(), "first");
    EXPECT_TRUE(get(carol, sent->id).at("is_edited").as_bool());
    EXPECT_NE(etagOfPage(), tag) << "the page has changed, though its ends have not";
    EXPECT_EQ(boost::json::parse(edited->json), get(alice, sent->id));
    ASSERT_TRUE(call(bob, "messages.edit", at(sent->id, R"("content":"First.")")).ok());
    const auto history = boost::json::parse(call(carol, "messages.history", at(sent->id))->json).at("data");
    ASSERT_EQ(history.as_array().size(), 3U);
    EXPECT_EQ(history.at(0).at("content").as_string(), "frist");
    EXPECT_EQ(history.at(1).at("content").as_string(), "first");
    EXPECT_EQ(history.at(2).at("content").as_string(), "First.");
    EXPECT_EQ(history.at(0).at("written_at"), get(bob, sent->id).at("created_at"));
    expectSameEverywhere(sent->id);
    const auto tagBefore = etagOfPage();
    open();
    EXPECT_EQ(etagOfPage(), tagBefore);
}

TEST_F(MessageActs, NobodyElseEditsIt)
{
    const auto sent = send(bob, chat, "mine");
    EXPECT_EQ(codeOf(call(alice, "messages.edit", at(sent->id, R"("content":"x")"))), "not_yours") << "not even an admin";
    EXPECT_EQ(codeOf(call(dave, "messages.edit", at(sent->id, R"("content":"x")"))), "chat_not_found");
    EXPECT_EQ(codeOf(call(bob, "messages.edit", at(9'999, R"("content":"x")"))), "message_not_found");
    EXPECT_EQ(pointerOf(call(bob, "messages.edit", at(sent->id, R"("content":" \n")"))), "/content");
    EXPECT_EQ(pointerOf(call(bob, "messages.edit", at(sent->id, "\"content\":\"" + std::string(16'385, 'x') + "\""))), "/content");
    const auto elsewhere = send(bob, create(bob, "other", "group", {})->id, "there");
    EXPECT_EQ(codeOf(call(bob, "messages.edit", at(elsewhere->id, R"("content":"x")"))), "message_not_found");
}

TEST_F(MessageActs, AnEditThatWouldLoseAnotherIsRefused)
{
    const auto sent = send(bob, chat, "one");
    const auto tag = base::entityTag(base::Body(call(bob, "messages.get", at(sent->id))->json));
    std::vector<std::future<test::Answer>> answers;
    inOneBatch([&] {
        for (const auto* const word : {"two", "three"})
            answers.push_back(callLater(bob, "messages.edit", at(sent->id, "\"content\":\"" + std::string(word) + "\""), {}, tag));
    });
    EXPECT_TRUE(answers[0].get().ok());
    EXPECT_EQ(answers[1].get().status(), base::Status::preconditionFailed);
    EXPECT_EQ(get(bob, sent->id).at("content").as_string(), "two");
}

TEST_F(MessageActs, WhatIsDeletedIsGoneFromEverywhereButItsPlace)
{
    const auto before = send(carol, chat, "before");
    const auto sent = send(bob, chat, "secret @user3");
    const auto since = log->lastId();
    ASSERT_TRUE(call(bob, "messages.edit", at(sent->id, R"("content":"the secret still")")).ok());
    ASSERT_TRUE(call(carol, "messages.react", at(sent->id, R"("emoji":"👍")")).ok());
    ASSERT_TRUE(call(carol, "messages.pin", at(sent->id)).ok());
    EXPECT_EQ(codeOf(call(carol, "messages.delete", at(sent->id))), "not_yours");
    ASSERT_TRUE(call(bob, "messages.delete", at(sent->id)).ok());
    ASSERT_TRUE(call(bob, "messages.delete", at(sent->id)).ok()) << "once more is no mistake";
    expectSameEverywhere(sent->id);
    const auto json = get(alice, sent->id);
    EXPECT_EQ(json.at("content").as_string(), "");
    EXPECT_FALSE(json.at("deleted_at").is_null());
    EXPECT_FALSE(json.as_object().contains("reactions"));
    EXPECT_FALSE(json.as_object().contains("pinned_at"));
    EXPECT_EQ(test::idsOf(pageJson(alice, {.chatId = chat, .lead = {}})), (std::vector<Id>{before->id, sent->id}));
    EXPECT_TRUE(boost::json::parse(call(alice, "messages.history", at(sent->id))->json).at("data").as_array().empty());
    for (const auto* const name : {"messages.react", "messages.unreact"})
        EXPECT_EQ(codeOf(call(carol, name, at(sent->id, R"("emoji":"x")"))), "message_deleted");
    EXPECT_EQ(codeOf(call(bob, "messages.edit", at(sent->id, R"("content":"back")"))), "message_deleted");
    for (const auto& event : eventsAfter(since))
        EXPECT_EQ(event.data.find("secret"), std::string::npos) << event.topic;
}

TEST_F(MessageActs, AdminsAndModeratorsDeleteWhatOthersWrote)
{
    const auto one = send(carol, chat, "one");
    const auto two = send(carol, chat, "two");
    ASSERT_TRUE(call(alice, "messages.delete", at(one->id)).ok());
    ASSERT_TRUE(call(alice, "chats.set_role", "{\"id\":" + std::to_string(chat) + R"(,"user":2,"role":"moderator"})").ok());
    ASSERT_TRUE(call(bob, "messages.delete", at(two->id)).ok());
    EXPECT_EQ(get(carol, two->id).at("deleted_by").to_number<Id>(), bob);
    const auto direct = create(alice, "", "direct", {bob})->id;
    const auto hers = send(bob, direct, "his");
    EXPECT_EQ(codeOf(call(alice, "messages.delete", "{\"id\":" + std::to_string(direct) + ",\"message\":" + std::to_string(hers->id) + "}")),
              "not_yours");
}

TEST_F(MessageActs, ReactionsAreCountedOncePerUser)
{
    const auto sent = send(bob, chat, "x");
    for (int i = 0; i < 2; ++i)
        for (const Id who : {carol, alice})
            ASSERT_TRUE(call(who, "messages.react", at(sent->id, R"("emoji":"👍")")).ok());
    ASSERT_TRUE(call(bob, "messages.react", at(sent->id, R"("emoji":"tada")")).ok());
    const auto reactions = get(alice, sent->id).at("reactions");
    ASSERT_EQ(reactions.as_array().size(), 2U);
    EXPECT_EQ(reactions.at(0).at("emoji").as_string(), "👍");
    EXPECT_EQ(reactions.at(0).at("count").to_number<int>(), 2);
    EXPECT_EQ(reactions.at(1).at("user_ids").at(0).to_number<Id>(), bob);
    expectSameEverywhere(sent->id);
    const auto since = log->lastId();
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(call(bob, "messages.unreact", at(sent->id, R"("emoji":"tada")")).ok());
    ASSERT_EQ(eventsAfter(since).size(), 1U);
    EXPECT_EQ(eventsAfter(since)[0].topic, "reaction.removed");
    EXPECT_EQ(get(alice, sent->id).at("reactions").as_array().size(), 1U);
    for (const auto* const bad : {R"("emoji":"")", R"("emoji":"a b")", R"("emoji":"<b>")", R"("emoji":"\u0001")"})
        EXPECT_EQ(pointerOf(call(bob, "messages.react", at(sent->id, bad))), "/emoji") << bad;
    for (int i = 0; i < 49; ++i)
        ASSERT_TRUE(call(bob, "messages.react", at(sent->id, "\"emoji\":\"e" + std::to_string(i) + "\"")).ok());
    EXPECT_EQ(codeOf(call(bob, "messages.react", at(sent->id, R"("emoji":"one-more")"))), "too_many_reactions");
    EXPECT_TRUE(call(bob, "messages.react", at(sent->id, R"("emoji":"👍")")).ok()) << "one that is there already";
}

TEST_F(MessageActs, PinsAreListedTheNewestFirst)
{
    const auto one = send(bob, chat, "one");
    const auto two = send(bob, chat, "two");
    for (const auto& message : {one, two})
        ASSERT_TRUE(call(carol, "messages.pin", at(message->id)).ok());
    const auto pins = [&] {
        return test::idsOf(boost::json::parse(call(alice, "messages.pins", "{\"id\":" + std::to_string(chat) + "}")->json));
    };
    EXPECT_EQ(pins(), (std::vector<Id>{two->id, one->id}));
    EXPECT_EQ(get(alice, one->id).at("pinned_by").to_number<Id>(), carol);
    expectSameEverywhere(one->id);
    ASSERT_TRUE(call(bob, "messages.unpin", at(two->id)).ok());
    EXPECT_EQ(pins(), (std::vector<Id>{one->id}));
    const auto channel = create(alice, "news", "channel", {bob})->id;
    const auto news = send(alice, channel, "news");
    EXPECT_EQ(codeOf(call(bob, "messages.pin", "{\"id\":" + std::to_string(channel) + ",\"message\":" + std::to_string(news->id) + "}")),
              "not_allowed");
}

TEST_F(MessageActs, RepliesMakeAThreadOfWhatTheyAnswer)
{
    const auto root = send(bob, chat, "root");
    const auto one = send(carol, chat, "one", root->id);
    const auto two = send(bob, chat, "two", one->id);
    EXPECT_EQ(boost::json::parse(two->json).at("thread_id").to_number<Id>(), root->id) << "a reply to a reply is of the same thread";
    EXPECT_EQ(boost::json::parse(two->json).at("reply_to").to_number<Id>(), one->id);
    EXPECT_EQ(get(alice, root->id).at("reply_count").to_number<int>(), 2);
    EXPECT_EQ(get(alice, root->id).at("last_reply_at"), get(alice, two->id).at("created_at"));
    expectSameEverywhere(root->id);
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(send(carol, chat, "more", root->id).ok());
    const auto thread = [&](std::string_view rest) {
        return boost::json::parse(call(alice, "messages.thread", at(root->id, rest))->json);
    };
    const auto newest = thread(R"("limit":3)");
    EXPECT_EQ(newest.at("root").at("id").to_number<Id>(), root->id);
    EXPECT_EQ(newest.at("pagination").at("total").to_number<int>(), 7);
    const auto ids = test::idsOf(newest);
    ASSERT_EQ(ids.size(), 3U);
    EXPECT_EQ(newest.at("pagination").at("next_before").to_number<Id>(), ids[0]);
    const auto older = thread("\"limit\":50,\"before\":" + std::to_string(ids[0]));
    EXPECT_EQ(test::idsOf(older).size(), 4U);
    EXPECT_EQ(test::idsOf(older)[0], one->id);
    EXPECT_EQ(test::idsOf(thread("\"after\":" + std::to_string(one->id) + ",\"limit\":1")), (std::vector<Id>{two->id}));
    EXPECT_EQ(codeOf(call(alice, "messages.thread", at(root->id, R"("before":12345)"))), "unknown_cursor");
    ASSERT_TRUE(call(bob, "messages.delete", at(root->id)).ok());
    EXPECT_EQ(thread("").at("data").as_array().size(), 7U) << "the thread outlives what it began with";
}

TEST_F(MessageActs, TheServerFindsWhomAMessageMentions)
{
    const auto open_ = create(alice, "Lounge", "group", {});
    ASSERT_TRUE(call(alice, "chats.update", "{\"id\":" + std::to_string(open_->id) + R"(,"visibility":"public"})").ok());
    const auto hidden = create(alice, "hidden", "group", {});
    const auto mentions = [&](Id who, const std::string& content) {
        const auto sent = send(who, chat, content);
        return sent ? boost::json::serialize(boost::json::parse(sent->json).at("mentions")) : sent.error().code;
    };
    EXPECT_EQ(mentions(bob, "hi @user1 and @USER3, @user3."), R"([{"type":"user","user_id":1},{"type":"user","user_id":3}])");
    EXPECT_EQ(mentions(bob, "@user4 is not here, nor is @nobody; mail bob@user1, `@user1` ``@user1 ` ``"), "[]");
    EXPECT_EQ(mentions(bob, "see #lounge. and #hidden and #nothing"),
              R"([{"type":"chat","chat_id":)" + std::to_string(open_->id) + "}]");
    EXPECT_EQ(mentions(alice, "#hidden"), R"([{"type":"chat","chat_id":)" + std::to_string(hidden->id) + "}]");
    EXPECT_EQ(mentions(bob, "@all and @channel"), "[]") << "a member may not";
    EXPECT_EQ(mentions(alice, "@all"), R"([{"type":"all"}])");
    EXPECT_EQ(mentions(bob, "@here"), R"([{"type":"here"}])");
}

TEST_F(MessageActs, WhoReadsTheLogLaterSeesMessagesAsTheyAreNow)
{
    const auto sent = send(bob, chat, "a secret");
    ASSERT_TRUE(call(bob, "messages.delete", at(sent->id)).ok());
    struct Reader : events::Subscriber {
        events::Take onEvent(const events::EventPtr& event) override
        {
            json += event->json;
            if (event->topic == "message.deleted")
                done.set_value();
            return events::Take::next;
        }
        void onReset(Id) override {}
        void onRevoked() override {}
        void onEnded() override {}
        std::string json;
        std::promise<void> done;
    };
    for (int restart = 0; restart < 2; ++restart) { // from the log's tail, then from the database
        const auto reader = std::make_shared<Reader>();
        const auto subscription = log->subscribe({.principal = principal(carol), .after = 0}, reader);
        reader->done.get_future().wait();
        EXPECT_EQ(reader->json.find("secret"), std::string::npos) << reader->json;
        EXPECT_NE(reader->json.find("message.created"), std::string::npos);
        open();
    }
}

} // namespace
} // namespace netbit::services::chat
