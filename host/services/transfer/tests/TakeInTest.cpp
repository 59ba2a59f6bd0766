// What comes from elsewhere: who is taken for whom, what is left out, what readers see.

#include "base/Digest.h"
#include "services/transfer/tests/House.h"

namespace netbit::services::transfer {
namespace {

using chat::test::Answer;
using chat::test::codeOf;
using chat::test::principal;

class TakeIn : public test::House {
protected:
    static std::string user(std::string_view id, std::string_view name, std::string_view rest = {})
    {
        return "{\"kind\":\"user\",\"id\":\"" + std::string(id) + "\",\"username\":\"" + std::string(name) + "\"" + std::string(rest) + "}";
    }
    static std::string room(std::string_view id, std::string_view name, std::string_view rest = {})
    {
        return "{\"kind\":\"chat\",\"id\":\"" + std::string(id) + "\",\"name\":\"" + std::string(name) +
               R"(","created_at":"2020-01-01T00:00:00Z")" + std::string(rest) + "}";
    }
    static std::string member(std::string_view chatKey, std::string_view userKey, std::string_view rest = {})
    {
        return "{\"kind\":\"member\",\"chat\":\"" + std::string(chatKey) + "\",\"user\":\"" + std::string(userKey) + "\"" + std::string(rest) + "}";
    }
    static std::string said(std::string_view id, std::string_view chatKey, std::string_view userKey, int second,
                            std::string_view content, std::string_view rest = {})
    {
        return "{\"kind\":\"message\",\"id\":\"" + std::string(id) + "\",\"chat\":\"" + std::string(chatKey) + "\",\"sender\":\"" +
               std::string(userKey) + "\",\"created_at\":\"2020-01-01T00:00:" + (second < 10 ? "0" : "") + std::to_string(second) +
               "Z\",\"content\":\"" + std::string(content) + "\"" + std::string(rest) + "}";
    }
    std::string reasons(const std::vector<Remark>& remarks)
    {
        std::string out;
        for (const auto& remark : remarks)
            out += std::to_string(remark.record) + ":" + remark.reason + " ";
        return out;
    }
};

TEST_F(TakeIn, ABatchIsReadAtOnceAndOnlyOnce)
{
    const std::vector<std::string> records = {user("U1", "ann"), user("U2", "ben"), room("C1", "past"), said("1", "C1", "U1", 1, "one"),
                                              said("2", "C1", "U2", 2, "two", R"(,"reply_to":"1")"), member("C1", "U1"), member("C1", "U2")};
    const auto before = storage::EventRepository::highestId(connection());
    const auto first = take("slack:T1", records);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(test::sum(first->added), 7);
    const auto ann = userNamed("ann");
    ASSERT_NE(ann, 0);
    EXPECT_EQ(users->byId(ann)->state, "active");
    auto page = this->page(ann, chatNamed("past"));
    ASSERT_EQ(page.at("data").as_array().size(), 2u);
    EXPECT_EQ(page.at("data").at(1).at("reply_to"), page.at("data").at(0).at("id"));
    EXPECT_EQ(page.at("data").at(0).at("reply_count").as_int64(), 1);
    EXPECT_EQ(listed(ann).at("data").at(0).at("unread_count").as_int64(), 0) << "what came before counts as read";
    const auto events = eventsAfter(before);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].topic, "chat.imported");

    const auto again = take("slack:T1", records);
    EXPECT_EQ(test::sum(again->added), 0);
    EXPECT_EQ(test::sum(again->already), 7);
    EXPECT_EQ(eventsAfter(before).size(), 1u);
    const auto elsewhere = take("slack:T2", {records[0], records[2]});
    EXPECT_EQ(elsewhere->added[static_cast<std::size_t>(Kind::chat)], 1) << "the keys of another source are others";
    EXPECT_EQ(elsewhere->matched, 1);
}

TEST_F(TakeIn, AMessageThatCameInIsShownBesideLiveOnesAndFound)
{
    EXPECT_TRUE(take("slack:T1", {user("U1", "ann"), room("C1", "past"), said("1", "C1", "U1", 1, "needle"), member("C1", "U1")}).ok());
    const auto ann = userNamed("ann");
    const auto chatId = chatNamed("past");
    page(ann, chatId); // now it is in memory
    ASSERT_TRUE(send(ann, chatId, "live").ok());
    EXPECT_TRUE(take("slack:T1", {said("2", "C1", "U1", 2, "between")}).ok());
    const auto messages = page(ann, chatId).at("data").as_array();
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[1].at("content").as_string(), "between");
    EXPECT_EQ(messages[2].at("content").as_string(), "live");
}

TEST_F(TakeIn, AMarkIsAtTheLastMessageOfItsTime)
{
    const auto outcome = take("seed:x", {user("1", "ann"), user("2", "ben"), room("1", "past"), said("1", "1", "2", 1, "one"), said("2", "1", "2", 2, "two"),
                                         said("3", "1", "2", 2, "also two"), said("4", "1", "2", 3, "three"),
                                         member("1", "1", R"(,"read_at":"2020-01-01T00:00:02Z")"), member("1", "2", R"(,"read_at":"2019-01-01T00:00:00Z")")});
    EXPECT_EQ(test::sum(outcome->added), 9);
    EXPECT_EQ(listed(userNamed("ann")).at("data").at(0).at("unread_count").as_int64(), 1);
    const auto stored = storage::ChatRepository::participant(connection(), chatNamed("past"), userNamed("ben"));
    EXPECT_EQ(stored->lastReadId, 0);
}

TEST_F(TakeIn, OfThisNameIsTheSamePersonUnlessTheAddressesDiffer)
{
    write([](storage::Connection& with) {
        storage::UserRepository::insert(with, {.id = 40, .username = "Kim", .email = "kim@example.org", .createdAt = 1'600'000'000'000});
    });
    restart();
    const auto outcome = take("slack:T1", {user("U1", "kim", R"(,"email":"KIM@example.org","display_name":"Kim K.")"),
                                           user("U2", "kim", R"(,"email":"other@example.org")"), user("U3", "kim")});
    EXPECT_EQ(outcome->matched, 1);
    EXPECT_EQ(outcome->added[0], 2);
    EXPECT_EQ(reasons(outcome->notes), "1:user_renamed 2:user_renamed ");
    EXPECT_NE(userNamed("kim-2"), 0);
    EXPECT_NE(userNamed("kim-3"), 0);
    EXPECT_EQ(users::profileOf(*users->byId(40)).displayName, "Kim K.");
    EXPECT_EQ(users->byId(40)->email, "kim@example.org");
    EXPECT_EQ(users->byId(40)->username, "Kim");
}

TEST_F(TakeIn, WhoRulesElsewhereRulesNothingHere)
{
    EXPECT_TRUE(take("slack:T1", {user("U1", "boss", R"(,"role":"admin")")}).ok());
    EXPECT_EQ(users->byName("boss")->role, "member");
    EXPECT_TRUE(take("slack:T1", {user("U9", "user2", R"(,"role":"admin","state":"deactivated")")}).ok());
    EXPECT_EQ(users->byId(bob)->role, "member") << "who is here keeps his role";
    EXPECT_EQ(users->byId(bob)->state, "active");
}

TEST_F(TakeIn, ADirectChatThatIsThereIsTheOne)
{
    const auto made = create(bob, "", "direct", {carol});
    const auto outcome = take("slack:T1", {user("A", "user2"), user("B", "user3"),
                                           R"({"kind":"chat","id":"D","chat_type":"direct","participants":["A","B"],"created_at":"2020-01-01T00:00:00Z"})",
                                           said("1", "D", "A", 1, "old times"), member("D", "A"), member("D", "B"), user("C", "user4"), member("D", "C")});
    EXPECT_EQ(outcome->matched, 4);
    EXPECT_EQ(reasons(outcome->leftOut), "7:direct_chat ");
    EXPECT_EQ(page(bob, made->id).at("data").as_array().size(), 1u);
    const auto fresh = take("slack:T1", {R"({"kind":"chat","id":"E","chat_type":"direct","participants":["A","C"],"created_at":"2020-01-01T00:00:00Z"})",
                                         R"({"kind":"chat","id":"F","chat_type":"direct","participants":["C","A"],"created_at":"2020-01-01T00:00:00Z"})",
                                         R"({"kind":"chat","id":"G","chat_type":"direct","participants":["A","nobody"],"created_at":"2020-01-01T00:00:00Z"})"});
    EXPECT_EQ(fresh->added[1], 1);
    EXPECT_EQ(fresh->matched, 1);
    EXPECT_EQ(reasons(fresh->leftOut), "2:unknown_user ");
    const auto asked = create(dave, "", "direct", {bob});
    EXPECT_TRUE(asked->replayed) << "who asks for it gets the one that came in";
}

TEST_F(TakeIn, WhatCannotBeIsLeftOutAndTheRestComesIn)
{
    const auto outcome = take("slack:T1", {user("U1", "ann"), room("C1", "past"), said("1", "nowhere", "U1", 1, "x"), said("2", "C1", "nobody", 1, "x"),
                                           said("3", "C1", "U1", 1, "answers nothing", R"(,"reply_to":"77")"), member("C1", "nobody"), member("C9", "U1"),
                                           R"({"kind":"file","id":"F1","owner":"U1","name":"x","size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})", R"({"kind":"cat"})",
                                           R"({"kind":"message","id":"9","chat":"C1","sender":"U1","created_at":"2999-01-01T00:00:00Z","content":"x"})",
                                           said("4", "C1", "U1", 2, "@gone", R"(,"mentions":[{"type":"user","key":"gone"}],"attachments":["F1"])"),
                                           R"({"kind":"thread_read","thread":"88","user":"U1"})"});
    EXPECT_EQ(reasons(outcome->leftOut), "2:unknown_chat 3:unknown_user 5:unknown_user 6:unknown_chat 7:no_bytes 8:invalid_member 9:invalid_time 11:unknown_message ");
    EXPECT_EQ(reasons(outcome->notes), "4:unknown_reply 10:unknown_mention 10:attachment ");
    EXPECT_EQ(outcome->added[static_cast<std::size_t>(Kind::message)], 2);
}

TEST_F(TakeIn, AFileIsHungOnItsSendersMessagesAndOneOfAKilledImportIsTakenUp)
{
    const std::string file = R"({"kind":"file","id":"F1","owner":"U1","name":"x.png","size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","created_at":"2020-01-01T00:00:00Z"})";
    ASSERT_TRUE(take("mattermost", {user("U1", "ann"), user("U2", "ben"), room("C1", "past"), member("C1", "U1")}).ok());
    EXPECT_EQ(reasons(take("mattermost", {file})->leftOut), "0:no_bytes ");
    write([&](storage::Connection& with) { // as far as one came that was killed then
        storage::FileRepository::insert(with, {.ownerId = userNamed("ann"), .sha256 = base::sha256("abc"), .size = 3, .name = "x.png",
                                               .mediaType = "image/png", .createdAt = 1'577'836'800'000});
    });
    EXPECT_EQ(take("mattermost", {file})->added[static_cast<std::size_t>(Kind::file)], 1);
    EXPECT_EQ(take("mattermost", {file})->already[static_cast<std::size_t>(Kind::file)], 1);
    const auto outcome = take("mattermost", {said("1", "C1", "U1", 1, "", R"(,"attachments":["F1","F1"])"),
                                             said("2", "C1", "U2", 2, "not mine", R"(,"attachments":["F1"])")});
    EXPECT_EQ(reasons(outcome->notes), "1:attachment ");
    const auto messages = page(userNamed("ann"), chatNamed("past"));
    EXPECT_EQ(messages.at("data").at(0).at("message_type").as_string(), "image");
    EXPECT_EQ(messages.at("data").at(0).at("attachments").as_array().size(), 1u);
}

TEST_F(TakeIn, TheDoorIsTheLocalAdmins)
{
    TransferService service(chats->core());
    const auto refused = [&](const auth::Principal& who, std::string source, std::size_t records) {
        Batch batch;
        batch.source = std::move(source);
        batch.records.assign(records, base::Result<Record>(Record(MemberRecord{})));
        return codeOf(service.takeIn(who, std::move(batch), [](const auto&) {}));
    };
    EXPECT_EQ(refused(*principal(alice), "slack", 1), "local_admin_only");
    EXPECT_EQ(refused(*local(), "", 1), "invalid_source");
    EXPECT_EQ(refused(*local(), "Slack", 1), "invalid_source");
    EXPECT_EQ(refused(*local(), "slack:\n", 1), "invalid_source");
    EXPECT_EQ(refused(*local(), "slack:" + std::string(300, 'x'), 1), "invalid_source");
    EXPECT_EQ(refused(*local(), "slack", 5'001), "batch_too_large");
}

TEST_F(TakeIn, AFailedBatchLeavesNothingBehind)
{
    // In the same transaction as a job that fails after it wrote: everything runs twice, and is there once.
    std::future<Answer> failing;
    base::Result<Outcome> outcome = Outcome();
    std::thread other;
    inOneBatch([&] {
        other = std::thread([&] { outcome = take("slack:T1", {user("U1", "ann"), room("C1", "past"), said("1", "C1", "U1", 1, "x"), member("C1", "U1")}); });
        while (writer->queued() < 2)
            std::this_thread::yield();
        failing = std::async(std::launch::async, [&] {
            const auto done = writer->run([](storage::Connection& connection) -> base::Result<void> {
                storage::UserRepository::insert(connection, {.id = 900, .username = "never", .createdAt = 1});
                return base::fault(base::Status::conflict, "no", "no");
            });
            return done ? Answer(Completed()) : Answer(done.error());
        });
        while (writer->queued() < 3)
            std::this_thread::yield();
    });
    other.join();
    EXPECT_FALSE(failing.get().ok());
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(test::sum(outcome->added), 4);
    EXPECT_EQ(userNamed("never"), 0);
    EXPECT_EQ(page(userNamed("ann"), chatNamed("past")).at("data").as_array().size(), 1u);
    restart();
    EXPECT_EQ(page(userNamed("ann"), chatNamed("past")).at("data").as_array().size(), 1u);
}

} // namespace
} // namespace netbit::services::transfer
