// Random input for git's routes: refs, paths, ids, ranges and comparisons with any bytes, broken pkt-lines, gzip that is a bomb or
// cut. Never a 5xx, never a file from outside of the repository, never a hang, and netbitd's memory stays where it is.
// NETBIT_GIT_RANDOM_SEED and NETBIT_GIT_RANDOM_SECONDS say otherwise than 1 and 8 of each of the two.

#include "journey/Git.h"
#include "journey/Gzip.h"
#include "journey/Uploading.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

namespace netbit::test {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

unsigned wanted(const char* name, unsigned otherwise)
{
    const auto* const text = std::getenv(name);
    return text ? static_cast<unsigned>(std::atoi(text)) : otherwise;
}

/// What must be in no answer: it lies beside the repositories.
constexpr std::string_view canary = "canary-outside-of-every-repository";

class Dice {
public:
    explicit Dice(unsigned seed) : _random(seed) {}
    std::size_t below(std::size_t most) { return static_cast<std::size_t>(_random() % most); }
    bool one(std::size_t in) { return below(in) == 0; }
    template <class List>
    const auto& of(const List& list) { return list[below(std::size(list))]; }
    std::string bytes(std::size_t most)
    {
        std::string out;
        for (auto left = below(most + 1); left > 0; --left)
            out += static_cast<char>(below(256));
        return out;
    }

private:
    std::mt19937 _random;
};

std::string percent(Dice& dice, std::string_view text, bool all)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain && !(all && dice.one(3))) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

const std::vector<std::string> pieces{"..",       "../../../../canary", "/",        "//",          ".",          "\\",        "..\\",   "%2e%2e",   "%",           "%0",     "%zz",    "\r\n",
                                      "\t",       " ",                  "--",       "-u",          "--help",     "@{",        "@{-1}",  "@{u}",     "^",           "^{tree}", "~1",    "~99999999999",
                                      ":",        ":/begun",            "HEAD",     "main",        "refs/heads/main", "refs/pull/1/head", "..main", "main...", "main..topic", "*", "?", "[a-z]",
                                      ".git",     ".git/config",        "readme.txt", "folder/file", "\xFF\xFE",   "\xC3\xA9",  "\xE2\x82\xAC", "\xC0\xAF", ".lock", "file:///", "netbit.db", "~root",
                                      "$(id)",    "`id`",               "|",        ";",           "0",          "-1",        "1",      "18446744073709551616", "9223372036854775807", "1e9", "0x10", "true"};

std::string words(Dice& dice, const std::string& head)
{
    std::string out;
    for (auto left = dice.below(4) + 1; left > 0; --left)
        switch (dice.below(8)) {
        case 0: out += dice.bytes(12); break;
        case 1: out += head.substr(0, dice.below(41)); break;
        case 2: out += std::string(dice.below(3'000), dice.of(pieces)[0]); break;
        default: out += dice.of(pieces); break;
        }
    return out;
}

class GitRandom : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=10000000", "limits.user_writes_per_minute=10000000",
                                                                  "limits.address_requests_per_minute=10000000"});
        const auto made = makeRepository(daemon(), ada(), "code", true);
        writeFile(daemon().data() + "/canary", std::string(canary));
        writeFile(daemon().data() + "/repositories/canary", std::string(canary));
        const GitClient git(daemon());
        git.begin("work", git.url(made.place, &ada()));
        std::filesystem::create_directories(git.path("work") + "/folder");
        std::filesystem::create_symlink("../../../../../canary", git.path("work") + "/folder/link");
        git.good("work", {"add", "folder"});
        git.commit("work", "folder/file", "one\ntwo\nthree\n");
        for (const auto* const name : {"r\xC3\xA9sum\xC3\xA9", "\xFF\xFE", "a b", "./-x", "%2e%2e", "quote\"'"})
            git.commit("work", name, name);
        git.good("work", {"push", "-q", "origin", "main", "main:topic", "main:\xFF\xFE", "main:caf\xC3\xA9"});
        _head = git.head("work");
    }
    void TearDown() override
    {
        const GitClient git(daemon());
        EXPECT_EQ(git.good("", {"ls-remote", git.url("ada/code"), "refs/heads/main"}).substr(0, 40), _head) << "the repository is as it was";
        showLogOnFailure(daemon());
    }

    /// One request; what every answer must be.
    static void expectTame(HttpClient& http, const std::string& method, const std::string& target, const std::string& body = {}, const Headers& headers = {})
    {
        const auto begun = steady_clock::now();
        const auto reply = http.request(method, target, body, headers);
        const auto shown = method + " " + target.substr(0, 400) + " -> " + std::to_string(reply.status) + " " + reply.body.substr(0, 300);
        EXPECT_LT(reply.status, 500) << shown;
        EXPECT_EQ(reply.body.find(canary), std::string::npos) << shown;
        EXPECT_EQ(reply.body.find("SQLite format"), std::string::npos) << shown;
        EXPECT_LT(steady_clock::now() - begun, seconds(8)) << shown;
        ++asked[reply.status / 100];
    }

    static inline std::string _head;
    static inline std::map<int, int> asked;
};

} // namespace

TEST_F(GitRandom, WordsOfRequestsThatReadAreHarmless)
{
    const auto seed = wanted("NETBIT_GIT_RANDOM_SEED", 1);
    const auto until = steady_clock::now() + seconds(wanted("NETBIT_GIT_RANDOM_SECONDS", 8));
    std::cout << "seed " << seed << '\n';
    Dice dice(seed);
    const std::vector<std::string> routes{"contents", "raw", "commits", "compare", "branches", "tags", "blame", "archive", "readme", "languages", "search", "why", "pulls", "jobs"};
    const std::vector<std::string> names{"path", "ref", "path_base64", "ref_base64", "base", "head", "base_base64", "head_base64", "q", "cursor", "limit", "since", "until",
                                         "author", "line", "from", "to", "format", "state", "before", "after", "render"};
    const auto before = residentBytes(daemon().pid());
    resetPeak(daemon().pid());
    asked.clear();
    auto http = as(ada());
    int count = 0;
    for (; steady_clock::now() < until && !HasFailure(); ++count) {
        SCOPED_TRACE("request " + std::to_string(count));
        std::string target = "/api/git/ada/code/";
        if (dice.one(6))
            target = "/api/git/" + percent(dice, words(dice, _head), true).substr(0, 500) + "/code/";
        else if (dice.one(6))
            target = "/api/git/ada/" + percent(dice, words(dice, _head), true).substr(0, 500) + '/';
        target += dice.of(routes);
        if (dice.one(4))
            target = "/api/git/ada/code/commits/" + (dice.one(2) ? _head.substr(0, dice.below(41)) : percent(dice, words(dice, _head), true).substr(0, 2'000)) + (dice.one(3) ? "/statuses" : "");
        else if (dice.one(12))
            target = "/api/git/ada/code/pulls/" + percent(dice, words(dice, _head), true).substr(0, 200) + (dice.one(2) ? "/diff" : "");
        char join = '?';
        for (auto left = dice.below(4); left > 0; --left, join = '&') {
            const auto& name = dice.of(names);
            std::string value = dice.one(3) ? std::string(dice.of(std::vector<std::string>{"readme.txt", "folder/file", "folder/link", "main", "topic", "1", "begun", _head})) : words(dice, _head);
            target += join + name + '=' + percent(dice, value, true).substr(0, 6'000);
        }
        Headers headers;
        if (dice.one(4))
            headers.emplace_back("Range", "bytes=" + std::to_string(dice.below(40)) + dice.of(std::vector<std::string>{"-", "-5", "-99999999999999999999", "--1", ",", "-3,7-9", "x", "-0"}));
        if (dice.one(6))
            headers.emplace_back("If-None-Match", dice.of(std::vector<std::string>{"*", "\"", "W/\"x\"", "\"" + _head + "\""}));
        expectTame(http, dice.one(10) ? "HEAD" : "GET", target, {}, headers);
    }
    const auto peak = highestResidentBytes(daemon().pid());
    std::cout << count << " requests:";
    for (const auto& [kind, number] : asked)
        std::cout << ' ' << number << " of " << kind << "xx";
    std::cout << "; netbitd " << (before >> 20) << " MiB, at most " << (peak >> 20) << '\n';
    EXPECT_GT(count, 200);
    EXPECT_GT(asked[2], 20) << "some are good, else this says little";
    EXPECT_LT(peak, before + (64 << 20));
}

TEST_F(GitRandom, BodiesOfGitsRequestsAreHarmless)
{
    const auto seed = wanted("NETBIT_GIT_RANDOM_SEED", 1);
    const auto until = steady_clock::now() + seconds(wanted("NETBIT_GIT_RANDOM_SECONDS", 8));
    std::cout << "seed " << seed << '\n';
    Dice dice(seed + 1'000'003);
    const auto packet = [](const std::string& text) {
        char length[8];
        std::snprintf(length, sizeof length, "%04zx", text.size() + 4);
        return length + text;
    };
    const std::string nothing(40, '0');
    const std::vector<std::string> lines{"want " + _head + "\n", "want " + nothing + "\n", "have " + _head + "\n", "done\n", "deepen 1\n", "deepen -1\n", "deepen 99999999999\n",
                                         "shallow " + _head + "\n", "filter blob:none\n", "filter tree:0\n", "filter sparse:oid=HEAD:readme.txt\n", "command=ls-refs\n", "command=fetch",
                                         "command=object-info", "command=../../x", "agent=x", "object-format=sha256", "ref-prefix ../../\n", "peel\n", "symrefs\n",
                                         nothing + " " + _head + " refs/heads/evil" + std::string(1, '\0') + " report-status side-band-64k atomic", _head + " " + nothing + " refs/heads/evil",
                                         nothing + " " + _head + " ../../config", nothing + " " + _head + " refs/heads/../../x", nothing + " " + std::string(40, 'a') + " refs/heads/evil",
                                         "push-cert" + std::string(1, '\0') + "x", "PACK"};
    const auto before = residentBytes(daemon().pid());
    resetPeak(daemon().pid());
    asked.clear();
    auto http = as(ada());
    const auto bomb = gzipped(std::string(64 << 20, 'x'), 9);
    const auto packetBomb = gzipped("0032want " + _head + "\n" + std::string(64 << 20, '0'), 9);
    int count = 0;
    for (; steady_clock::now() < until && !HasFailure(); ++count) {
        SCOPED_TRACE("request " + std::to_string(count));
        const std::string service = dice.one(2) ? "git-upload-pack" : "git-receive-pack";
        Headers headers{{"Content-Type", "application/x-" + service + "-request"}};
        if (dice.one(2))
            headers.emplace_back("Git-Protocol", dice.of(std::vector<std::string>{"version=1", "version=2", "version=99", "version=2:version=0", "x", "version=2; id"}));
        std::string body;
        for (auto left = dice.below(6); left > 0; --left)
            body += dice.one(6) ? std::string(dice.of(std::vector<std::string>{"0000", "0001", "0002", "0003", "0004", "ffff", "fff1", "-001", "zzzz"})) : packet(dice.of(lines));
        if (dice.one(2))
            body += "0000";
        if (dice.one(3))
            body += "PACK" + std::string("\0\0\0\2\0\0\0\1", 8) + dice.bytes(200);
        if (dice.one(4) && !body.empty())
            body[dice.below(body.size())] = static_cast<char>(dice.below(256));
        if (dice.one(6))
            body.resize(dice.below(body.size() + 1));
        if (dice.one(10))
            body = dice.bytes(4'000);
        if (dice.one(4)) {
            headers.emplace_back("Content-Encoding", "gzip");
            body = dice.one(8) ? (dice.one(2) ? bomb : packetBomb) : gzipped(body, static_cast<int>(dice.below(10)));
            if (dice.one(3))
                body.resize(dice.below(body.size() + 1));
            else if (dice.one(3) && !body.empty())
                body[dice.below(body.size())] = static_cast<char>(dice.below(256));
        }
        expectTame(http, "POST", "/git/ada/code" + std::string(dice.one(2) ? ".git/" : "/") + service, body, headers);
        if (dice.one(8))
            expectTame(http, "GET", "/git/ada/code/info/refs?service=" + percent(dice, dice.one(2) ? service : words(dice, _head), true).substr(0, 500), {}, {headers.begin() + 1, headers.begin() + static_cast<std::ptrdiff_t>(headers.size() > 1 && headers[1].first == "Git-Protocol" ? 2 : 1)});
    }
    const auto peak = highestResidentBytes(daemon().pid());
    std::cout << count << " requests:";
    for (const auto& [kind, number] : asked)
        std::cout << ' ' << number << " of " << kind << "xx";
    std::cout << "; netbitd " << (before >> 20) << " MiB, at most " << (peak >> 20) << '\n';
    EXPECT_GT(count, 100);
    EXPECT_LT(peak, before + (64 << 20));
    const auto bare = daemon().data() + "/repositories/01/1.git";
    const auto checked = runProgram({"/usr/bin/git", "-C", bare, "fsck", "--strict", "--full"}, {},
                                    {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"});
    EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
}

} // namespace netbit::test
