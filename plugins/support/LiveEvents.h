#pragma once
// The `data` of the ephemeral events that TCP and UDP clients make.

#include "support/JsonText.h"

namespace netbit::support {

inline constexpr std::string_view presenceTopic = "presence.changed";
inline constexpr std::string_view typingTopic = "typing";
inline constexpr std::size_t maxStatusBytes = 1024; ///< of status_data as JSON text

/// `statusData` is JSON text of any type, as the client sent it.
inline std::string presenceData(std::int64_t userId, std::string_view statusData)
{
    std::string data = R"({"user_id":)";
    appendInt(data, userId);
    data += R"(,"status_data":)";
    data += statusData;
    data += '}';
    return data;
}

inline std::string typingData(std::int64_t userId, std::int64_t chatId)
{
    std::string data = R"({"user_id":)";
    appendInt(data, userId);
    data += R"(,"chat_id":)";
    appendInt(data, chatId);
    data += '}';
    return data;
}

} // namespace netbit::support
