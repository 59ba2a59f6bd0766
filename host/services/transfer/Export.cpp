#include "services/transfer/Export.h"

#include "services/transfer/Record.h"
#include "storage/Repositories.h"

#include "base/JsonLine.h"

#include <algorithm>
#include <charconv>

namespace netbit::services::transfer {

using base::fault;
using base::Result;
using base::Status;
using storage::OutgoingRepository;

namespace {

constexpr std::size_t messagesAtOnce = 500;

base::Error closed() { return fault(Status::closed, "closed", "The reader has gone."); }

} // namespace

Export::Export(storage::Connection& connection, ExportScope scope)
    : _connection(connection), _scope(std::move(scope)), _names(connection)
{
}

Result<void> Export::run(const Sink& sink)
{
    _sink = &sink;
    _records = 0;
    switch (_scope.kind) {
    case ExportScope::Kind::all: return runAll();
    case ExportScope::Kind::chat: return runChat();
    case ExportScope::Kind::user: return runUser();
    }
    return closed();
}

bool Export::put(std::string_view text)
{
    ++_records;
    return (*_sink)(text);
}

bool Export::putUsers(std::vector<Id> ids)
{
    std::sort(ids.begin(), ids.end(), [this](Id a, Id b) { return nameBefore(_names.user(a), _names.user(b)); });
    for (const auto id : ids)
        if (const auto user = storage::UserRepository::byId(_connection, id); user && !put(line(*user)))
            return false;
    return true;
}

bool Export::putFiles(std::vector<Id> ids)
{
    std::sort(ids.begin(), ids.end(), [this](Id a, Id b) { return nameBefore(_names.file(a), _names.file(b)); });
    for (const auto id : ids)
        if (const auto file = storage::FileRepository::byId(_connection, id); file && !put(line(*file)))
            return false;
    return true;
}

bool Export::putChat(const storage::ChatRecord& chat, Id onlyOf)
{
    if (!eachMessage(chat.id, onlyOf, [this](const auto& message) { return put(line(message)); }))
        return false;
    for (const auto& member : memberLines(chat.id, onlyOf))
        if (!put(member))
            return false;
    struct Mark {
        std::string thread;
        std::string user;
        storage::ThreadReadRecord record;
    };
    std::vector<Mark> marks;
    for (const auto& mark : OutgoingRepository::threadReads(_connection, chat.id))
        if (onlyOf == 0 || mark.userId == onlyOf)
            marks.push_back({_names.message(mark.threadId), _names.user(mark.userId), mark});
    std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
        return a.thread != b.thread ? nameBefore(a.thread, b.thread) : nameBefore(a.user, b.user);
    });
    for (const auto& mark : marks) {
        auto read = _names.message(mark.record.place.id);
        if (read.empty())
            read = _names.missing({"thread_read", mark.record.threadId, mark.record.userId});
        if (!put(base::JsonLine("thread_read").text("thread", mark.thread).text("user", mark.user)
                     .time("read_at", mark.record.place.at).text("read", read).line()))
            return false;
    }
    return putLater(chat.id, onlyOf);
}

// What is not said yet, and who may say it from outside.
bool Export::putLater(Id chatId, Id onlyOf)
{
    std::vector<std::pair<std::string, std::string>> lines; // a name to order by, and the line
    const auto flush = [&] {
        std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return nameBefore(a.first, b.first); });
        const bool whole = std::all_of(lines.begin(), lines.end(), [this](const auto& one) { return put(one.second); });
        lines.clear();
        return whole;
    };
    for (const auto& draft : OutgoingRepository::drafts(_connection, chatId))
        if (onlyOf == 0 || draft.userId == onlyOf)
            lines.emplace_back(_names.user(draft.userId), line(draft));
    if (!flush())
        return false;
    for (const auto& scheduled : OutgoingRepository::waiting(_connection, chatId))
        if (onlyOf == 0 || scheduled.senderId == onlyOf)
            lines.emplace_back(_names.scheduled(scheduled.id), line(scheduled));
    if (!flush())
        return false;
    if (_scope.passwords && onlyOf == 0)
        for (const auto& hook : storage::HookRepository::of(_connection, chatId))
            lines.emplace_back(_names.hook(hook.id), line(hook));
    return flush();
}

namespace {

std::string head(ExportScope::Kind kind)
{
    return base::JsonLine("netbit").number("version", formatVersion).text("scope", nameOf(kind)).line();
}

std::string tail(std::int64_t records) { return base::JsonLine("end").number("records", records).line(); }

} // namespace

// Messages name chats and users, so these come first.
Result<void> Export::putAll(std::vector<Id> users, std::vector<Id> files, std::vector<storage::ChatRecord> chats, Id onlyOf)
{
    std::sort(chats.begin(), chats.end(),
              [this](const auto& a, const auto& b) { return nameBefore(_names.chat(a.id), _names.chat(b.id)); });
    const bool whole = put(head(_scope.kind)) && putUsers(std::move(users)) && putFiles(std::move(files)) &&
                       std::all_of(chats.begin(), chats.end(), [this](const auto& chat) { return put(line(chat)); }) &&
                       std::all_of(chats.begin(), chats.end(), [&](const auto& chat) { return putChat(chat, onlyOf); }) &&
                       (_scope.kind != ExportScope::Kind::all || putProjects()) && put(tail(_records));
    return whole ? Result<void>() : closed();
}

Result<void> Export::runAll()
{
    std::vector<Id> users;
    OutgoingRepository::eachUserId(_connection, [&](Id id) { users.push_back(id); });
    std::vector<storage::ChatRecord> chats;
    storage::ChatRepository::each(_connection, [&](storage::ChatRecord&& chat) { chats.push_back(std::move(chat)); });
    return putAll(std::move(users), OutgoingRepository::filesOf(_connection, 0, 0), std::move(chats), 0);
}

Result<storage::ChatRecord> Export::chat()
{
    std::optional<storage::ChatRecord> found;
    Id id = 0;
    if (const std::string_view name = _scope.name; name.starts_with("id:"))
        std::from_chars(name.data() + 3, name.data() + name.size(), id);
    if (id != 0)
        found = storage::ChatRepository::byId(_connection, id);
    bool several = false;
    if (id == 0)
        storage::ChatRepository::each(_connection, [&](storage::ChatRecord&& one) {
            if (one.name != _scope.name || one.chatType == "direct")
                return;
            several = found.has_value();
            found = std::move(one);
        });
    if (several)
        return fault(Status::conflict, "ambiguous_chat", "Several chats have this name; say id: and the number of one.", "/chat");
    if (!found)
        return fault(Status::notFound, "chat_not_found", "There is no such chat.", "/chat");
    return *found;
}

Result<void> Export::runChat()
{
    const auto found = chat();
    if (!found)
        return found.error();
    return putAll(OutgoingRepository::usersOf(_connection, found->id),
                  OutgoingRepository::filesOf(_connection, found->id, 0), {*found}, 0);
}

// What is of one: the account, the chats, what this one wrote in them, and the users that the chats name.
Result<void> Export::runUser()
{
    const auto user = storage::UserRepository::byName(_connection, _scope.name);
    if (!user)
        return fault(Status::notFound, "user_not_found", "There is no such user.", "/user");
    std::vector<storage::ChatRecord> chats;
    std::vector<Id> users{user->id};
    for (const auto id : OutgoingRepository::chatsOf(_connection, user->id)) {
        auto chat = storage::ChatRepository::byId(_connection, id).value();
        if (chat.creatorId != 0)
            users.push_back(chat.creatorId);
        if (chat.chatType == "direct")
            for (const auto& member : storage::ChatRepository::participants(_connection, id, 0, 2))
                users.push_back(member.userId);
        chats.push_back(std::move(chat));
    }
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return putAll(std::move(users), OutgoingRepository::filesOf(_connection, 0, user->id), std::move(chats), user->id);
}

std::vector<storage::UserRecord> Export::usersOf(Id chatId)
{
    std::vector<storage::UserRecord> users;
    for (const auto id : OutgoingRepository::usersOf(_connection, chatId))
        if (auto user = storage::UserRepository::byId(_connection, id))
            users.push_back(std::move(*user));
    std::sort(users.begin(), users.end(),
              [this](const auto& a, const auto& b) { return nameBefore(_names.user(a.id), _names.user(b.id)); });
    return users;
}

std::vector<std::string> Export::memberLines(Id chatId, Id userId)
{
    std::vector<storage::ParticipantRecord> members;
    for (Id after = 0;;) {
        auto piece = storage::ChatRepository::participants(_connection, chatId, after, 1'000);
        if (piece.empty())
            break;
        after = piece.back().userId;
        std::copy_if(piece.begin(), piece.end(), std::back_inserter(members),
                     [&](const auto& member) { return userId == 0 || member.userId == userId; });
    }
    std::sort(members.begin(), members.end(),
              [this](const auto& a, const auto& b) { return nameBefore(_names.user(a.userId), _names.user(b.userId)); });
    std::vector<std::string> lines;
    lines.reserve(members.size());
    for (const auto& member : members)
        lines.push_back(line(member));
    return lines;
}

// Messages of one millisecond stand in the order of their names, because their ids may be others on another server.
bool Export::eachMessage(Id chatId, Id senderId, const std::function<bool(const storage::MessageRecord&)>& use)
{
    struct Named {
        std::string name;
        storage::MessageRecord message;
    };
    std::vector<Named> sameTime;
    const auto flush = [&] {
        if (sameTime.size() > 1)
            std::sort(sameTime.begin(), sameTime.end(),
                      [](const Named& a, const Named& b) { return nameBefore(a.name, b.name); });
        for (const auto& one : sameTime)
            if (!use(one.message))
                return false;
        sameTime.clear();
        return true;
    };
    for (storage::Place after{-1, 0};;) {
        auto piece = OutgoingRepository::messages(_connection, chatId, after, senderId, messagesAtOnce);
        if (piece.empty())
            return flush();
        after = {piece.back().createdAt, piece.back().id};
        for (auto& message : piece) {
            if (!sameTime.empty() && sameTime.back().message.createdAt != message.createdAt && !flush())
                return false;
            auto name = _names.message(message.id);
            sameTime.push_back({std::move(name), std::move(message)});
        }
    }
}

} // namespace netbit::services::transfer
