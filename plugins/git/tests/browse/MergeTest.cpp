#include "Made.h"

#include "browse/Commits.h"
#include "browse/Merge.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace netbit::git::test {

namespace {

class Merges : public testing::Test {
protected:
    Merges() : by(take(&git_signature_new, "Merger", "merger@example.org", git_time_t{1'700'009'000}, 0)) {}

    git_oid merge(MergeMethod method)
    {
        const auto repository = made.open();
        const MergeOrder order{method, by.get(), by.get(), "the merge"};
        return merged(repository, repository.commit("main").get(), repository.commit("topic").get(), order, limits);
    }
    std::string at(const git_oid& commit, std::string_view path)
    {
        const auto repository = made.open();
        const auto head = repository.commit(hexOf(commit));
        const auto entry = repository.entry(head.get(), path);
        return entry ? std::string(bytesOf(repository.blob(*git_tree_entry_id(entry.get()), 1'000).get())) : "nothing";
    }
    std::vector<std::string> parentsOf(const git_oid& commit)
    {
        const auto repository = made.open();
        const auto of = repository.commit(hexOf(commit));
        std::vector<std::string> out;
        for (unsigned i = 0; i < git_commit_parentcount(of.get()); ++i)
            out.push_back(hexOf(git_commit_parent_id(of.get(), i)));
        return out;
    }
    /// main and topic have gone apart in different places.
    void apart()
    {
        base = made.commit("main", {{"f", "1\n2\n3\n4\n5\n6\n7\n"}, {"other", "x"}}, "base");
        main = made.commit("main", {{"f", "one\n2\n3\n4\n5\n6\n7\n"}}, "on main");
        first = made.commit("topic", {{"f", "1\n2\n3\n4\n5\n6\nseven\n"}}, "first", {base}, "Bob");
        topic = made.commit("topic", {{"new", "n"}}, "second", {}, "Cleo");
    }
    Made made;
    Limits limits;
    Owned<git_signature> by;
    git_oid base{}, main{}, first{}, topic{};
};

} // namespace

TEST_F(Merges, AMergeHasBothAsParents)
{
    apart();
    const auto id = merge(MergeMethod::merge);
    EXPECT_EQ(parentsOf(id), (std::vector<std::string>{hexOf(main), hexOf(topic)}));
    EXPECT_EQ(at(id, "f"), "one\n2\n3\n4\n5\n6\nseven\n");
    EXPECT_EQ(at(id, "new"), "n");
    EXPECT_EQ(hexOf(made.head("main")), hexOf(main)) << "nothing is moved yet";
}

TEST_F(Merges, ASquashIsOneCommit)
{
    apart();
    const auto id = merge(MergeMethod::squash);
    EXPECT_EQ(parentsOf(id), std::vector<std::string>{hexOf(main)});
    EXPECT_EQ(at(id, "f"), "one\n2\n3\n4\n5\n6\nseven\n");
    EXPECT_EQ(std::string(git_commit_message(made.open().commit(hexOf(id)).get())), "the merge");
}

TEST_F(Merges, ARebaseKeepsEachCommitWithItsAuthor)
{
    apart();
    const auto id = merge(MergeMethod::rebase);
    const auto repository = made.open();
    const auto second = repository.commit(hexOf(id));
    EXPECT_EQ(std::string(git_commit_message(second.get())), "second");
    EXPECT_EQ(std::string(git_commit_author(second.get())->name), "Cleo");
    EXPECT_EQ(std::string(git_commit_committer(second.get())->name), "Merger");
    const auto parent = take(&git_commit_parent, second.get(), 0u);
    EXPECT_EQ(std::string(git_commit_author(parent.get())->name), "Bob");
    EXPECT_EQ(parentsOf(*git_commit_id(parent.get())), std::vector<std::string>{hexOf(main)});
    EXPECT_EQ(at(id, "f"), "one\n2\n3\n4\n5\n6\nseven\n");
}

TEST_F(Merges, ARebaseOfWhatIsStraightAheadIsTheHeadItself)
{
    const auto main0 = made.commit("main", {{"f", "1"}});
    const auto head = made.commit("topic", {{"g", "2"}}, "g", {main0});
    EXPECT_EQ(hexOf(merge(MergeMethod::rebase)), hexOf(head));
    EXPECT_NE(hexOf(merge(MergeMethod::merge)), hexOf(head)) << "a merge is a commit of its own even so";
}

TEST_F(Merges, ARebaseDropsWhatTheBaseHasAndMerges)
{
    apart();
    made.commit("main", {{"new", "n"}}, "the same as second", {}, "Ada");
    made.commit("topic", {{"f", "one\n2\n3\n4\n5\n6\nseven\n"}}, "merge of main", {topic, main});
    made.commit("topic", {{"last", "l"}}, "last");
    const auto id = merge(MergeMethod::rebase);
    const auto repository = made.open();
    const auto page = commits(repository, repository.commit(hexOf(id)).get(), {}, 0, 10, limits);
    std::vector<std::string> subjects;
    for (const auto& commit : page.body.at("data").as_array())
        subjects.emplace_back(commit.at("subject").as_string());
    std::sort(subjects.begin(), subjects.end());
    EXPECT_EQ(subjects, (std::vector<std::string>{"base", "first", "last", "on main", "the same as second"}));
}

TEST_F(Merges, ConflictsAreToldBeforeAndRefused)
{
    apart();
    made.commit("topic", {{"f", "ONE\n2\n3\n4\n5\n6\nseven\n"}, {"other", "", GIT_FILEMODE_BLOB, true}});
    made.commit("main", {{"other", "changed"}});
    const auto repository = made.open();
    const auto told = mergeability(repository, repository.commit("main").get(), repository.commit("topic").get());
    EXPECT_EQ(told.conflicts, (std::vector<std::string>{"f", "other"}));
    EXPECT_EQ(told.ahead, 3u);
    EXPECT_EQ(told.behind, 2u);
    for (const auto method : {MergeMethod::merge, MergeMethod::squash, MergeMethod::rebase})
        EXPECT_EQ(codeOf([&] { merge(method); }), "merge_conflict");
}

TEST_F(Merges, WhatCannotBeMergedIsRefused)
{
    apart();
    made.ref("refs/heads/topic", base);
    EXPECT_EQ(codeOf([&] { merge(MergeMethod::merge); }), "nothing_to_merge");
    made.commitOf(made.rawTree({}), "topic");
    EXPECT_EQ(codeOf([&] { merge(MergeMethod::squash); }), "unrelated_histories");
    const auto repository = made.open();
    EXPECT_FALSE(mergeability(repository, repository.commit("main").get(), repository.commit("topic").get()).related);
}

TEST_F(Merges, ARefMovesOnlyFromWhereItWas)
{
    apart();
    const auto repository = made.open();
    EXPECT_EQ(codeOf([&] { moveRef(repository, "refs/heads/main", &base, topic); }), "ref_changed");
    EXPECT_EQ(hexOf(made.head("main")), hexOf(main));
    moveRef(repository, "refs/heads/main", &main, topic);
    EXPECT_EQ(hexOf(made.head("main")), hexOf(topic));
    moveRef(repository, "refs/pull/1/head", nullptr, topic);
    EXPECT_EQ(codeOf([&] { moveRef(repository, "refs/pull/1/head", nullptr, main); }), "ref_changed");
    EXPECT_EQ(codeOf([&] { moveRef(repository, "refs/heads/none", &main, topic); }), "ref_changed");
    EXPECT_EQ(codeOf([&] { moveRef(repository, "refs/heads/../../x", nullptr, topic); }), "invalid_name");
}

TEST_F(Merges, ABranchOfAnotherRepositoryIsBrought)
{
    apart();
    Made fork;
    const auto theirs = fork.commit("work", {{"theirs", "t"}});
    const auto repository = made.open();
    bring(repository, fork.path(), "work", theirs, "refs/pull/3/head");
    EXPECT_EQ(hexOf(*repository.refTarget("refs/pull/3/head")), hexOf(theirs));
    EXPECT_EQ(at(theirs, "theirs"), "t");
    EXPECT_EQ(codeOf([&] { bring(repository, fork.path(), "work", main, "refs/pull/3/head"); }), "ref_changed");
}

TEST_F(Merges, ALineIsFollowedFromCommitToCommit)
{
    const auto one = made.commit("main", {{"f", "a\nb\nc\nd\ne\nf\ng\n"}});
    const auto two = made.commit("main", {{"f", "new\na\nb\nc\nD\ne\nf\ng\n"}});
    const auto three = made.commit("main", {{"f", "", GIT_FILEMODE_BLOB, true}, {"moved", "new\na\nb\nc\nD\ne\nf\ng\n"}});
    const auto repository = made.open();
    const auto place = [&](const git_oid& from, std::uint32_t line, const git_oid& to) -> std::string {
        const auto found = lineIn(repository, repository.commit(hexOf(from)).get(), {"f", line}, repository.commit(hexOf(to)).get(), limits);
        return found ? found->path + ':' + std::to_string(found->line) : "gone";
    };
    EXPECT_EQ(place(one, 2, two), "f:3");
    EXPECT_EQ(place(one, 4, two), "gone");
    EXPECT_EQ(place(two, 3, one), "f:2");
    EXPECT_EQ(place(two, 3, three), "moved:3");
    EXPECT_EQ(place(one, 0, two), "gone");
    EXPECT_EQ(place(one, 70, one), "gone") << "behind the file's end there is no line";
}

} // namespace netbit::git::test
