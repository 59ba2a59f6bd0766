#include "Made.h"

#include "browse/Readme.h"

#include <gtest/gtest.h>

namespace netbit::git::test {

namespace {

std::string inside(std::string_view path, bool image) { return (image ? "RAW:" : "SEE:") + std::string(path); }

std::string html(std::string_view markdown, std::string_view folder = "")
{
    prepareMarkdown();
    return markdownHtml(markdown, folder, inside, 64u << 10);
}

} // namespace

TEST(RepositoryMarkdown, RelativeLinksStayInTheRepository)
{
    EXPECT_EQ(html("[a](docs/a.md#part)"), "<p><a href=\"SEE:docs/a.md#part\">a</a></p>\n");
    EXPECT_EQ(html("[a](../b.md)", "docs/deep"), "<p><a href=\"SEE:docs/b.md\">a</a></p>\n");
    EXPECT_EQ(html("[a](/top.md)", "docs"), "<p><a href=\"SEE:top.md\">a</a></p>\n");
    EXPECT_EQ(html("![a](img.png?raw=1)", "docs"), "<p><img src=\"RAW:docs/img.png\" alt=\"a\" /></p>\n");
    EXPECT_EQ(html("[a](#here)"), "<p><a href=\"#here\">a</a></p>\n");
    EXPECT_EQ(html("[a](https://example.org/x)"), "<p><a href=\"https://example.org/x\">a</a></p>\n");
    for (const std::string_view address : {"../../x", "javascript:alert(1)", "JaVa&#9;script:alert(1)", "//example.org/x", "data:text/html,x",
                                           "docs/../../x", "vbscript:x", "%2e%2e/x", "\\\\host\\x", "file:///etc/passwd"})
        EXPECT_EQ(html("[a](" + std::string(address) + ")"), "<p><a href=\"\">a</a></p>\n") << address;
}

TEST(RepositoryMarkdown, RawHtmlIsLeftOut)
{
    EXPECT_EQ(html("<script>alert(1)</script>").find("<script"), std::string::npos);
    EXPECT_EQ(html("a <img src=x onerror=alert(1)> b").find("onerror"), std::string::npos);
}

TEST(RepositoryMarkdown, WhatTakesTheParserTooLongIsShownAsItIs)
{
    std::string references = "[a]: http://x.example/" + std::string(1'000, 'y') + "\n";
    for (int i = 0; i < 10'000; ++i)
        references += "[a]";
    EXPECT_TRUE(html(references).starts_with("<pre>"));
    EXPECT_TRUE(html(std::string(70'000, 'a')).starts_with("<pre>"));
    std::string markup;
    for (int i = 0; i < 5'000; ++i)
        markup += "<?";
    EXPECT_TRUE(html(markup).starts_with("<pre>"));
}

TEST(RepositoryMarkdown, TheReadmeOfAFolderIsFound)
{
    Made made;
    made.commit("main", {{"README.txt", "plain <b>"}, {"docs/ReadMe.md", "# Title\n[up](../x)"}, {"none/file", "x"}, {"link/README.md", "/etc/passwd", GIT_FILEMODE_LINK}});
    prepareMarkdown();
    const auto repository = made.open();
    const auto head = repository.commit("main");
    const Limits limits;
    const auto root = readme(repository, head.get(), "", inside, limits).body;
    EXPECT_EQ(root.at("path").as_string(), "README.txt");
    EXPECT_EQ(root.at("html").as_string(), "<pre>plain &lt;b&gt;</pre>\n");
    const auto docs = readme(repository, head.get(), "docs", inside, limits).body;
    EXPECT_EQ(docs.at("html").as_string(), "<h1>Title</h1>\n<p><a href=\"SEE:x\">up</a></p>\n");
    EXPECT_EQ(codeOf([&] { readme(repository, head.get(), "none", inside, limits); }), "no_readme");
    EXPECT_EQ(codeOf([&] { readme(repository, head.get(), "link", inside, limits); }), "no_readme") << "a link is not followed";
    EXPECT_EQ(codeOf([&] { readme(repository, head.get(), "nowhere", inside, limits); }), "path_not_found");
}

} // namespace netbit::git::test
