// Projects with what is planned and reviewed in them: out, into an empty server, out again in the same bytes.

#include "services/issues/IssueService.h"
#include "services/projects/ProjectService.h"
#include "services/pulls/PullOperations.h"
#include "services/transfer/tests/House.h"
#include "storage/NumberRepository.h"
#include "storage/PullRepository.h"

#include <boost/json/serialize.hpp>

#include <optional>

namespace netbit::services::transfer {
namespace {

namespace json = boost::json;

/// A server that keeps projects as well.
class PlanHouse : public test::House {
public:
    PlanHouse()
    {
        projects = std::make_unique<projects::ProjectService>(*database, *writer, *users, *log);
        projects->load();
        projects->addOperations(*operations);
        pulls::addPullOperations(*operations, projects->core());
        issues::addIssueOperations(*operations, projects->core());
    }

    std::string out()
    {
        TransferService service(chats->core());
        service.keepProjectsIn(projects->core());
        std::string text;
        EXPECT_TRUE(service.exportTo(*local(), {}, [&](std::string_view line) {
            text += line;
            return true;
        }));
        return text;
    }
    /// In batches of that many lines.
    Outcome in(const std::string& text, std::size_t atOnce)
    {
        Outcome all;
        Batch batch{.source = "netbit", .records = {}};
        const auto flush = [&] {
            TransferService service(chats->core());
            service.keepProjectsIn(projects->core());
            std::promise<base::Result<Outcome>> promise;
            EXPECT_TRUE(service.takeIn(*local(), std::exchange(batch, {.source = "netbit", .records = {}}),
                                       [&](base::Result<Outcome> outcome) { promise.set_value(std::move(outcome)); }));
            auto outcome = promise.get_future().get();
            ASSERT_TRUE(outcome.ok()) << outcome.error().detail;
            for (std::size_t i = 0; i < kinds; ++i) {
                all.added[i] += outcome->added[i];
                all.already[i] += outcome->already[i];
            }
            std::move(outcome->leftOut.begin(), outcome->leftOut.end(), std::back_inserter(all.leftOut));
            std::move(outcome->notes.begin(), outcome->notes.end(), std::back_inserter(all.notes));
        };
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("{\"kind\":\"netbit\"") || line.starts_with("{\"kind\":\"end\""))
                continue;
            batch.records.push_back(readRecord(json::parse(line)));
            if (batch.records.size() == atOnce)
                flush();
        }
        flush();
        return all;
    }
    /// The place stands in the path, as a route has it.
    chat::test::Answer asked(Id who, std::string_view name, json::object arguments)
    {
        std::vector<std::pair<std::string, std::string>> place;
        for (const auto* const part : {"user", "project", "repo"})
            if (const auto* const value = arguments.if_contains(part)) {
                place.emplace_back(part, value->get_string());
                arguments.erase(part);
            }
        const std::vector<std::pair<std::string_view, std::string_view>> texts(place.begin(), place.end());
        const auto body = json::serialize(arguments);
        operations::RawCall raw;
        raw.operation = name;
        raw.arguments = body;
        raw.texts = texts;
        return later([&](Done done) { return operations->call(chat::test::principal(who), raw, std::move(done)); }).get();
    }
    json::value good(Id who, std::string_view name, const json::object& arguments)
    {
        const auto answer = asked(who, name, arguments);
        EXPECT_TRUE(answer.ok()) << name << ": " << answer.error().code << " " << answer.error().detail;
        return answer && !answer->json.empty() ? json::parse(answer->json) : json::value();
    }

    /// alice owns, bob develops, carol looks; some of everything.
    void furnish()
    {
        const json::object place{{"user", "user1"}, {"project", "tools"}};
        const auto with = [&](const json::object& more) {
            auto out = place;
            for (const auto& member : more)
                out[member.key()] = member.value();
            return out;
        };
        good(alice, "projects.create", {{"name", "tools"}, {"description", "of\nours"}, {"is_public", true}});
        good(alice, "projects.add_member", with({{"user_id", bob}, {"role", "developer"}}));
        good(alice, "projects.add_member", with({{"user_id", carol}, {"role", "viewer"}}));
        good(alice, "labels.create", with({{"name", "bug"}, {"colour", "#ff0000"}, {"description", "wrong"}}));
        good(bob, "labels.create", with({{"name", "idea"}}));
        const auto milestone = good(bob, "milestones.create", with({{"title", "first"}, {"description", "d"}, {"due_at", "2030-01-01T00:00:00Z"}})).at("id");
        good(bob, "issues.create", with({{"title", "one \"thing\""}, {"body", "see #2\n"}, {"labels", json::array{"bug", "idea"}},
                                         {"assignees", json::array{bob, carol}}, {"milestone_id", milestone}}));
        good(carol, "issues.create", with({{"title", "another"}}));
        for (int i = 0; i < 12; ++i)
            good(carol, "issues.comment", with({{"number", 1}, {"body", "comment " + std::to_string(i)}}));
        good(bob, "issues.update", with({{"number", 2}, {"state", "closed"}}));
        const auto board = good(bob, "boards.create", with({{"name", "now"}, {"columns", json::array{"todo", "done"}}}));
        for (const auto number : {1, 2})
            good(bob, "boards.put_card", with({{"board", board.at("id")}, {"number", number}, {"column_id", board.at("columns").at(1).at("id")}}));
        const auto code = good(alice, "repositories.create", with({{"name", "code"}, {"is_public", true}})).at("id").as_int64();
        good(alice, "repositories.create", {{"name", "mine"}});
        good(alice, "projects.create", {{"name", "gone"}});
        good(alice, "projects.delete", {{"user", "user1"}, {"project", "gone"}});
        write([&](storage::Connection& connection) {
            using storage::PullRepository;
            const auto pull = PullRepository::insert(connection, {.repositoryId = code, .number = 3, .authorId = carol, .title = "a change",
                                                                  .body = "fixes #1", .baseBranch = "main", .baseCommit = std::string(40, 'a'),
                                                                  .headRepositoryId = code, .headBranch = "topic",
                                                                  .headCommit = std::string(40, 'b'), .createdAt = 5'000, .updatedAt = 6'000});
            PullRepository::addCommit(connection, code, std::string(40, 'b'), pull);
            PullRepository::addReviewer(connection, pull, bob);
            PullRepository::insertReview(connection, {.pullId = pull, .reviewerId = bob, .verdict = "approve", .body = "good",
                                                      .headCommit = std::string(40, 'b'), .createdAt = 7'000});
            const auto comment = PullRepository::insertComment(connection, {.pullId = pull, .authorId = bob, .body = "here", .path = "a\tb", .side = "new",
                                                                            .line = 3, .commitId = std::string(40, 'b'), .createdAt = 8'000});
            PullRepository::insertComment(connection, {.pullId = pull, .authorId = carol, .body = "there", .replyTo = comment, .createdAt = 9'000});
            PullRepository::putStatus(connection, {.repositoryId = code, .commitId = std::string(40, 'b'), .context = "ci", .state = "success",
                                                   .targetUrl = "https://example.org/", .description = "all", .creatorId = bob, .createdAt = 1, .updatedAt = 2});
        });
    }

    std::unique_ptr<projects::ProjectService> projects;
};

std::int64_t count(const std::string& text, std::string_view kind)
{
    std::int64_t out = 0;
    const auto mark = "{\"kind\":\"" + std::string(kind) + "\"";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
        ++out;
    return out;
}

} // namespace

TEST(Plans, AnExportTakenInByAnEmptyServerIsExportedInTheSameBytes)
{
    PlanHouse home;
    home.furnish();
    const auto text = home.out();
    EXPECT_EQ(count(text, "project"), 1) << "one that is deleted does not move";
    EXPECT_EQ(count(text, "repository"), 2);
    EXPECT_EQ(count(text, "issue_comment"), 12);
    for (const auto& table : storage::planTables)
        EXPECT_GT(count(text, table.kind), 0) << table.kind << " is in no export: this test says nothing of it";
    for (const std::size_t atOnce : {1U, 7U, 1'000U}) {
        PlanHouse there;
        there.good(1, "projects.create", {{"name", "first"}}); // ids are others there
        there.good(1, "labels.create", {{"user", "user1"}, {"project", "first"}, {"name", "own"}});
        const auto outcome = there.in(text, atOnce);
        EXPECT_TRUE(outcome.leftOut.empty()) << outcome.leftOut.front().reason << outcome.leftOut.front().detail;
        EXPECT_TRUE(outcome.notes.empty()) << outcome.notes.front().reason << outcome.notes.front().detail;
        there.good(1, "projects.delete", {{"user", "user1"}, {"project", "first"}});
        EXPECT_EQ(there.out(), text);
        const auto again = there.in(text, atOnce);
        EXPECT_EQ(test::sum(again.added), 0);
        EXPECT_TRUE(again.leftOut.empty());
        EXPECT_EQ(there.out(), text);
    }
    EXPECT_EQ(test::sum(home.in(text, 10).added), 0) << "at home all of it is there";
    EXPECT_EQ(home.out(), text);
}

TEST(Plans, WhatCameIsAsItWas)
{
    PlanHouse home;
    home.furnish();
    PlanHouse there;
    there.in(home.out(), 100);
    const auto carol = there.userNamed("user3");
    const json::object place{{"user", "user1"}, {"project", "tools"}};
    auto wanted = place;
    wanted["number"] = 1;
    const auto issue = there.good(carol, "issues.get", wanted);
    EXPECT_EQ(issue.at("title").as_string(), "one \"thing\"");
    EXPECT_EQ(issue.at("comment_count").as_int64(), 12);
    EXPECT_EQ(issue.at("labels").as_array().size(), 2U);
    EXPECT_EQ(issue.at("assignees").as_array().size(), 2U);
    auto search = place;
    search["q"] = "COMMENT 11";
    EXPECT_EQ(there.good(carol, "issues.list", search).at("data").as_array().size(), 1U) << "what is said is found";
    auto next = place;
    next["title"] = "behind them";
    EXPECT_EQ(there.good(carol, "issues.create", next).at("number").as_int64(), 4) << "issues and pull requests have one row of numbers";
    auto pull = place;
    pull["repo"] = "code";
    pull["number"] = 3;
    EXPECT_EQ(there.good(carol, "pulls.get", pull).at("title").as_string(), "a change");
    auto denied = place;
    denied["name"] = "no";
    EXPECT_EQ(chat::test::codeOf(there.asked(carol, "labels.create", denied)), "not_allowed") << "a viewer stays one";
}

TEST(Plans, WhatRefersToNothingIsLeftOutAndTold)
{
    PlanHouse home;
    home.furnish();
    std::string text;
    std::istringstream lines(home.out());
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("{\"kind\":\"milestone\"") && !line.starts_with("{\"kind\":\"label\""))
            text += line + "\n";
    PlanHouse there;
    const auto outcome = there.in(text, 50);
    ASSERT_EQ(outcome.leftOut.size(), 2U);
    for (const auto& one : outcome.leftOut)
        EXPECT_EQ(one.reason, "unknown_label");
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_EQ(outcome.notes.front().reason, "unknown_milestone");
    EXPECT_EQ(count(there.out(), "issue"), 2) << "the issue itself is there";
}

} // namespace netbit::services::transfer
