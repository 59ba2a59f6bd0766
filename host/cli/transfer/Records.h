#pragma once
// The records of the readers of foreign formats, as the server takes them: see services/transfer/Record.h.

#include "base/Time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::transfer
{

struct UserItem {
    std::string key{};
    std::string username{};
    std::string email{};
    std::string role{}; ///< guest, bot; empty: a member
    bool deactivated = false; ///< else nobody has come to claim the account yet
    base::Millis createdAt = 0;
    std::string displayName{};
    std::string about{};
    std::string timeZone{};
};

struct ChatItem {
    std::string key{};
    std::string name{};
    std::string type = "group"; ///< direct, group, channel
    std::string creator{};
    base::Millis createdAt = 0;
    base::Millis updatedAt = 0;
    bool open = false; ///< anyone may find and join it
    std::string topic{};
    std::string description{};
    base::Millis archivedAt = 0;
    std::vector<std::string> participants{}; ///< of a direct chat
};

struct MemberItem {
    std::string chat{};
    std::string user{};
    std::string role{};
    base::Millis joinedAt = 0;
    base::Millis readAt = 0;
    bool muted = false;
    bool favourite = false;
};

struct MentionItem {
    std::string type{};
    std::string key{};
};

struct ReactionItem {
    std::string emoji{};
    std::string user{};
    base::Millis at = 0;
};

struct FileItem {
    std::string key{};
    std::string owner{};
    std::string name{};
    std::uint64_t size = 0;
    std::string sha256{}; ///< in hex digits
    base::Millis createdAt = 0;
};

struct MessageItem {
    std::string key{};
    std::string chat{};
    std::string sender{};
    std::string type{}; ///< empty: text
    base::Millis createdAt = 0;
    std::string content{};
    base::Millis editedAt = 0;
    bool edited = false;
    std::string replyTo{};
    std::vector<MentionItem> mentions{};
    std::vector<ReactionItem> reactions{};
    std::vector<std::string> attachments{}; ///< keys of files
    base::Millis pinnedAt = 0;
    std::string pinnedBy{};
    base::Millis deletedAt = 0;
};

struct ProjectItem {
    std::string key{};
    std::string owner{};
    std::string name{};
    std::string description{};
    bool open = false; ///< everybody may read it
    base::Millis createdAt = 0;
    std::string config{}; ///< a JSON object, or empty
};

struct RepositoryItem {
    std::string key{};
    std::string owner{};
    std::string project{}; ///< empty: its owner's own
    std::string name{};
    std::string description{};
    bool open = false;
    base::Millis createdAt = 0;
};

std::string json(const ProjectItem& item);
std::string json(const RepositoryItem& item);
std::string json(const UserItem& item);
std::string json(const ChatItem& item);
std::string json(const MemberItem& item);
std::string json(const FileItem& item);
std::string json(const MessageItem& item);

/// One line without control characters, of at most so many bytes; what is cut is cut between characters.
std::string oneLine(std::string_view text, std::size_t mostBytes);
/// The same with its line breaks.
std::string prose(std::string_view text, std::size_t mostBytes);
/// What the server takes as the name of somebody who comes from elsewhere; where nothing is left of it, `otherwise`.
std::string username(std::string_view name, std::string_view otherwise);
/// An address, or nothing where it is none that the server takes.
std::string email(std::string_view text);
/// A chat's name of one line, or `otherwise` where there is nothing to be seen in it.
std::string chatName(std::string_view text, std::string_view otherwise);
/// Whether the server takes it as an emoji or the name of one.
bool goodEmoji(std::string_view emoji) noexcept;
/// Adds one that is not in it yet, up to what the server keeps.
void addMention(std::vector<MentionItem>& mentions, std::string type, std::string key = {});

} // namespace netbit::cli::transfer
