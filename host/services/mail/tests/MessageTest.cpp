// How mails are written: no text of anybody changes a header, an envelope or a link.

#include "services/mail/Address.h"
#include "services/mail/Core.h"
#include "services/mail/Tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace netbit::services::mail::test {

namespace {

constexpr std::string_view key = "0123456789abcdef0123456789abcdef";

std::vector<std::string> linesOf(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        if (end == text.npos) {
            ADD_FAILURE() << "a line without its end: " << text;
            break;
        }
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
    return out;
}

int valueOf(char c)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return static_cast<int>(letters.find(c));
}

/// What a mail program shows of a header (RFC 2047), read on its own.
std::string shown(std::string_view header)
{
    std::string out;
    while (!header.empty()) {
        if (!header.starts_with("=?UTF-8?B?")) {
            out += header.front();
            header.remove_prefix(1);
            continue;
        }
        const auto end = header.find("?=", 10);
        EXPECT_LE(end + 2, 75u);
        unsigned bits = 0;
        int count = 0;
        for (const char c : header.substr(10, end - 10)) {
            if (c == '=')
                break;
            bits = bits << 6U | static_cast<unsigned>(valueOf(c));
            if ((count += 6) >= 8)
                out += static_cast<char>(bits >> (count -= 8) & 255U);
        }
        header.remove_prefix(end + 2);
        if (header.starts_with("\r\n =?"))
            header.remove_prefix(3);
    }
    return out;
}

std::string unquoted(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r')
            continue;
        if (text[i] != '=') {
            out += text[i];
        } else if (text[i + 1] == '\r') {
            i += 2;
        } else {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
    }
    return out;
}

/// A mail whose texts are as given is one with these headers, each once, and these two parts.
void expectWhole(const std::string& text)
{
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\t' || (c >= ' ' && c <= '~'); }));
    std::set<std::string> names;
    bool header = true;
    int parts = 0;
    std::string boundary;
    for (const auto& line : linesOf(text)) {
        EXPECT_LE(line.size(), 200u) << line; // links are not folded
        EXPECT_EQ(line.find_first_of("\r\n"), line.npos) << line;
        if (header && line.empty())
            header = false;
        else if (header && !line.starts_with(' ')) {
            EXPECT_TRUE(names.insert(line.substr(0, line.find(": "))).second) << line;
            if (const auto at = line.find("boundary=\""); at != line.npos)
                boundary = "--" + line.substr(at + 10, line.size() - at - 11);
        } else if (!header && line.starts_with(boundary))
            ++parts;
    }
    EXPECT_EQ(names, (std::set<std::string>{"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe",
                                            "List-Unsubscribe-Post", "Auto-Submitted", "MIME-Version", "Content-Type"}));
    EXPECT_EQ(parts, 3);
}

Letter letter()
{
    return {.from = "netbit@example.org",
            .to = "ann@example.org",
            .subject = "hello",
            .messageId = newMessageId("example.org"),
            .thread = "message-1.00@example.org",
            .unsubscribe = "https://chat.example.org/api/notifications/email/unsubscribe?token=" + unsubscribeToken(key, 1),
            .at = 1'800'000'000'000,
            .text = "a text\n",
            .html = "<p>a text</p>\n"};
}

} // namespace

TEST(MailAddress, OfAsciiWordsAndAHostAlone)
{
    for (const std::string_view good : {"a@b", "ann@example.org", "first.last+tag@sub.example.org", "o'neil@example.org", "x@xn--bcher-kva.example",
                                        "root@localhost", "a!#$%&'*+/=?^_`{|}~-b@example.org"})
        EXPECT_TRUE(mailable(good)) << good;
    const std::string long64(64, 'a');
    EXPECT_TRUE(mailable(long64 + "@example.org"));
    EXPECT_FALSE(mailable(long64 + "a@example.org"));
    EXPECT_FALSE(mailable("a@" + std::string(64, 'b') + ".org"));
    EXPECT_FALSE(mailable("a@" + std::string(40, 'b') + '.' + std::string(60, 'b') + '.' + std::string(60, 'b') + '.' + std::string(60, 'b') + '.' + std::string(60, 'b')));
    for (const std::string_view bad :
         {"", "@", "a@", "@b", "a", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a b@c", " a@b", "a@b ", "a@b\r\nRCPT TO:<x@y>",
          "a\r\n@b", "a@b\n", "a@b>", "<a@b>", "a@b,c@d", "a@b;c", "a@b:c", "\"a\"@b", "a(x)@b", "a@[127.0.0.1]", "a\\@b", "ä@b", "a@bücher.example",
          "a@b_c", "a@b%c", "a@b> SIZE=1", "a@b\t", "a@b\x7f", "a@b/c"})
        EXPECT_FALSE(mailable(bad)) << bad;
    EXPECT_FALSE(mailable(std::string_view("a\0@b", 4)));
    EXPECT_FALSE(mailable(std::string_view("a@b\0", 4)));
}

TEST(MailHeader, ShowsWhatWasMeantAndIsOneHeader)
{
    EXPECT_EQ(headerText("[general] ann: hello"), "[general] ann: hello");
    EXPECT_EQ(headerText(""), "");
    for (const std::string text : {"käse", "[общий] вася: привет всем, кто это читает, и тем, кто нет", "会议在九点开始，请大家准时参加，不要迟到，谢谢大家",
                                   "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉", "=?UTF-8?B?SGk=?=", " leading", "trailing ", "a text in ASCII that is a good deal longer than sixty bytes are"}) {
        const auto header = headerText(text);
        EXPECT_EQ(shown(header), text);
        for (const auto& line : linesOf(header + "\r\n"))
            EXPECT_LE(line.size() + std::string_view("Subject: ").size(), 78u) << line;
    }
    EXPECT_EQ(shown(headerText("a\r\nBcc: x@y\r\n\r\nbody")), "a  Bcc: x@y    body");
    EXPECT_EQ(shown(headerText(std::string(500, 'x'))), std::string(150, 'x') + "...");
    EXPECT_EQ(shown(headerText("\xff\xfe broken \x80")), "?? broken ?");
}

TEST(MailText, ComesBackAsItWasSent)
{
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto size = random() % 300; size > 0; --size)
            text += random() % 8 == 0 ? '\n' : random() % 8 == 0 ? ' ' : static_cast<char>(random() % 256);
        const auto quoted = quotedPrintable(text);
        EXPECT_EQ(unquoted(quoted), text);
        for (const auto& line : linesOf(quoted + "\r\n")) {
            EXPECT_LE(line.size(), 76u);
            EXPECT_FALSE(line.ends_with(' '));
            EXPECT_FALSE(line.ends_with('\t'));
            EXPECT_EQ(line.find("=_"), line.npos);
        }
    }
}

TEST(MailText, NothingThatIsSaidBreaksOut)
{
    const std::vector<std::string> attacks{
        "x\r\nBcc: eve@example.net", "x\nBcc: eve@example.net\n\nhello", "x\r\n\r\n<html>", "x\r\n.\r\nMAIL FROM:<eve@example.net>\r\n",
        std::string("x\0y", 3), "x\x0b\x0cy", "\xe2\x80\xa8" "Bcc: eve@example.net", "\xc0\x8a" "Bcc: eve@example.net", "=?utf-8?q?=0d=0aBcc:_eve?=",
        "</p></blockquote><script>alert(1)</script><img src=https://evil.example/x>", "\" onmouseover=\"alert(1)", "' onmouseover='alert(1)",
        std::string(10'000, 'x'), std::string(3'000, '\n'), "--=_boundary--", "\xff\xfe\xfd"};
    for (const auto& attack : attacks) {
        auto evil = letter();
        evil.subject = evil.text = attack;
        evil.html = "<p>" + escapedHtml(attack) + "</p>";
        const auto text = written(evil);
        expectWhole(text);
        EXPECT_EQ(text.substr(0, text.find("\r\n\r\n")).find("\r\nBcc"), text.npos);
        EXPECT_EQ(escapedHtml(attack).find_first_of("<>\"'"), std::string::npos);
    }
    std::mt19937 random(11);
    for (int round = 0; round < 2'000; ++round) {
        auto evil = letter();
        std::string noise;
        for (auto size = random() % 80; size > 0; --size)
            noise += random() % 4 == 0 ? "\r\n:= "[random() % 5] : static_cast<char>(random() % 256);
        evil.subject = evil.text = evil.html = noise;
        expectWhole(written(evil));
    }
}

TEST(MailText, DatesAsMailHasThem)
{
    EXPECT_EQ(mailDate(1'772'528'707'000), "Tue, 03 Mar 2026 09:05:07 +0000");
    EXPECT_EQ(mailDate(0), "Thu, 01 Jan 1970 00:00:00 +0000");
}

TEST(MailText, LinksLeadToThePageOfTheThing)
{
    EXPECT_EQ(pageOf("/api/chats/5/messages/7"), "/c/5/m/7");
    EXPECT_EQ(pageOf("/api/chats/5"), "/c/5");
    EXPECT_EQ(pageOf("/api/projects/ann/web"), "/p/ann/web");
    EXPECT_EQ(pageOf("/api/projects/ann/web/issues/3"), "/p/ann/web/issues/3");
    EXPECT_EQ(pageOf("/api/projects/ann/web/code"), "/p/ann/web/code/code");
    EXPECT_EQ(pageOf("/api/projects/ann/web/code/pulls/3"), "/p/ann/web/code/code/pulls/3");
    EXPECT_EQ(pageOf("/api/git/ann/tools"), "/r/ann/tools");
    EXPECT_EQ(pageOf("/api/git/ann/tools/pulls/2"), "/r/ann/tools/pulls/2");
    for (const std::string_view other : {"", "/", "/api", "/api/", "/api/chats", "/api/users/3", "https://evil.example/", "//evil.example", "/api/chats/5\"><script>",
                                         "/api/chats/5 x", "/api/chats/5\r\n", "/api/chats/5/members/7"})
        EXPECT_EQ(pageOf(other), "/notifications") << other;
}

TEST(MailTokens, AreGoodForWhatTheyWereMadeAndNothingElse)
{
    const auto leave = unsubscribeToken(key, 42);
    EXPECT_EQ(unsubscribing(key, leave), 42);
    EXPECT_FALSE(unsubscribing("another key of thirty-two bytes!", leave));
    const auto ask = confirmToken(key, 42, "ann@example.org", 1'000'000);
    const auto said = confirming(ask);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->userId, 42);
    EXPECT_TRUE(provesAddress(key, *said, "ann@example.org", 999'999));
    EXPECT_FALSE(provesAddress(key, *said, "ann@example.org", 1'000'000)) << "too late";
    EXPECT_FALSE(provesAddress(key, *said, "eve@example.org", 1));
    EXPECT_FALSE(unsubscribing(key, ask));
    EXPECT_FALSE(confirming(leave));
    // One character less, more or other is another token.
    for (const auto& token : {leave, ask})
        for (std::size_t i = 0; i < token.size(); ++i)
            for (const std::string_view with : {"", "x", "-", "00"}) {
                auto other = token;
                other.replace(i, 1, with);
                if (other == token)
                    continue;
                EXPECT_FALSE(unsubscribing(key, other)) << other;
                const auto read = confirming(other);
                EXPECT_FALSE(read && provesAddress(key, *read, "ann@example.org", 1)) << other;
            }
    for (const std::string_view bad : {"", "u-", "u--", "u-0-x", "u-042-x", "c-1", "c-1-", "c-1-9223372036854775807-x", "u-99999999999999999999-x"}) {
        EXPECT_FALSE(unsubscribing(key, bad)) << bad;
        EXPECT_FALSE(confirming(bad)) << bad;
    }
}

} // namespace netbit::services::mail::test
