#include "disk/Refs.h"

#include "browse/Handles.h"
#include "browse/Text.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t newestCommits = 100;
constexpr std::size_t mostCounted = 10'000;
constexpr std::size_t mostToldBytes = 384 * 1024; // of commits: what goes beyond has its count only
constexpr std::size_t longestMessage = 4096;

std::string valid(const char* text, std::size_t most)
{
    const std::string_view bytes(text ? text : "");
    return lossyUtf8(bytes.substr(0, netbit::detail::cutLength(bytes, most)));
}

git_oid idOf(const std::string& hex)
{
    git_oid out;
    check(git_oid_fromstr(&out, hex.c_str()));
    return out;
}

/// The commit that an object leads to; nothing: none.
std::optional<git_oid> commitOf(git_repository* repository, const git_oid& id)
{
    const auto object = find(&git_object_lookup, repository, &id, GIT_OBJECT_ANY);
    if (!object)
        return std::nullopt;
    const auto commit = find(&git_object_peel, object.get(), GIT_OBJECT_COMMIT);
    return commit ? std::optional(*git_object_id(commit.get())) : std::nullopt;
}

bool builds(git_repository* repository, const git_oid& on, const git_oid& commit)
{
    return same(on, commit) || git_graph_descendant_of(repository, &commit, &on) == 1;
}

json::object commitJson(git_repository* repository, const git_oid& id)
{
    const auto commit = take(&git_commit_lookup, repository, &id);
    const auto* const author = git_commit_author(commit.get());
    return {{"id", hexOf(id)},
            {"author", valid(author ? author->name : "", 255)},
            {"subject", valid(git_commit_summary(commit.get()), 255)},
            {"message", valid(git_commit_message(commit.get()), longestMessage)},
            {"created_at", rfc3339(git_commit_time(commit.get()))}};
}

/// What the walk finds is new to this ref: not in what it was, nor, for a new branch, in what HEAD names.
void addCommits(git_repository* repository, const Command& command, std::size_t& room, json::object& out)
{
    json::array commits;
    std::size_t count = 0;
    const auto tip = commitOf(repository, idOf(command.to));
    if (tip) {
        const auto walk = take(&git_revwalk_new, repository);
        git_revwalk_sorting(walk.get(), GIT_SORT_TIME);
        check(git_revwalk_push(walk.get(), &*tip));
        if (!command.creates()) {
            if (const auto old = commitOf(repository, idOf(command.from)))
                check(git_revwalk_hide(walk.get(), &*old));
        } else if (const auto head = find(&git_repository_head, repository)) {
            if (command.ref != git_reference_name(head.get()))
                static_cast<void>(git_revwalk_hide_head(walk.get()));
        }
        git_oid id;
        while (count < mostCounted && git_revwalk_next(&id, walk.get()) == 0) {
            if (room > 0 && commits.size() < newestCommits) {
                auto commit = commitJson(repository, id);
                const auto size = json::serialize(commit).size();
                if (size <= room)
                    commits.push_back(std::move(commit));
                room -= std::min(room, size);
            }
            ++count;
        }
    }
    out["commits"] = std::move(commits);
    out["commit_count"] = count;
}

json::object updateJson(git_repository* repository, const Command& command, std::size_t& room)
{
    json::object out{{"ref", valid(command.ref.c_str(), 1024)}, {"old", command.from}, {"new", command.to}};
    if (command.deletes()) {
        out["kind"] = "delete";
        out["commits"] = json::array();
        out["commit_count"] = 0;
        return out;
    }
    const auto before = command.creates() ? std::nullopt : commitOf(repository, idOf(command.from));
    const auto after = commitOf(repository, idOf(command.to));
    out["kind"] = command.creates() ? "create" : before && after && builds(repository, *before, *after) ? "update" : "force";
    addCommits(repository, command, room, out);
    return out;
}

} // namespace

std::vector<Command> done(const fs::path& path, const std::vector<Command>& commands)
{
    std::vector<Command> out;
    const auto repository = take(&git_repository_open_bare, path.c_str());
    for (const auto& command : commands) {
        git_oid now;
        const bool there = git_reference_name_to_id(&now, repository.get(), command.ref.c_str()) == 0;
        if (command.deletes() ? !there : there && hexOf(now) == command.to) {
            out.push_back(command);
            continue;
        }
        if (!there || command.deletes() || hexOf(now) == command.from)
            continue;
        const auto wanted = commitOf(repository.get(), idOf(command.to));
        const auto tip = commitOf(repository.get(), now);
        if (wanted && tip && builds(repository.get(), *wanted, *tip)) // another push came behind it
            out.push_back(command);
    }
    return out;
}

std::string commandsJson(const std::vector<Command>& commands)
{
    json::array out;
    for (const auto& command : commands)
        out.push_back({{"ref", valid(command.ref.c_str(), 1024)}, {"old", command.from}, {"new", command.to}});
    return json::serialize(out);
}

std::string updatedJson(const fs::path& path, const std::vector<Command>& updated)
{
    json::array out;
    const auto repository = take(&git_repository_open_bare, path.c_str());
    std::size_t room = mostToldBytes;
    for (const auto& command : updated)
        out.push_back(updateJson(repository.get(), command, room));
    return json::serialize(out);
}

std::vector<Command> newRefs(const fs::path& path, std::size_t most)
{
    std::vector<Command> out;
    const auto repository = take(&git_repository_open_bare, path.c_str());
    for (const auto* const pattern : {"refs/heads/*", "refs/tags/*"}) {
        const auto each = take(&git_reference_iterator_glob_new, repository.get(), pattern);
        git_reference* raw = nullptr;
        while (out.size() < most && git_reference_next(&raw, each.get()) == 0) {
            const Owned<git_reference> ref(raw);
            if (const auto* const id = git_reference_target(ref.get()))
                out.push_back({git_reference_name(ref.get()), std::string(noObject), hexOf(id)});
        }
    }
    return out;
}

void clearAfterKill(const fs::path& path, const std::vector<Command>& commands)
{
    std::error_code ignored;
    for (const auto* const name : {"packed-refs.lock", "HEAD.lock", "shallow.lock"})
        fs::remove(path / name, ignored);
    for (const auto& command : commands) { // names that git has taken: no ".." is in them, and they begin with refs/
        int fine = 0;
        if (git_reference_name_is_valid(&fine, command.ref.c_str()) == 0 && fine == 1 && command.ref.starts_with("refs/"))
            fs::remove(path / (command.ref + ".lock"), ignored);
    }
    for (const auto& each : fs::directory_iterator(path / "objects", ignored)) {
        const auto name = each.path().filename().string();
        if (name.starts_with("tmp_objdir-") || name.starts_with("incoming-"))
            fs::remove_all(each.path(), ignored);
    }
    for (const auto& each : fs::directory_iterator(path / "objects" / "pack", ignored)) {
        const auto name = each.path().filename().string();
        if (name.starts_with("tmp_") || name.starts_with(".tmp-"))
            fs::remove(each.path(), ignored);
    }
}

} // namespace netbit::git
