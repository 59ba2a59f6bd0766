#include "services/projects/tests/House.h"
#include "services/pulls/PullOperations.h"
#include "storage/NumberRepository.h"

namespace netbit::services::pulls::test {

namespace json = boost::json;
using storage::Id;

using projects::test::id40;

/// ann owns, ben develops, cem looks; the rest are strangers. The repository is "code".
class PullHouse : public projects::test::House {
protected:
    PullHouse()
    {
        addPullOperations(operations, service->core());
        place = project(ann, "p");
        add(place, ann, ben, "developer");
        add(place, ann, dia, "developer");
        add(place, ann, cem, "viewer");
        repo = repository(ann, place, "code");
        at = with(place, {{"repo", "code"}});
    }

    json::object wanted(const json::object& more = {}) const
    {
        return with(at, with({{"title", "A change"}, {"base", "main"}, {"head", "topic"}, {"base_id", id40('a')}, {"head_id", id40('b')}}, more));
    }
    Id open(Id who, const json::object& more = {}) { return good(who, "pulls.open", wanted(more), {.keeper = true}).at("number").as_int64(); }
    json::object of(Id number, const json::object& more = {}) const { return with(at, with({{"number", number}}, more)); }
    json::value pull(Id number) { return good(ann, "pulls.get", of(number)); }
    std::string state(Id number) { return std::string(pull(number).at("state").as_string()); }
    /// Somebody pushed: the branch is at `to` now.
    void push(Id who, const std::string& branch, char from, char to, const json::array& commits = {}, Id into = 0)
    {
        const json::object ref{{"ref", "refs/heads/" + branch}, {"old", id40(from)}, {"new", id40(to)}};
        const auto id = good(who, "repositories.begin_push", {{"id", into == 0 ? repo : into}, {"commands", json::array{ref}}}, {.keeper = true}).at("push_id");
        end(id, with(ref, {{"kind", "update"}, {"commit_count", commits.size()}, {"commits", commits}}));
    }
    void end(const json::value& push, const json::object& updated)
    {
        good(0, "repositories.end_push", {{"push_id", push}, {"updated", json::array{updated}}}, {.keeper = true});
    }
    static json::object commit(char id)
    {
        return {{"id", id40(id)}, {"author", "A"}, {"subject", "s"}, {"message", "m"}, {"created_at", "2026-01-01T00:00:00.000Z"}};
    }
    json::object mergeOf(Id number, const json::object& more = {}) const
    {
        return of(number, with({{"method", "merge"}, {"head_id", id40('b')}, {"base_id", id40('a')}, {"merge_id", id40('c')}}, more));
    }

    json::object place, at;
    Id repo = 0;
};

TEST_F(PullHouse, WhoMayReadTheCodeMayOpenAndWhoMayPushMayMerge)
{
    EXPECT_EQ(refusal(0, "pulls.open", wanted(), {.keeper = true}), "token_missing");
    EXPECT_EQ(refusal(eve, "pulls.open", wanted(), {.keeper = true}), "repository_not_found");
    EXPECT_EQ(refusal(ben, "pulls.open", wanted()), "permission_missing") << "only who keeps the bytes says where branches are";
    const auto number = open(cem);
    EXPECT_EQ(refusal(cem, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "not_allowed");
    EXPECT_EQ(refusal(cem, "pulls.review", of(number, {{"verdict", "approve"}})), "not_allowed");
    EXPECT_EQ(refusal(eve, "pulls.get", of(number)), "repository_not_found");
    good(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true});
}

TEST_F(PullHouse, NumbersAreOneSequenceOfTheProject)
{
    const auto first = open(ben);
    writer->run([&](storage::Connection& connection) { // as an issue takes one
        const auto projectId = storage::RepoRepository::byId(connection, repo)->projectId;
        EXPECT_EQ(storage::NumberRepository::next(connection, projectId, 0), first + 1);
        return base::Result<void>();
    }).ok();
    EXPECT_EQ(open(ben, {{"head", "other"}}), first + 2);
    const auto own = repository(ben, {}, "mine");
    EXPECT_GT(own, 0);
    const json::object mine{{"user", nameOf(ben)}, {"repo", "mine"}};
    EXPECT_EQ(good(ben, "pulls.open", with(mine, {{"title", "t"}, {"base", "main"}, {"head", "x"}, {"base_id", id40('a')}, {"head_id", id40('b')}}), {.keeper = true})
                  .at("number").as_int64(), 1);
}

TEST_F(PullHouse, OneHeadIsInOneOpenRequestForABase)
{
    const auto number = open(ben);
    EXPECT_EQ(refusal(ann, "pulls.open", wanted(), {.keeper = true}), "pull_exists");
    EXPECT_EQ(refusal(ben, "pulls.open", wanted({{"head", "main"}}), {.keeper = true}), "same_branch");
    EXPECT_EQ(refusal(ben, "pulls.open", wanted({{"head_repository_id", 99}}), {.keeper = true}), "head_not_found");
    const auto unrelated = repository(ben, {}, "other");
    EXPECT_EQ(refusal(ben, "pulls.open", wanted({{"head_repository_id", unrelated}}), {.keeper = true}), "not_a_fork");
    good(ben, "pulls.update", of(number, {{"state", "closed"}}));
    open(ann);
    EXPECT_EQ(refusal(ben, "pulls.update", of(number, {{"state", "open"}})), "pull_exists");
    EXPECT_EQ(refusal(cem, "pulls.update", of(number, {{"title", "mine"}})), "not_allowed");
}

TEST_F(PullHouse, AKeyOpensOne)
{
    const auto first = ask(ben, "pulls.open", wanted(), {.key = "k", .keeper = true});
    const auto again = ask(ben, "pulls.open", wanted(), {.key = "k", .keeper = true});
    ASSERT_TRUE(first.ok() && again.ok());
    EXPECT_EQ(first->json, again->json);
    EXPECT_EQ(good(ann, "pulls.list", at).at("data").as_array().size(), 1u);
}

TEST_F(PullHouse, TheLastWordOfEachReviewerCounts)
{
    const auto number = open(ben);
    EXPECT_EQ(refusal(ben, "pulls.review", of(number, {{"verdict", "approve"}})), "own_pull");
    EXPECT_EQ(refusal(ann, "pulls.review", of(number, {{"verdict", "comment"}})), "nothing_said");
    EXPECT_EQ(refusal(ann, "pulls.review", of(number, {{"verdict", "approve"}, {"head_id", id40('f')}})), "head_moved");
    good(ann, "pulls.review", of(number, {{"verdict", "approve"}}));
    good(dia, "pulls.review", of(number, {{"verdict", "request_changes"}}));
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "merge_blocked");
    good(dia, "pulls.review", of(number, {{"verdict", "comment"}, {"body", "hm"}}));
    EXPECT_EQ(pull(number).at("changes_requested_by").as_array().size(), 1u) << "a comment takes nothing back";
    good(ann, "projects.set_member", with(place, {{"member", dia}, {"role", "viewer"}}));
    EXPECT_TRUE(pull(number).at("changes_requested_by").as_array().empty()) << "who may not push any more has no vote";
    EXPECT_EQ(pull(number).at("approved_by").as_array().size(), 1u);
}

TEST_F(PullHouse, APushMovesTheHeadAndTakesApprovalsAway)
{
    good(ann, "projects.set_config", with(place, {{"collaboration", json::object{{"review", json::object{{"required_approvals", 1}}}}}}));
    const auto number = open(ben);
    good(ann, "pulls.review", of(number, {{"verdict", "approve"}}));
    EXPECT_TRUE(pull(number).at("blocked_by").as_array().empty());
    push(ben, "topic", 'b', 'd', {commit('d')});
    const auto shown = pull(number);
    EXPECT_EQ(shown.at("head").at("id").as_string(), id40('d'));
    EXPECT_TRUE(shown.at("approved_by").as_array().empty());
    EXPECT_EQ(shown.at("blocked_by").at(0).at("code").as_string(), "approvals_missing");
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "merge_blocked");
    for (const char id : {'b', 'd'})
        EXPECT_EQ(good(ann, "pulls.of_commit", with(at, {{"commit", id40(id)}})).at("data").as_array().size(), 1u);
    push(ben, "elsewhere", 'b', 'e');
    EXPECT_EQ(pull(number).at("head").at("id").as_string(), id40('d'));
}

TEST_F(PullHouse, AMergeIsDoneWhenItsPushHasEnded)
{
    std::string closed;
    service->core().closeNamed = [&](projects::Turn&, Id, std::string_view text, const json::object& by) {
        closed = std::string(text) + '|' + std::string(by.at("by").as_string());
        return base::Result<void>();
    };
    push(ann, "main", '0', 'a');
    const auto number = open(ben, {{"body", "fixes #9"}});
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number, {{"head_id", id40('f')}}), {.keeper = true}), "head_moved");
    const auto id = good(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}).at("push_id");
    EXPECT_EQ(state(number), "open") << "nothing has moved yet";
    end(id, {{"ref", "refs/heads/main"}, {"old", id40('a')}, {"new", id40('c')}, {"kind", "update"}, {"commit_count", 1}, {"commits", json::array{commit('c')}}});
    const auto shown = pull(number);
    EXPECT_EQ(shown.at("state").as_string(), "merged");
    EXPECT_EQ(shown.at("merge_commit").as_string(), id40('c'));
    EXPECT_EQ(shown.at("closed_by").at("id").as_int64(), ben);
    EXPECT_EQ(closed, "A change\nfixes #9|pull request #" + std::to_string(number));
    EXPECT_EQ(refusal(ben, "pulls.update", of(number, {{"state", "closed"}})), "already_merged");
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "merge_blocked");
}

TEST_F(PullHouse, AMergeWhoseBranchDidNotMoveLeavesItOpen)
{
    const auto number = open(ben);
    const auto id = good(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}).at("push_id");
    good(0, "repositories.end_push", {{"push_id", id}, {"updated", json::array()}}, {.keeper = true});
    EXPECT_EQ(state(number), "open");
    push(ann, "main", 'a', 'f');
    EXPECT_EQ(state(number), "open") << "another push is not the merge";
}

TEST_F(PullHouse, WhoeverPushesTheHeadIntoTheBaseHasMergedIt)
{
    const auto number = open(ben);
    push(ann, "main", 'a', 'f', {commit('f'), commit('b')});
    EXPECT_EQ(state(number), "merged");
    EXPECT_EQ(pull(number).at("merge_method").as_string(), "push");
}

TEST_F(PullHouse, StatusesBlockUntilTheyAreASuccess)
{
    good(ann, "projects.set_config", with(place, {{"protected_branches", json::array{json::object{{"pattern", "ma*"}, {"required_statuses", json::array{"build", "test"}}}}}}));
    const auto number = open(ben);
    const auto set = [&](std::string_view context, std::string_view word) {
        good(ben, "commits.set_status", with(at, {{"commit", id40('b')}, {"context", context}, {"state", word}}), {.keeper = true});
    };
    set("build", "success");
    set("test", "failure");
    EXPECT_EQ(pull(number).at("blocked_by").at(0).at("code").as_string(), "status_missing");
    set("test", "success");
    EXPECT_TRUE(pull(number).at("blocked_by").as_array().empty());
    EXPECT_EQ(good(cem, "commits.statuses", with(at, {{"commit", id40('b')}})).at("data").as_array().size(), 2u);
    EXPECT_EQ(refusal(cem, "commits.set_status", with(at, {{"commit", id40('b')}, {"state", "success"}}), {.keeper = true}), "not_allowed");
    EXPECT_EQ(refusal(ben, "commits.set_status", with(at, {{"commit", id40('b')}, {"state", "success"}, {"target_url", "javascript:x"}}), {.keeper = true}), "invalid_url");
    EXPECT_EQ(refusal(ben, "commits.set_status", with(at, {{"commit", "HEAD"}, {"state", "success"}}), {.keeper = true}), "invalid_commit");
}

TEST_F(PullHouse, ProtectedBranchesAreMergedIntoByTheirRolesOnly)
{
    good(ann, "projects.set_config", with(place, {{"protected_branches", json::array{json::object{{"pattern", "main"}, {"push", json::array{"owner"}}}}},
                                                  {"collaboration", json::object{{"merge_methods", json::array{"squash"}}}}}));
    const auto number = open(ben);
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number, {{"method", "squash"}}), {.keeper = true}), "protected_branch");
    EXPECT_EQ(refusal(ann, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "method_not_allowed");
    good(ann, "pulls.begin_merge", mergeOf(number, {{"method", "squash"}}), {.keeper = true});
}

TEST_F(PullHouse, CommentsAreTheirAuthorsAndPaged)
{
    const auto number = open(ben);
    Id first = 0;
    for (int i = 0; i < 5; ++i) {
        const auto id = good(cem, "pulls.comment", of(number, {{"body", "c" + std::to_string(i)}}), {.keeper = true}).at("id").as_int64();
        first = first == 0 ? id : first;
    }
    std::size_t count = 0;
    for (Id after = 0;;) {
        const auto page = good(ben, "pulls.comments", of(number, {{"limit", 2}, {"after", after}}));
        count += page.at("data").as_array().size();
        const auto& next = page.at("pagination").at("next_after");
        if (next.is_null())
            break;
        after = next.as_int64();
    }
    EXPECT_EQ(count, 5u);
    EXPECT_EQ(refusal(ben, "pulls.edit_comment", of(number, {{"comment", first}, {"body", "x"}})), "not_yours");
    EXPECT_EQ(refusal(cem, "pulls.edit_comment", of(number, {{"comment", 999}, {"body", "x"}})), "comment_not_found");
    good(cem, "pulls.delete_comment", of(number, {{"comment", first}}));
    EXPECT_EQ(refusal(cem, "pulls.edit_comment", of(number, {{"comment", first}, {"body", "x"}})), "comment_not_found");
    const auto answer = good(ben, "pulls.comment", of(number, {{"body", "a"}, {"reply_to", first}}), {.keeper = true}).at("id");
    EXPECT_EQ(refusal(ben, "pulls.comment", of(number, {{"body", "a"}, {"reply_to", answer}}), {.keeper = true}), "comment_not_found") << "threads are one deep";
}

TEST_F(PullHouse, AProjectMayTakeNone)
{
    good(ann, "projects.set_config", with(place, {{"collaboration", json::object{{"pull_requests", false}}}}));
    EXPECT_EQ(refusal(ben, "pulls.open", wanted(), {.keeper = true}), "pull_requests_off");
}

TEST_F(PullHouse, DraftsAreNotMergedAndListsAreNarrowed)
{
    const auto number = open(ben, {{"draft", true}});
    EXPECT_EQ(refusal(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true}), "merge_blocked");
    good(ben, "pulls.update", of(number, {{"draft", false}}));
    good(ben, "pulls.begin_merge", mergeOf(number), {.keeper = true});
    open(cem, {{"head", "two"}});
    const auto count = [&](const json::object& more) { return good(ann, "pulls.list", with(at, more)).at("data").as_array().size(); };
    EXPECT_EQ(count({}), 2u);
    EXPECT_EQ(count({{"author", nameOf(cem)}}), 1u);
    EXPECT_EQ(count({{"author", "nobody"}}), 0u);
    EXPECT_EQ(count({{"state", "merged"}}), 0u);
    EXPECT_EQ(count({{"limit", 1}}), 1u);
    EXPECT_EQ(refusal(ben, "pulls.request_reviews", of(number, {{"users", json::array{eve}}})), "not_a_reviewer");
    good(ben, "pulls.request_reviews", of(number, {{"users", json::array{ann, dia}}}));
    EXPECT_EQ(pull(number).at("requested_reviewers").as_array().size(), 2u);
}

} // namespace netbit::services::pulls::test
