#pragma once
// The server's JSON as typed values. What is missing or of another type reads as nothing; no answer is trusted to be
// well-formed.

#include "cli/chat/Types.h"

#include <optional>

namespace netbit::cli::chat
{

/// Nothing: it has no id.
std::optional<Message> messageOf(const boost::json::value& json, Id me);
std::optional<Chat> chatOf(const boost::json::value& json);
std::vector<Message> messagesOf(const boost::json::value& list, Id me); ///< in the server's order, whatever theirs is
std::vector<Reaction> reactionsOf(const boost::json::value& list);
/// "online", "away" or "offline", from the status_data of any form.
std::string presenceOf(const boost::json::value& data);
/// {"packet_type":"Event","event":{…}}; nothing: it is no event.
std::optional<EventNews> eventOf(const boost::json::value& packet);

} // namespace netbit::cli::chat
