#include "cli/irc/LineParser.h"

#include <gtest/gtest.h>

namespace netbit::cli::irc
{

namespace
{

struct Case {
    std::string_view line;
    LineKind kind;
    std::string_view nick;
    std::string_view text;
};

TEST(IrcLine, EachFormIsReadAsWhatItIs)
{
    static constexpr Case cases[] = {
        {"[09:14] <anna> hello there", LineKind::message, "anna", "hello there"},
        {"[09:14] <anna>", LineKind::message, "anna", ""},
        {"[09:14] <anna> ", LineKind::message, "anna", ""},
        {"[09:14] <anna>  two blanks", LineKind::message, "anna", " two blanks"},
        {"[09:14] <anna> a > b", LineKind::message, "anna", "a > b"},
        {"[09:14] <anna> text\r", LineKind::message, "anna", "text"},
        {"[09:14] <x[1] y> hi", LineKind::message, "x[1]y", "hi"},
        {"[09:14] <x[1] > hi", LineKind::message, "x[1]", "hi"},
        {"[09:14] <@anna> hi", LineKind::message, "anna", "hi"},
        {"[09:14] <a`b|c\\d> hi", LineKind::message, "a`b|c\\d", "hi"},
        {"[09:14:59] <anna> hi", LineKind::message, "anna", "hi"},
        {"room 2011-02-03 [09:14:59] <anna>\thi  ", LineKind::message, "anna", "hi  "},
        {"[09:14]  * anna waves", LineKind::action, "anna", "waves"},
        {"room 2011-02-03 [09:14] * anna waves", LineKind::action, "anna", "waves"},
        {"room 2011-02-03 [09:14:01] *anna \twaves", LineKind::action, "anna", "waves"},
        {"=== anna waves at bob", LineKind::action, "anna", "waves at bob"},
        {"=== x[1]  waves", LineKind::action, "x[1]", "waves"},
        {"=== [x] y waves", LineKind::action, "[x]y", "waves"},
        {"=== anna [n=a@host.example]  has joined #room", LineKind::join, "anna",
         "anna [n=a@host.example]  has joined #room"},
        {"=== [x] y [n=a@host.example]  has joined #room", LineKind::join, "[x]y",
         "[x] y [n=a@host.example]  has joined #room"},
        {"=== anna [n=[t] a@host.example]  has left #room []", LineKind::part, "anna",
         "anna [n=[t] a@host.example]  has left #room []"},
        {"=== anna [n=a@host.example] has quit [gone]", LineKind::quit, "anna",
         "anna [n=a@host.example] has quit [gone]"},
        {"=== anna is now known as bob", LineKind::rename, "anna", "anna is now known as bob"},
        {"room 2011-02-03 === anna is now known as bob ", LineKind::rename, "anna", "anna is now known as bob"},
        {"[10:00] === anna is now known as bob", LineKind::rename, "anna", "anna is now known as bob"},
        {"=== mode/#room [+o anna]  by ChanServ", LineKind::other, "ChanServ", "mode/#room [+o anna]  by ChanServ"},
        {"=== ..[topic/#room:anna] : a topic", LineKind::other, "anna", "..[topic/#room:anna] : a topic"},
        {"=== Topic (#room): set by anna at noon", LineKind::other, "anna", "Topic (#room): set by anna at noon"},
        {"=== anna changed the topic of #room to: x", LineKind::other, "anna", "anna changed the topic of #room to: x"},
        {"=== anna was kicked off #room by bob (bob)", LineKind::other, "anna",
         "anna was kicked off #room by bob (bob)"},
        {"=== netjoined: a.example -> b.example", LineKind::other, "irc", "netjoined: a.example -> b.example"},
    };
    for (const auto& each : cases) {
        const auto line = parseLine(each.line);
        EXPECT_EQ(line.kind, each.kind) << each.line << " — " << reasonText(line.reason);
        EXPECT_EQ(line.nick, each.nick) << each.line;
        EXPECT_EQ(line.text, each.text) << each.line;
    }
}

TEST(IrcLine, WordsOfAJoinWithoutAHostAreAnAction)
{
    const auto line = parseLine("=== anna has joined #room");
    EXPECT_EQ(line.kind, LineKind::action);
    EXPECT_EQ(line.text, "has joined #room");
}

TEST(IrcLine, ASentenceAboutNamesIsNoRename)
{
    EXPECT_EQ(parseLine("=== anna thinks it is now known as something else").kind, LineKind::action);
}

TEST(IrcLine, WhatIsLeftOutHasAReason)
{
    using namespace std::string_view_literals;
    const std::string tooLong = "[10:00] <anna> " + std::string(maxContentBytes + 1, 'x');
    const std::pair<std::string_view, LeftOut> cases[] = {
        {"", LeftOut::blank},
        {" \t\r", LeftOut::blank},
        {"[10:00] <anna> \xff", LeftOut::invalidUtf8},
        {"[10:00] <anna> a\0b"sv, LeftOut::nulByte},
        {tooLong, LeftOut::tooLong},
        {"[24:00] <anna> hi", LeftOut::badTime},
        {"[10:60] <anna> hi", LeftOut::badTime},
        {"[10:00:60] <anna> hi", LeftOut::badTime},
        {"[10:00] <> hi", LeftOut::noNick},
        {"[10:00]  *", LeftOut::noNick},
        {"[10:00] -anna:#room- hi", LeftOut::notice},
        {"[10:00] -anna- hi", LeftOut::notice},
        {"[10:00] (anna/#room) hi", LeftOut::unknownForm},
        {"[10:00] <anna", LeftOut::unknownForm},
        {"[10:00]<anna> hi", LeftOut::unknownForm},
        {"just text", LeftOut::unknownForm},
        {"[10:0] <anna> hi", LeftOut::unknownForm},
        {"=== ", LeftOut::unknownForm},
    };
    for (const auto& [text, reason] : cases) {
        const auto line = parseLine(text);
        if (text == "=== ") { // about nobody, but it is a line of the server
            EXPECT_EQ(line.nick, serverNick);
            continue;
        }
        EXPECT_EQ(line.kind, LineKind::leftOut) << text.substr(0, 40);
        EXPECT_EQ(line.reason, reason) << text.substr(0, 40) << " — " << reasonText(line.reason);
    }
}

TEST(IrcLine, ContentOfExactlySixteenKibibytesIsKept)
{
    EXPECT_EQ(parseLine("[10:00] <anna> " + std::string(maxContentBytes, 'x')).kind, LineKind::message);
}

TEST(IrcLine, TimeAndDayAreRead)
{
    const auto line = parseLine("room 1970-01-03 [01:02:03] <anna> hi");
    EXPECT_EQ(line.second, 3723);
    EXPECT_EQ(line.day, 2);
    EXPECT_EQ(parseLine("=== anna waves").second, -1);
    EXPECT_FALSE(parseLine("room 2011-02-30 [01:02:03] <anna> hi").kept());
}

} // namespace

} // namespace netbit::cli::irc
