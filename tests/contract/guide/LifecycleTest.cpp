// sdk/LIFECYCLE.md names every symbol of the C headers, with every member, and what it is.

#include "contract/guide/Texts.h"

#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

template <class Use>
void eachMatch(const std::string& text, const std::regex& pattern, Use&& use)
{
    for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
        use(*found);
}

/// The members between the braces of a struct. Every struct has its size, and nothing is to be said of what is reserved.
Names membersOf(const std::string& body)
{
    static const std::regex call(R"(\(\*([a-z_]+)\)\()");
    static const std::regex plain(R"(([a-z_0-9]+)(\[[0-9]+\])?(, ([a-z_0-9]+))?$)");
    Names out;
    std::istringstream statements(body);
    for (std::string statement; std::getline(statements, statement, ';');) {
        std::smatch name;
        if (std::regex_search(statement, name, call)) {
            out.insert(name[1]);
        } else if (std::regex_search(statement, name, plain)) {
            out.insert(name[1]);
            if (name[4].matched)
                out.insert(name[4]);
        }
    }
    out.erase("size");
    out.erase("reserved");
    return out;
}

/// Structs and tables with their members; opaque handles and types of functions without.
std::map<std::string, Names> symbols()
{
    const std::regex comment(R"(/\*[^*]*\*+([^/*][^*]*\*+)*/)");
    const std::regex structure(R"(struct (nb_[a-z_]+) \{([^}]*)\})");
    const std::regex opaque(R"(typedef struct (nb_[a-z_]+) nb_[a-z_]+;)");
    const std::regex function(R"(typedef [a-z0-9_]+ \(\*(nb_[a-z_]+)\)\()");
    std::map<std::string, Names> out;
    for (const auto& entry : fs::directory_iterator(sdk() / "include" / "netbit")) {
        if (entry.path().extension() != ".h")
            continue;
        const auto text = std::regex_replace(contentOf(entry.path()), comment, "");
        eachMatch(text, opaque, [&](const std::smatch& found) { out[found[1]]; });
        eachMatch(text, function, [&](const std::smatch& found) { out[found[1]]; });
        eachMatch(text, structure, [&](const std::smatch& found) { out[found[1]] = membersOf(found[2]); });
    }
    return out;
}

struct Row {
    Names members;
    std::string state;
};

/// Rows of the form: | `nb_x` | `a`, `b` | stable since 1.0.0 |
std::map<std::string, Row> rows()
{
    const std::regex form(R"(\| `(nb_[a-z_]+)` \| ([^|]*) \| ([^|]*) \|)");
    const std::regex name("`([a-z_0-9]+)`");
    std::map<std::string, Row> out;
    std::istringstream page(contentOf(sdk() / "LIFECYCLE.md"));
    for (std::string line; std::getline(page, line);) {
        std::smatch cells;
        if (!std::regex_match(line, cells, form))
            continue;
        Row row{{}, cells[3]};
        eachMatch(cells[2], name, [&](const std::smatch& found) { row.members.insert(found[1]); });
        EXPECT_TRUE(out.emplace(cells[1], row).second) << cells[1] << " has two rows";
    }
    return out;
}

TEST(Lifecycle, NamesEverySymbolOfTheHeadersAndNoOther)
{
    const auto there = symbols();
    const auto named = rows();
    EXPECT_GT(there.size(), 50U);
    for (const auto& [name, members] : there) {
        const auto row = named.find(name);
        if (row == named.end()) {
            ADD_FAILURE() << "sdk/LIFECYCLE.md has no row for " << name;
            continue;
        }
        for (const auto& member : members)
            EXPECT_TRUE(row->second.members.contains(member)) << "sdk/LIFECYCLE.md lacks " << name << '.' << member;
        for (const auto& member : row->second.members)
            EXPECT_TRUE(members.contains(member)) << "sdk/LIFECYCLE.md has " << name << '.' << member << ", the headers have not";
    }
    for (const auto& [name, row] : named)
        EXPECT_TRUE(there.contains(name)) << "sdk/LIFECYCLE.md names " << name << ", which is in no header";
}

TEST(Lifecycle, SaysOfEachWhatItIs)
{
    const std::regex state("(draft|(stable|deprecated) since [0-9]+\\.[0-9]+\\.[0-9]+)(, .*)?");
    for (const auto& [name, row] : rows())
        EXPECT_TRUE(std::regex_match(row.state, state)) << name << ": \"" << row.state << '"';
}

} // namespace
} // namespace netbit::test
