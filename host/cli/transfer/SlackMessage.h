#pragma once
// One message of a Slack export as a record.

#include "base/Result.h"
#include "cli/transfer/Mrkdwn.h"
#include "cli/transfer/Records.h"

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace netbit::cli::transfer
{

/// Whom and what an export names.
struct SlackPeople {
    std::unordered_map<std::string, std::string> names{}; ///< usernames by id
    std::unordered_map<std::string, std::string> channels{};
    std::unordered_set<std::string> told{}; ///< users of whom there was a record

    std::string nameOf(const std::string& id) const
    {
        const auto found = names.find(id);
        return found == names.end() ? id : found->second;
    }
    MrkdwnNames lookUp() const;
};

struct SlackPin {
    std::string user{};
    base::Millis at = 0;
};
using SlackPins = std::map<std::string, SlackPin>; ///< by ts

struct SlackChat {
    std::string id{};
    SlackPins pins{};
};

struct SlackRead {
    MessageItem message{};
    std::optional<UserItem> newSender{}; ///< who is in no record yet
    std::vector<std::pair<std::string, std::string>> notes{}; ///< reason and detail
};

/// Error: why there is no message in it: not_a_message, invalid_ts, unsupported_subtype, no_sender, empty.
base::Result<SlackRead> readSlackMessage(const boost::json::value& value, SlackChat& chat, SlackPeople& people);

/// "1355517523.000008" in milliseconds; nothing: it is none.
std::optional<base::Millis> slackTime(std::string_view ts) noexcept;

} // namespace netbit::cli::transfer
