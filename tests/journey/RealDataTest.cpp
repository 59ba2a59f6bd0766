// Real logs, brought in, brought in again, and read back to the first line. NETBIT_IRC_DATA names the folder that holds
// small/ and large/ of the ACL 2019 disentanglement corpus; without it the tests are skipped.

#include "journey/Stage.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr std::int64_t smallMessages = 25'473;
constexpr std::int64_t largeMessages = 196'146;

/// What the messages of a log say: `[HH:MM] <nick> text`, in the order of the file.
Lines messagesIn(const fs::path& log)
{
    Lines said;
    std::ifstream input(log, std::ios::binary);
    for (std::string line; std::getline(input, line);) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        const auto behind = line.find("> ");
        if (line.size() > 9 && line[0] == '[' && line[3] == ':' && line.compare(6, 3, "] <") == 0 && behind != std::string::npos)
            said.push_back(line.substr(behind + 2));
    }
    return said;
}

struct Imported {
    json::value report;
    std::chrono::duration<double> took{};
};

Imported import(const Daemon& daemon, const std::string& folder, const std::string& chat)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto ran = runProgram({netbitPath(), "import", "irc", folder, "--chat", chat, "--json", "--data", daemon.data()}, {}, {},
                                Deadline(std::chrono::minutes(10)));
    if (ran.exitCode != 0)
        throw std::runtime_error("import: " + ran.err + ran.out.substr(0, 2'000));
    return {parseJson(ran.out), std::chrono::steady_clock::now() - begun};
}

/// All text messages of the chat by cursor from the newest back, oldest first; checks the order on the way.
Lines readBack(HttpClient& http, std::int64_t chat)
{
    std::vector<Lines> pages;
    std::pair<std::string, std::int64_t> lowest{"9", 0};
    for (std::string cursor;;) {
        const auto page = http.expect(200, "GET", messagesOf(chat, "limit=200" + cursor));
        const auto& data = listAt(page, "/data");
        if (data.empty())
            break;
        Lines said;
        std::pair<std::string, std::int64_t> last;
        for (const auto& message : data) {
            std::pair position{textAt(message, "/created_at"), integerAt(message, "/id")};
            EXPECT_LT(last, position) << "The order within a page is broken.";
            last = std::move(position);
            if (textAt(message, "/message_type") == "text")
                said.push_back(textAt(message, "/content"));
        }
        EXPECT_LT(last, lowest) << "The order between pages is broken.";
        lowest = {textAt(page, "/data/0/created_at"), integerAt(page, "/data/0/id")};
        cursor = "&before=" + std::to_string(lowest.second);
        pages.push_back(std::move(said));
    }
    Lines all;
    for (auto page = pages.rbegin(); page != pages.rend(); ++page)
        all.insert(all.end(), page->begin(), page->end());
    return all;
}

/// Every log's messages must be in the chat, in the log's order. Logs of one day may overlap, so others may be between.
void expectEveryLog(const std::string& folder, const Lines& chat)
{
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!entry.path().string().ends_with(".raw.txt"))
            continue;
        const auto wanted = messagesIn(entry.path());
        std::size_t found = 0;
        for (const auto& said : chat)
            if (found < wanted.size() && said == wanted[found])
                ++found;
        EXPECT_EQ(found, wanted.size()) << entry.path().filename() << ": first missing or out of order: "
                                        << (found < wanted.size() ? wanted[found] : "");
    }
}

void expectWholeImport(const std::string& which, std::int64_t messages)
{
    const char* data = std::getenv("NETBIT_IRC_DATA");
    if (!data || !*data)
        GTEST_SKIP() << "NETBIT_IRC_DATA is not set.";
    const auto folder = std::string(data) + "/" + which;
    Daemon daemon;
    const auto before = integerAt(daemon.admin().expect(200, "GET", "/admin/status"), "/rss_bytes");

    const auto first = import(daemon, folder, which);
    EXPECT_EQ(integerAt(first.report, "/messages"), messages);
    EXPECT_TRUE(listAt(first.report, "/refused").empty()) << json::serialize(at(first.report, "/refused"));
    const auto actions = integerAt(first.report, "/actions");

    const auto second = import(daemon, folder, which);
    EXPECT_EQ(integerAt(second.report, "/messages"), 0);
    EXPECT_EQ(integerAt(second.report, "/files_unchanged"), integerAt(second.report, "/files"));
    EXPECT_EQ(integerAt(second.report, "/users_created"), 0);

    const auto admin = daemon.admin().expect(201, "POST", "/admin/users/admin/tokens", R"({"name":"test"})");
    auto http = daemon.client(textAt(admin, "/token"));
    const auto begun = std::chrono::steady_clock::now();
    const auto all = readBack(http, integerAt(first.report, "/chat_id"));
    const std::chrono::duration<double> walked = std::chrono::steady_clock::now() - begun;
    EXPECT_EQ(static_cast<std::int64_t>(all.size()), messages + actions);
    expectEveryLog(folder, all);

    const auto after = integerAt(daemon.admin().expect(200, "GET", "/admin/status"), "/rss_bytes");
    std::cout << which << ": " << messages << " messages of " << integerAt(first.report, "/lines") << " lines imported in "
              << first.took.count() << " s (" << static_cast<double>(messages) / first.took.count() << "/s), again in "
              << second.took.count() << " s, read back in " << walked.count() << " s; RSS " << before / 1'048'576 << " -> "
              << after / 1'048'576 << " MiB\n";
}

/// How many answers each thread has, by the links that people made (`a b -`: b answers a; the nearest, where it answers
/// several), counted from the files alone. In order.
std::vector<std::int64_t> threadsMarkedIn(const fs::path& folder)
{
    std::vector<std::int64_t> sizes;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!entry.path().string().ends_with(".annotation.txt"))
            continue;
        std::map<int, int> answers;
        std::ifstream input(entry.path());
        int a = 0;
        int b = 0;
        for (std::string dash; input >> a >> b >> dash;)
            if (a < b)
                answers[b] = std::max(answers[b], a);
        std::map<int, std::int64_t> threads;
        for (auto [line, answered] : answers) {
            while (answers.contains(answered))
                answered = answers[answered];
            ++threads[answered];
        }
        for (const auto& [first, count] : threads)
            sizes.push_back(count);
    }
    std::sort(sizes.begin(), sizes.end());
    return sizes;
}

} // namespace

TEST(RealData, TheThreadsAreThoseThatPeopleMarked)
{
    const char* data = std::getenv("NETBIT_IRC_DATA");
    if (!data || !*data)
        GTEST_SKIP() << "NETBIT_IRC_DATA is not set.";
    const auto folder = std::string(data) + "/small";
    const auto marked = threadsMarkedIn(folder);
    Daemon daemon;
    const auto chat = integerAt(import(daemon, folder, "small").report, "/chat_id");
    auto http = daemon.client(textAt(daemon.admin().expect(201, "POST", "/admin/users/admin/tokens", R"({"name":"test"})"), "/token"));
    std::vector<std::int64_t> found;
    std::map<std::int64_t, std::int64_t> replies;
    for (std::string cursor;;) {
        const auto page = http.expect(200, "GET", messagesOf(chat, "limit=200" + cursor));
        if (listAt(page, "/data").empty())
            break;
        for (const auto& message : listAt(page, "/data")) {
            if (message.as_object().contains("reply_count"))
                found.push_back(integerAt(message, "/reply_count"));
            if (!at(message, "/thread_id").is_null())
                ++replies[integerAt(message, "/thread_id")];
        }
        cursor = "&before=" + std::to_string(integerAt(page, "/data/0/id"));
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, marked);
    std::vector<std::int64_t> counted;
    for (const auto& [thread, count] : replies)
        counted.push_back(count);
    std::sort(counted.begin(), counted.end());
    EXPECT_EQ(counted, marked) << "what a thread counts is not what is in it";
    std::cout << "small: " << marked.size() << " threads\n";
}

TEST(RealData, TheSmallCorpusIsKeptWholeAndInOrder) { expectWholeImport("small", smallMessages); }

TEST(RealData, TheLargeCorpusIsKeptWholeAndInOrder) { expectWholeImport("large", largeMessages); }

} // namespace netbit::test
