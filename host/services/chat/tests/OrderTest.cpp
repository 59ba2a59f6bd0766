// One order for all: of ids, of a reader's pages, of a follower's events.

#include "services/chat/tests/Server.h"
#include "services/events/tests/Readers.h"

namespace netbit::services::chat {
namespace {

using events::test::Reader;
using test::idsOf;
using test::principal;

class Ordering : public test::Server {
protected:
    static Id messageOf(const events::EventPtr& event)
    {
        return boost::json::parse(event->json).at("data").at("id").to_number<Id>();
    }
};

TEST_F(Ordering, ReadersFollowersAndIdsAgree)
{
    const auto chat = group();
    const auto other = group({dave});
    const auto reader = std::make_shared<Reader>();
    log->subscribe({.principal = principal(carol), .topics = {"message.*"}}, reader);
    std::vector<std::thread> senders;
    for (int sender = 0; sender < 4; ++sender)
        senders.emplace_back([&, sender] {
            for (int i = 0; i < 50; ++i)
                EXPECT_TRUE(send(alice, (sender + i) % 3 ? chat : other, "x").ok());
        });
    for (auto& sender : senders)
        sender.join();

    std::vector<Id> read;
    for (const auto& message : storage::MessageRepository::after(connection(), chat, 0, 0, 1'000))
        read.push_back(message.id);
    EXPECT_TRUE(std::is_sorted(read.begin(), read.end())) << "the order of time is not that of ids";
    ASSERT_TRUE(reader->waitForEvents(read.size()));
    std::vector<Id> followed;
    for (const auto& event : reader->events())
        followed.push_back(messageOf(event));
    EXPECT_EQ(followed, read);
    EXPECT_EQ(idsOf(pageJson(bob, {.chatId = chat, .limit = 100, .lead = {}})),
              std::vector<Id>(read.end() - 100, read.end()));
}

TEST_F(Ordering, WhoHearsOfAMessageCanReadIt)
{
    const auto chat = group();
    std::atomic<int> missing{0};
    const auto reader = std::make_shared<Reader>([&](const events::Event& event) {
        const auto page = chats->page(*principal(alice), {.chatId = event.chatId, .limit = 1, .lead = {}}, false);
        if (!page.ok() || page->lastId < boost::json::parse(event.json).at("data").at("id").to_number<Id>())
            ++missing;
        return events::Take::next;
    });
    ASSERT_TRUE(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, true).ok());
    log->subscribe({.topics = {"message.created"}}, reader);
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(send(bob, chat, "x").ok());
    ASSERT_TRUE(reader->waitForEvents(200));
    EXPECT_EQ(missing, 0);
}

TEST_F(Ordering, AFollowerGoesOnOverARestartWithTheSameEvents)
{
    const auto chat = group();
    const auto live = std::make_shared<Reader>();
    log->subscribe({.principal = principal(bob), .after = 0}, live);
    ASSERT_TRUE(send(alice, chat, "one \"quoted\"").ok());
    ASSERT_TRUE(send(bob, chat, "two").ok());
    ASSERT_TRUE(live->waitForEvents(3)); // chat.created and two messages
    const auto heard = live->events();
    open();
    const auto again = std::make_shared<Reader>();
    log->subscribe({.principal = principal(bob), .after = heard[0]->id}, again);
    ASSERT_TRUE(send(carol, chat, "three").ok());
    ASSERT_TRUE(again->waitForEvents(3));
    EXPECT_EQ(again->events()[0]->json, heard[1]->json);
    EXPECT_EQ(again->events()[1]->json, heard[2]->json);
    EXPECT_EQ(boost::json::parse(again->events()[2]->json).at("data").at("content").as_string(), "three");
}

TEST_F(Ordering, TimeDoesNotGoBackWhenTheClockDoes)
{
    const auto chat = group();
    const auto first = send(alice, chat, "one");
    close();
    const auto ahead = base::now() + 3'600'000; // as if the clock had been an hour ahead before the restart
    connection().prepare("UPDATE messages SET created_at = $1").bind(1, ahead).run();
    connection().prepare("UPDATE events SET created_at = $1").bind(1, ahead).run();
    open();
    const auto second = send(alice, chat, "two");
    EXPECT_EQ(idsOf(pageJson(bob, {.chatId = chat, .lead = {}})), (std::vector<Id>{first->id, second->id}));
    EXPECT_EQ(boost::json::parse(second->json).at("created_at").as_string(), base::rfc3339(ahead));
}

} // namespace
} // namespace netbit::services::chat
