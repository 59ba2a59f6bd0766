// sdk/FAULTS.md quotes what a real netbitd prints: each chapter is typed into one, and compared.

#include "contract/guide/Texts.h"
#include "support/Daemon.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <vector>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr std::string_view any = "…";

struct Step {
    std::string command;
    Lines printed;
};

struct Chapter {
    std::string heading;
    std::vector<Step> steps;
};

void PrintTo(const Chapter& chapter, std::ostream* out) { *out << chapter.heading; }

std::vector<Chapter> chapters()
{
    std::vector<Chapter> out;
    std::istringstream page(contentOf(sdk() / "FAULTS.md"));
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## "))
            out.push_back({line.substr(3), {}});
        else if (line.starts_with("```"))
            inside = !inside;
        else if (inside && line.starts_with("$ "))
            out.back().steps.push_back({line.substr(2), {}});
        else if (inside)
            out.back().steps.back().printed.push_back(line);
    }
    return out;
}

bool fits(std::string_view pattern, std::string_view line)
{
    const auto gap = pattern.find(any);
    if (gap == std::string_view::npos)
        return pattern == line;
    if (line.substr(0, gap) != pattern.substr(0, gap))
        return false;
    pattern.remove_prefix(gap + any.size());
    for (auto rest = line.substr(gap);; rest.remove_prefix(1)) {
        if (fits(pattern, rest))
            return true;
        if (rest.empty())
            return false;
    }
}

/// A line that is nothing but `…` stands for any number of lines.
bool fits(const Lines& pattern, std::size_t p, const Lines& lines, std::size_t l)
{
    if (p == pattern.size())
        return l == lines.size();
    if (pattern[p] != any)
        return l < lines.size() && fits(pattern[p], lines[l]) && fits(pattern, p + 1, lines, l + 1);
    for (auto from = l; from <= lines.size(); ++from)
        if (fits(pattern, p + 1, lines, from))
            return true;
    return false;
}

Lines linesOf(const std::string& text)
{
    Lines out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (line.ends_with('\r'))
            line.pop_back();
        out.push_back(line);
    }
    return out;
}

/// An administrator's folder, with the plugins in it.
class Desk {
public:
    Desk()
    {
        for (const auto& each : fs::directory_iterator(FAULT_PLUGINS))
            if (each.path().stem() != "crashes")
                fs::create_symlink(each.path(), fs::path(_folder.path()) / each.path().filename());
        for (const auto* const name : {"crashes.so", "crashes.json"})
            fs::create_symlink(fs::path(CRASHES) / name, fs::path(_folder.path()) / name);
    }

    void run(const Step& step)
    {
        if (step.command.starts_with("netbitd"))
            return serve(step.command);
        // What only looks is asked again until it has come to that.
        const bool looks = step.command.starts_with("grep") || step.command.starts_with("cat") ||
                           step.command.starts_with("netbit plugin list") || step.command.starts_with("netbit plugin info");
        std::string printed;
        for (const Deadline deadline;; poll(nullptr, 0, 20)) {
            printed = shell(step.command);
            if (fits(step.printed, 0, linesOf(printed), 0))
                return;
            if (!looks || deadline.over())
                break;
        }
        std::string wanted;
        for (const auto& line : step.printed)
            wanted += line + '\n';
        ADD_FAILURE() << "$ " << step.command << "\nprinted\n" << printed << "but sdk/FAULTS.md says\n" << wanted;
    }

private:
    void serve(const std::string& command)
    {
        if (_daemon) { // it has crashed
            EXPECT_LT(_daemon->waitForEnd(), 0);
            _daemon->start();
            return;
        }
        std::vector<std::string> settings;
        std::istringstream words(command);
        for (std::string word; words >> word;)
            if (word == "--set") {
                words >> word;
                settings.push_back(word);
            }
        _daemon = std::make_unique<Daemon>(settings);
    }

    std::string shell(std::string command) const
    {
        const std::string port = "127.0.0.1:8080";
        for (auto at = command.find(port); at != std::string::npos; at = command.find(port, at + 1))
            command.replace(at, port.size(), "127.0.0.1:" + std::to_string(_daemon->http()));
        writeFile(_folder.path() + "/netbitd.log", _daemon->log());
        const auto bin = fs::path(netbitPath()).parent_path().string();
        const auto ran = runProgram({"/bin/bash", "-c", "cd '" + _folder.path() + "' && export NETBIT_DATA='" + _daemon->data() +
                                                            "' PATH='" + bin + "':$PATH\n" + command});
        return ran.out + ran.err;
    }

    TemporaryFolder _folder;
    std::unique_ptr<Daemon> _daemon;
};

class FaultsPage : public testing::TestWithParam<Chapter> {};

TEST_P(FaultsPage, QuotesWhatARealServerPrints)
{
    SCOPED_TRACE(GetParam().heading);
    Desk desk;
    ASSERT_FALSE(GetParam().steps.empty());
    for (const auto& step : GetParam().steps) {
        desk.run(step);
        if (HasFailure())
            return;
    }
}

INSTANTIATE_TEST_SUITE_P(Chapters, FaultsPage, testing::ValuesIn(chapters()), [](const auto& chapter) {
    std::string name;
    for (const char c : chapter.param.heading)
        if (std::isalnum(static_cast<unsigned char>(c)))
            name += c;
    return name;
});

TEST(FaultsPages, HasTheFaultsThatAnAuthorMeetsFirst) { EXPECT_GE(chapters().size(), 8U); }

TEST(FaultsPages, APatternFitsWhatItSaysAndNothingElse)
{
    EXPECT_TRUE(fits("a … c", "a b c"));
    EXPECT_TRUE(fits("a…", "a"));
    EXPECT_FALSE(fits("a … c", "a b d"));
    EXPECT_FALSE(fits("a", "a b"));
    EXPECT_TRUE(fits(Lines{"…", "b"}, 0, Lines{"a", "a", "b"}, 0));
    EXPECT_FALSE(fits(Lines{"b"}, 0, Lines{"b", "c"}, 0));
    EXPECT_FALSE(fits(Lines{}, 0, Lines{"b"}, 0));
}

} // namespace
} // namespace netbit::test
