#include "services/telling/Words.h"

#include "services/projects/Refs.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace netbit::services::telling {

namespace json = boost::json;

namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";

std::string_view textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::int64_t numberOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

const json::array& listOf(const json::object& object, std::string_view name)
{
    static const json::array none;
    const auto* const value = object.if_contains(name);
    return value && value->is_array() ? value->get_array() : none;
}

std::string counted(std::int64_t count)
{
    return std::to_string(count) + (count == 1 ? " commit" : " commits");
}

/// "the branch `main`"; what is neither branch nor tag by its whole name.
std::string named(std::string_view ref)
{
    if (ref.starts_with(heads))
        return "the branch " + asCode(ref.substr(heads.size()));
    if (ref.starts_with(tags))
        return "the tag " + asCode(ref.substr(tags.size()));
    return asCode(ref);
}

std::string wordsOfRef(const json::object& update)
{
    const auto ref = textOf(update, "ref");
    const auto kind = textOf(update, "kind");
    const auto count = numberOf(update, "commit_count");
    if (kind == "delete")
        return "deleted " + named(ref);
    if (!ref.starts_with(heads))
        return (kind == "create" ? "created " : "moved ") + named(ref);
    const auto commits = counted(count);
    if (kind == "create")
        return "created " + named(ref) + (count > 0 ? " with " + commits : std::string());
    if (kind == "force")
        return "force-pushed " + named(ref) + (count > 0 ? ", " + commits : std::string());
    return "pushed " + commits + " to " + asCode(ref.substr(heads.size()));
}

} // namespace

std::string asCode(std::string_view text)
{
    std::string line;
    for (const char c : text)
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    const auto cut = projects::cutText(line, shownBytes);
    const bool whole = cut.size() == line.size();
    line = whole ? cut : cut + "…";
    if (line.find_first_not_of(' ') == line.npos)
        return "``  ``";
    // A fence that is longer than any in it; a space where a back quote would lengthen it.
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : line) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    const bool apart = line.front() == '`' || line.back() == '`';
    const std::string_view space = apart ? " " : "";
    return fence + std::string(space) + line + std::string(space) + fence;
}

std::string wordsOfPush(const json::object& data, std::string_view place)
{
    const auto& updated = listOf(data, "updated");
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(numberOf(data, "ref_count"), 0));
    std::string out;
    if (count == 1 && updated.size() == 1) {
        const auto& update = updated.front().get_object();
        out = wordsOfRef(update) + " in " + std::string(place);
        const auto& commits = listOf(update, "commits");
        const auto shown = std::min(commits.size(), shownCommits);
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& commit = commits[i].get_object();
            out += "\n- " + std::string(textOf(commit, "id").substr(0, 10)) + " " + asCode(textOf(commit, "subject"));
        }
        const auto all = numberOf(update, "commit_count");
        if (shown > 0 && all > static_cast<std::int64_t>(shown))
            out += "\n- and " + std::to_string(all - static_cast<std::int64_t>(shown)) + " more";
        return out;
    }
    out = "pushed " + std::to_string(count) + " refs of " + std::string(place) + ":";
    const auto shown = std::min(updated.size(), shownRefs);
    for (std::size_t i = 0; i < shown; ++i)
        out += "\n- " + wordsOfRef(updated[i].get_object());
    if (count > shown)
        out += "\n- and " + std::to_string(count - shown) + " more";
    return out;
}

std::string wordsOfPull(std::string_view topic, const json::object& data, const json::object& pull, std::string_view place)
{
    // With its project: a bare number would mean what the chat's first project has under it.
    const auto name = "pull request " + std::string(place.substr(0, place.find('/'))) + "#" + std::to_string(numberOf(pull, "number")) +
                      " in " + std::string(place);
    const auto title = ": " + asCode(textOf(pull, "title"));
    const auto base = asCode(textOf(pull.at("base").as_object(), "branch"));
    if (topic == "pull.opened")
        return "opened " + name + title + " (" + asCode(textOf(pull.at("head").as_object(), "branch")) + " into " + base + ")";
    if (topic == "pull.reviewed") {
        const auto verdict = textOf(data, "verdict");
        return (verdict == "approve" ? "approved " : verdict == "request_changes" ? "asked for changes in " : "reviewed ") + name + title;
    }
    if (topic == "pull.merged")
        return "merged " + name + " into " + base + title;
    if (topic == "pull.closed")
        return "closed " + name + title;
    if (topic == "pull.reopened")
        return "opened again " + name + title;
    if (topic == "pull.pushed")
        return "pushed to " + name + title;
    return {};
}

std::string wordsOfIssue(std::string_view topic, const json::object& data)
{
    const auto* const verb = topic == "issue.created" ? "opened " : topic == "issue.closed" ? "closed " : topic == "issue.reopened" ? "opened again " : nullptr;
    if (!verb)
        return {};
    auto out = verb + std::string(textOf(data, "reference")) + ": " + asCode(textOf(data, "title"));
    if (const auto* const pull = data.if_contains("pull"); pull && pull->is_object())
        out += ", by pull request " + std::string(textOf(data, "project")) + "#" + std::to_string(numberOf(pull->get_object(), "number"));
    else if (const auto* const commit = data.if_contains("commit"); commit && commit->is_object())
        out += ", by commit " + std::string(textOf(commit->get_object(), "id").substr(0, 10));
    return out;
}

} // namespace netbit::services::telling
