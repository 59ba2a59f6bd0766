// What a message looks like, and that nothing in it does anything.

#include "services/chat/Markdown.h"

#include <gtest/gtest.h>
#include <random>

#include <string>

namespace netbit::services::chat {
namespace {

TEST(Markdown, IsRendered)
{
    EXPECT_EQ(htmlOf("*a* **b** `c` ~~d~~"), "<p><em>a</em> <strong>b</strong> <code>c</code> <del>d</del></p>\n");
    EXPECT_EQ(htmlOf("one\ntwo"), "<p>one<br />\ntwo</p>\n") << "a line break is one, as people type them";
    EXPECT_EQ(htmlOf("- a\n- b"), "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    EXPECT_EQ(htmlOf("```cpp\nint a < b;\n```"), "<pre><code class=\"language-cpp\">int a &lt; b;\n</code></pre>\n");
    EXPECT_NE(htmlOf("| a | b |\n|---|--:|\n| 1 | 2 |").find("<table>"), std::string::npos);
    EXPECT_EQ(htmlOf("https://example.org/?a=1&b=2"),
              "<p><a href=\"https://example.org/?a=1&amp;b=2\">https://example.org/?a=1&amp;b=2</a></p>\n");
    EXPECT_EQ(htmlOf("[x](/api/chats \"t\")"), "<p><a href=\"/api/chats\" title=\"t\">x</a></p>\n");
    EXPECT_EQ(htmlOf(""), "");
    EXPECT_EQ(htmlOf("Grüße, 你好 🎉"), "<p>Grüße, 你好 🎉</p>\n");
}

TEST(Markdown, NothingInItDoesAnything)
{
    const std::string attacks[] = {
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example/x.js></sCrIpT>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=\"javascript:alert(1)\"></iframe>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "text <b onmouseover=alert(1)>bold</b>",
        "<style>*{background:url(javascript:alert(1))}</style>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<?php echo 1 ?><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](<java\tscript:alert(1)>)",
        "[x](java&#x73;cript:alert(1))",
        "[x](&#x6A&#x61&#x76&#x61script:alert(1))",
        "[x](java&Tab;script:alert(1))",
        "[x](java&NewLine;script:alert(1))",
        "[x](\x01javascript:alert(1))",
        "[x](vbscript:msgbox(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[x](file:///etc/passwd)",
        "[x](ms-word:ofe|u|https://evil.example/x)",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "![x](\"onerror=\"alert(1))",
        "![a\" onerror=\"alert(1)](https://example.org/a.png)",
        "[a](https://example.org \"x\" onclick=\"alert(1)\")",
        "[a](https://example.org '\" onclick=alert(1) x=\"')",
        "[a]: javascript:alert(1)\n\n[a]",
        "<javascript:alert(1)>",
        "`<script>alert(1)</script>`",
        "```\"><script>alert(1)</script>\nx\n```",
        "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
        "\\<script>alert(1)\\</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<<script>script>alert(1)<</script>/script>",
        "# <script>alert(1)</script>",
        "> <script>alert(1)</script>",
        "www.example.org\"onmouseover=\"alert(1)",
        "https://example.org/<script>alert(1)</script>",
    };
    for (const auto& attack : attacks) {
        const auto html = htmlOf(attack);
        // Only what the renderer itself writes is a tag, and only these attributes of its own stand in one.
        for (std::size_t open = html.find('<'); open != std::string::npos; open = html.find('<', open + 1)) {
            const auto close = html.find('>', open);
            ASSERT_NE(close, std::string::npos) << attack << "\n" << html;
            auto tag = html.substr(open + 1, close - open - 1);
            if (tag == "!-- raw HTML omitted --")
                continue;
            if (tag.starts_with('/'))
                tag.erase(0, 1);
            const auto name = tag.substr(0, tag.find_first_of(" /"));
            static const std::string known[] = {"p", "a", "img", "em", "strong", "code", "pre", "br", "h1", "blockquote",
                                                "table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "del"};
            EXPECT_NE(std::find(std::begin(known), std::end(known), name), std::end(known)) << attack << "\n" << html;
            for (std::size_t at = tag.find('='); at != std::string::npos; at = tag.find('=', at + 1)) {
                const auto begin = tag.find_last_of(' ', at);
                ASSERT_NE(begin, std::string::npos) << attack << "\n" << html;
                const auto attribute = tag.substr(begin + 1, at - begin - 1);
                EXPECT_TRUE(attribute == "href" || attribute == "src" || attribute == "title" || attribute == "alt" ||
                            attribute == "class")
                    << attribute << " in " << attack << "\n" << html;
                ASSERT_EQ(tag[at + 1], '"') << html;
                const auto end = tag.find('"', at + 2);
                ASSERT_NE(end, std::string::npos) << html;
                const auto value = tag.substr(at + 2, end - at - 2);
                if (attribute == "href" || attribute == "src") {
                    EXPECT_TRUE(value.empty() || value.starts_with("http://") || value.starts_with("https://") ||
                                value.starts_with("mailto:") || value.find_first_of("/?#:") == std::string::npos || value[value.find_first_of("/?#:")] != ':')
                        << value << " in " << attack << "\n" << html;
                }
                at = end;
            }
        }
    }
}

TEST(Markdown, WhatIsOutOfProportionIsShownAsItWasWritten)
{
    EXPECT_NE(htmlOf("|a|b|\n|-|-|\n|1|2|\n").find("<table>"), std::string::npos) << "a table is one";
    EXPECT_NE(htmlOf("see https://a.example/x").find("<a href=\"https://a.example/x\">"), std::string::npos);
    EXPECT_NE(htmlOf("[a]\n\n[a]: /x").find("<a href=\"/x\">"), std::string::npos);
    std::string table;
    for (int i = 0; i < 300; ++i)
        table += "|a";
    table += "|\n";
    for (int i = 0; i < 300; ++i)
        table += "|-";
    table += "|\n<b>\n";
    EXPECT_EQ(htmlOf(table).find("<table>"), std::string::npos) << "300 columns";
    const auto references = "[a]: /x\n\n" + [] {
        std::string uses;
        while (uses.size() < 16'000)
            uses += "[a]";
        return uses;
    }();
    EXPECT_EQ(htmlOf(references).find("<a "), std::string::npos);
    const std::string large = "<script>&\"" + std::string(1, '\0') + std::string(100'000, 'x') + "\ny";
    const auto html = htmlOf(large);
    EXPECT_TRUE(html.starts_with("<p>&lt;script&gt;&amp;&quot;\xEF\xBF\xBDxxx")) << html.substr(0, 60);
    EXPECT_TRUE(html.ends_with("x<br />\ny</p>\n"));
}

TEST(Markdown, DeepAndOddTextComesToAnEnd)
{
    for (const auto& unit : {std::string("> "), std::string("["), std::string("![["), std::string("*a **a "), std::string("`"),
                             std::string("<"), std::string("|-"), std::string("~~"), std::string("&#x"), std::string("- ")}) {
        std::string text;
        while (text.size() < 16 * 1024)
            text += unit;
        EXPECT_FALSE(htmlOf(text).empty()) << unit;
    }
    EXPECT_NE(htmlOf("a\xFF\xC0 b").find("\xEF\xBF\xBD"), std::string::npos) << "what is no UTF-8 is replaced";
}

} // namespace
TEST(MarkdownLinks, StandWhereAWordLeadsSomewhere)
{
    const auto html = [](std::string_view text) {
        return htmlOf(text, [](std::string_view word) { return word == "@no" ? std::string() : "/to?" + std::string(word); });
    };
    EXPECT_EQ(html("@a, (p#1). @no **abcdef0**"),
              "<p><a href=\"/to?@a\">@a</a>, (<a href=\"/to?p#1\">p#1</a>). @no <strong><a href=\"/to?abcdef0\">abcdef0</a></strong></p>\n");
    EXPECT_EQ(html("`@a` [@a](/x) abcdef # @ #a"), "<p><code>@a</code> <a href=\"/x\">@a</a> abcdef # @ #a</p>\n");
    EXPECT_EQ(html("@a_b"), "<p><a href=\"/to?@a_b\">@a_b</a></p>\n") << "an underscore is no end of a name";
}

TEST(MarkdownLinks, AreOfWellFormedPagesWhateverIsWritten)
{
    std::mt19937 random(3);
    const std::string alphabet = "@#a1f[](*_`~|<>!\n ./&-";
    std::size_t asked = 0;
    for (int round = 0; round < 10'000; ++round) {
        std::string text;
        for (auto length = random() % 200; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        const auto html = htmlOf(text, [&](std::string_view word) {
            ++asked;
            return "/to?" + std::to_string(word.size());
        });
        std::size_t opened = 0;
        for (auto at = html.find("<a "); at != html.npos; at = html.find("<a ", at + 1))
            ++opened;
        std::size_t closed = 0;
        for (auto at = html.find("</a>"); at != html.npos; at = html.find("</a>", at + 1))
            ++closed;
        EXPECT_EQ(opened, closed) << text << html;
    }
    EXPECT_GT(asked, 1'000U);
}

} // namespace netbit::services::chat
