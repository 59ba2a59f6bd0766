#include "hooks/Rules.h"

#include <algorithm>

namespace netbit::git {

namespace {

constexpr std::string_view heads = "refs/heads/";

std::string listed(const std::vector<std::string>& roles)
{
    if (roles.empty())
        return "nobody may push to it directly";
    std::string out;
    for (std::size_t i = 0; i < roles.size(); ++i)
        out += (i == 0 ? "" : i + 1 == roles.size() ? " or " : ", ") + roles[i];
    return "only with the role " + out + " one may push to it";
}

Verdict refused(std::string words) { return {Verdict::Kind::refused, std::move(words)}; }

/// The strictest of all rules that fit.
Verdict judgeBranch(const Access& access, const Command& command, std::string_view branch)
{
    Verdict out;
    for (const auto& rule : access.branches) {
        if (!fits(rule.pattern, branch))
            continue;
        const std::string name(branch);
        if (std::find(rule.push.begin(), rule.push.end(), access.role) == rule.push.end())
            return refused("The branch " + name + " is protected: " + listed(rule.push) + '.');
        if (command.deletes() && !rule.allowDelete)
            return refused("The branch " + name + " is protected: it cannot be deleted.");
        if (!command.deletes() && !command.creates() && !rule.allowForce)
            out = {Verdict::Kind::onlyForward,
                   "The branch " + name + " is protected: a push must build on what is there, not replace it."};
    }
    return out;
}

} // namespace

bool fits(std::string_view pattern, std::string_view name)
{
    // Which places of the name the pattern read so far can end at.
    std::vector<bool> at(name.size() + 1, false);
    at[0] = true;
    for (const char c : pattern) {
        std::vector<bool> next(name.size() + 1, false);
        bool open = false; // a star takes more
        for (std::size_t n = 0; n <= name.size(); ++n) {
            open = c == '*' && (open || at[n]);
            next[n] = next[n] || open;
            if (n < name.size() && name[n] == '/')
                open = false;
            if (c != '*' && n < name.size())
                next[n + 1] = at[n] && c == name[n];
        }
        at.swap(next);
    }
    return at[name.size()];
}

Verdict judge(const Access& access, const Command& command)
{
    if (access.state != "active")
        return refused("The repository " + access.path() + " is " + access.state + ": it takes no pushes.");
    const std::string_view ref = command.ref;
    if (ref.starts_with(heads)) {
        const auto branch = ref.substr(heads.size());
        if (command.deletes() && branch == access.defaultBranch)
            return refused("The branch " + std::string(branch) + " is the default branch: it cannot be deleted.");
        return judgeBranch(access, command, branch);
    }
    if (ref.starts_with("refs/tags/") || ref.starts_with("refs/notes/"))
        return {};
    return refused("Branches, tags and notes can be pushed; " + std::string(ref) + " is none of them.");
}

std::string lineOf(const Verdict& verdict, const Command& command)
{
    if (verdict.kind == Verdict::Kind::allowed)
        return {};
    return (verdict.kind == Verdict::Kind::refused ? "refused\t" : "forward\t") + command.ref + '\t' + verdict.words + '\n';
}

std::uint64_t roomOf(const Access& access)
{
    auto room = access.maxPushBytes;
    if (access.quotaBytes > 0)
        room = std::min(room, access.quotaBytes - std::min(access.quotaBytes, access.sizeBytes));
    return room;
}

std::string sizeText(std::uint64_t bytes)
{
    constexpr std::uint64_t kib = 1024;
    if (bytes < kib * kib)
        return std::to_string((bytes + kib - 1) / kib) + " KiB";
    if (bytes < 10 * kib * kib * kib)
        return std::to_string((bytes + kib * kib - 1) / (kib * kib)) + " MiB";
    return std::to_string(bytes / (kib * kib * kib)) + " GiB";
}

const std::string_view updateHook = R"(#!/bin/sh
# Written by NetBit at each start. $1 is the ref, $2 what it is, $3 what it shall be (githooks(5)). The lines are "verdict, ref,
# words" with tabs; a ref that stands in none of them is allowed.
tab=$(printf '\t')
line=$(grep -F -m 1 -e "$tab$1$tab" "$NETBIT_VERDICTS") || exit 0
case $line in
forward*) git merge-base --is-ancestor "$2" "$3" && exit 0 ;;
esac
printf '%s\n' "${line##*"$tab"}" >&2
exit 1
)";

} // namespace netbit::git
