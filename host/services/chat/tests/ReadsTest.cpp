// What is unread is a function of the log and the marks, whatever happened in which order.

#include "services/chat/tests/Server.h"

#include <map>
#include <random>

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class Reading : public test::Server {
protected:
    std::string mark(Id chatId, Id message, std::string_view rest = {})
    {
        return "{\"id\":" + std::to_string(chatId) + ",\"message_id\":" + std::to_string(message) + std::string(rest) + "}";
    }
    std::pair<std::int64_t, std::int64_t> unread(Id who, Id chatId)
    {
        const auto json = chatJson(who, chatId);
        return {json.at("unread_count").to_number<std::int64_t>(), json.at("mention_count").to_number<std::int64_t>()};
    }
    using Counts = std::pair<std::int64_t, std::int64_t>;
};

TEST_F(Reading, AMarkGoesForwardOnlyUnlessOneAsks)
{
    const auto chat = group();
    const auto one = send(bob, chat, "one");
    const auto two = send(bob, chat, "@user3 two");
    const auto three = send(carol, chat, "three");
    EXPECT_EQ(unread(carol, chat), Counts(2, 1)) << "one's own do not count";
    EXPECT_EQ(unread(alice, chat), Counts(3, 0));
    const auto answer = call(carol, "chats.read", mark(chat, two->id));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(boost::json::parse(answer->json).at("unread_count").to_number<int>(), 0);
    EXPECT_EQ(unread(carol, chat), Counts(0, 0));
    const auto last = log->lastId();
    ASSERT_TRUE(call(carol, "chats.read", mark(chat, one->id)).ok());
    EXPECT_EQ(chatJson(carol, chat).at("last_read_message_id").to_number<Id>(), two->id);
    EXPECT_EQ(log->lastId(), last) << "nothing has changed";
    ASSERT_TRUE(call(carol, "chats.read", mark(chat, one->id, R"(,"unread":true)")).ok());
    EXPECT_EQ(unread(carol, chat), Counts(1, 1));
    const auto event = eventsAfter(last).at(0);
    EXPECT_EQ(event.topic, "read.marked");
    EXPECT_EQ(event.chatId, 0);
    EXPECT_EQ(event.actorId, carol);
    ASSERT_TRUE(call(carol, "chats.read", mark(chat, 0, R"(,"unread":true)")).ok());
    EXPECT_EQ(unread(carol, chat), Counts(2, 1));
    EXPECT_TRUE(chatJson(carol, chat).at("last_read_message_id").is_null());
    EXPECT_EQ(listJson(carol).at("data").at(0).at("unread_count").to_number<int>(), 2);
    EXPECT_EQ(pointerOf(call(carol, "chats.read", mark(chat, 0))), "/message_id");
    EXPECT_EQ(pointerOf(call(carol, "chats.read", mark(chat, 4'711))), "/message_id");
    EXPECT_EQ(codeOf(call(dave, "chats.read", mark(chat, one->id))), "chat_not_found");
    EXPECT_EQ(three->replayed, false);
}

TEST_F(Reading, AThreadHasAMarkOfItsOwn)
{
    const auto chat = group();
    const auto root = send(bob, chat, "root");
    const auto reply = send(bob, chat, "reply", root->id);
    const auto other = send(bob, chat, "elsewhere");
    const auto ofThread = [&] {
        const auto json = boost::json::parse(
            call(carol, "messages.thread", "{\"id\":" + std::to_string(chat) + ",\"message\":" + std::to_string(root->id) + "}")->json);
        return json.at("unread_count").to_number<int>();
    };
    EXPECT_EQ(ofThread(), 1);
    const auto in = ",\"thread\":" + std::to_string(root->id);
    ASSERT_TRUE(call(carol, "chats.read", mark(chat, reply->id, in)).ok());
    EXPECT_EQ(ofThread(), 0);
    EXPECT_EQ(unread(carol, chat), Counts(3, 0)) << "the chat's mark stays where it is";
    ASSERT_TRUE(send(alice, chat, "another", root->id).ok());
    EXPECT_EQ(ofThread(), 1);
    EXPECT_EQ(pointerOf(call(carol, "chats.read", mark(chat, other->id, in))), "/message_id");
    EXPECT_EQ(pointerOf(call(carol, "chats.read", mark(chat, reply->id, ",\"thread\":" + std::to_string(reply->id)))), "/thread");
}

// 20 users, 6 chats, 10,000 operations; after each, what the server says of a user is recounted from what happened.
TEST_F(Reading, CountsAreThoseOfTheLogWhateverHappens)
{
    close();
    for (Id id = 10; id <= 20; ++id)
        storage::UserRepository::insert(connection(), {.id = id, .username = "user" + std::to_string(id), .createdAt = 1'000});
    open();
    struct Message {
        Id id;
        Id sender;
        bool deleted = false;
        bool all = false;
        std::vector<Id> users{};
    };
    struct Model {
        std::vector<Message> log;
        std::map<Id, Id> marks; // of members: the id of the last message read
    };
    std::map<Id, Model> models;
    std::mt19937 random(20'260'705);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<Id> ids;
    for (int i = 0; i < 6; ++i) {
        std::vector<Id> others;
        for (Id user = 2; user <= 20; ++user)
            if (below(3) != 0)
                others.push_back(user);
        const auto made = create(alice, "chat" + std::to_string(i), "group", others)->id;
        ids.push_back(made);
        models[made].marks[alice] = 0;
        for (const auto user : others)
            models[made].marks[user] = 0;
    }
    // What the server itself says in a chat is part of the log, and so the model reads it there.
    const auto newestOf = [&](Id chat) { return models[chat].log.empty() ? 0 : models[chat].log.back().id; };
    const auto takeSystem = [&](Id chat, Id sender) {
        const auto place = storage::MessageRepository::newest(connection(), chat);
        models[chat].log.push_back({place->id, sender});
    };
    const auto check = [&](Id chat, Id user, int step) {
        const auto& model = models[chat];
        const auto mark = model.marks.at(user);
        Counts wanted{0, 0};
        for (const auto& message : model.log)
            if (message.id > mark && message.sender != user && !message.deleted) {
                ++wanted.first;
                if (message.all || std::find(message.users.begin(), message.users.end(), user) != message.users.end())
                    ++wanted.second;
            }
        ASSERT_EQ(unread(user, chat), wanted) << "step " << step << ", chat " << chat << ", user " << user;
    };
    for (int step = 0; step < 10'000; ++step) {
        const auto chat = ids[below(ids.size())];
        auto& model = models[chat];
        auto member = model.marks.begin();
        std::advance(member, static_cast<std::ptrdiff_t>(below(model.marks.size())));
        const auto user = member->first;
        const auto some = [&]() -> Message& { return model.log[model.log.size() - 1 - below(std::min<std::size_t>(model.log.size(), 30))]; };
        const auto id = "{\"id\":" + std::to_string(chat) + ",";
        switch (const auto what = below(20); what) {
        case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 8: {
            Message message{0, user};
            std::string content = "step " + std::to_string(step);
            if (below(4) == 0) {
                const auto other = static_cast<Id>(1 + below(20));
                content += " @user" + std::to_string(other);
                if (model.marks.contains(other))
                    message.users.push_back(other);
            }
            if (below(10) == 0) {
                content += " @here";
                message.all = true;
            }
            const auto sent = send(user, chat, content, !model.log.empty() && below(5) == 0 ? some().id : 0);
            ASSERT_TRUE(sent.ok()) << sent.error().code;
            message.id = sent->id;
            model.log.push_back(message);
            break;
        }
        case 9: case 10: case 11: case 12: case 13: {
            if (model.log.empty())
                break;
            const auto target = some().id;
            const bool back = below(3) == 0;
            ASSERT_TRUE(call(user, "chats.read", mark(chat, target, back ? ",\"unread\":true" : "")).ok());
            if (back || target > member->second)
                member->second = target;
            break;
        }
        case 14: {
            if (model.log.empty())
                break;
            auto& target = some();
            const auto answer = call(target.sender, "messages.delete", id + "\"message\":" + std::to_string(target.id) + "}");
            if (answer)
                target.deleted = true;
            else
                ASSERT_EQ(codeOf(answer), "chat_not_found");
            break;
        }
        case 15: {
            if (model.log.empty())
                break;
            auto& target = some();
            const auto other = static_cast<Id>(1 + below(20));
            const auto answer = call(target.sender, "messages.edit", id + "\"message\":" + std::to_string(target.id) +
                                     ",\"content\":\"edited " + std::to_string(step) + " @user" + std::to_string(other) + "\"}");
            if (answer) {
                target.all = false;
                target.users = model.marks.contains(other) ? std::vector<Id>{other} : std::vector<Id>();
            }
            break;
        }
        case 16: {
            const auto other = static_cast<Id>(2 + below(19));
            if (model.marks.contains(other))
                break;
            ASSERT_TRUE(call(alice, "chats.invite", id + "\"user_id\":" + std::to_string(other) + "}").ok());
            takeSystem(chat, alice);
            model.marks[other] = newestOf(chat);
            break;
        }
        case 17: {
            if (user == alice)
                break;
            ASSERT_TRUE(call(alice, "chats.remove_member", id + "\"user\":" + std::to_string(user) + "}").ok());
            takeSystem(chat, alice);
            model.marks.erase(user);
            break;
        }
        case 18: {
            if (!model.log.empty())
                call(user, "messages.react", id + "\"message\":" + std::to_string(some().id) + ",\"emoji\":\"x\"}").ok();
            break;
        }
        default:
            if (step % 50 == 19)
                open(); // nothing is lost with what was in memory
        }
        for (int i = 0; i < 2; ++i) {
            auto one = model.marks.begin();
            std::advance(one, static_cast<std::ptrdiff_t>(below(model.marks.size())));
            check(chat, one->first, step);
            if (HasFatalFailure())
                return;
        }
    }
    for (const auto chat : ids)
        for (const auto& [user, at] : models[chat].marks)
            check(chat, user, -1);
}

} // namespace
} // namespace netbit::services::chat
