#include "browse/Commits.h"

namespace netbit::git {

namespace {

bool isBy(const git_signature* person, std::string_view foldedPart)
{
    return person && (containsFolded(person->name, foldedPart) || containsFolded(person->email, foldedPart));
}

/// What stands at the path: its id and mode; nothing.
std::optional<std::pair<git_oid, git_filemode_t>> at(const Repository& repository, const git_commit* commit, std::string_view path)
{
    const auto entry = repository.entry(commit, path);
    if (!entry)
        return std::nullopt;
    return std::pair(*git_tree_entry_id(entry.get()), git_tree_entry_filemode(entry.get()));
}

bool equal(const std::optional<std::pair<git_oid, git_filemode_t>>& one, const std::optional<std::pair<git_oid, git_filemode_t>>& other)
{
    return one.has_value() == other.has_value() && (!one || (same(one->first, other->first) && one->second == other->second));
}

/// As git log does: a merge that has it from one of its parents does not change it.
bool changes(const Repository& repository, const git_commit* commit, std::string_view path)
{
    const auto here = at(repository, commit, path);
    const auto parents = git_commit_parentcount(commit);
    if (parents == 0)
        return here.has_value();
    for (unsigned i = 0; i < parents; ++i) {
        const auto parent = find(&git_commit_parent, commit, i);
        if (!parent ? !here : equal(here, at(repository, parent.get(), path)))
            return false;
    }
    return true;
}

} // namespace

Answer commits(const Repository& repository, const git_commit* head, const CommitFilter& filter, std::uint64_t at,
               std::size_t limit, const Limits& limits)
{
    const Deadline deadline(limits.time);
    const auto author = folded(filter.author);
    const auto walk = take(&git_revwalk_new, repository.raw());
    git_revwalk_sorting(walk.get(), GIT_SORT_TIME);
    check(git_revwalk_push(walk.get(), git_commit_id(head)));
    Answer answer;
    boost::json::array data;
    git_oid id{};
    std::uint64_t walked = 0;
    for (;;) {
        const int status = git_revwalk_next(&id, walk.get());
        if (status == GIT_ITEROVER)
            break;
        check(status);
        if (walked < at) {
            ++walked;
            continue;
        }
        if (data.size() == limit || (deadline.over() && walked > at)) {
            answer.next = Cursor{*git_commit_id(head), walked}.text();
            break;
        }
        ++walked;
        const auto commit = take(&git_commit_lookup, repository.raw(), &id);
        const auto time = git_commit_time(commit.get());
        if ((filter.since && time < *filter.since) || (filter.until && time > *filter.until))
            continue;
        if (!author.empty() && !isBy(git_commit_author(commit.get()), author))
            continue;
        if (!filter.path.empty() && !changes(repository, commit.get(), filter.path))
            continue;
        data.push_back(commitJson(commit.get(), 4'096));
    }
    answer.body["data"] = std::move(data);
    answer.body["pagination"] = pagination(limit, answer.next);
    return answer;
}

} // namespace netbit::git
