#pragma once
// What a user wants to hear of, as it is written, kept and asked.

#include "base/Result.h"
#include "storage/Records.h"

#include <boost/json/object.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::notify {

using storage::Id;

enum class Level : std::uint8_t { all, mentions, none };

/// Where a level can stand. What stands nearer to what happened wins over what stands farther.
enum class Scope : std::uint8_t { server, user, project, repository, chat, thread, issue, pull };

struct Target {
    Scope scope = Scope::chat;
    Id id = 0;
    friend auto operator<=>(const Target&, const Target&) = default;
};

/// By the clock on the user's wall.
struct QuietHours {
    std::uint8_t days = 0; ///< on which it begins: bit 0 Monday … bit 6 Sunday
    int from = 0;          ///< minutes since midnight, below 1440
    int to = 0;            ///< 1 to 1440; not above `from`: on the next day
    friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

struct Rules {
    std::optional<Level> level{}; ///< nothing: the server's
    std::map<Target, Level> levels{};
    std::vector<std::string> keywords{};
    std::vector<std::u32string> foldedKeywords{}; ///< the same, as texts are compared
    std::vector<QuietHours> quiet{};
    std::uint8_t daysOff = 0;             ///< bits as in QuietHours
    std::vector<std::int64_t> datesOff{}; ///< days since 1970-01-01, in order

    bool anyQuiet() const noexcept { return !quiet.empty() || daysOff != 0 || !datesOff.empty(); }
};

inline constexpr std::size_t maxLevels = 1'000;
inline constexpr std::size_t maxKeywords = 100;
inline constexpr std::size_t maxKeywordBytes = 100;
inline constexpr std::size_t maxQuiet = 20;
inline constexpr std::size_t maxDatesOff = 366;

std::string_view nameOf(Level level) noexcept;
std::string_view nameOf(Scope scope) noexcept;
std::optional<Level> levelOf(std::string_view name) noexcept;

/// {"default","levels":[{"scope","id","level"}],"keywords","quiet_hours":[{"days","from","to"}],"days_off","dates_off"}; each
/// may be left out. Errors: invalid with the pointer of what is wrong, behind `at`.
base::Result<Rules> readRules(const boost::json::object& written, std::string_view at = {});
boost::json::object rulesJson(const Rules& rules);
/// What is kept. What does not read (a hand has been at it) is as if it had never been written.
Rules storedRules(std::string_view json);

} // namespace netbit::services::notify
