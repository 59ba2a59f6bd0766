// The guide and the kit's page show no code that is not built by a test.

#include "contract/guide/Texts.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <vector>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// Without what leads a line: the guide shows a member function at another depth than the source.
Lines linesOf(const std::string& text)
{
    Lines out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (const auto begin = line.find_first_not_of(' '); begin != std::string::npos)
            out.push_back(line.substr(begin));
    return out;
}

struct Block {
    std::string language;
    std::string heading;
    Lines lines;
};

std::vector<Block> blocksOf(const std::string& page)
{
    std::vector<Block> out;
    std::istringstream in(page);
    std::string heading;
    std::string text;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) {
            if (inside)
                out.back().lines = linesOf(text);
            else
                out.push_back({line.substr(3), heading, {}});
            inside = !inside;
            text.clear();
        } else if (inside) {
            text += line + '\n';
        } else if (line.starts_with("#")) {
            heading = line;
        }
    }
    return out;
}

/// What the tests build, mostly outside of this tree, each file as its lines.
std::vector<Lines> sources()
{
    std::vector<Lines> out;
    for (const auto* const folder : {"examples", "template", "kit/tests"})
        for (const auto& entry : fs::recursive_directory_iterator(sdk() / folder))
            if (entry.is_regular_file() && entry.path().extension() != ".md")
                out.push_back(linesOf(contentOf(entry.path())));
    return out;
}

TEST(Guide, ShowsCodeToTheLetterAsItIsBuilt)
{
    const std::set<std::string> built{"cpp", "c", "rust", "cmake", "json"};
    const auto all = sources();
    for (const auto* const page : {"README.md", "kit/README.md"}) {
        std::size_t checked = 0;
        for (const auto& block : blocksOf(contentOf(sdk() / page))) {
            if (!built.contains(block.language))
                continue;
            ++checked;
            ASSERT_FALSE(block.lines.empty()) << page << ", under \"" << block.heading << '"';
            const bool found = std::ranges::any_of(
                all, [&](const Lines& source) { return !std::ranges::search(source, block.lines).empty(); });
            EXPECT_TRUE(found) << page << ", under \"" << block.heading << "\" the block that begins with\n    "
                               << block.lines[0] << "\nstands in no file of sdk/examples, sdk/template or sdk/kit/tests";
        }
        EXPECT_GT(checked, 5U) << page;
    }
}

TEST(Guide, HasAChapterForEachService)
{
    const auto page = contentOf(sdk() / "README.md");
    const std::regex service("\"(netbit\\.[a-z]+/[0-9]+)\"");
    std::set<std::string> ids;
    for (const auto& entry : fs::directory_iterator(sdk() / "include" / "netbit")) {
        const auto text = contentOf(entry.path());
        for (std::sregex_iterator each(text.begin(), text.end(), service), end; each != end; ++each)
            ids.insert((*each)[1]);
    }
    EXPECT_GE(ids.size(), 14U);
    for (const auto& id : ids) {
        const auto escaped = std::regex_replace(id, std::regex("[./]"), "\\$&");
        EXPECT_TRUE(std::regex_search(page, std::regex("\n##+ [^\n]*" + escaped)))
            << "sdk/README.md has no chapter with " << id << " in its heading";
    }
}

} // namespace
} // namespace netbit::test
