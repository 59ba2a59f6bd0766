#pragma once
// What a push may do to which ref, decided from the repository's rules before receive-pack runs.

#include "transport/Access.h"
#include "transport/Packets.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

/// Whether a branch's name fits a pattern: "*" is anything but a slash; all else is itself. The host judges by the same rule.
bool fits(std::string_view pattern, std::string_view name);

struct Verdict {
    enum class Kind { allowed, onlyForward, refused };
    Kind kind = Kind::allowed;
    std::string words; ///< of the other two, for the pusher: one line

    bool operator==(const Verdict&) const = default;
};

Verdict judge(const Access& access, const Command& command);

/// One of the update hook's lines: what is allowed has none.
std::string lineOf(const Verdict& verdict, const Command& command);

/// How many bytes a push may bring; nothing is left of a quota: 0.
std::uint64_t roomOf(const Access& access);

/// "12 MiB", for people.
std::string sizeText(std::uint64_t bytes);

/// The update hook (githooks(5)): looks a ref up in the lines, whose file's name is in NETBIT_VERDICTS.
extern const std::string_view updateHook;

} // namespace netbit::git
