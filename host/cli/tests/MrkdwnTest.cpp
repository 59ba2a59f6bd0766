#include "cli/transfer/Mrkdwn.h"

#include <chrono>
#include <gtest/gtest.h>
#include <random>

namespace netbit::cli::transfer
{

namespace
{

const MrkdwnNames names{[](std::string_view id) { return id == "U1" ? std::string("ann") : std::string(); },
                        [](std::string_view id) { return id == "C1" ? std::string("general") : std::string(); }};

std::string md(std::string_view text)
{
    std::vector<MentionItem> mentions;
    return markdownOf(text, names, mentions);
}

} // namespace

TEST(Mrkdwn, MarkupBecomesThatOfMarkdown)
{
    const std::pair<std::string, std::string> cases[] = {
        {"plain", "plain"},
        {"a *bold* word", "a **bold** word"},
        {"*two words*, and *one*.", "**two words**, and **one**."},
        {"2*3*4 and * star", "2*3*4 and * star"},
        {"*open", "*open"},
        {"* a list\n* of two", "* a list\n* of two"},
        {"~gone~ _so_", "~~gone~~ _so_"},
        {"*bold ~and gone~*", "**bold ~~and gone~~**"},
        {"*not\nthis*", "*not\nthis*"},
        {"a &lt;b&gt; &amp;amp; &copy; &", "a <b> &amp; &copy; &"},
        {"&gt; quoted", "> quoted"},
        {"`*x* &lt;` *y*", "`*x* <` **y**"},
        {"```a *b*\n<http://x.y|z>```", "```\na *b*\nz\n```"},
        {"```\nx\n``` after", "```\nx\n```\n after"},
        {"``", "``"},
        {"<http://x.org>", "http://x.org"},
        {"<http://x.org|x.org [1]>", "[x.org \\[1\\]](http://x.org)"},
        {"<http://x.org/a(b)|l>", "[l](<http://x.org/a(b)>)"},
        {"<http://x.org?a=1&amp;b=2|l>", "[l](http://x.org?a=1&b=2)"},
        {"<mailto:a@b.c|a@b.c>", "a@b.c"},
        {"<!date^1392734382^{date}|Feb 18>", "Feb 18"},
        {"<!subteam^S1|@ops>", "@ops"},
        {"<@U9> <#C9> <#C9|old>", "@U9 #C9 #old"},
        {"a < b", "a < b"},
    };
    for (const auto& [from, to] : cases)
        EXPECT_EQ(md(from), to) << from;
}

TEST(Mrkdwn, WhomItNamesIsMentionedOnce)
{
    std::vector<MentionItem> mentions;
    EXPECT_EQ(markdownOf("<@U1> *<@U1|x>* <#C1|general> <!here> <!channel> <!everyone> `<@U1>`", names, mentions),
              "@ann **@ann** #general @here @channel @all `@U1`");
    ASSERT_EQ(mentions.size(), 5u);
    EXPECT_EQ(mentions[0].type, "user");
    EXPECT_EQ(mentions[0].key, "U1");
    EXPECT_EQ(mentions[1].type, "chat");
    EXPECT_EQ(mentions[4].type, "all");
}

TEST(Mrkdwn, NoTextTakesLong)
{
    for (const std::string piece : {"*a ", "<", "`", "*~", "```", "~*a", "<@", "&", "<a|", "*_"}) {
        std::string text;
        while (text.size() < 400'000)
            text += piece;
        const auto begun = std::chrono::steady_clock::now();
        EXPECT_FALSE(md(text).empty());
        EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20)) << piece;
    }
    std::mt19937 random(3);
    const std::string signs = "*~_`<>|@#!&; \nabU1";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += signs[random() % signs.size()];
        md(text);
    }
}

} // namespace netbit::cli::transfer
