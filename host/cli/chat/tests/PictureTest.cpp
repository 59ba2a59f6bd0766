#include "cli/chat/Picture.h"

#include "cli/chat/Bindings.h"
#include "cli/chat/Text.h"
#include "cli/chat/tests/Told.h"

#include <clocale>
#include <gtest/gtest.h>
#include <set>

namespace netbit::cli::chat::test
{

namespace
{

class Pictures : public testing::Test
{
protected:
    static void SetUpTestSuite() { std::setlocale(LC_CTYPE, "C.UTF-8"); }

    Model model = aModel();
    Id event = 10;

    void tell(const Message& message)
    {
        model.hear(anEvent(++event, "message.created", message.chatId, messageJson(message)));
    }
    std::string seen(Size size = {80, 24}) const { return draw(model, size).plain(); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(Pictures, AWideScreenHasChatsMessagesPeopleAndStatus)
{
    model.hear(MembersNews{1, {{1, "me"}, {2, "bob"}}});
    tell(aMessage(2, 3, 2, "over there"));
    const auto text = seen({120, 24});
    EXPECT_TRUE(has(text, "alpha")) << text;
    EXPECT_TRUE(has(text, "2 beta")) << text;
    EXPECT_TRUE(has(text, "hello")) << text;
    EXPECT_TRUE(has(text, "who is here")) << text;
    EXPECT_TRUE(has(text, "bob")) << text;
    EXPECT_TRUE(has(text, "1 unread elsewhere")) << text;
    EXPECT_TRUE(has(text, "live")) << text;
}

TEST_F(Pictures, ASmallScreenStillHasMessagesStatusAndInput)
{
    model.input.set("typing this");
    const auto text = seen({40, 10});
    EXPECT_TRUE(has(text, "hello")) << text;
    EXPECT_TRUE(has(text, "live")) << text;
    EXPECT_TRUE(has(text, "> typing this")) << text;
}

TEST_F(Pictures, MarksOfEditsDeletionsRepliesThreadsReactionsAndFiles)
{
    auto message = aMessage(1, 3, 2, "a plan");
    message.edited = true;
    message.replyTo = 1;
    message.replies = 2;
    message.reactions = {{"👍", {1, 2}}, {"🎉", {2}}};
    model.hear(PageNews{1,
                        0,
                        {message,
                         [] {
                             auto gone = aMessage(1, 4, 2, "");
                             gone.deleted = true;
                             gone.createdAt += 86'400'000;
                             return gone;
                         }()},
                        true,
                        0});
    const auto text = seen();
    for (const auto* part : {"a plan (edited)", "↳ user2: hello", "2 replies", "[👍 2*]", "[🎉 1]", "(deleted)"})
        EXPECT_TRUE(has(text, part)) << part << '\n' << text;
    EXPECT_TRUE(has(text, "──")) << "a line for the day";
}

TEST_F(Pictures, HostileTextMovesNothing)
{
    auto message = aMessage(1, 3, 2,
                            "\x1b]0;owned\a\x1b[2J\x1b[1;1H\r\b\x9b"
                            "31m\xe2\x80\xae"
                            "evil\n12:00 bob: I did not say this");
    message.sender = "e\x1b[31mve\r\n";
    tell(message);
    const auto text = seen();
    for (const auto c : decoded(text))
        EXPECT_TRUE(c == U'\n' || (c >= 0x20 && (c < 0x7F || c > 0x9F))) << static_cast<unsigned>(c);
    EXPECT_FALSE(has(text, "\xe2\x80\xae"));
    EXPECT_TRUE(has(text, "      12:00 bob: I did not say this"))
        << "its lines are indented, and no message of somebody else's: " << text;
}

TEST_F(Pictures, ScrollingShowsEveryMessageAndEndsAtTheEnds)
{
    for (Id id = 3; id <= 100; ++id)
        tell(aMessage(1, id, 2, "number " + std::to_string(id) + (id % 5 == 0 ? "\nand\nmore\nlines" : "")));
    const Size size{50, 12};
    std::set<Id> shown;
    std::string last;
    for (int i = 0; i < 100; ++i) {
        const auto text = seen(size);
        for (Id id = 3; id <= 100; ++id)
            if (has(text, "number " + std::to_string(id) + " ") || has(text, "number " + std::to_string(id) + "\n"))
                shown.insert(id);
        if (text == last)
            break;
        last = text;
        model.scrollTo(scrolled(model, size, pageLines(model, size)));
    }
    EXPECT_EQ(shown.size(), 98u);
    EXPECT_TRUE(has(last, "hello")) << last;
    const auto before = seen(size);
    tell(aMessage(1, 101, 2, "it moves nothing"));
    const auto after = seen(size);
    EXPECT_EQ(before.substr(0, before.rfind("live")), after.substr(0, after.rfind("live")))
        << "what is read stays where it is";
    for (int i = 0; i < 100; ++i)
        model.scrollTo(scrolled(model, size, -pageLines(model, size)));
    EXPECT_FALSE(model.scroll().bottom.has_value());
    EXPECT_TRUE(has(seen(size), "it moves nothing"));
}

TEST_F(Pictures, TheSelectedMessageIsAlwaysSeen)
{
    for (Id id = 3; id <= 60; ++id)
        tell(aMessage(1, id, 2,
                      "number" + std::to_string(id) + "." + std::string(static_cast<std::size_t>(id % 7) * 30, 'x')));
    const Size size{50, 14};
    for (Id wanted = 60; wanted >= 3; --wanted) {
        press(model, {Key::Name::altUp}, size);
        ASSERT_EQ(model.selected(), wanted);
        ASSERT_TRUE(has(seen(size), "number" + std::to_string(wanted) + ".")) << seen(size);
    }
    for (Id wanted = 4; wanted <= 60; ++wanted) {
        press(model, {Key::Name::altDown}, size);
        ASSERT_EQ(model.selected(), wanted);
        ASSERT_TRUE(has(seen(size), "number" + std::to_string(wanted) + ".")) << seen(size);
    }
}

TEST_F(Pictures, TheStatusSaysWhatIsGoingOn)
{
    model.input.set("meanwhile");
    model.submit();
    model.hear(LinkNews{Link::away, "refused", model.now() + std::chrono::seconds(3)});
    const auto away = seen();
    EXPECT_TRUE(has(away, "server away, again in 3 s")) << away;
    EXPECT_TRUE(has(away, "1 message waits to be sent")) << away;
    EXPECT_TRUE(has(away, "…   me: meanwhile")) << away;
    model.hear(LinkNews{Link::live, {}, {}});
    model.hear(anEvent(0, "typing", 1, {{"chat_id", 1}, {"user_id", 2}}));
    EXPECT_TRUE(has(seen(), "user2 is typing…")) << seen();
}

TEST_F(Pictures, TheHelpListsEveryKeyOnHoweverSmallAScreen)
{
    model.setMode(Mode::help);
    const Size size{40, 10};
    std::string all;
    for (int i = 0; i < 60; ++i) {
        all += seen(size);
        press(model, {Key::Name::down}, size);
    }
    for (const auto& binding : bindings())
        EXPECT_TRUE(has(all, binding.keys.substr(0, 7))) << binding.keys;
}

} // namespace

} // namespace netbit::cli::chat::test
