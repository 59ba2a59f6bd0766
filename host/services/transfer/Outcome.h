#pragma once
// What became of a batch of records.

#include "storage/PlanRepository.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::transfer {

enum class Kind : std::uint8_t { user, chat, member, message, file, threadRead, draft, scheduled, hook, project, repository, plan };
constexpr std::size_t firstOfPlan = static_cast<std::size_t>(Kind::plan);
/// Behind the others, a place for each of storage::planTables.
constexpr std::size_t kinds = firstOfPlan + storage::planTables.size();

constexpr std::string_view nameOf(Kind kind) noexcept
{
    if (const auto place = static_cast<std::size_t>(kind); place >= firstOfPlan)
        return storage::planTables[place - firstOfPlan].kind;
    constexpr std::string_view names[] = {"user",  "chat",      "member", "message", "file",      "thread_read",
                                          "draft", "scheduled", "hook",   "project", "repository"};
    return names[static_cast<std::size_t>(kind)];
}

/// Something that was not taken in as it stands.
struct Remark {
    std::size_t record = 0; ///< of the batch, from 0
    std::string reason{};   ///< stable: unknown_user
    std::string detail{};   ///< one sentence
};

struct Outcome {
    std::array<std::int64_t, kinds> added{};
    std::array<std::int64_t, kinds> already{};
    std::int64_t matched = 0;      ///< users and direct chats of `already` that were here before, under no name of this source
    std::vector<Remark> leftOut{}; ///< records of which nothing is here
    std::vector<Remark> notes{};   ///< parts of records: a link, a mention
};

} // namespace netbit::services::transfer
