#include "services/transfer/DayFiles.h"

#include "services/transfer/DayText.h"

#include <unordered_map>

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t pieceBytes = 256 * 1024;

std::string proseOf(const storage::MessageRecord& message, const std::string& sender)
{
    return messageProse(sender, message.createdAt,
                        {.reply = message.replyTo != 0, .edited = message.isEdited, .pinned = message.pinnedAt != 0,
                         .deleted = message.deletedAt != 0},
                        message.content);
}

} // namespace

Result<void> DayFiles::run()
{
    const auto chat = _source.chat();
    if (!chat)
        return chat.error();
    const auto users = _source.usersOf(chat->id);
    std::unordered_map<Id, std::string> names;
    for (const auto& user : users)
        names.emplace(user.id, user.username);
    const bool whole = putChat(*chat, users) && _source.eachMessage(chat->id, 0, [&](const storage::MessageRecord& message) {
        const auto day = dayName(message.createdAt);
        if (day != _day) {
            if (!flush())
                return false;
            _day = day;
            _begun = false;
        }
        _lines += _source.line(message);
        if (_prose.empty() && !_begun)
            _prose = "# " + escapedMarkdown(chat->name) + ", " + day + "\n\n";
        _prose += proseOf(message, names[message.senderId]);
        return _lines.size() + _prose.size() < pieceBytes || flush();
    }) && flush();
    return whole ? Result<void>() : fault(Status::closed, "closed", "The reader has gone.");
}

bool DayFiles::putChat(const storage::ChatRecord& chat, const std::vector<storage::UserRecord>& users)
{
    std::string text = "# " + escapedMarkdown(chat.name) + "\n\n";
    if (!chat.topic.empty())
        text += escapedMarkdown(chat.topic) + "\n\n";
    if (!chat.description.empty()) {
        appendQuoted(text, chat.description);
        text += '\n';
    }
    text += "Messages of a day (UTC) are in YEAR/MONTH/DAY.md for people and in DAY.jsonl for programs.\n";
    auto lines = _source.line(chat);
    for (const auto& user : users)
        lines += _source.line(user);
    for (const auto& member : _source.memberLines(chat.id))
        lines += member;
    return _sink("README.md", text) && _sink("chat.jsonl", lines);
}

bool DayFiles::flush()
{
    if (_day.empty() || _lines.empty())
        return true;
    const bool more = _sink(dayPath(_day, ".jsonl"), _lines) && _sink(dayPath(_day, ".md"), _prose);
    _lines.clear();
    _prose.clear();
    _begun = true;
    return more;
}

} // namespace netbit::services::transfer
