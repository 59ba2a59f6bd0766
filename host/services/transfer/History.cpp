#include "services/transfer/History.h"

#include "base/Digest.h"
#include "base/JsonLine.h"
#include "services/transfer/DayText.h"
#include "storage/Repositories.h"

#include <algorithm>
#include <limits>
#include <map>

namespace netbit::services::transfer {

using base::JsonLine;
using base::JsonList;
using storage::HistoryRepository;
using storage::OutgoingRepository;

namespace {

constexpr std::size_t messagesAtOnce = 500;

void addTo(std::string& told, const std::vector<std::int64_t>& numbers)
{
    for (const auto number : numbers)
        told += std::to_string(number) + ' ';
}

/// What a message said at a time, and which it was of its versions.
struct Version {
    std::string content;
    std::int64_t at = 0; ///< of the edit; 0: it was not edited then
    std::vector<storage::EditRecord> before{};
};

Version versionAt(storage::Connection& connection, const storage::MessageRecord& message, std::int64_t end)
{
    if (!message.isEdited || message.deletedAt != 0)
        return {message.content, 0, {}};
    auto edits = storage::EditRepository::of(connection, message.id);
    edits.push_back({.content = message.content, .writtenAt = message.editedAt != 0 ? message.editedAt : message.createdAt});
    std::size_t shown = 0;
    for (std::size_t i = 1; i < edits.size(); ++i)
        if (edits[i].writtenAt < end)
            shown = i;
    Version out{std::move(edits[shown].content), shown > 0 ? edits[shown].writtenAt : 0, {}};
    edits.resize(shown);
    out.before = std::move(edits);
    return out;
}

} // namespace

std::vector<HistoryDay> History::days(std::int64_t today)
{
    std::map<std::int64_t, HistoryDay> found;
    std::map<std::int64_t, std::string> told;
    const auto of = [&](std::int64_t day, std::int64_t newest, const std::vector<std::int64_t>& sums) -> HistoryDay& {
        auto& out = found[day];
        out.day = day;
        out.lastAt = std::max(out.lastAt, newest);
        addTo(told[day], sums);
        return out;
    };
    for (const auto& row : HistoryRepository::senders(_connection, _chat)) {
        if (row.day >= today)
            break;
        auto& day = of(row.day, row.newest, row.sums);
        day.messages += row.messages;
        if (day.files.empty())
            day.files.push_back(row.day);
        told[row.day] += std::to_string(row.messages) + ' ' + _names.user(row.senderId) + ' ' + userName(row.senderId) + '\n';
    }
    for (const auto& row : HistoryRepository::edits(_connection, _chat)) {
        if (row.day >= today)
            break;
        auto& day = of(row.day, row.newest, row.sums);
        day.edits += row.edits;
        day.files.push_back(row.origin);
        told[row.day] += std::to_string(row.edits) + " of " + std::to_string(row.origin) + '\n';
    }
    std::vector<HistoryDay> out;
    for (auto& [number, day] : found) {
        std::sort(day.files.begin(), day.files.end());
        day.mark = base::sha256Hex(told[number]).substr(0, 32);
        out.push_back(std::move(day));
    }
    return out;
}

const std::string& History::userName(Id userId)
{
    const auto [place, isNew] = _userNames.try_emplace(userId);
    if (isNew)
        if (const auto user = storage::UserRepository::byId(_connection, userId))
            place->second = user->username;
    return place->second;
}

std::string History::head(std::int64_t day, Form form)
{
    if (form == Form::prose)
        return "# " + dayName(day * dayMs) + "\n\n";
    std::vector<std::pair<std::string, Id>> users;
    for (const auto id : HistoryRepository::sendersOf(_connection, _chat, day * dayMs, (day + 1) * dayMs))
        users.emplace_back(_names.user(id), id);
    std::sort(users.begin(), users.end(), [](const auto& a, const auto& b) { return nameBefore(a.first, b.first); });
    std::string out;
    for (const auto& [name, id] : users)
        out += JsonLine("user").text("id", name).text("username", userName(id)).line();
    return out;
}

void History::append(std::string& out, const storage::MessageRecord& message, const std::string& name, std::int64_t end, Form form)
{
    const auto version = versionAt(_connection, message, end);
    if (form == Form::prose) {
        out += messageProse(userName(message.senderId), message.createdAt,
                            {.reply = message.replyTo != 0, .edited = version.at != 0, .deleted = message.deletedAt != 0}, version.content);
        return;
    }
    JsonList edits;
    for (const auto& edit : version.before)
        edits.add(JsonLine().text("content", edit.content).when("at", edit.writtenAt).object());
    JsonList attachments;
    if (!message.attachments.empty())
        for (const auto& file : _names.filesIn(message.id))
            attachments.addText(file);
    out += JsonLine("message")
               .text("id", name)
               .text("chat", _names.chat(message.chatId))
               .text("sender", _names.user(message.senderId))
               .text("type", message.messageType == "text" ? std::string_view() : message.messageType)
               .when("created_at", message.createdAt)
               .text("content", version.content)
               .time("edited_at", version.at)
               .raw("edits", std::move(edits).json())
               .text("reply_to", _names.repliedTo(message))
               .text("thread", _names.threadOf(message))
               .raw("attachments", std::move(attachments).json())
               .time("deleted_at", message.deletedAt)
               .line();
}

// Messages of one millisecond stand in the order of their names, because their ids may be others on another server.
History::Piece History::piece(std::int64_t day, std::int64_t asOf, Form form, std::int64_t from)
{
    Piece out;
    const auto last = (day + 1) * dayMs;
    const auto end = (std::max(asOf, day) + 1) * dayMs;
    if (from == 0)
        out.text = head(day, form);
    storage::Place after{std::max(day * dayMs, from) - 1, std::numeric_limits<Id>::max()};
    std::vector<std::pair<std::string, storage::MessageRecord>> sameTime;
    const auto flush = [&] {
        std::sort(sameTime.begin(), sameTime.end(), [](const auto& a, const auto& b) { return nameBefore(a.first, b.first); });
        for (const auto& [name, message] : sameTime)
            append(out.text, message, name, end, form);
        sameTime.clear();
    };
    for (;;) {
        auto piece = OutgoingRepository::messages(_connection, _chat, after, 0, messagesAtOnce);
        for (auto& message : piece) {
            if (message.createdAt >= last) {
                flush();
                return out;
            }
            if (!sameTime.empty() && sameTime.back().second.createdAt != message.createdAt) {
                flush();
                if (out.text.size() >= pieceBytes) {
                    out.next = message.createdAt;
                    return out;
                }
            }
            after = {message.createdAt, message.id};
            auto name = _names.message(message.id);
            sameTime.emplace_back(std::move(name), std::move(message));
        }
        if (piece.size() < messagesAtOnce) {
            flush();
            return out;
        }
    }
}

} // namespace netbit::services::transfer
