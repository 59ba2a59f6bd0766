#include "browse/Diff.h"

#include <limits>

namespace netbit::git {

namespace json = boost::json;

namespace {

struct Watch {
    const Deadline& deadline;
    std::size_t most;
    std::size_t taken = 0;
    bool truncated = false;

    /// Of each difference that is found: 1 leaves it out, -1 ends the search.
    static int notify(const git_diff*, const git_diff_delta*, const char*, void* payload)
    {
        auto& watch = *static_cast<Watch*>(payload);
        if (watch.deadline.over())
            return -1;
        if (watch.taken == watch.most) {
            watch.truncated = true;
            return 1;
        }
        ++watch.taken;
        return 0;
    }
    static int progress(const git_diff*, const char*, const char*, void* payload)
    {
        return static_cast<Watch*>(payload)->deadline.over() ? -1 : 0;
    }
};

std::string_view statusName(git_delta_t status)
{
    switch (status) {
    case GIT_DELTA_ADDED: return "added";
    case GIT_DELTA_DELETED: return "deleted";
    case GIT_DELTA_RENAMED: return "renamed";
    case GIT_DELTA_COPIED: return "copied";
    case GIT_DELTA_TYPECHANGE: return "type_changed";
    default: return "modified";
    }
}

/// What is left of the whole answer's bounds.
struct Room {
    std::size_t bytes;
    std::size_t lines;
};

json::object lineJson(const git_diff_line& line)
{
    json::object out;
    std::string_view text(line.content, line.content_len);
    switch (line.origin) {
    case GIT_DIFF_LINE_ADDITION: out["kind"] = "added"; break;
    case GIT_DIFF_LINE_DELETION: out["kind"] = "deleted"; break;
    default: out["kind"] = "context";
    }
    out["old"] = line.old_lineno > 0 ? json::value(line.old_lineno) : json::value();
    out["new"] = line.new_lineno > 0 ? json::value(line.new_lineno) : json::value();
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    putBytes(out, "text", text);
    return out;
}

bool addHunks(json::object& file, git_patch* patch, Room& room)
{
    json::array hunks;
    const auto count = git_patch_num_hunks(patch);
    for (std::size_t h = 0; h < count; ++h) {
        const git_diff_hunk* hunk = nullptr;
        std::size_t lines = 0;
        check(git_patch_get_hunk(&hunk, &lines, patch, h));
        json::object out{{"old_start", hunk->old_start},
                         {"old_lines", hunk->old_lines},
                         {"new_start", hunk->new_start},
                         {"new_lines", hunk->new_lines}};
        std::string_view heading(hunk->header, hunk->header_len);
        const auto end = heading.find("@@", 2);
        heading = end == std::string_view::npos ? std::string_view() : heading.substr(end + 2);
        while (heading.starts_with(' '))
            heading.remove_prefix(1);
        while (heading.ends_with('\n'))
            heading.remove_suffix(1);
        putBytes(out, "heading", heading);
        json::array shown;
        for (std::size_t l = 0; l < lines; ++l) {
            const git_diff_line* line = nullptr;
            check(git_patch_get_line_in_hunk(&line, patch, h, l));
            const bool marks = line->origin == GIT_DIFF_LINE_CONTEXT_EOFNL || line->origin == GIT_DIFF_LINE_ADD_EOFNL ||
                               line->origin == GIT_DIFF_LINE_DEL_EOFNL;
            if (marks) {
                if (!shown.empty())
                    shown.back().as_object()["no_newline"] = true;
                continue;
            }
            if (room.lines == 0 || room.bytes < line->content_len)
                return false;
            --room.lines;
            room.bytes -= line->content_len;
            shown.push_back(lineJson(*line));
        }
        out["lines"] = std::move(shown);
        hunks.push_back(std::move(out));
    }
    file["hunks"] = std::move(hunks);
    return true;
}

void putSide(json::object& file, std::string_view side, const git_diff_file& of)
{
    const bool there = (of.flags & GIT_DIFF_FLAG_EXISTS) != 0 || !git_oid_is_zero(&of.id);
    file[std::string(side) + "_id"] = there && !git_oid_is_zero(&of.id) ? json::value(hexOf(of.id)) : json::value();
    file[std::string(side) + "_mode"] = of.mode != 0 ? json::value(modeText(of.mode)) : json::value();
}

git_diff_options optionsOf(const Limits& limits, Watch& watch)
{
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.max_size = static_cast<git_off_t>(limits.blobBytes);
    options.notify_cb = &Watch::notify;
    options.progress_cb = &Watch::progress;
    options.payload = &watch;
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    return options;
}

} // namespace

json::object diffJson(const Repository& repository, git_tree* from, git_tree* to, std::string_view path, const Limits& limits)
{
    const Deadline deadline(limits.time);
    Watch watch{deadline, limits.diffFiles};
    auto options = optionsOf(limits, watch);
    std::string below(path);
    char* one = below.data();
    if (!below.empty())
        options.pathspec = {&one, 1};
    git_diff* made = nullptr;
    const int status = git_diff_tree_to_tree(&made, repository.raw(), from, to, &options);
    const Owned<git_diff> diff(made);
    if (status < 0 && deadline.over())
        deadline.check();
    check(status);
    if (!watch.truncated) { // with all files in sight only: else a renamed one is no news of either name
        git_diff_find_options similar = GIT_DIFF_FIND_OPTIONS_INIT;
        similar.flags = GIT_DIFF_FIND_RENAMES;
        similar.rename_limit = 100;
        check(git_diff_find_similar(diff.get(), &similar));
    }
    Room room{limits.diffBytes, limits.diffLines};
    json::array files;
    std::size_t added = 0;
    std::size_t deleted = 0;
    bool cut = watch.truncated;
    const auto count = git_diff_num_deltas(diff.get());
    for (std::size_t i = 0; i < count; ++i) {
        const auto* const delta = git_diff_get_delta(diff.get(), i);
        json::object file{{"status", statusName(delta->status)}};
        const bool gone = delta->status == GIT_DELTA_DELETED;
        putBytes(file, "path", gone ? delta->old_file.path : delta->new_file.path);
        if (delta->status == GIT_DELTA_RENAMED || delta->status == GIT_DELTA_COPIED) {
            putBytes(file, "old_path", delta->old_file.path);
            file["similarity"] = delta->similarity;
        }
        putSide(file, "old", delta->old_file);
        putSide(file, "new", delta->new_file);
        const bool late = deadline.over();
        git_patch* raw = nullptr;
        const auto patch = Owned<git_patch>(late || git_patch_from_diff(&raw, diff.get(), i) < 0 ? nullptr : raw);
        const bool binary = patch && (git_patch_get_delta(patch.get())->flags & GIT_DIFF_FLAG_BINARY) != 0;
        file["binary"] = binary;
        std::size_t more = 0;
        std::size_t less = 0;
        if (patch)
            check(git_patch_line_stats(nullptr, &more, &less, patch.get()));
        file["additions"] = more;
        file["deletions"] = less;
        added += more;
        deleted += less;
        const bool whole = patch && addHunks(file, patch.get(), room);
        if (!whole) {
            file["hunks"] = json::array();
            cut = true;
        }
        file["truncated"] = !whole;
        files.push_back(std::move(file));
    }
    json::object out;
    out["stats"] = json::object{{"files", files.size()}, {"additions", added}, {"deletions", deleted}};
    out["files"] = std::move(files);
    out["truncated"] = cut;
    return out;
}

Answer commitWithDiff(const Repository& repository, const git_commit* commit, const Limits& limits)
{
    Answer answer;
    answer.body = commitJson(commit, 64u << 10);
    const auto parent = git_commit_parentcount(commit) > 0 ? find(&git_commit_parent, commit, 0u) : nullptr;
    const auto before = parent ? repository.tree(parent.get()) : nullptr;
    const auto after = repository.tree(commit);
    for (auto& member : diffJson(repository, before.get(), after.get(), {}, limits))
        answer.body[member.key()] = std::move(member.value());
    return answer;
}

Answer compare(const Repository& repository, const git_commit* base, const git_commit* head, const Limits& limits)
{
    const auto& baseId = *git_commit_id(base);
    const auto& headId = *git_commit_id(head);
    git_oid common{};
    const int status = git_merge_base(&common, repository.raw(), &baseId, &headId);
    if (status != GIT_ENOTFOUND)
        check(status);
    const bool related = status == 0;
    std::size_t ahead = 0;
    std::size_t behind = 0;
    check(git_graph_ahead_behind(&ahead, &behind, repository.raw(), &headId, &baseId));
    Answer answer;
    auto& out = answer.body;
    out["base"] = shortCommitJson(base);
    out["head"] = shortCommitJson(head);
    out["merge_base"] = related ? json::value(hexOf(common)) : json::value();
    out["ahead"] = ahead;
    out["behind"] = behind;
    const auto from = repository.tree(related ? take(&git_commit_lookup, repository.raw(), &common).get() : base);
    const auto to = repository.tree(head);
    for (auto& member : diffJson(repository, from.get(), to.get(), {}, limits))
        out[member.key()] = std::move(member.value());
    return answer;
}

namespace {

struct Found {
    std::vector<LineMap::Segment> same;
    std::uint32_t before = 1; // where the next common lines begin
    std::uint32_t after = 1;

    static int hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload)
    {
        auto& found = *static_cast<Found*>(payload);
        // Of nothing, git tells the line before it.
        const auto start = [](int line, int lines) { return static_cast<std::uint32_t>(lines == 0 ? line + 1 : line); };
        const auto before = start(hunk->old_start, hunk->old_lines);
        if (before > found.before)
            found.same.push_back({found.before, found.after, before - found.before});
        found.before = before + static_cast<std::uint32_t>(hunk->old_lines);
        found.after = start(hunk->new_start, hunk->new_lines) + static_cast<std::uint32_t>(hunk->new_lines);
        return 0;
    }
};

git_diff_options lineOptions()
{
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.context_lines = 0;
    options.flags = GIT_DIFF_FORCE_TEXT;
    return options;
}

std::vector<LineMap::Segment> closed(Found found)
{
    found.same.push_back({found.before, found.after, std::numeric_limits<std::uint32_t>::max() - std::max(found.before, found.after)});
    return std::move(found.same);
}

} // namespace

LineMap LineMap::between(const git_blob* before, const git_blob* after)
{
    const auto options = lineOptions();
    Found found;
    check(git_diff_blobs(before, nullptr, after, nullptr, &options, nullptr, nullptr, &Found::hunk, nullptr, &found));
    LineMap map;
    map._same = closed(std::move(found));
    return map;
}

LineMap LineMap::between(std::string_view before, std::string_view after)
{
    const auto options = lineOptions();
    Found found;
    check(git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options, nullptr, nullptr,
                           &Found::hunk, nullptr, &found));
    LineMap map;
    map._same = closed(std::move(found));
    return map;
}

std::uint32_t LineMap::toAfter(std::uint32_t line) const
{
    for (const auto& segment : _same)
        if (line >= segment.before && line - segment.before < segment.count)
            return segment.after + (line - segment.before);
    return 0;
}

std::uint32_t LineMap::toBefore(std::uint32_t line) const
{
    for (const auto& segment : _same)
        if (line >= segment.after && line - segment.after < segment.count)
            return segment.before + (line - segment.after);
    return 0;
}

} // namespace netbit::git
