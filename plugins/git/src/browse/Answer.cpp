#include "browse/Answer.h"

#include <array>
#include <cstdio>

namespace netbit::git {

namespace json = boost::json;

std::optional<Cursor> Cursor::read(std::string_view text)
{
    if (text.size() < GIT_OID_HEXSZ + 2 || text[GIT_OID_HEXSZ] != '.')
        return std::nullopt;
    const auto id = readId(text.substr(0, GIT_OID_HEXSZ));
    const auto at = parseInteger<std::uint64_t>(text.substr(GIT_OID_HEXSZ + 1));
    if (!id || !at)
        return std::nullopt;
    return Cursor{*id, *at};
}

std::string Cursor::text() const { return hexOf(of) + '.' + std::to_string(at); }

json::object pagination(std::size_t limit, const std::string& next)
{
    return {{"limit", limit}, {"next_cursor", next.empty() ? json::value() : json::value(next)}};
}

json::object personJson(const git_signature* person)
{
    json::object out;
    putBytes(out, "name", person ? person->name : "");
    putBytes(out, "email", person ? person->email : "");
    out["date"] = rfc3339(person ? person->when.time : 0);
    out["offset_minutes"] = person ? person->when.offset : 0;
    return out;
}

json::object commitJson(const git_commit* commit, std::size_t messageBytes)
{
    json::object out{{"id", hexOf(git_commit_id(commit))}, {"tree", hexOf(git_commit_tree_id(commit))}};
    json::array parents;
    for (unsigned i = 0; i < git_commit_parentcount(commit); ++i)
        parents.emplace_back(hexOf(git_commit_parent_id(commit, i)));
    out["parents"] = std::move(parents);
    out["author"] = personJson(git_commit_author(commit));
    out["committer"] = personJson(git_commit_committer(commit));
    const std::string_view all = git_commit_message(commit) ? git_commit_message(commit) : "";
    const auto message = all.substr(0, netbit::detail::cutLength(all, messageBytes));
    putBytes(out, "subject", message.substr(0, message.find('\n')));
    putBytes(out, "message", message);
    if (message.size() < all.size())
        out["message_truncated"] = true;
    return out;
}

json::object shortCommitJson(const git_commit* commit)
{
    json::object out{{"id", hexOf(git_commit_id(commit))}};
    const std::string_view message = git_commit_message(commit) ? git_commit_message(commit) : "";
    const auto subject = message.substr(0, message.find('\n'));
    putBytes(out, "subject", subject.substr(0, netbit::detail::cutLength(subject, 200)));
    putBytes(out, "author", git_commit_author(commit) ? git_commit_author(commit)->name : "");
    out["date"] = rfc3339(git_commit_time(commit));
    return out;
}

std::string modeText(std::uint32_t mode)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%06o", mode);
    return text.data();
}

std::string_view kindOf(std::uint32_t mode)
{
    switch (mode) {
    case GIT_FILEMODE_TREE: return "tree";
    case GIT_FILEMODE_LINK: return "symlink";
    case GIT_FILEMODE_COMMIT: return "submodule";
    default: return "blob";
    }
}

} // namespace netbit::git
