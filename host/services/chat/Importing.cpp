#include "services/chat/Importing.h"

#include "services/chat/Attachments.h"

#include "base/Json.h"
#include "services/chat/Creation.h"
#include "storage/TransferRepository.h"

#include <set>

namespace netbit::services::chat {

namespace {

using base::fault;
using base::Result;
using base::Status;

// What one job may hold: some tens of milliseconds of the writer's time.
constexpr std::size_t namesAtOnce = 1'000;
constexpr std::size_t messagesAtOnce = 10'000;
constexpr base::Millis maxAhead = 24 * 3'600 * 1'000;

/// The thread that each message is in: what the chain of its answers began with. `older` holds that of the answers to messages
/// of earlier batches; a chain that bites its tail is no thread.
std::vector<Id> threadsOf(const ImportBatch& batch, Id firstId, std::vector<Id> older)
{
    enum class State : std::uint8_t { open, onTheWay, known };
    std::vector<State> states(batch.messages.size(), State::open);
    auto threads = std::move(older);
    std::vector<std::size_t> way;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        way.clear();
        auto at = i;
        while (states[at] == State::open && batch.messages[at].replyIndex >= 0) {
            states[at] = State::onTheWay;
            way.push_back(at);
            at = static_cast<std::size_t>(batch.messages[at].replyIndex);
        }
        const bool circle = states[at] == State::onTheWay;
        const auto root = circle ? 0 : threads[at] != 0 ? threads[at] : firstId + static_cast<Id>(at);
        states[at] = State::known;
        for (const auto each : way) {
            threads[each] = root;
            states[each] = State::known;
        }
    }
    return threads;
}

std::string at(std::string_view list, std::size_t index) { return "/" + std::string(list) + "/" + std::to_string(index); }

} // namespace

Result<ImportBegin> Importing::begin(std::string_view chat, std::string_view chatType,
                                     const std::vector<std::string>& usernames,
                                     const std::vector<std::string>& members)
{
    auto name = checkName(chat, false);
    if (!name)
        return name.error();
    if (chatType != "group" && chatType != "channel")
        return fault(Status::invalid, "invalid_chat_type", "It must be group or channel.", "/chat_type");
    if (usernames.size() + members.size() > _core.maxParticipants)
        return fault(Status::invalid, "too_many_participants", "These are more than a chat may have.", "/usernames");
    for (std::size_t i = 0; i < usernames.size(); ++i)
        if (auto good = checkImportedName(usernames[i], at("usernames", i)); !good)
            return good.error();
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!_core.users.byName(members[i]))
            return fault(Status::notFound, "user_not_found", "There is no user " + members[i] + '.', at("members", i));
    const auto creator = _core.users.oldestAdmin();
    if (!creator)
        return fault(Status::unavailable, "no_admin", "There is no admin yet, in whose name a chat could be made.");

    const std::lock_guard lock(_core.importing); // whether the chat is there already, for two at once
    ImportBegin begun;
    const auto found = findChat(*name);
    if (!found)
        return found.error();
    begun.chatId = *found;
    if (begun.chatId == 0) {
        const auto made = makeChat(std::move(*name), chatType, creator->id);
        if (!made)
            return made.error();
        begun.chatId = *made;
        begun.chatCreated = true;
    }
    auto& entry = *_core.cache.find(begun.chatId);
    begun.userIds.reserve(usernames.size());
    for (std::size_t first = 0; first < usernames.size(); first += namesAtOnce) {
        const auto last = std::min(first + namesAtOnce, usernames.size());
        if (auto done = takeIn(entry, usernames, first, last, begun); !done)
            return done.error();
    }
    ImportBegin others; // are there already: nobody is made, and nobody asks for their ids
    if (auto done = takeIn(entry, members, 0, members.size(), others); !done)
        return done.error();
    return begun;
}

Result<Id> Importing::findChat(std::string_view name) const
{
    Id found = 0;
    for (const auto* const entry : _core.cache.all()) {
        const auto state = entry->state();
        if (state->head->record.name != name || state->head->record.chatType == "direct")
            continue;
        if (found != 0)
            return fault(Status::conflict, "ambiguous_chat", "Several chats have this name; rename one.", "/chat");
        found = entry->id;
    }
    return found;
}

Result<Id> Importing::makeChat(std::string name, std::string_view chatType, Id creatorId)
{
    Creation creation(_core,
                      {.name = std::move(name), .chatType = std::string(chatType), .creatorId = creatorId},
                      {{creatorId, Role::admin}});
    auto done = _core.writer.run(
        [&](storage::Connection& connection) {
            creation.apply(connection);
            return Result<void>();
        },
        [&] { creation.publish(); });
    if (!done)
        return done.error();
    return creation.chatId();
}

// Users that are missing are made, and who is not in the chat joins it.
Result<void> Importing::takeIn(ChatEntry& entry, const std::vector<std::string>& usernames, std::size_t first,
                               std::size_t last, ImportBegin& begun)
{
    std::vector<users::UserPtr> made;
    std::vector<Id> ids;
    std::vector<Member> joining;
    const auto work = [&](storage::Connection& connection) -> Result<void> {
        made.clear(); // it may be run twice
        ids.clear();
        joining.clear();
        const auto members = entry.state()->members;
        const auto now = _core.writerSide.time();
        for (auto i = first; i < last; ++i) {
            Id id = 0;
            if (const auto known = _core.users.byName(usernames[i]))
                id = known->id;
            else if (const auto row = storage::UserRepository::byName(connection, usernames[i])) // of this very batch
                id = row->id;
            if (id == 0) {
                id = _core.users.nextId();
                const storage::UserRecord record{
                    .id = id, .username = usernames[i], .state = "imported", .createdAt = now};
                storage::UserRepository::insert(connection, record);
                made.push_back(std::make_shared<const users::User>(
                    users::User{id, record.username, {}, record.role, record.state, now}));
            }
            ids.push_back(id);
            if (!members->find(id))
                joining.push_back({id, Role::member});
        }
        std::sort(joining.begin(), joining.end(), [](auto& a, auto& b) { return a.userId < b.userId; });
        joining.erase(std::unique(joining.begin(), joining.end(), [](auto& a, auto& b) { return a.userId == b.userId; }),
                      joining.end());
        if (members->size() + joining.size() > _core.maxParticipants)
            return fault(Status::invalid, "too_many_participants", "These are more than a chat may have.", "/usernames");
        const auto read = storage::MessageRepository::newest(connection, entry.id).value_or(storage::Place());
        for (const auto& member : joining)
            storage::ChatRepository::insertParticipant(connection, {.chatId = entry.id,
                                                                    .userId = member.userId,
                                                                    .joinedAt = now,
                                                                    .lastReadAt = read.at,
                                                                    .lastReadId = read.id});
        return {};
    };
    const auto publish = [&] {
        for (auto& user : made)
            _core.users.put(std::move(user));
        if (!joining.empty())
            _core.cache.join(entry, joining);
    };
    auto done = _core.writer.run(work, publish);
    if (!done)
        return done;
    begun.usersCreated += static_cast<std::int64_t>(made.size());
    begun.userIds.insert(begun.userIds.end(), ids.begin(), ids.end());
    return {};
}

Result<std::vector<storage::ImportRecord>> Importing::state(Id chatId, std::string_view source)
{
    if (!_core.cache.find(chatId))
        return chatNotFound();
    std::vector<storage::ImportRecord> records;
    _core.database.read([&](storage::Connection& connection) {
        records = storage::ImportRepository::of(connection, chatId, source);
    });
    return records;
}

Result<void> Importing::checkBatch(const ImportBatch& batch) const
{
    if (batch.source.empty() || batch.source.size() > 1'000 || !base::validUtf8(batch.source))
        return fault(Status::invalid, "invalid_source", "It must be 1 to 1,000 bytes of text.", "/source");
    if (batch.firstLine < 0 || batch.lineCount < 0)
        return fault(Status::invalid, "out_of_range", "Lines are counted from 0.", "/first_line");
    if (batch.messages.size() > messagesAtOnce)
        return fault(Status::tooLarge, "batch_too_large", "A batch has at most 10,000 messages.", "/messages");
    const auto latest = base::now() + maxAhead;
    const std::size_t maxBytes = _core.maxMessageBytes;
    Id lastSender = 0; // mostly the one before
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
        const auto& message = batch.messages[i];
        // History may hold empty lines; a person may not send one.
        if (auto content = message.content.empty() ? base::Result<void>() : checkContent(message.content, maxBytes, {}); !content)
            return fault(Status::invalid, content.error().code, content.error().detail, at("messages", i));
        if (message.createdAt < 0 || message.createdAt > latest)
            return fault(Status::invalid, "invalid_time", "It is before 1970 or more than a day ahead.", at("messages", i));
        if (message.senderId != lastSender && !_core.users.byId(message.senderId))
            return fault(Status::invalid, "unknown_user", "There is no such user.", at("messages", i));
        lastSender = message.senderId;
        const auto count = static_cast<std::int64_t>(batch.messages.size());
        if (message.replyIndex >= count || message.replyIndex == static_cast<std::int64_t>(i) || message.replyTo < 0)
            return fault(Status::invalid, "unknown_reply", "It answers no message of this batch.", at("messages", i));
    }
    return {};
}

Result<bool> Importing::hadBefore(storage::Connection& connection, const ImportBatch& batch, ImportResult& result) const
{
    for (const auto& record : storage::ImportRepository::of(connection, batch.chatId, batch.source)) {
        if (record.firstLine == batch.firstLine) {
            if (record.lineCount != batch.lineCount || record.digest != batch.digest)
                return fault(Status::conflict, "import_differs",
                             "These lines were imported before, and said something else.", "/digest");
            result = {record.firstMessageId, record.messageCount, true};
            return true;
        }
        if (record.firstLine < batch.firstLine + batch.lineCount && batch.firstLine < record.firstLine + record.lineCount)
            return fault(Status::conflict, "import_overlaps", "Some of these lines were imported before.", "/first_line");
    }
    return false;
}

Result<ImportResult> Importing::batch(ImportBatch batch)
{
    auto* const entry = _core.cache.find(batch.chatId);
    if (!entry)
        return chatNotFound();
    if (auto good = checkBatch(batch); !good)
        return good.error();

    ImportResult result;
    storage::EventRecord event;
    auto done = _core.writer.run(
        [&](storage::Connection& connection) { return write(connection, batch, event, result); },
        [&] {
            if (result.already || event.id == 0)
                return;
            entry->forget();
            entry->tally.upset(result.firstMessageId + result.messageCount - 1);
            _core.events.append(events::EventLog::shown(event, event.data));
        });
    if (!done)
        return done.error();
    return result;
}

Result<void> Importing::write(storage::Connection& connection, ImportBatch& batch, storage::EventRecord& event,
                              ImportResult& result)
{
    result = ImportResult();
    event = storage::EventRecord();
    const auto had = hadBefore(connection, batch, result);
    if (!had)
        return had.error();
    if (*had)
        return {};
    // Everything that can be refused is, before the first row is written: then nothing has to be undone.
    std::vector<Id> threads(batch.messages.size(), 0);
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
        const auto target = batch.messages[i].replyIndex < 0 ? batch.messages[i].replyTo : 0;
        if (target == 0)
            continue;
        const auto old = storage::MessageRepository::byId(connection, target);
        if (!old || old->chatId != batch.chatId)
            return fault(Status::invalid, "unknown_reply", "It answers no message of this chat.", at("messages", i));
        threads[i] = old->threadId != 0 ? old->threadId : old->id;
    }

    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
        storage::MessageRecord record;
        record.senderId = batch.messages[i].senderId;
        if (!takeAttachments(connection, batch.messages[i].attachments, record))
            return fault(Status::invalid, "unknown_file", "The sender has no such file.", at("messages", i));
    }

    const auto now = _core.writerSide.time();
    const auto count = static_cast<std::int64_t>(batch.messages.size());
    const auto firstId = count > 0 ? _core.writerSide.nextMessageIds(count) : 0;
    threads = threadsOf(batch, firstId, std::move(threads));
    storage::MessageRecord record;
    record.chatId = batch.chatId;
    record.id = firstId;
    for (auto& message : batch.messages) {
        record.threadId = threads[static_cast<std::size_t>(record.id - firstId)];
        record.senderId = message.senderId;
        record.messageType = message.system ? "system" : "text";
        record.createdAt = message.createdAt;
        record.replyTo = message.replyIndex >= 0 ? firstId + message.replyIndex : message.replyTo;
        record.attachments.clear();
        record.attachmentKinds = 0;
        if (auto files = takeAttachments(connection, message.attachments, record); !files)
            return files;
        record.content.swap(message.content); // lent: this may be run once more
        storage::MessageRepository::insert(connection, record);
        record.content.swap(message.content);
        for (const auto file : message.attachments)
            storage::FileRepository::attach(connection, record.id, record.chatId, file);
        ++record.id;
    }
    for (const auto thread : std::set<Id>(threads.begin(), threads.end()))
        if (thread != 0)
            storage::TakeInRepository::countReplies(connection, thread);
    storage::ImportRepository::insert(connection, {batch.chatId, batch.source, batch.firstLine, batch.lineCount,
                                                   batch.digest, firstId, count, now});
    result = {firstId, count, false};
    if (count == 0)
        return {};
    const auto creator = _core.users.oldestAdmin();
    event.id = _core.events.nextId();
    event.topic = "chat.imported";
    event.chatId = batch.chatId;
    event.actorId = creator ? creator->id : 0;
    event.objectId = firstId;
    event.createdAt = now;
    event.data = "{\"source\":";
    base::appendJsonString(event.data, batch.source);
    event.data += ",\"first_message_id\":";
    base::appendJsonInt(event.data, firstId);
    event.data += ",\"message_count\":";
    base::appendJsonInt(event.data, count);
    event.data += '}';
    storage::EventRepository::insert(connection, event);
    return {};
}

} // namespace netbit::services::chat
