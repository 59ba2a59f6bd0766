#include "services/projects/Refs.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace netbit::services::projects {

using base::Error;
using base::fault;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

constexpr std::size_t maxRefBytes = 1'024;
constexpr std::size_t maxCommits = 100;
constexpr std::size_t maxMessageBytes = 64 * 1024;
constexpr std::string_view heads = "refs/heads/";

std::string_view textAt(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool objectId(std::string_view text)
{
    return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool zero(std::string_view id) { return id.find_first_not_of('0') == id.npos; }

Error wrong(const std::string& pointer, std::string_view member, std::string_view what)
{
    return fault(Status::invalid, "out_of_range", "\"" + std::string(member) + "\" " + std::string(what),
                 pointer + "/" + std::string(member));
}

Result<void> checkCommit(const json::value& value, const std::string& pointer)
{
    if (!value.is_object())
        return fault(Status::invalid, "wrong_type", "A commit must be an object.", pointer);
    const auto& commit = value.get_object();
    if (!objectId(textAt(commit, "id")))
        return wrong(pointer, "id", "must be an object id.");
    for (const auto* const name : {"author", "subject", "message", "created_at"})
        if (const auto* const text = commit.if_contains(name);
            !text || !text->is_string() || text->get_string().size() > maxMessageBytes)
            return wrong(pointer, name, "must be a string of at most 64 KiB.");
    return {};
}

} // namespace

Ref refOf(const json::object& command)
{
    Ref out{std::string(textAt(command, "ref")), std::string(textAt(command, "old")), std::string(textAt(command, "new"))};
    out.deletes = zero(out.to);
    return out;
}

Result<void> checkCommand(const json::object& command, const std::string& pointer)
{
    const auto ref = textAt(command, "ref");
    if (!ref.starts_with("refs/") || ref.size() > maxRefBytes || ref.find('\0') != ref.npos)
        return wrong(pointer, "ref", "must be a ref of at most 1,024 bytes.");
    for (const auto* const name : {"old", "new"})
        if (!objectId(textAt(command, name)))
            return wrong(pointer, name, "must be an object id, or zeros.");
    if (zero(textAt(command, "old")) && zero(textAt(command, "new")))
        return wrong(pointer, "new", "must not be zeros where \"old\" is.");
    return {};
}

Result<void> checkUpdated(const json::object& updated, const std::string& pointer)
{
    if (auto good = checkCommand(updated, pointer); !good)
        return good;
    const auto kind = textAt(updated, "kind");
    if (kind != "create" && kind != "update" && kind != "force" && kind != "delete")
        return wrong(pointer, "kind", "must be create, update, force or delete.");
    const auto* const count = updated.if_contains("commit_count");
    if (count && (!count->is_int64() || count->get_int64() < 0))
        return wrong(pointer, "commit_count", "must be a whole number, not below 0.");
    const auto* const commits = updated.if_contains("commits");
    if (!commits)
        return {};
    if (!commits->is_array() || commits->get_array().size() > maxCommits)
        return wrong(pointer, "commits", "must be a list of at most 100 commits.");
    for (std::size_t i = 0; i < commits->get_array().size(); ++i)
        if (auto good = checkCommit(commits->get_array()[i], pointer + "/commits/" + std::to_string(i)); !good)
            return good;
    return {};
}

bool matchesPattern(std::string_view pattern, std::string_view branch) noexcept
{
    // The last star may always take one character more: no more than pattern times branch steps.
    std::size_t p = 0;
    std::size_t b = 0;
    std::size_t star = pattern.npos;
    std::size_t taken = 0;
    while (b < branch.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = b;
        } else if (p < pattern.size() && pattern[p] == branch[b]) {
            ++p;
            ++b;
        } else if (star != pattern.npos && branch[taken] != '/') {
            p = star + 1;
            b = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

Result<void> checkProtected(const Config& config, Role role, const Ref& ref, const std::string& pointer)
{
    if (!ref.name.starts_with(heads))
        return {};
    const auto branch = std::string_view(ref.name).substr(heads.size());
    for (const auto& rule : config.branches) {
        if (!matchesPattern(rule.pattern, branch))
            continue;
        if (ref.deletes && !rule.allowDelete)
            return fault(Status::forbidden, "protected_branch", "The branch " + std::string(branch) + " is not to be deleted.",
                         pointer);
        if (std::find(rule.push.begin(), rule.push.end(), nameOf(role)) == rule.push.end())
            return fault(Status::forbidden, "protected_branch",
                         "The branch " + std::string(branch) + " takes no pushes of your role: open a pull request.", pointer);
    }
    return {};
}

std::string cutText(std::string_view text, std::size_t most)
{
    auto end = std::min(text.size(), most);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return std::string(text.substr(0, end));
}

} // namespace netbit::services::projects
