// What a chat hears of the project that it is linked with, with the real git client. NETBIT_GIT_KILLS says how often the server is
// killed; 5 unless it does.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <cstdlib>
#include <random>
#include <thread>

namespace netbit::test {

namespace {

struct Told {
    std::int64_t id = 0;
    std::int64_t thread = 0;
    std::string sender;
    std::string words;
};

/// Posts of the server, the oldest first; also those in threads.
std::vector<Told> toldIn(HttpClient http, std::int64_t chat)
{
    std::vector<Told> out;
    const auto page = http.expect(200, "GET", messagesOf(chat, "limit=200"));
    for (const auto& one : listAt(page, "/data"))
        if (textAt(one, "/message_type") == "system") {
            EXPECT_TRUE(listAt(one, "/mentions").empty()) << textAt(one, "/content");
            out.push_back({integerAt(one, "/id"), at(one, "/thread_id").is_null() ? 0 : integerAt(one, "/thread_id"),
                           textAt(one, "/sender_name"), textAt(one, "/content")});
        }
    return out;
}

class Telling : public OnStage {
protected:
    void TearDown() override { showLogOnFailure(daemon()); }

    /// A project of ada's with bob as a developer, linked with a chat of both; a working copy whose origin is its repository.
    void begin(const std::string& project)
    {
        const auto made = makeProjectRepository(daemon(), ada(), project, "code");
        place = made.place;
        home = "/api/projects/ada/" + project;
        as(ada()).expect(201, "POST", home + "/members", "{\"user_id\":" + std::to_string(bob().id) + R"(,"role":"developer"})");
        chat = makeChat(daemon(), ada(), "group", {bob()}, project);
        as(ada()).expect(200, "PATCH", home, "{\"chat_id\":" + std::to_string(chat) + "}");
        git.begin("work", git.url(place, &bob()));
    }
    void push(const std::vector<std::string>& what)
    {
        std::vector<std::string> words{"push", "-q", "origin"};
        words.insert(words.end(), what.begin(), what.end());
        git.good("work", words);
    }
    std::vector<Told> told() { return toldIn(as(ada()), chat); }

    GitClient git{daemon()};
    std::string place;
    std::string home;
    std::int64_t chat = 0;
};

} // namespace

TEST_F(Telling, EachPushIsOneMessageInTheThreadOfItsBranch)
{
    begin("pushes");
    push({"main"});
    git.good("work", {"checkout", "-q", "-b", "topic"});
    git.commit("work", "a", "a\n");
    git.good("work", {"commit", "-q", "--allow-empty", "-m", "Ask @ada and @all about #1"});
    push({"topic"});
    git.commit("work", "b", "b\n");
    push({"topic"});
    push({"topic:one", "topic:two", "topic:three"});
    push({"--delete", "topic"});
    const auto all = told();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_TRUE(all[0].words.starts_with("created the branch `main` with 1 commit in pushes/code\n- ")) << all[0].words;
    EXPECT_TRUE(all[1].words.starts_with("created the branch `topic` with 2 commits in pushes/code\n- ")) << all[1].words;
    EXPECT_NE(all[1].words.find("`Ask @ada and @all about #1`"), std::string::npos) << all[1].words;
    EXPECT_EQ(all[1].sender, "bob");
    EXPECT_EQ(all[2].words, "pushed 1 commit to `topic` in pushes/code\n- " + git.head("work").substr(0, 10) + " `Change b`");
    EXPECT_EQ(all[2].thread, all[1].id);
    EXPECT_TRUE(all[3].words.starts_with("pushed 3 refs of pushes/code:\n- created the branch")) << all[3].words;
    EXPECT_EQ(all[3].thread, 0);
    EXPECT_EQ(all[4].words, "deleted the branch `topic` in pushes/code");
    EXPECT_EQ(all[4].thread, all[1].id);
    const auto shown = as(ada()).expect(200, "GET", "/api/chats/" + std::to_string(chat));
    EXPECT_EQ(integerAt(shown, "/mention_count"), 0);
}

TEST_F(Telling, WhatACommitSaysLooksLikeNothingElse)
{
    begin("hostile");
    git.good("work", {"commit", "-q", "--allow-empty", "-m", "![x](http://127.0.0.1/t.png) `<b>` [y](javascript:alert(1)) **@ada**"});
    push({"main:we`ird"});
    const auto all = told();
    ASSERT_EQ(all.size(), 1U);
    const auto html = textAt(as(ada()).expect(200, "GET", messagesOf(chat) + "/" + std::to_string(all[0].id) + "?format=html"), "/html");
    EXPECT_EQ(html.find("<img"), std::string::npos) << html;
    EXPECT_EQ(html.find("<a "), std::string::npos) << html;
    EXPECT_EQ(html.find("<strong"), std::string::npos) << html;
}

TEST_F(Telling, AnArchivedChatHearsNothingAndThePushIsGood)
{
    begin("archived");
    push({"main"});
    const auto path = "/api/chats/" + std::to_string(chat);
    as(ada()).expect(200, "PATCH", path, R"({"archived":true})");
    git.commit("work", "a", "a\n");
    push({"main"});
    EXPECT_EQ(told().size(), 1U);
    as(ada()).expect(200, "PATCH", path, R"({"archived":false})");
    as(ada()).expect(200, "PUT", home + "/config", R"({"notifications":{"pushes":false}})");
    git.commit("work", "b", "b\n");
    push({"main"});
    EXPECT_EQ(told().size(), 1U) << "the project's settings do not want it";
}

TEST(TellingKilled, EachCommitIsToldOfOnceWhenTheServerIsKilled)
{
    const auto* const wanted = std::getenv("NETBIT_GIT_KILLS");
    const int kills = wanted ? std::atoi(wanted) : 5;
    Daemon daemon({"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000", "limits.address_requests_per_minute=100000"});
    const auto ada = makeUser(daemon, "ada");
    const auto repository = makeProjectRepository(daemon, ada, "killed", "code");
    const auto chat = makeChat(daemon, ada, "group", {}, "killed");
    daemon.client(ada.token).expect(200, "PATCH", "/api/projects/ada/killed", "{\"chat_id\":" + std::to_string(chat) + "}");
    const GitClient git(daemon);
    git.begin("work", git.url(repository.place, &ada));
    std::mt19937 random(23);
    int acknowledged = 0;
    std::vector<std::string> commits{git.head("work")};
    for (int round = 0; round < kills; ++round) {
        commits.push_back(git.commit("work", "own", std::to_string(round)));
        git.good("work", {"remote", "set-url", "origin", git.url(repository.place, &ada)}); // another port at each start
        Finished pushed;
        std::thread pusher([&] { pushed = git.run("work", {"push", "-q", "origin", "main"}); });
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 120)); // anywhere in it: that is the point
        daemon.kill();
        pusher.join();
        daemon.start();
        acknowledged += pushed.exitCode == 0 ? 1 : 0;
        git.good("work", {"remote", "set-url", "origin", git.url(repository.place, &ada)});
        git.good("work", {"push", "-q", "origin", "main"});
        const auto head = commits.back().substr(0, 10);
        eventually([&] {
            const auto all = toldIn(daemon.client(ada.token), chat);
            return std::any_of(all.begin(), all.end(), [&](const Told& one) { return one.words.find(head) != std::string::npos; });
        }, "the commit is told of");
    }
    const auto all = toldIn(daemon.client(ada.token), chat);
    for (const auto& commit : commits) {
        const auto times = std::count_if(all.begin(), all.end(), [&](const Told& one) { return one.words.find(commit.substr(0, 10)) != std::string::npos; });
        EXPECT_EQ(times, 1) << commit;
    }
    for (const auto& one : all)
        EXPECT_EQ(one.thread, one.id == all.front().id ? 0 : all.front().id) << one.words;
    std::cout << kills << " kills, " << acknowledged << " pushes acknowledged before, " << all.size() << " posts for " << commits.size() << " commits\n";
}

} // namespace netbit::test
