#include "services/transfer/HistoryOperations.h"

#include "base/JsonLine.h"
#include "services/chat/ChatService.h"
#include "services/chat/Core.h"
#include "services/chat/Lists.h"
#include "services/operations/Operations.h"
#include "services/transfer/DayText.h"
#include "services/transfer/History.h"

#include <charconv>

namespace netbit::services::transfer {

using base::fault;
using base::JsonLine;
using base::JsonList;
using base::Result;
using base::Status;
using operations::Call;
using operations::Kind;

namespace {

base::Error notFound() { return fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it."); }

/// By name, or by "id:17".
Result<Id> find(chat::ChatService& chats, const auth::Principal& who, std::string_view name)
{
    constexpr std::string_view number = "id:";
    if (name.starts_with(number)) {
        Id id = 0;
        const auto* const end = name.data() + name.size();
        const auto read = std::from_chars(name.data() + number.size(), end, id);
        if (read.ec != std::errc() || read.ptr != end || !chats.mayRead(who, id))
            return notFound();
        return id;
    }
    std::vector<Id> found;
    for (const auto* const entry : chats.core().cache.byName(name))
        if (chats.mayRead(who, entry->id))
            found.push_back(entry->id);
    if (found.empty())
        return notFound();
    if (found.size() > 1) {
        std::sort(found.begin(), found.end());
        std::string all;
        for (const auto id : found)
            all += (all.empty() ? "id:" : ", id:") + std::to_string(id);
        return fault(Status::conflict, "ambiguous_chat", "You are in several chats of this name: " + all + ".", "/name");
    }
    return found.front();
}

Result<void> findChat(chat::ChatService& chats, Call& call, const Done& done)
{
    const auto id = find(chats, *call.principal, call.arguments.textOr("name", {}));
    if (!id)
        return id.error();
    const auto record = chats.record(*id);
    if (!record)
        return notFound();
    done(Completed{*id, JsonLine().number("id", *id).always("name", record->name).object(), false});
    return {};
}

Result<void> days(chat::ChatService& chats, Call& call, const Done& done)
{
    const auto id = call.arguments.integerOr("id", 0);
    if (auto may = chats.mayRead(*call.principal, id); !may)
        return may;
    std::vector<HistoryDay> found;
    chats.core().database.read([&](storage::Connection& connection) { found = History(connection, id).days(base::now() / dayMs); });
    JsonList out;
    for (const auto& day : found) {
        JsonList files;
        for (const auto file : day.files)
            files.addText(dayName(file * dayMs));
        out.add(JsonLine()
                    .text("day", dayName(day.day * dayMs))
                    .when("last_at", day.lastAt)
                    .number("messages", day.messages)
                    .number("edits", day.edits)
                    .raw("files", std::move(files).json())
                    .text("mark", day.mark)
                    .object());
    }
    auto list = std::move(out).json();
    done(Completed{id, "{\"data\":" + (list.empty() ? "[]" : list) + "}", false});
    return {};
}

Result<void> dayFile(chat::ChatService& chats, Call& call, const Done& done)
{
    const auto& args = call.arguments;
    const auto id = args.integerOr("id", 0);
    if (auto may = chats.mayRead(*call.principal, id); !may)
        return may;
    const auto form = args.textOr("form", "jsonl") == "md" ? History::Form::prose : History::Form::lines;
    const auto day = args.integerOr("day", 0) / dayMs;
    const auto asOf = args.integerOr("as_of", 0) / dayMs;
    const auto today = base::now() / dayMs;
    if (day >= today || asOf >= today)
        return fault(Status::invalid, "day_not_over", "Days are told of when they are over (UTC).", day >= today ? "/day" : "/as_of");
    History::Piece piece;
    chats.core().database.read([&](storage::Connection& connection) {
        piece = History(connection, id).piece(day, asOf, form, args.integerOr("from", 0));
    });
    JsonLine out;
    out.always("path", dayPath(dayName(day * dayMs), form == History::Form::prose ? ".md" : ".jsonl")).always("text", piece.text);
    if (piece.next >= 0)
        out.raw("next", std::to_string(piece.next));
    done(Completed{id, out.object(), false});
    return {};
}

} // namespace

void addHistoryOperations(operations::Operations& all, chat::ChatService& chats)
{
    const operations::Parameter chatId{.name = "id", .kind = Kind::integer, .what = "The chat.", .required = true, .least = 1};
    all.add({.name = "chats.find",
             .summary = "The group or channel of this name that the caller may read",
             .parameters = {{.name = "name", .what = "Its name, without regard to ASCII case, or id: and its number.", .required = true,
                             .least = 1, .most = 200}},
             .result = {},
             .handler = [&chats](Call& call, const Done& done) { return findChat(chats, call, done); },
             .reads = true});
    all.add({.name = "chats.days",
             .summary = "The days of a chat that are over and on which something was written or edited, oldest first",
             .parameters = {chatId},
             .result = {},
             .handler = [&chats](Call& call, const Done& done) { return days(chats, call, done); },
             .reads = true});
    all.add({.name = "chats.day_file",
             .summary = "A day of a chat as a file, in pieces, as it was at the end of that day or of a later one",
             .parameters = {chatId,
                            {.name = "day", .kind = Kind::time, .what = "Some time of that day.", .required = true},
                            {.name = "as_of", .kind = Kind::time, .what = "Some time of the day at whose end it was so.", .required = true},
                            {.name = "form", .what = "For programs or for people.", .required = true, .choices = {"jsonl", "md"}},
                            {.name = "from", .kind = Kind::integer, .what = "The next of the piece before.", .least = 0,
                             .most = std::numeric_limits<std::int64_t>::max()}},
             .result = {},
             .handler = [&chats](Call& call, const Done& done) { return dayFile(chats, call, done); },
             .reads = true});
}

} // namespace netbit::services::transfer
