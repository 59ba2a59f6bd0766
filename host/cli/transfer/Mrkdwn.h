#pragma once
// What Slack calls mrkdwn, as Markdown.

#include "cli/transfer/Records.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::transfer
{

struct MrkdwnNames {
    std::function<std::string(std::string_view id)> user; ///< the username of a user; empty: unknown
    std::function<std::string(std::string_view id)> channel;
};

/// - <@U…> and <#C…|name> become @name and #name, and mentions; <!here>, <!channel> and <!everyone> likewise.
/// - <url|label> becomes [label](url), *bold* becomes **bold**, ~struck~ becomes ~~struck~~; _italic_, `code`, ```blocks```,
///   quotes and lists are the same in both.
/// - &amp; &lt; &gt; are what they stand for; in code nothing else changes.
std::string markdownOf(std::string_view mrkdwn, const MrkdwnNames& names, std::vector<MentionItem>& mentions);

} // namespace netbit::cli::transfer
