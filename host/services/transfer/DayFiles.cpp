#include "services/transfer/DayFiles.h"

#include "base/Time.h"

#include <unordered_map>

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t pieceBytes = 256 * 1024;

std::string dayOf(base::Millis at) { return base::rfc3339(at).substr(0, 10); }

std::string pathOf(const std::string& day, std::string_view ending)
{
    return day.substr(0, 4) + "/" + day.substr(5, 2) + "/" + day + std::string(ending);
}

/// As text in a line of Markdown: nothing in it is markup.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>()#+!|~").find(c) != std::string_view::npos)
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

/// What somebody wrote is Markdown itself; it is quoted, so that it stays inside of its message.
void appendQuoted(std::string& out, std::string_view content)
{
    for (std::size_t at = 0; at <= content.size();) {
        const auto end = std::min(content.find('\n', at), content.size());
        auto line = content.substr(at, end - at);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        out += line.empty() ? ">" : "> ";
        out += line;
        out += '\n';
        at = end + 1;
    }
}

std::string proseOf(const storage::MessageRecord& message, const std::string& sender)
{
    std::string out = "**" + escaped(sender) + "** " + base::rfc3339(message.createdAt).substr(11, 8);
    if (message.replyTo != 0)
        out += " (a reply)";
    if (message.isEdited)
        out += " (edited)";
    if (message.pinnedAt != 0)
        out += " (pinned)";
    out += "\n\n";
    if (message.deletedAt != 0)
        out += "*deleted*\n";
    else
        appendQuoted(out, message.content);
    return out + "\n";
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
        const auto day = dayOf(message.createdAt);
        if (day != _day) {
            if (!flush())
                return false;
            _day = day;
            _begun = false;
        }
        _lines += _source.line(message);
        if (_prose.empty() && !_begun)
            _prose = "# " + escaped(chat->name) + ", " + day + "\n\n";
        _prose += proseOf(message, names[message.senderId]);
        return _lines.size() + _prose.size() < pieceBytes || flush();
    }) && flush();
    return whole ? Result<void>() : fault(Status::closed, "closed", "The reader has gone.");
}

bool DayFiles::putChat(const storage::ChatRecord& chat, const std::vector<storage::UserRecord>& users)
{
    std::string text = "# " + escaped(chat.name) + "\n\n";
    if (!chat.topic.empty())
        text += escaped(chat.topic) + "\n\n";
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
    const bool more = _sink(pathOf(_day, ".jsonl"), _lines) && _sink(pathOf(_day, ".md"), _prose);
    _lines.clear();
    _prose.clear();
    _begun = true;
    return more;
}

} // namespace netbit::services::transfer
