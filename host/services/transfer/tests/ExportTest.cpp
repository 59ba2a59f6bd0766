// What goes out comes in again as it was, and out once more in the same bytes.

#include "services/transfer/DayFiles.h"
#include "services/transfer/tests/House.h"

#include "base/Json.h"

#include <map>
#include <random>

namespace netbit::services::transfer {
namespace {

class Transfer : public test::House {
protected:
    std::string at(Id chatId, Id message, std::string_view rest = {}) const
    {
        return "{\"id\":" + std::to_string(chatId) + ",\"message\":" + std::to_string(message) + (rest.empty() ? "" : ",") +
               std::string(rest) + "}";
    }
    void good(const chat::test::Answer& answer) { ASSERT_TRUE(answer.ok()) << answer.error().detail; }

    /// Some of everything that a chat can hold.
    void furnish()
    {
        room = group({bob, carol});
        const auto id = std::to_string(room);
        const auto first = send(alice, room, "hello @user2 and @here, see #\"quotes\"\n\tand \xE2\x82\xAC");
        const auto answer = send(bob, room, "an answer", first->id);
        good(send(carol, room, "to the answer", answer->id));
        const auto edited = send(bob, room, "frist");
        good(call(bob, "messages.edit", at(room, edited->id, R"("content":"first")")));
        good(call(bob, "messages.edit", at(room, edited->id, R"("content":"First, @user3")")));
        const auto gone = send(carol, room, "never said");
        good(call(alice, "messages.delete", at(room, gone->id)));
        for (const Id who : {carol, alice, bob})
            good(call(who, "messages.react", at(room, first->id, R"("emoji":"👍")")));
        good(call(bob, "messages.react", at(room, answer->id, R"("emoji":"tada")")));
        good(call(alice, "messages.pin", at(room, answer->id)));
        good(call(bob, "chats.read", "{\"id\":" + id + ",\"message_id\":" + std::to_string(answer->id) + "}"));
        good(call(carol, "chats.read", "{\"id\":" + id + ",\"message_id\":" + std::to_string(answer->id) + ",\"thread\":" +
                                           std::to_string(first->id) + "}"));
        good(call(bob, "chats.settings", "{\"id\":" + id + ",\"muted\":true,\"favourite\":true}"));
        good(call(alice, "chats.update", "{\"id\":" + id + R"(,"topic":"all of it","description":"and\nmore","retention_days":90})"));
        good(call(alice, "chats.set_role", "{\"id\":" + id + ",\"user\":2,\"role\":\"moderator\"}"));
        good(call(bob, "drafts.set", "{\"id\":" + id + R"(,"content":"not yet","reply_to":)" + std::to_string(first->id) + "}"));
        good(call(carol, "drafts.set", "{\"id\":" + id + R"(,"content":"nor this"})"));
        for (const Id who : {carol, bob})
            good(call(who, "scheduled.create", "{\"id\":" + id + R"(,"content":"later","send_at":")" +
                                                   base::rfc3339(base::now() + 3'600'000) + "\"}"));
        good(call(alice, "hooks.create", "{\"id\":" + id + R"(,"name":"builder"})"));

        const auto made = create(alice, "news", "channel", {bob});
        good(send(bob, room, "all of it is in #news"));
        good(send(alice, made->id, "written by one"));
        good(call(alice, "chats.update", "{\"id\":" + std::to_string(made->id) + R"(,"visibility":"public","archived":true})"));
        const auto direct = create(carol, "", "direct", {dave});
        good(send(dave, direct->id, "between us"));
        good(create(alice, "empty", "group", {}));
        write([](storage::Connection& connection) {
            storage::UserRepository::setProfile(connection, bob, {.displayName = "Bob B.", .about = "two\nlines", .timeZone = "Europe/Zurich",
                                                                  .statusText = "out", .statusEmoji = "🌴", .statusUntil = 4'000'000'000'000});
            storage::UserRepository::insert(connection, {.id = 20, .username = "[nick]|", .state = "imported", .createdAt = 5});
            storage::UserRepository::insert(connection, {.id = 21, .username = "gone", .email = "g@example.org", .createdAt = 6});
            storage::UserRepository::erase(connection, 21, users::erasedName(21), 7'000);
        });
        restart();
    }

    Id room = 0;
};

TEST_F(Transfer, AnExportTakenInByAnEmptyServerIsExportedInTheSameBytes)
{
    furnish();
    const auto out = exported();
    for (const std::size_t atOnce : {1U, 3U, 1'000U}) {
        test::House other;
        const auto outcome = other.takeExport(out, atOnce);
        EXPECT_TRUE(outcome.leftOut.empty()) << outcome.leftOut.front().reason << outcome.leftOut.front().detail;
        EXPECT_TRUE(outcome.notes.empty()) << outcome.notes.front().reason << outcome.notes.front().detail;
        EXPECT_EQ(other.exported(), out);
        other.restart();
        EXPECT_EQ(other.exported(), out) << "after a restart";
        const auto again = other.takeExport(out, atOnce);
        EXPECT_EQ(test::sum(again.added), 0) << "everything was there";
        EXPECT_EQ(other.exported(), out);
        // A third, by way of the second.
        test::House third;
        third.takeExport(other.exported(), 7);
        EXPECT_EQ(third.exported(), out);
    }
    EXPECT_EQ(test::sum(takeExport(out, 10).added), 0) << "at home all of it is there as well";
    EXPECT_EQ(exported(), out);
}

TEST_F(Transfer, WhatWaitsForItsTimeAndHooksMoveOnce)
{
    furnish();
    const ExportScope whole{.name = {}, .passwords = true};
    const auto out = exported(whole);
    for (const auto* const kind : {"draft", "scheduled", "hook"})
        EXPECT_NE(out.find("{\"kind\":\"" + std::string(kind) + "\""), std::string::npos) << kind;
    EXPECT_EQ(exported().find("\"hook\""), std::string::npos) << "who knows its address may write: only with the passwords";
    test::House other;
    const auto outcome = other.takeExport(out, 4);
    EXPECT_TRUE(outcome.leftOut.empty()) << outcome.leftOut.front().reason;
    EXPECT_EQ(outcome.added[static_cast<std::size_t>(Kind::draft)], 2);
    EXPECT_EQ(outcome.added[static_cast<std::size_t>(Kind::scheduled)], 2);
    EXPECT_EQ(outcome.added[static_cast<std::size_t>(Kind::hook)], 1);
    EXPECT_EQ(other.exported(whole), out);

    const auto there = std::to_string(other.chatNamed("a group"));
    const auto theirs = other.userNamed("user2");
    const auto waiting = boost::json::parse(other.call(theirs, "scheduled.list", "{\"id\":" + there + "}")->json);
    ASSERT_EQ(waiting.at("data").as_array().size(), 1U);
    const auto scheduled = std::to_string(waiting.at("data").at(0).at("id").as_int64());
    good(other.call(theirs, "scheduled.delete", "{\"id\":" + there + ",\"scheduled\":" + scheduled + "}"));
    EXPECT_EQ(test::sum(other.takeExport(out, 4).added), 0) << "what was taken back does not come again";
}

TEST_F(Transfer, WhoReadsItThereReadsWhatHeReadHere)
{
    furnish();
    test::House other;
    other.takeExport(exported(), 5);
    const auto there = other.chatNamed("a group");
    ASSERT_NE(there, 0);
    auto mine = page(bob, room).at("data").as_array();
    auto theirs = other.page(other.userNamed("user2"), there).at("data").as_array();
    ASSERT_EQ(mine.size(), theirs.size());
    for (std::size_t i = 0; i < mine.size(); ++i)
        for (const auto* member : {"sender_name", "content", "message_type", "created_at", "is_edited", "edited_at"})
            EXPECT_EQ(mine[i].at(member), theirs[i].at(member)) << i << member;
    const auto of = [](const boost::json::value& list, std::string_view name) {
        for (const auto& chat : list.at("data").as_array())
            if (chat.at("name").as_string() == name)
                return chat;
        return boost::json::value();
    };
    const auto here = of(listed(bob), "a group");
    const auto far = of(other.listed(other.userNamed("user2")), "a group");
    for (const auto* member : {"unread_count", "mention_count", "muted", "favourite", "role", "topic", "participants_count"})
        EXPECT_EQ(here.at(member), far.at(member)) << member;
}

TEST_F(Transfer, WhatIsAddedLaterComesInAlone)
{
    furnish();
    test::House other;
    other.takeExport(exported(), 100);
    good(send(bob, room, "later", 1));
    const auto out = exported();
    const auto outcome = other.takeExport(out, 100);
    EXPECT_EQ(outcome.added[static_cast<std::size_t>(Kind::message)], 1);
    EXPECT_EQ(test::sum(outcome.added), 1);
    EXPECT_EQ(other.exported(), out) << "with its thread counted";
}

TEST_F(Transfer, WhatAnswersAMessageThatIsGoneStillSaysSo)
{
    const auto chatId = group({bob});
    const auto old = send(alice, chatId, "old");
    good(send(bob, chatId, "reply", old->id));
    good(call(bob, "chats.read", "{\"id\":" + std::to_string(chatId) + ",\"message_id\":" + std::to_string(old->id) + "}"));
    write([&](storage::Connection& connection) {
        storage::MessageRepository::removeBefore(connection, chatId, storage::MessageRepository::byId(connection, old->id)->createdAt + 1, 1);
    });
    restart();
    const auto out = exported();
    ASSERT_NE(out.find("\"reply_to\""), std::string::npos) << out;
    ASSERT_NE(out.find("\"read\""), std::string::npos) << out;
    test::House other;
    other.takeExport(out, 2);
    EXPECT_EQ(other.exported(), out);
}

TEST_F(Transfer, AnswersThatStandBeforeWhatTheyAnswerFindIt)
{
    const std::vector<std::string> lines = {
        R"({"kind":"user","id":"aaaaaaaaaaaaaaaa.1","username":"one","created_at":"2020-01-01T00:00:00.000Z"})",
        R"({"kind":"chat","id":"aaaaaaaaaaaaaaaa.1","name":"c","creator":"aaaaaaaaaaaaaaaa.1","created_at":"2020-01-01T00:00:00.000Z"})",
        R"({"kind":"message","id":"aaaaaaaaaaaaaaaa.2","chat":"aaaaaaaaaaaaaaaa.1","sender":"aaaaaaaaaaaaaaaa.1","created_at":"2020-01-01T00:00:01.000Z","content":"reply","reply_to":"aaaaaaaaaaaaaaaa.1","thread":"aaaaaaaaaaaaaaaa.1"})",
        R"({"kind":"message","id":"aaaaaaaaaaaaaaaa.1","chat":"aaaaaaaaaaaaaaaa.1","sender":"aaaaaaaaaaaaaaaa.1","created_at":"2020-01-01T00:00:02.000Z","content":"root","reply_count":1,"last_reply_at":"2020-01-01T00:00:01.000Z"})"};
    for (const auto& line : lines)
        ASSERT_TRUE(take("netbit", {line}).ok());
    const auto messages = page(alice, chatNamed("c"));
    EXPECT_TRUE(messages.is_null()) << "she is not in it";
    const auto out = exported({.kind = ExportScope::Kind::chat, .name = "c"});
    for (const auto& line : lines)
        if (line.find("message") != std::string::npos) {
            EXPECT_NE(out.find(line + "\n"), std::string::npos) << line << "\n" << out;
        }
    auto stored = std::optional<storage::MessageRecord>();
    database->read([&](storage::Connection& connection) {
        stored = storage::MessageRepository::after(connection, chatNamed("c"), 0, 0, 1).front();
    });
    EXPECT_NE(stored->replyTo, 0);
    EXPECT_EQ(stored->replyTo, stored->threadId);
}

TEST_F(Transfer, OneChatAndOneUserAreExportedForThemselves)
{
    furnish();
    const auto chat = exported({.kind = ExportScope::Kind::chat, .name = "a group"});
    EXPECT_EQ(chat.find("between us"), std::string::npos);
    EXPECT_NE(chat.find("to the answer"), std::string::npos);
    const auto user = exported({.kind = ExportScope::Kind::user, .name = "user4"});
    EXPECT_NE(user.find("between us"), std::string::npos);
    EXPECT_EQ(user.find("to the answer"), std::string::npos);
    for (const auto& out : {chat, user}) {
        test::House other;
        EXPECT_TRUE(other.takeExport(out, 4).leftOut.empty());
        other.restart();
    }
    const auto audited = storage::AuditRepository::before(connection(), 1'000, 0, "export.chat", "a group", 10);
    EXPECT_EQ(audited.size(), 1u) << "it is known that somebody took it along";
    TransferService service(chats->core());
    const auto sink = [](std::string_view) { return true; };
    EXPECT_EQ(chat::test::codeOf(service.exportTo(*local(), {.kind = ExportScope::Kind::chat, .name = "nope"}, sink)), "chat_not_found");
    EXPECT_EQ(chat::test::codeOf(service.exportTo(*local(), {.kind = ExportScope::Kind::user, .name = "nope"}, sink)), "user_not_found");
    EXPECT_EQ(chat::test::codeOf(service.exportTo(*chat::test::principal(alice), {}, sink)), "local_admin_only");
    EXPECT_EQ(chat::test::codeOf(service.exportTo(*local(), {}, [](std::string_view) { return false; })), "closed");
    EXPECT_TRUE(service.exportTo(*local(), {}, sink).ok()) << "one that ended early leaves the way free";
}

TEST_F(Transfer, AnEmptyServerThatIsOlderGivesTheSameBytes)
{
    write([](storage::Connection& with) {
        storage::UserRepository::setProfile(with, alice, {.displayName = "Alice"});
        storage::TakeInRepository::completeUser(with, {.id = alice, .email = "a@example.org", .createdAt = 2'000'000});
        storage::TakeInRepository::completeUser(with, {.id = bob, .email = "", .createdAt = 3'000'000});
    });
    restart();
    const auto out = exported();
    test::House other;
    other.write([](storage::Connection& with) {
        storage::TakeInRepository::completeUser(with, {.id = bob, .email = "bob@localhost.invalid", .createdAt = 1});
    });
    other.restart();
    other.takeExport(out, 100);
    EXPECT_EQ(other.exported(), out);
}

TEST_F(Transfer, PasswordsGoOutOnlyWhenAskedFor)
{
    const std::string hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObGs2Qk0Rk";
    write([&](storage::Connection& connection) {
        storage::UserRepository::insert(connection, {.id = 30, .username = "keeper", .password = hash, .email = "k@example.org", .createdAt = 9});
    });
    restart();
    EXPECT_EQ(exported().find(hash), std::string::npos);
    const auto out = exported({.passwords = true});
    EXPECT_NE(out.find(hash), std::string::npos);
    test::House other;
    other.takeExport(out, 100);
    EXPECT_EQ(other.exported({.passwords = true}), out);
}

TEST_F(Transfer, DaysAreFilesThatDoNotChangeWhenTheNextDayComes)
{
    const std::vector<std::string> lines = {
        R"({"kind":"user","id":"u","username":"ann"})",
        R"({"kind":"chat","id":"c","name":"diary *x*","topic":"of [days]","created_at":"2020-01-01T00:00:00.000Z"})",
        R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-02-28T23:59:59.999Z","content":"late"})",
        R"({"kind":"message","id":"2","chat":"c","sender":"u","created_at":"2020-02-29T00:00:00.000Z","content":"two\nlines","reply_to":"1"})"};
    ASSERT_EQ(test::sum(take("test:days", lines)->added), 4);
    using Files = std::map<std::string, std::string>;
    const auto files = [this] {
        Files out;
        TransferService service(chats->core());
        EXPECT_TRUE(service.exportDays(*local(), "diary *x*", [&](std::string_view file, std::string_view bytes) {
            out[std::string(file)] += bytes;
            return true;
        }).ok());
        return out;
    };
    const auto before = files();
    EXPECT_EQ(before.size(), 6u);
    EXPECT_EQ(before.at("2020/02/2020-02-29.md"),
              "# diary \\*x\\*, 2020-02-29\n\n**ann** 00:00:00 (a reply)\n\n> two\n> lines\n\n");
    EXPECT_NE(before.at("README.md").find("# diary \\*x\\*\n\nof \\[days\\]\n"), std::string::npos);
    EXPECT_EQ(files(), before);
    ASSERT_EQ(test::sum(take("test:days", {R"({"kind":"message","id":"3","chat":"c","sender":"u","created_at":"2020-03-01T08:00:00.000Z","content":"new"})"})->added), 1);
    auto after = files();
    EXPECT_EQ(after.size(), 8u);
    for (const auto& [file, bytes] : before)
        EXPECT_EQ(after[file], bytes) << file;
}

TEST_F(Transfer, WhateverIsInAChatTheBytesComeOutAgain)
{
    std::mt19937 random(7);
    const auto pick = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
    const std::string pieces[] = {"a", " ", "\n", "\"", "\\", "\t", "\xC3\xA9", "\xF0\x9F\x8C\xB4", "@user2", "@all", "`", "\x01", "\x7F", "/"};
    for (int round = 0; round < 5; ++round) {
        test::House one;
        std::vector<std::string> lines;
        const std::string home = "bbbbbbbbbbbbbbbb.";
        for (int i = 1; i <= 4; ++i)
            lines.push_back("{\"kind\":\"user\",\"id\":\"" + home + std::to_string(i) + "\",\"username\":\"u" + std::to_string(i) + "\"}");
        for (int c = 1; c <= 2; ++c)
            lines.push_back("{\"kind\":\"chat\",\"id\":\"" + home + std::to_string(c) + "\",\"name\":\"c" + std::to_string(c) +
                            "\",\"created_at\":\"2020-01-01T00:00:00.000Z\"}");
        for (int m = 1; m <= 60; ++m) {
            std::string content;
            for (int i = pick(8); i >= 0; --i)
                content += pieces[static_cast<std::size_t>(pick(13))];
            std::string line = "{\"kind\":\"message\",\"id\":\"" + home + std::to_string(m) + "\",\"chat\":\"" + home +
                               std::to_string(1 + pick(1)) + "\",\"sender\":\"" + home + std::to_string(1 + pick(3)) +
                               "\",\"created_at\":\"2020-01-01T00:00:0" + std::to_string(pick(9)) + ".000Z\",\"content\":";
            base::appendJsonString(line, content);
            if (pick(2) == 0) // also to itself, to later ones, to ones in the other chat, and to none
                line += ",\"reply_to\":\"" + home + std::to_string(1 + pick(70)) + "\"";
            if (pick(3) == 0)
                line += ",\"reactions\":[{\"emoji\":\"x\",\"user\":\"" + home + std::to_string(1 + pick(3)) + "\",\"at\":\"2021-01-01T00:00:00.000Z\"}]";
            lines.push_back(line + "}");
        }
        std::string text;
        for (const auto& line : lines)
            text += line + "\n";
        one.takeExport(text, static_cast<std::size_t>(1 + pick(20)));
        const auto out = one.exported();
        test::House other;
        other.takeExport(out, static_cast<std::size_t>(1 + pick(20)));
        EXPECT_EQ(other.exported(), out) << "round " << round;
    }
}

} // namespace
} // namespace netbit::services::transfer
