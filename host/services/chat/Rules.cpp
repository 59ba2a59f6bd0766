#include "services/chat/Rules.h"

#include "base/Digest.h"
#include "base/Json.h"

namespace netbit::services::chat {

namespace {

using base::fault;
using base::Result;
using base::Status;

constexpr std::size_t maxNameBytes = 200;
constexpr std::size_t maxImportedNameBytes = 64;
constexpr std::size_t maxKeyBytes = 128;
constexpr std::size_t maxEmojiBytes = 64; // a flag of four code points has 28, a name in ASCII is short
constexpr std::size_t maxAttachments = 20;
constexpr std::uint32_t maxPerPage = 200;

bool isControl(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool anyControl(std::string_view text) noexcept { return std::any_of(text.begin(), text.end(), isControl); }

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Result<void> checkCount(std::uint32_t count, std::string_view pointer)
{
    if (count < 1 || count > maxPerPage)
        return fault(Status::invalid, "out_of_range", "It must be 1 to 200.", pointer);
    return {};
}

} // namespace

base::Error chatNotFound()
{
    return fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it.");
}

Result<void> checkRight(const storage::ChatRecord& chat, Role role, Right right)
{
    if (!leastRole(right, chat.chatType))
        return fault(Status::forbidden, "direct_chat", "A direct chat has no members, name or topic to change.");
    if (!may(right, role, chat.chatType))
        return right == Right::write
            ? fault(Status::forbidden, "channel_read_only", "Only its admins and moderators write in a channel.")
            : fault(Status::forbidden, "not_allowed", "Your role in this chat does not allow that.");
    if (chat.archivedAt != 0 && right != Right::configure && right != Right::remove)
        return fault(Status::conflict, "chat_archived", "This chat is archived.");
    return {};
}

base::Error unknownFile(std::size_t index)
{
    return fault(Status::invalid, "unknown_file", "You have no such file, or it is named twice.",
                 "/attachments/" + std::to_string(index));
}

base::Error overloaded()
{
    return fault(Status::unavailable, "overloaded", "The server has too much to write at the moment.");
}

Result<void> checkValid(const auth::Principal& principal)
{
    if (!principal.valid())
        return fault(Status::unauthenticated, "unauthenticated", "The session has ended.");
    return {};
}

Result<void> checkContent(std::string_view content, std::size_t maxBytes, std::string_view pointer)
{
    if (content.empty())
        return fault(Status::invalid, "invalid_content", "A message has at least one byte.", pointer);
    if (content.size() > maxBytes)
        return fault(Status::invalid, "content_too_long",
                     "A message has at most " + std::to_string(maxBytes) + " bytes.", pointer);
    if (content.find('\0') != std::string_view::npos || !base::validUtf8(content))
        return fault(Status::invalid, "invalid_content", "A message is UTF-8 text without NUL.", pointer);
    return {};
}

Result<void> checkMessage(const NewMessage& message, std::size_t maxBytes)
{
    const bool bare = message.content.empty() && !message.attachments.empty();
    if (auto content = bare ? Result<void>() : checkContent(message.content, maxBytes, "/content"); !content)
        return content;
    if (blank(message.content) && message.attachments.empty())
        return fault(Status::invalid, "invalid_content", "There is nothing to be seen in it.", "/content");
    const std::string_view type = message.messageType;
    if (type != "text" && type != "image" && type != "file")
        return fault(Status::invalid, "invalid_message_type",
                     type == "system" ? "Only the server writes system messages." : "It must be text, image or file.",
                     "/message_type");
    if (message.replyTo < 0)
        return fault(Status::invalid, "unknown_reply", "There is no such message in this chat.", "/reply_to");
    if (message.attachments.size() > maxAttachments)
        return fault(Status::invalid, "too_many_attachments", "A message has at most 20 files.", "/attachments");
    for (std::size_t i = 0; i < message.attachments.size(); ++i)
        if (const auto first = message.attachments.begin(), here = first + static_cast<std::ptrdiff_t>(i);
            *here <= 0 || std::find(first, here, *here) != here)
            return unknownFile(i);
    const std::string_view key = message.key;
    if (key.size() > maxKeyBytes || anyControl(key) || !base::validUtf8(key))
        return fault(Status::invalid, "invalid_key", "An idempotency key has at most 128 bytes of plain text.");
    return {};
}

Result<std::string> checkName(std::string_view name, bool mayBeEmpty)
{
    const auto plain = trimmed(name);
    if ((plain.empty() && !mayBeEmpty) || plain.size() > maxNameBytes)
        return fault(Status::invalid, "invalid_name", "A name has 1 to 200 bytes.", "/name");
    if (anyControl(plain) || !base::validUtf8(plain))
        return fault(Status::invalid, "invalid_name", "A name is UTF-8 text without control characters.", "/name");
    return std::string(plain);
}

Result<std::string> checkProse(std::string_view text, std::size_t maxBytes, std::string_view pointer)
{
    const auto plain = trimmed(text);
    const bool control = std::any_of(plain.begin(), plain.end(),
                                     [](char c) { return isControl(c) && c != '\n' && c != '\r' && c != '\t'; });
    if (plain.size() > maxBytes || control || !base::validUtf8(plain))
        return fault(Status::invalid, "invalid_text",
                     "It is UTF-8 text of at most " + std::to_string(maxBytes) + " bytes without control characters.",
                     pointer);
    return std::string(plain);
}

Result<std::string> checkTopic(std::string_view text) { return checkProse(text, 1'000, "/topic"); }

Result<std::string> checkDescription(std::string_view text) { return checkProse(text, 4'000, "/description"); }

Result<void> checkEmoji(std::string_view emoji)
{
    const bool plain = std::none_of(emoji.begin(), emoji.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '/' || c == '"' || c == '<' || c == '>';
    });
    if (emoji.empty() || emoji.size() > maxEmojiBytes || !plain || !base::validUtf8(emoji) || blank(emoji))
        return fault(Status::invalid, "invalid_emoji", "It is an emoji, or the name of one, of at most 64 bytes.", "/emoji");
    return {};
}

bool blank(std::string_view text) noexcept
{
    // U+0020 and below, and what Unicode calls white space or writes with no width.
    static constexpr std::string_view wide[] = {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                                "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.front()) <= 0x20 || text.front() == 0x7F) {
            text.remove_prefix(1);
            continue;
        }
        if (text.starts_with("\xE2\x80") && text.size() > 2 && static_cast<unsigned char>(text[2]) <= 0x8F) { // U+2000 to U+200F
            text.remove_prefix(3);
            continue;
        }
        const auto* const found = std::find_if(std::begin(wide), std::end(wide), [&](auto one) { return text.starts_with(one); });
        if (found == std::end(wide))
            return false;
        text.remove_prefix(found->size());
    }
    return true;
}

Result<void> checkImportedName(std::string_view name, std::string_view pointer)
{
    if (name.empty() || name.size() > maxImportedNameBytes || anyControl(name) ||
        name.find(' ') != std::string_view::npos || !base::validUtf8(name))
        return fault(Status::invalid, "invalid_username",
                     "A name has 1 to 64 bytes of UTF-8 without spaces and control characters.", pointer);
    return {};
}

Result<void> checkPage(const PageQuery& query)
{
    if (query.page > 0) {
        if (query.before != 0 || query.after != 0)
            return fault(Status::invalid, "invalid_page", "A page is asked for by number or by cursor, not both.", "/page");
        return checkCount(query.perPage, "/per_page");
    }
    if (query.before != 0 && query.after != 0)
        return fault(Status::invalid, "invalid_cursor", "Before or after, not both.", "/after");
    return checkCount(query.limit, "/limit");
}

Result<void> checkNumbers(std::uint32_t page, std::uint32_t perPage)
{
    if (page < 1)
        return fault(Status::invalid, "out_of_range", "Pages are numbered from 1.", "/page");
    return checkCount(perPage, "/per_page");
}

std::string digestOf(const NewMessage& message)
{
    // Each part with its end, so that no two requests give the same bytes.
    std::string files;
    for (const auto id : message.attachments)
        files += ' ' + std::to_string(id);
    return base::sha256(std::to_string(message.chatId) + '\n' + message.messageType + '\n' +
                        std::to_string(message.replyTo) + files + '\n' + message.content);
}

} // namespace netbit::services::chat
