// Two people, a branch, a review and a merge, with the real git client between them.

#include "journey/Git.h"

namespace netbit::test {

namespace {

class Pulls : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000"});
    }
    void TearDown() override { showLogOnFailure(daemon()); }

    /// A project of ada's with a repository "tools", in which bob is a developer; main is pushed. Gives the repository's routes.
    std::string begun(const std::string& project, const std::string& config = {})
    {
        const auto made = makeProjectRepository(daemon(), ada(), project, "tools");
        place = made.place;
        home = "/api/projects/ada/" + project;
        as(ada()).expect(201, "POST", home + "/members", "{\"user_id\":" + std::to_string(bob().id) + R"(,"role":"developer"})");
        git.begin("work", git.url(place, &bob()));
        write("main", "file.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        if (!config.empty())
            as(ada()).expect(200, "PUT", home + "/config", config);
        return home + "/tools";
    }
    /// Commits in the working copy on a branch, and pushes that.
    std::string write(const std::string& branch, const std::string& file, const std::string& content)
    {
        if (git.run("work", {"checkout", "-q", branch}).exitCode != 0)
            git.good("work", {"checkout", "-q", "-b", branch, "main"});
        const auto id = git.commit("work", file, content);
        git.good("work", {"push", "-q", "origin", branch});
        return id;
    }
    std::int64_t open(const std::string& base, const std::string& head, const std::string& title = "A change")
    {
        return integerAt(as(bob()).expect(201, "POST", base + "/pulls", R"({"title":")" + title + R"(","base":"main","head":")" + head + "\"}"), "/number");
    }
    json::value pull(const std::string& base, std::int64_t number)
    {
        return as(ada()).expect(200, "GET", base + "/pulls/" + std::to_string(number));
    }
    HttpReply merge(const User& who, const std::string& base, std::int64_t number, const std::string& method = "merge", std::string head = {})
    {
        if (head.empty())
            head = textAt(pull(base, number), "/head/id");
        return as(who).request("PUT", base + "/pulls/" + std::to_string(number) + "/merge", R"({"method":")" + method + "\"}", {{"If-Match", '"' + head + '"'}});
    }
    std::string remoteMain()
    {
        git.good("work", {"fetch", "-q", "origin"});
        return git.good("work", {"rev-parse", "origin/main"});
    }

    GitClient git{daemon()};
    std::string place;
    std::string home;
};

} // namespace

TEST_F(Pulls, AReviewedBranchIsSquashed)
{
    const auto base = begun("squash");
    const auto before = remoteMain();
    write("topic", "file.txt", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    write("topic", "new.txt", "new\n");
    const auto number = open(base, "topic", "Spell five");
    const auto path = base + "/pulls/" + std::to_string(number);
    auto shown = pull(base, number);
    EXPECT_TRUE(truthAt(shown, "/mergeability/mergeable"));
    EXPECT_EQ(integerAt(shown, "/mergeability/ahead"), 2);
    EXPECT_EQ(listAt(as(ada()).expect(200, "GET", path + "/diff"), "/files").size(), 2u);
    EXPECT_EQ(listAt(as(ada()).expect(200, "GET", path + "/commits"), "/data").size(), 2u);
    EXPECT_EQ(listAt(as(ada()).expect(200, "GET", base + "/pulls"), "/data").size(), 1u);

    as(bob()).expect(200, "PUT", path + "/reviewers", "{\"users\":[" + std::to_string(ada().id) + "]}");
    expectProblem(as(bob()).post(path + "/reviews", R"({"verdict":"approve"})"), 409, "own_pull");
    as(ada()).expect(201, "POST", path + "/reviews", R"({"verdict":"request_changes","body":"Why?"})");
    expectProblem(merge(ada(), base, number), 409, "merge_blocked");
    as(ada()).expect(201, "POST", path + "/reviews", R"({"verdict":"approve"})");
    expectProblem(as(bob()).request("PUT", path + "/merge", R"({"method":"squash"})"), 422, "if_match_missing");
    expectProblem(merge(bob(), base, number, "squash", before), 412, "head_moved");
    EXPECT_EQ(remoteMain(), before);
    const auto merged = merge(bob(), base, number, "squash");
    ASSERT_EQ(merged.status, 200) << merged.body;
    EXPECT_EQ(textAt(merged.document(), "/state"), "merged");
    EXPECT_EQ(textAt(merged.document(), "/merge_commit"), remoteMain());
    EXPECT_EQ(git.good("work", {"rev-parse", "origin/main^"}), before) << "one commit on what was there";
    EXPECT_EQ(git.good("work", {"log", "-1", "--format=%s", "origin/main"}), "Spell five (#" + std::to_string(number) + ")");
    EXPECT_EQ(git.good("work", {"show", "origin/main:new.txt"}), "new");
    expectProblem(merge(bob(), base, number, "squash"), 409, "merge_blocked");
    EXPECT_EQ(git.run("work", {"fsck", "--strict"}).exitCode, 0);
    // From the line to the request.
    const auto why = as(ada()).expect(200, "GET", base + "/why?path=file.txt&line=5");
    EXPECT_EQ(integerAt(why, "/pulls/0/number"), number);
    EXPECT_EQ(textAt(why, "/commit/id"), remoteMain());
}

TEST_F(Pulls, MergesAndRebasesAreWhatGitMakesOfThem)
{
    const auto base = begun("ways");
    const auto first = write("one", "a.txt", "a\n");
    write("main", "main.txt", "m\n");
    const auto main = remoteMain();
    ASSERT_EQ(merge(bob(), base, open(base, "one"), "merge").status, 200);
    remoteMain();
    EXPECT_EQ(git.good("work", {"rev-parse", "origin/main^1"}), main);
    EXPECT_EQ(git.good("work", {"rev-parse", "origin/main^2"}), first);
    git.good("work", {"checkout", "-q", "-b", "two", main});
    write("two", "b.txt", "b\n");
    write("two", "c.txt", "c\n");
    const auto tip = remoteMain();
    ASSERT_EQ(merge(bob(), base, open(base, "two"), "rebase").status, 200);
    remoteMain();
    EXPECT_EQ(git.good("work", {"rev-parse", "origin/main~2"}), tip);
    EXPECT_EQ(git.good("work", {"log", "-2", "--format=%s|%an", "origin/main"}), "Change c.txt|Ada\nChange b.txt|Ada");
}

TEST_F(Pulls, ConflictsAreToldBeforeAndNothingIsMoved)
{
    const auto base = begun("conflict");
    write("topic", "file.txt", "ONE\n2\n3\n4\n5\n6\n7\n8\n9\n");
    write("main", "file.txt", "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    const auto before = remoteMain();
    const auto number = open(base, "topic");
    const auto shown = pull(base, number);
    EXPECT_FALSE(truthAt(shown, "/mergeability/mergeable"));
    EXPECT_EQ(textAt(shown, "/mergeability/conflicts/0"), "file.txt");
    for (const std::string method : {"merge", "squash", "rebase"})
        expectProblem(merge(bob(), base, number, method), 409, "merge_conflict");
    EXPECT_EQ(remoteMain(), before);
    EXPECT_EQ(textAt(pull(base, number), "/state"), "open");
}

TEST_F(Pulls, AProtectedBranchWantsItsApprovalsAndStatuses)
{
    const auto base = begun("guarded", R"({"protected_branches":[{"pattern":"main","push":["admin","owner","developer"],
        "required_approvals":1,"required_statuses":["build"]}]})");
    const auto head = write("topic", "x", "x\n");
    const auto number = open(base, "topic");
    const auto path = base + "/pulls/" + std::to_string(number);
    expectProblem(merge(bob(), base, number), 409, "merge_blocked");
    as(ada()).expect(201, "POST", path + "/reviews", R"({"verdict":"approve","head_id":")" + head + "\"}");
    auto blocked = merge(bob(), base, number);
    expectProblem(blocked, 409, "merge_blocked");
    EXPECT_NE(blocked.body.find("build"), std::string::npos);
    const auto statuses = base + "/commits/" + head + "/statuses";
    as(bob()).expect(201, "POST", statuses, R"({"context":"build","state":"pending"})");
    expectProblem(merge(bob(), base, number), 409, "merge_blocked");
    as(bob()).expect(201, "POST", statuses, R"({"context":"build","state":"success","target_url":"https://ci.example/1"})");
    expectProblem(as(eve()).post(statuses, R"({"context":"build","state":"success"})"), 404, "repository_not_found");
    expectProblem(as(bob()).post(base + "/commits/" + std::string(40, '1') + "/statuses", R"({"state":"success"})"), 404, "revision_not_found");

    // A push takes the approval away, and the new commit has no status.
    const auto next = write("topic", "x", "y\n");
    auto shown = pull(base, number);
    EXPECT_EQ(textAt(shown, "/head/id"), next);
    EXPECT_TRUE(listAt(shown, "/approved_by").empty());
    EXPECT_EQ(listAt(shown, "/blocked_by").size(), 2u);
    expectProblem(as(ada()).post(path + "/reviews", R"({"verdict":"approve","head_id":")" + head + "\"}"), 409, "head_moved");
    as(ada()).expect(201, "POST", path + "/reviews", R"({"verdict":"approve"})");
    as(bob()).expect(201, "POST", base + "/commits/" + next + "/statuses", R"({"context":"build","state":"success"})");
    EXPECT_EQ(merge(bob(), base, number).status, 200);
}

TEST_F(Pulls, CommentsFollowTheirLines)
{
    const auto base = begun("comments");
    write("topic", "file.txt", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    const auto path = base + "/pulls/" + std::to_string(open(base, "topic"));
    const auto say = [&](const std::string& body) { return integerAt(as(ada()).expect(201, "POST", path + "/comments", body), "/id"); };
    const auto five = say(R"({"body":"Five?","path":"file.txt","line":5})");
    say(R"({"body":"Two.","path":"file.txt","line":2})");
    say(R"({"body":"It was.","path":"file.txt","side":"old","line":5})");
    say("{\"body\":\"An answer\",\"reply_to\":" + std::to_string(five) + "}");
    for (const std::string wrong : {R"({"body":"x","path":"file.txt","line":10})", R"({"body":"x","path":"nowhere","line":1})", R"({"body":"x","path":"../file.txt","line":1})",
                                    R"({"body":"x","path":"file.txt"})", R"({"body":" "})", R"({"body":"x","reply_to":999999})", R"({"body":"x","path":"file.txt","line":1,"side":"left"})"})
        EXPECT_EQ(as(ada()).post(path + "/comments", wrong).status, 422) << wrong;
    auto list = as(bob()).expect(200, "GET", path + "/comments");
    EXPECT_EQ(integerAt(list, "/data/0/now/line"), 5);
    EXPECT_EQ(integerAt(list, "/data/2/now/line"), 5);
    write("topic", "file.txt", "zero\n1\n2\n3\n4\n5.0\n6\n7\n8\n9\n");
    list = as(bob()).expect(200, "GET", path + "/comments");
    EXPECT_TRUE(truthAt(list, "/data/0/outdated")) << "its line was changed";
    EXPECT_EQ(integerAt(list, "/data/1/now/line"), 3) << "a line came before it";
    EXPECT_EQ(integerAt(list, "/data/2/now/line"), 5) << "the base has not moved";
    const auto comment = path + "/comments/" + std::to_string(five);
    expectProblem(as(bob()).request("PATCH", comment, R"({"body":"mine"})"), 403, "not_yours");
    as(ada()).expect(200, "PATCH", comment, R"({"body":"Five!"})");
    as(ada()).expect(204, "DELETE", comment);
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", path + "/comments"), "/data/0/body"), "");
}

TEST_F(Pulls, AForkOfAPublicProjectIsMergedByItsDevelopers)
{
    const auto base = begun("forked");
    as(ada()).expect(200, "PUT", home + "/config", R"({"visibility":"public"})");
    as(ada()).expect(200, "PATCH", base, R"({"is_public":true})");
    const auto source = integerAt(as(eve()).expect(200, "GET", base), "/id");
    const auto fork = integerAt(as(eve()).expect(201, "POST", base + "/fork", "{}"), "/id");
    for (const Deadline deadline; listAt(as(eve()).expect(200, "GET", "/api/git/eve/tools/branches"), "/data").empty();)
        ASSERT_FALSE(deadline.over()) << "the fork gets its commits";
    git.good("work", {"checkout", "-q", "-b", "theirs", "main"});
    git.commit("work", "theirs.txt", "t\n");
    git.good("work", {"push", "-q", git.url("eve/tools", &eve()), "theirs"});
    const auto body = R"({"title":"From a fork","base":"main","head":"theirs","head_repository_id":)" + std::to_string(fork) + "}";
    const auto number = integerAt(as(eve()).expect(201, "POST", base + "/pulls", body), "/number");
    EXPECT_TRUE(truthAt(pull(base, number), "/mergeability/mergeable"));
    expectProblem(merge(eve(), base, number), 403, "not_allowed");
    EXPECT_EQ(merge(bob(), base, number).status, 200);
    remoteMain();
    EXPECT_EQ(git.good("work", {"show", "origin/main:theirs.txt"}), "t");
    EXPECT_NE(source, fork);
}

TEST_F(Pulls, WhatMakesNoSenseIsRefusedAndChangesNothing)
{
    const auto base = begun("refused");
    write("topic", "x", "x\n");
    for (const auto& [body, code] : std::vector<std::pair<std::string, std::string>>{
             {R"({"title":"t","base":"main","head":"none"})", "head_not_found"},
             {R"({"title":"t","base":"none","head":"topic"})", "base_not_found"},
             {R"({"title":"t","base":"main","head":"main"})", "nothing_to_merge"},
             {R"({"title":" ","base":"main","head":"topic"})", "invalid_title"},
             {R"({"title":"t","base":"main","head":"../topic"})", "head_not_found"},
             {R"({"title":"t","base":"main","head":"--topic"})", "head_not_found"},
             {R"({"title":"t","base":"main","head":"topic","head_repository_id":999999})", "head_not_found"},
             {R"({"base":"main","head":"topic"})", "missing_member"},
             {R"({"title":"t","base":"main","head":"topic","extra":1})", "unknown_member"}}) {
        const auto reply = as(bob()).post(base + "/pulls", body);
        EXPECT_TRUE(reply.status == 422 || reply.status == 409) << body << reply.body;
        EXPECT_NE(reply.body.find('"' + code + '"'), std::string::npos) << body << reply.body;
    }
    const auto number = open(base, "topic");
    expectProblem(as(bob()).post(base + "/pulls", R"({"title":"again","base":"main","head":"topic"})"), 409, "pull_exists");
    expectProblem(as(eve()).post(base + "/pulls", R"({"title":"t","base":"main","head":"topic"})"), 404, "repository_not_found");
    expectProblem(daemon().client().post(base + "/pulls", "{}"), 401);
    const auto path = base + "/pulls/" + std::to_string(number);
    as(bob()).expect(200, "PATCH", path, R"({"state":"closed"})");
    expectProblem(merge(bob(), base, number), 409, "merge_blocked");
    as(bob()).expect(200, "PATCH", path, R"({"state":"open","title":"Better"})");
    EXPECT_EQ(textAt(pull(base, number), "/title"), "Better");
    expectProblem(as(ada()).get(base + "/pulls/999999"), 404, "pull_not_found");
    expectProblem(as(bob()).request("PUT", path + "/merge", R"({"method":"octopus"})", {{"If-Match", "\"x\""}}), 422);
    EXPECT_EQ(textAt(pull(base, number), "/state"), "open");
    // Nobody pushes to what is the server's.
    EXPECT_NE(git.run("work", {"push", "-q", "origin", "topic:refs/pull/" + std::to_string(number) + "/head"}).exitCode, 0);
    EXPECT_NE(git.run("work", {"push", "-q", "origin", "topic:refs/pull/9/head"}).exitCode, 0);
}

TEST_F(Pulls, AMergeClosesTheIssueThatItFixes)
{
    const auto base = begun("fixes");
    const auto issue = integerAt(as(ada()).expect(201, "POST", home + "/issues", R"({"title":"It is broken"})"), "/number");
    write("topic", "file.txt", "1\n2\n3\n4\nmended\n6\n7\n8\n9\n");
    const auto body = R"({"title":"Mend it","body":"Fixes #)" + std::to_string(issue) + R"(","base":"main","head":"topic"})";
    const auto number = integerAt(as(bob()).expect(201, "POST", base + "/pulls", body), "/number");
    EXPECT_EQ(number, issue + 1) << "issues and pull requests of a project are counted together";
    const auto shown = home + "/issues/" + std::to_string(issue);
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", shown), "/state"), "open");
    ASSERT_EQ(merge(bob(), base, number, "squash").status, 200);
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", shown), "/state"), "closed");
    // From the line to its commit, to the request, to the issue, to what was said of it.
    const auto commit = remoteMain();
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto http = as(ada());
    say(http, chat, "Look at " + commit.substr(0, 12) + ", it mends the line.");
    const auto why = as(ada()).expect(200, "GET", base + "/why?path=file.txt&line=5");
    EXPECT_EQ(textAt(why, "/commit/id"), commit);
    EXPECT_EQ(integerAt(why, "/pulls/0/number"), number);
    EXPECT_EQ(integerAt(why, "/issues/0/number"), issue);
    EXPECT_EQ(integerAt(why, "/messages/0/message/chat_id"), chat);
    EXPECT_EQ(listAt(as(bob()).expect(200, "GET", base + "/why?path=file.txt&line=5"), "/messages").size(), 1u);
}

TEST_F(Pulls, WhoMergesHimselfHasMergedIt)
{
    const auto base = begun("byhand");
    write("topic", "x", "x\n");
    const auto number = open(base, "topic");
    git.good("work", {"checkout", "-q", "main"});
    git.good("work", {"merge", "-q", "--no-ff", "-m", "by hand", "topic"});
    git.good("work", {"push", "-q", "origin", "main"});
    const auto shown = pull(base, number);
    EXPECT_EQ(textAt(shown, "/state"), "merged");
    EXPECT_EQ(textAt(shown, "/merge_method"), "push");
    EXPECT_EQ(textAt(shown, "/merge_commit"), remoteMain());
}

// From what somebody says in a chat to the commit that mends it, over HTTP and git alone.
TEST_F(Pulls, AMessageBecomesAnIssueThatAMergeCloses)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "tools");
    const auto said = as(bob()).expect(201, "POST", messagesOf(chat), R"({"content":"It counts to nine only."})");
    const auto message = messagesOf(chat) + "/" + std::to_string(integerAt(said, "/id"));
    const auto base = begun("story");
    as(ada()).expect(200, "PATCH", home, "{\"chat_id\":" + std::to_string(chat) + "}");
    const auto made = as(ada()).expect(201, "POST", message + "/issue", R"({"owner":"ada","project":"story"})");
    const auto issue = std::to_string(integerAt(made, "/number"));
    EXPECT_EQ(textAt(made, "/title"), "It counts to nine only.");
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", message + "/issues"), "/data/0/state"), "open");
    as(ada()).expect(200, "PATCH", home + "/issues/" + issue, "{\"assignees\":[" + std::to_string(bob().id) + "]}");

    const auto head = write("ten", "file.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    const auto number = integerAt(as(bob()).expect(201, "POST", base + "/pulls",
                                                   R"({"title":"Count to ten","body":"Fixes #)" + issue + R"(","base":"main","head":"ten"})"), "/number");
    EXPECT_NE(std::to_string(number), issue) << "issues and pull requests have one counter";
    const auto path = base + "/pulls/" + std::to_string(number);
    as(bob()).expect(201, "POST", path + "/comments", "{\"body\":\"@ada, " + head.substr(0, 9) + " does it.\"}");
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", path + "/comments"), "/data/0/html"),
              "<p><a href=\"/api/users/" + std::to_string(ada().id) + "\">@ada</a>, <a href=\"" + base + "/commits/" + head + "\">" + head.substr(0, 9) +
                  "</a> does it.</p>\n");
    as(ada()).expect(201, "POST", home + "/issues/" + issue + "/comments", "{\"body\":\"See " + head + ", @bob.\"}");
    const auto comments = as(bob()).expect(200, "GET", home + "/issues/" + issue + "/comments?format=html");
    EXPECT_NE(textAt(comments, "/data/0/html").find(base + "/commits/" + head), std::string::npos);
    EXPECT_EQ(textAt(comments, "/data/0/mentions/0/username"), "bob");
    as(bob()).expect(200, "GET", base + "/commits/" + head);
    as(ada()).expect(201, "POST", path + "/reviews", R"({"verdict":"approve","body":"Good."})");
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", home + "/issues/" + issue), "/state"), "open");
    const auto merged = merge(ada(), base, number, "squash");
    ASSERT_EQ(merged.status, 200) << merged.body;
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", home + "/issues/" + issue), "/state"), "closed");
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", message + "/issues"), "/data/0/state"), "closed") << "where it was said";
    EXPECT_EQ(remoteMain(), textAt(merged.document(), "/merge_commit"));
    EXPECT_EQ(git.good("work", {"show", "origin/main:file.txt"}), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10");

    // The chat's thread tells it all.
    std::string root;
    std::string beside;
    const auto page = as(bob()).expect(200, "GET", messagesOf(chat, "limit=200"));
    for (const auto& one : listAt(page, "/data"))
        if (textAt(one, "/content").starts_with("created the branch `ten`"))
            root = std::to_string(integerAt(one, "/id"));
        else if (at(one, "/thread_id").is_null())
            beside += textAt(one, "/sender_name") + ": " + textAt(one, "/content") + '\n';
    EXPECT_EQ(beside, "bob: It counts to nine only.\nada: opened story#" + issue + ": `It counts to nine only.`\n");
    const auto thread = as(bob()).expect(200, "GET", messagesOf(chat) + "/" + root + "/thread");
    std::string told = textAt(thread, "/root/sender_name") + ": " + textAt(thread, "/root/content") + '\n';
    for (const auto& one : listAt(thread, "/data"))
        told += textAt(one, "/sender_name") + ": " + textAt(one, "/content") + '\n';
    const auto request = "pull request story#" + std::to_string(number);
    EXPECT_EQ(told, "bob: created the branch `ten` with 1 commit in story/tools\n- " + head.substr(0, 10) + " `Change file.txt`\n"
                    "bob: opened " + request + " in story/tools: `Count to ten` (`ten` into `main`)\n"
                    "ada: approved " + request + " in story/tools: `Count to ten`\n"
                    "ada: merged " + request + " in story/tools into `main`: `Count to ten`\n"
                    "ada: closed story#" + issue + ": `It counts to nine only.`, by " + request + "\n");

    std::string activity;
    const auto lines = as(bob()).expect(200, "GET", home + "/activity");
    for (const auto& line : listAt(lines, "/data"))
        activity = textAt(line, "/topic") + " " + textAt(line, "/actor/username") + "; " + activity;
    EXPECT_EQ(activity, "project.member_added ada; git.pushed bob; issue.created ada; issue.updated ada; git.pushed bob; pull.opened bob; "
                        "pull.commented bob; issue.commented ada; pull.reviewed ada; git.pushed ada; pull.merged ada; issue.closed ada; ");

    // A push straight to the default branch does it as well.
    const auto second = std::to_string(integerAt(as(bob()).expect(201, "POST", home + "/issues", R"({"title":"And to eleven"})"), "/number"));
    git.good("work", {"checkout", "-q", "main"});
    git.good("work", {"reset", "-q", "--hard", "origin/main"});
    writeFile(git.path("work") + "/eleven", "11\n");
    git.good("work", {"add", "."});
    git.good("work", {"commit", "-q", "-m", "Count on\n\nfixes #" + second});
    git.good("work", {"push", "-q", "origin", "main"});
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", home + "/issues/" + second), "/state"), "closed");
}

TEST_F(Pulls, AMergeThatIsCutShortIsEitherDoneOrNot)
{
    const auto base = begun("killed");
    for (int round = 0; round < 5; ++round) {
        const auto branch = "topic" + std::to_string(round);
        git.good("work", {"checkout", "-q", "-b", branch, "origin/main"});
        write(branch, "f" + std::to_string(round), "x\n");
        const auto number = open(base, branch);
        const auto head = textAt(pull(base, number), "/head/id");
        const auto before = remoteMain();
        RawHttp raw(Socket::tcp(daemon().http()));
        const std::string body = R"({"method":"merge"})";
        raw.send("PUT " + base + "/pulls/" + std::to_string(number) + "/merge HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bob().token +
                 "\r\nIf-Match: \"" + head + "\"\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        // As soon as the branch has moved, or the next time round; wherever the database is by then.
        const auto ref = daemon().data() + "/repositories";
        for (int tries = 0; tries < 40 + round * 40; ++tries)
            if (runProgram({"/usr/bin/grep", "-rqs", before, ref, "--include=main"}).exitCode != 0)
                break;
        daemon().kill();
        daemon().start();
        git.good("work", {"remote", "set-url", "origin", git.url(place, &bob())}); // it listens elsewhere now
        const auto now = remoteMain();
        const auto state = textAt(pull(base, number), "/state");
        EXPECT_EQ(state, now == before ? "open" : "merged") << "round " << round;
        if (state == "open") {
            EXPECT_EQ(merge(bob(), base, number).status, 200);
            remoteMain();
        }
    }
}

TEST_F(Pulls, TheCommandLineOpensListsMergesAndClones)
{
    const auto base = begun("cli");
    write("topic", "x", "x\n");
    TemporaryFolder own;
    const auto run = [&](std::vector<std::string> words, std::string_view input = {}) {
        words.insert(words.begin(), netbitPath());
        return runProgram(words, input, {"HOME=" + own.path(), "XDG_CONFIG_HOME=" + own.path(), "NETBIT_DATA=", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1"});
    };
    const auto login = run({"login", "http://127.0.0.1:" + std::to_string(daemon().http()), "--user", "bob", "--password-stdin"}, std::string(password) + "\n");
    ASSERT_EQ(login.exitCode, 0) << login.err;
    const auto opened = run({"pr", "open", place, "--head", "topic", "--title", "By the command line"});
    ASSERT_EQ(opened.exitCode, 0) << opened.err;
    EXPECT_NE(opened.out.find("By the command line  (topic into main)"), std::string::npos) << opened.out;
    const auto number = opened.out.substr(0, opened.out.find(' '));
    EXPECT_NE(run({"pr", "list", place}).out.find(number + "  open"), std::string::npos);
    const auto merged = run({"pr", "merge", place, number, "--method", "squash"});
    EXPECT_EQ(merged.exitCode, 0) << merged.err;
    EXPECT_NE(run({"pr", "list", place, "--state", "merged"}).out.find(number + "  merged"), std::string::npos);
    const auto cloned = run({"repo", "clone", place, own.path() + "/copy"});
    EXPECT_EQ(cloned.exitCode, 0) << cloned.err;
    EXPECT_EQ(readFile(own.path() + "/copy/x"), "x\n");
    EXPECT_EQ(readFile(own.path() + "/copy/.git/config").find("Authorization"), std::string::npos) << "the token stays nowhere";
    EXPECT_EQ(run({"repo", "clone", "bob/none"}).exitCode, 1);
    EXPECT_EQ(run({"pr", "list", "onlyone"}).exitCode, 2);
}

} // namespace netbit::test
