#include "cli/chat/tests/Told.h"

#include <gtest/gtest.h>

namespace netbit::cli::chat::test
{

namespace
{

TEST(Model, TheFirstChatIsOpenedAndItsPageAskedFor)
{
    Model model([] { return std::string("k"); });
    model.hear(Greeting{1, "me"});
    model.hear(StartAfresh{});
    EXPECT_NE(wished<WantChats>(model.takeWishes()), nullptr);
    model.hear(ChatsNews{{aChat(9, "zeta"), aChat(4, "Beta"), aChat(6, "", "direct")}, true, 0});
    EXPECT_EQ(model.current(), 4) << "by name, without regard to case";
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<WantPage>(wishes), nullptr);
    EXPECT_EQ(wished<WantPage>(wishes)->chat, 4);
    model.hear(MembersNews{6, {{1, "me"}, {2, "bob"}}});
    EXPECT_EQ(model.rooms().at(6).chat.name, "bob") << "a direct chat is called as the other one";
}

TEST(Model, TheChatThatIsWantedIsOpened)
{
    for (const std::string wanted : {"2", "beta", "BE"}) {
        Model model([] { return std::string("k"); });
        model.wantChat(wanted);
        model.hear(ChatsNews{{aChat(1, "alpha"), aChat(2, "beta")}, true, 0});
        EXPECT_EQ(model.current(), 2) << wanted;
    }
    Model model([] { return std::string("k"); });
    model.wantChat("nowhere");
    model.hear(ChatsNews{{aChat(1, "alpha")}, true, 0});
    EXPECT_NE(model.notice().find("nowhere"), std::string::npos);
}

TEST(Model, WhatIsSentIsShownAtOnceAndOnceWhicheverAnswerComesFirst)
{
    for (const bool eventFirst : {true, false}) {
        auto model = aModel();
        model.input.set("good morning");
        model.submit();
        const auto wishes = model.takeWishes();
        const auto* const say = wished<Say>(wishes);
        ASSERT_NE(say, nullptr);
        EXPECT_EQ(say->key, "key1");
        EXPECT_EQ(model.waiting().size(), 1u);
        EXPECT_EQ(model.unsent(), 1u);
        const auto event = anEvent(5, "message.created", 1, messageJson(aMessage(1, 3, 1, "good morning")));
        if (eventFirst)
            model.hear(event);
        model.hear(AckNews{"key1", 3});
        EXPECT_EQ(model.unsent(), 0u);
        if (!eventFirst)
            model.hear(event);
        EXPECT_TRUE(model.waiting().empty());
        EXPECT_EQ(model.shown().size(), 3u);
    }
}

TEST(Model, ARefusedMessageIsToldAndComesBackWithUp)
{
    auto model = aModel();
    model.input.set("too bad");
    model.submit();
    model.hear(NackNews{"key1", "You may not write here."});
    EXPECT_TRUE(model.waiting().empty());
    EXPECT_NE(model.notice().find("You may not write here."), std::string::npos);
    model.input.up();
    EXPECT_EQ(model.input.utf8(), "too bad");
}

TEST(Model, WhatIsUnsentSurvivesAFreshStartAndKeepsItsKey)
{
    auto model = aModel();
    model.input.set("meanwhile");
    model.submit();
    model.hear(LinkNews{Link::away, "gone", Clock::time_point()});
    model.hear(StartAfresh{});
    EXPECT_EQ(model.waiting().size(), 1u);
    EXPECT_EQ(model.waiting().front()->say.key, "key1");
    model.quit();
    EXPECT_FALSE(model.ended()) << "it asks first";
    EXPECT_EQ(model.mode(), Mode::confirmQuit);
    model.quit();
    EXPECT_TRUE(model.ended());
}

TEST(Model, WhatComesWhileNobodyIsThereStaysUnreadUntilAKeyIsPressed)
{
    auto model = aModel();
    model.hear(anEvent(5, "message.created", 1, messageJson(aMessage(1, 3, 2, "are you there?"))));
    EXPECT_EQ(model.rooms().at(1).chat.unread, 1);
    EXPECT_EQ(wished<MarkRead>(model.takeWishes()), nullptr);
    model.touched();
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<MarkRead>(wishes), nullptr);
    EXPECT_EQ(wished<MarkRead>(wishes)->message, 3);
    EXPECT_EQ(model.rooms().at(1).chat.unread, 0);
}

TEST(Model, WhatIsScrolledAwayFromIsNotRead)
{
    auto model = aModel();
    model.scrollTo({Place(aMessage(1, 1, 2, "").place()), 0});
    model.hear(anEvent(5, "message.created", 1, messageJson(aMessage(1, 3, 2, "below"))));
    model.touched();
    EXPECT_EQ(wished<MarkRead>(model.takeWishes()), nullptr);
    model.deselect();
    model.touched();
    EXPECT_NE(wished<MarkRead>(model.takeWishes()), nullptr);
}

TEST(Model, OnlyOnesOwnMessagesAreEditedAndDeleted)
{
    auto model = aModel();
    model.select(-2);
    EXPECT_EQ(model.selected(), 1);
    EXPECT_FALSE(model.startEdit());
    EXPECT_FALSE(model.askDelete());
    model.select(1);
    EXPECT_TRUE(model.askDelete());
    model.confirmDelete();
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<Delete>(wishes), nullptr);
    EXPECT_EQ(wished<Delete>(wishes)->message, 2);
    model.deselect();
    EXPECT_TRUE(model.startEdit()) << "the last of one's own, when none is selected";
    EXPECT_EQ(model.input.utf8(), "hi there");
    model.input.set("hi, all");
    model.submit();
    const auto edits = model.takeWishes();
    ASSERT_NE(wished<Edit>(edits), nullptr);
    EXPECT_EQ(wished<Edit>(edits)->content, "hi, all");
    EXPECT_EQ(wished<Say>(edits), nullptr);
}

TEST(Model, AReactionOfOnesOwnIsTakenBack)
{
    auto model = aModel();
    auto message = aMessage(1, 1, 2, "hello");
    message.reactions = {{"👍", {1, 2}}, {"🎉", {2}}};
    model.hear(anEvent(5, "message.edited", 1, messageJson(message)));
    for (const auto& [emoji, adds] : {std::pair{"👍", false}, std::pair{"🎉", true}, std::pair{"❤", true}}) {
        model.select(-2);
        ASSERT_EQ(model.selected(), 1);
        ASSERT_TRUE(model.startReact());
        model.react(emoji);
        const auto wishes = model.takeWishes();
        ASSERT_NE(wished<React>(wishes), nullptr);
        EXPECT_EQ(wished<React>(wishes)->adds, adds) << emoji;
        model.deselect();
    }
}

TEST(Model, AThreadShowsItsOwnAndAnswersGoIntoIt)
{
    auto model = aModel();
    auto reply = aMessage(1, 3, 2, "in the thread");
    reply.replyTo = reply.threadId = 1;
    model.hear(anEvent(5, "message.created", 1, messageJson(reply)));
    model.hear(anEvent(6, "message.created", 1, messageJson(aMessage(1, 4, 2, "outside"))));
    EXPECT_EQ(model.rooms().at(1).find(1)->replies, 1);
    model.select(-4);
    ASSERT_TRUE(model.openThread());
    EXPECT_EQ(model.shown().size(), 2u);
    model.input.set("me too");
    model.submit();
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<Say>(wishes), nullptr);
    EXPECT_EQ(wished<Say>(wishes)->replyTo, 1);
    EXPECT_EQ(model.waiting().size(), 1u);
    model.closeThread();
    EXPECT_EQ(model.shown().size(), 4u);
}

TEST(Model, WhoTypesAndWhoIsHereIsForgottenWithTime)
{
    auto model = aModel();
    model.hear(MembersNews{1, {{1, "me"}, {2, "bob"}, {3, "eve"}}});
    model.hear(anEvent(0, "typing", 1, {{"chat_id", 1}, {"user_id", 2}}));
    model.hear(
        anEvent(0, "presence.changed", 0, {{"user_id", 3}, {"status_data", boost::json::object{{"state", "away"}}}}));
    EXPECT_EQ(model.typists(), std::vector<std::string>{"bob"});
    using Pair = std::pair<std::string, std::string>;
    EXPECT_EQ(model.here(), (std::vector<Pair>{{"me", "online"}, {"eve", "away"}, {"bob", "offline"}}));
    model.tick(model.now() + std::chrono::seconds(6));
    EXPECT_TRUE(model.typists().empty());
    model.tick(model.now() + std::chrono::seconds(200));
    EXPECT_EQ(model.here()[1], (Pair{"bob", "offline"}));
}

TEST(Model, TypingIsToldNowAndThenAndNotForEachKey)
{
    auto model = aModel();
    model.typed();
    model.typed();
    EXPECT_EQ(model.takeWishes().size(), 1u);
    model.tick(model.now() + std::chrono::seconds(4));
    model.typed();
    EXPECT_EQ(model.takeWishes().size(), 1u);
}

TEST(Model, AChatThatIsLeftGoesAndDraftsStayWithTheirChats)
{
    auto model = aModel();
    model.input.set("half a thought");
    model.step(1);
    EXPECT_EQ(model.current(), 2);
    EXPECT_TRUE(model.input.empty());
    model.step(1);
    EXPECT_EQ(model.input.utf8(), "half a thought");
    model.hear(anEvent(5, "chat.left", 1, {{"chat_id", 1}, {"user_id", 1}}));
    EXPECT_EQ(model.current(), 2);
    EXPECT_EQ(model.rooms().size(), 1u);
    model.hear(anEvent(6, "chat.left", 2, {{"chat_id", 2}, {"user_id", 1}}));
    EXPECT_EQ(model.current(), 0);
    EXPECT_TRUE(model.shown().empty());
}

TEST(Model, AFoundMessageIsLookedForPageByPage)
{
    auto model = aModel();
    model.hear(StartAfresh{});
    model.hear(ChatsNews{{aChat(1, "alpha"), aChat(2, "beta")}, true, 0});
    std::vector<Message> page;
    for (Id id = 451; id <= 500; ++id)
        page.push_back(aMessage(1, id, 2, "x"));
    model.hear(PageNews{1, 0, page, false, 0});
    model.search("needle");
    model.takeWishes();
    model.hear(FoundNews{"needle", {{aMessage(1, 300, 2, "needle"), "alpha"}}});
    model.openFound();
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<WantPage>(wishes), nullptr);
    EXPECT_EQ(wished<WantPage>(wishes)->before, 451);
    page.clear();
    for (Id id = 251; id <= 450; ++id)
        page.push_back(aMessage(1, id, 2, "x"));
    model.hear(PageNews{1, 451, page, false, 0});
    EXPECT_EQ(model.selected(), 300);
    ASSERT_TRUE(model.scroll().bottom.has_value());
    EXPECT_EQ(model.scroll().bottom->second, 300);
}

} // namespace

} // namespace netbit::cli::chat::test
