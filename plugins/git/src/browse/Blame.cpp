#include "browse/Blame.h"

#include "browse/Contents.h"
#include "browse/Diff.h"

#include <algorithm>
#include <map>

namespace netbit::git {

namespace json = boost::json;

namespace {

/// Lines of the file that was asked about, and where they stand in the file of a commit that may have made them.
struct Lines {
    std::uint32_t asked = 1;
    std::uint32_t here = 1;
    std::uint32_t count = 0;
};

/// A commit that may have made lines of the file. The newest is looked at first, so that a commit which several lead to is mostly
/// looked at once, with all that they pass on.
struct Suspect {
    git_time_t time = 0;
    git_oid commit{};
    std::string path;

    bool operator<(const Suspect& other) const
    {
        if (time != other.time)
            return time > other.time;
        const int order = git_oid_cmp(&commit, &other.commit);
        return order != 0 ? order < 0 : path < other.path;
    }
};

class Search {
public:
    Search(const Repository& repository, const Limits& limits) : _repository(repository), _limits(limits), _deadline(limits.time) {}

    Blamed run(const git_commit* commit, std::string_view path, std::uint32_t first, std::uint32_t last)
    {
        const auto blob = fileAt(commit, path);
        if (!blob)
            throw Failure(pathNotFound());
        if (isBinary(bytesOf(blob.get())))
            throw Failure(Error(Status::invalid, "binary_file", "The file is no text."));
        Blamed out;
        out.lines = linesOf(bytesOf(blob.get()));
        if (last == 0)
            last = out.lines;
        if (first > std::max(out.lines, 1u) || last > out.lines || first > last + 1)
            throw Failure(Error(Status::invalid, "no_such_line", "The file has " + std::to_string(out.lines) + " lines.", "/line"));
        if (last - first + 1 > _limits.blameLines)
            throw Failure(Error(Status::invalid, "too_many_lines",
                                "Ask for at most " + std::to_string(_limits.blameLines) + " lines at once.", "/last"));
        if (last >= first)
            _open[{git_commit_time(commit), *git_commit_id(commit), std::string(path)}] = {{first, first, last - first + 1}};
        while (!_open.empty()) {
            const auto node = _open.extract(_open.begin());
            settle(node.key(), node.mapped());
        }
        std::sort(_ranges.begin(), _ranges.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
        for (auto& range : _ranges) { // what lies together in both files is one range
            auto* const before = out.ranges.empty() ? nullptr : &out.ranges.back();
            if (before && same(before->commit, range.commit) && before->originalPath == range.originalPath &&
                before->start + before->count == range.start && before->originalStart + before->count == range.originalStart)
                before->count += range.count;
            else
                out.ranges.push_back(std::move(range));
        }
        out.complete = _complete;
        return out;
    }

private:
    /// null: there is no file at that path.
    Owned<git_blob> fileAt(const git_commit* commit, std::string_view path) const
    {
        const auto entry = _repository.entry(commit, path);
        if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB)
            return nullptr;
        return _repository.blob(*git_tree_entry_id(entry.get()), _limits.blobBytes);
    }

    void settle(const Suspect& suspect, std::vector<Lines> lines)
    {
        const auto commit = find(&git_commit_lookup, _repository.raw(), &suspect.commit);
        if (!commit)
            return take(lines, suspect);
        const auto blob = fileAt(commit.get(), suspect.path);
        for (unsigned i = 0; i < git_commit_parentcount(commit.get()) && !lines.empty(); ++i) {
            if (_deadline.over()) {
                _complete = false;
                break;
            }
            const auto parent = find(&git_commit_parent, commit.get(), i);
            if (parent) // what a shallow import left out is not there
                passOn(commit.get(), suspect.path, blob.get(), parent.get(), lines);
        }
        take(lines, suspect);
    }

    void take(const std::vector<Lines>& lines, const Suspect& by)
    {
        for (const auto& part : lines)
            _ranges.push_back({part.asked, part.count, by.commit, part.here, by.path});
    }

    /// What the parent has as well becomes the parent's; the rest stays.
    void passOn(const git_commit* commit, const std::string& path, const git_blob* blob, const git_commit* parent,
                std::vector<Lines>& lines)
    {
        auto before = sizedFileAt(parent, path);
        std::string name = path;
        if (!before) {
            name = nameBefore(commit, parent, path);
            if (!name.empty())
                before = sizedFileAt(parent, name);
        }
        if (!before)
            return;
        auto& passed = _open[{git_commit_time(parent), *git_commit_id(parent), name}];
        if (same(*git_blob_id(before.get()), *git_blob_id(blob))) {
            passed.insert(passed.end(), lines.begin(), lines.end());
            lines.clear();
            return;
        }
        const auto map = LineMap::between(before.get(), blob);
        std::vector<Lines> left;
        for (const auto& part : lines) {
            std::uint32_t done = part.here;
            const auto end = part.here + part.count;
            for (const auto& segment : map.segments()) {
                const auto from = std::max(segment.after, part.here);
                const auto to = std::min(segment.after + segment.count, end);
                if (from >= to)
                    continue;
                if (from > done)
                    left.push_back({part.asked + (done - part.here), done, from - done});
                passed.push_back({part.asked + (from - part.here), segment.before + (from - segment.after), to - from});
                done = to;
            }
            if (done < end)
                left.push_back({part.asked + (done - part.here), done, end - done});
        }
        lines = std::move(left);
        if (passed.empty())
            _open.erase({git_commit_time(parent), *git_commit_id(parent), name});
    }

    /// As fileAt; one that has grown too large since is where the search ends.
    Owned<git_blob> sizedFileAt(const git_commit* commit, std::string_view path) const
    {
        const auto entry = _repository.entry(commit, path);
        if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB ||
            _repository.sizeOf(*git_tree_entry_id(entry.get())) > _limits.blobBytes)
            return nullptr;
        return _repository.blob(*git_tree_entry_id(entry.get()), _limits.blobBytes);
    }

    /// What the file was called in the parent, where this commit has renamed it; "": it is new.
    std::string nameBefore(const git_commit* commit, const git_commit* parent, const std::string& path) const
    {
        constexpr std::size_t mostChanges = 500;
        const auto from = _repository.tree(parent);
        const auto to = _repository.tree(commit);
        git_diff_options options = GIT_DIFF_OPTIONS_INIT;
        const auto diff = git::take(&git_diff_tree_to_tree, _repository.raw(), from.get(), to.get(), &options);
        if (git_diff_num_deltas(diff.get()) > mostChanges)
            return {};
        git_diff_find_options similar = GIT_DIFF_FIND_OPTIONS_INIT;
        similar.flags = GIT_DIFF_FIND_RENAMES;
        similar.rename_limit = 100;
        check(git_diff_find_similar(diff.get(), &similar));
        for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
            const auto* const delta = git_diff_get_delta(diff.get(), i);
            if (delta->status == GIT_DELTA_RENAMED && path == delta->new_file.path)
                return delta->old_file.path;
        }
        return {};
    }

    const Repository& _repository;
    const Limits& _limits;
    const Deadline _deadline;
    std::map<Suspect, std::vector<Lines>> _open;
    std::vector<BlamedRange> _ranges;
    bool _complete = true;
};

} // namespace

std::uint32_t linesOf(std::string_view text)
{
    const auto ends = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
    return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

Blamed blamed(const Repository& repository, const git_commit* commit, std::string_view path, std::uint32_t first,
              std::uint32_t last, const Limits& limits)
{
    return Search(repository, limits).run(commit, path, first, last);
}

Answer blame(const Repository& repository, const git_commit* commit, std::string_view path, std::uint32_t first,
             std::uint32_t last, const Limits& limits)
{
    const auto made = blamed(repository, commit, path, first, last, limits);
    Answer answer;
    auto& out = answer.body;
    out["commit"] = shortCommitJson(commit);
    putBytes(out, "path", path);
    out["lines"] = made.lines;
    out["complete"] = made.complete;
    json::array ranges;
    json::object commits;
    for (const auto& range : made.ranges) {
        const auto id = hexOf(range.commit);
        json::object item{{"start", range.start}, {"count", range.count}, {"commit", id}, {"original_start", range.originalStart}};
        putBytes(item, "original_path", range.originalPath);
        ranges.push_back(std::move(item));
        if (commits.contains(id))
            continue;
        if (const auto of = find(&git_commit_lookup, repository.raw(), &range.commit))
            commits[id] = shortCommitJson(of.get());
    }
    out["ranges"] = std::move(ranges);
    out["commits"] = std::move(commits);
    return answer;
}

} // namespace netbit::git
