#include "services/chat/ChatService.h"

#include "services/chat/Creation.h"
#include "services/chat/Importing.h"
#include "services/chat/LaterActs.h"
#include "services/chat/Lists.h"
#include "services/chat/Pages.h"
#include "services/chat/SendJob.h"

namespace netbit::services::chat {

namespace {

using base::fault;
using base::Result;
using base::Status;

constexpr base::Millis keyLife = 24 * 3'600 * 1'000;
constexpr base::Millis dayLength = 24 * 3'600 * 1'000;
constexpr std::int64_t pieceOfMessages = 1'000;

Result<void> checkAdmin(const auth::Principal& principal)
{
    if (!principal.valid() || !readsAll(principal))
        return fault(Status::forbidden, "local_admin_only", "Only the local admin imports.");
    return {};
}

} // namespace

struct ChatService::Impl {
    Impl(storage::Database& database, storage::Writer& writer, users::UserDirectory& users, events::EventLog& events,
         ChatOptions options)
        : core(database, writer, users, events, options)
    {
    }

    /// The chat, if this one may see it.
    Result<ChatEntry*> visible(const auth::Principal& principal, Id chatId) const
    {
        if (auto valid = checkValid(principal); !valid)
            return valid.error();
        auto* const entry = core.cache.find(chatId);
        if (!entry || !readable(*entry->state(), principal))
            return chatNotFound();
        return entry;
    }

    Result<void> submit(std::unique_ptr<storage::Job> job)
    {
        if (!core.writer.submit(job))
            return overloaded();
        return {};
    }

    Core core;
};

ChatService::ChatService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users,
                         events::EventLog& events, ChatOptions options)
    : _impl(std::make_unique<Impl>(database, writer, users, events, options))
{
    events.setHooks([this](Id userId, Id chatId) { return isMember(userId, chatId); },
                    [this](storage::Connection& connection, const storage::EventRecord& event) -> std::string {
                        if (!event.topic.starts_with("message."))
                            return "{}";
                        const auto message = storage::MessageRepository::byId(connection, event.objectId);
                        return message ? _impl->core.textOf(*message).substr(1) : "{}";
                    },
                    [this](Id userId, Id otherId) {
                        for (const auto* const chat : _impl->core.cache.ofUser(userId))
                            if (chat->state()->members->find(otherId))
                                return true;
                        return false;
                    });
}

ChatService::~ChatService() = default;

void ChatService::load()
{
    auto& core = _impl->core;
    core.database.read([&](storage::Connection& connection) {
        core.writerSide.load(connection);
        const auto highest = storage::MessageRepository::highestId(connection);
        std::unordered_map<Id, std::vector<Member>> members;
        storage::ChatRepository::eachParticipant(connection, [&](storage::ParticipantRecord&& row) {
            members[row.chatId].push_back({row.userId, roleOf(row.role)});
        });
        storage::ChatRepository::each(connection, [&](storage::ChatRecord&& chat) {
            auto state = std::make_shared<ChatState>();
            auto& in = members[chat.id];
            in.shrink_to_fit();
            if (chat.chatType == "direct" && in.size() == 2)
                core.writerSide.directs.emplace(WriterSide::pairOf(in[0].userId, in[1].userId), chat.id);
            state->members = std::make_shared<const Members>(std::move(in));
            auto json = chatHead(chat);
            state->revision = chat.revision;
            state->head = std::make_shared<const ChatHead>(ChatHead{std::move(chat), std::move(json)});
            core.cache.add(std::move(state)).tally.startAfter(highest);
        });
    });
}

void ChatService::setOptions(ChatOptions options) { _impl->core.set(options); }

Result<base::Body> ChatService::list(const auth::Principal& principal, std::uint32_t page, std::uint32_t perPage,
                                     bool mayBlock)
{
    if (auto valid = checkValid(principal); !valid)
        return valid.error();
    if (auto numbers = checkNumbers(page, perPage); !numbers)
        return numbers.error();
    return listOf(_impl->core, principal, page, perPage, mayBlock);
}

Result<base::Body> ChatService::get(const auth::Principal& principal, Id chatId, bool mayBlock)
{
    const auto entry = _impl->visible(principal, chatId);
    if (!entry)
        return entry.error();
    auto json = chatJson(_impl->core, **entry, principal, mayBlock);
    if (!json)
        return json.error();
    return base::Body(std::move(*json));
}

Result<Page> ChatService::page(const auth::Principal& principal, const PageQuery& query, bool mayBlock)
{
    const auto entry = _impl->visible(principal, query.chatId);
    if (!entry)
        return entry.error();
    if (auto form = checkPage(query); !form)
        return form.error();
    return pageOf(_impl->core, **entry, query, mayBlock);
}

Result<void> ChatService::mayRead(const auth::Principal& principal, Id chatId) const
{
    const auto entry = _impl->visible(principal, chatId);
    if (!entry)
        return entry.error();
    return {};
}

bool ChatService::isMember(Id userId, Id chatId) const
{
    const auto* const entry = _impl->core.cache.find(chatId);
    return entry && entry->state()->members->find(userId).has_value();
}

std::vector<Id> ChatService::readableBy(const auth::Principal& principal) const
{
    const auto& cache = _impl->core.cache;
    std::vector<Id> ids;
    for (const auto* const entry : readsAll(principal) ? cache.all() : cache.ofUser(principal.userId()))
        if (readable(*entry->state(), principal))
            ids.push_back(entry->id);
    return ids;
}

std::optional<storage::ChatRecord> ChatService::record(Id chatId) const
{
    const auto* const entry = _impl->core.cache.find(chatId);
    return entry ? std::optional(entry->state()->head->record) : std::nullopt;
}

Result<void> ChatService::create(const auth::PrincipalPtr& principal, NewChat chat, Done done)
{
    return create(principal, std::move(chat), operations::Once(), std::move(done));
}

Result<void> ChatService::create(const auth::PrincipalPtr& principal, NewChat chat, operations::Once once, Done done)
{
    auto& core = _impl->core;
    if (auto valid = checkValid(*principal); !valid)
        return valid;
    const bool direct = chat.chatType == "direct";
    if (!direct && chat.chatType != "group" && chat.chatType != "channel")
        return fault(Status::invalid, "invalid_chat_type", "It must be direct, group or channel.", "/chat_type");
    auto name = checkName(chat.name, direct);
    if (!name)
        return name.error();
    auto topic = checkTopic(chat.topic);
    if (!topic)
        return topic.error();
    auto description = checkDescription(chat.description);
    if (!description)
        return description.error();
    const bool open = chat.visibility == "public";
    if (!open && chat.visibility != "private")
        return fault(Status::invalid, "invalid_visibility", "It must be private or public.", "/visibility");
    if (direct && (open || !topic->empty() || !description->empty()))
        return fault(Status::invalid, "direct_chat", "A direct chat is private and has no topic and description.",
                     open ? "/visibility" : !topic->empty() ? "/topic" : "/description");
    if (chat.participants.size() >= core.maxParticipants)
        return fault(Status::invalid, "too_many_participants", "These are more than a chat may have.", "/participants");
    const auto me = principal->userId();
    if (!core.users.byId(me))
        return fault(Status::forbidden, "no_user", "Only a user makes chats.");
    std::vector<Member> members{{me, Role::admin}};
    for (std::size_t i = 0; i < chat.participants.size(); ++i) {
        const auto id = chat.participants[i];
        if (!core.users.byId(id))
            return fault(Status::invalid, "unknown_user", "There is no such user.", "/participants/" + std::to_string(i));
        if (id != me)
            members.push_back({id, Role::member});
    }
    std::sort(members.begin(), members.end(), [](auto& a, auto& b) { return a.userId < b.userId; });
    members.erase(std::unique(members.begin(), members.end(), [](auto& a, auto& b) { return a.userId == b.userId; }),
                  members.end());
    if (direct && members.size() != 2)
        return fault(Status::invalid, "invalid_participants", "A direct chat is with exactly one other.", "/participants");
    storage::ChatRecord record;
    record.name = std::move(*name);
    record.chatType = std::move(chat.chatType);
    record.creatorId = me;
    record.visibility = std::move(chat.visibility);
    record.topic = std::move(*topic);
    record.description = std::move(*description);
    return _impl->submit(std::make_unique<CreateJob>(core, principal, std::move(record), std::move(members),
                                                     std::move(once), std::move(done)));
}

Result<void> ChatService::send(const auth::PrincipalPtr& principal, NewMessage message, Done done)
{
    auto& core = _impl->core;
    auto* const entry = core.cache.find(message.chatId);
    if (!entry) {
        auto valid = checkValid(*principal);
        return valid ? chatNotFound() : valid;
    }
    if (auto may = mayWrite(*entry->state(), *principal); !may)
        return may;
    if (auto form = checkMessage(message, core.maxMessageBytes.load(std::memory_order_relaxed)); !form)
        return form;
    return _impl->submit(std::make_unique<SendJob>(core, *entry, principal, std::move(message), std::move(done)));
}

Result<ImportBegin> ChatService::importBegin(const auth::Principal& admin, std::string_view chat,
                                             std::string_view chatType, const std::vector<std::string>& usernames,
                                             const std::vector<std::string>& members)
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    return Importing(_impl->core).begin(chat, chatType, usernames, members);
}

Result<std::vector<storage::ImportRecord>> ChatService::importState(const auth::Principal& admin, Id chatId,
                                                                    std::string_view source)
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    return Importing(_impl->core).state(chatId, source);
}

Result<ImportResult> ChatService::importBatch(const auth::Principal& admin, ImportBatch batch)
{
    if (auto may = checkAdmin(admin); !may)
        return may.error();
    return Importing(_impl->core).batch(std::move(batch));
}

void ChatService::namesChanged()
{
    for (auto* const entry : _impl->core.cache.all())
        entry->forget();
}

std::string ChatService::json(const storage::MessageRecord& message) const { return _impl->core.textOf(message).substr(1); }

Core& ChatService::core() noexcept { return _impl->core; }

std::size_t ChatService::chatCount() const { return _impl->core.cache.size(); }

void ChatService::prune()
{
    auto& core = _impl->core;
    const auto now = base::now();
    std::int64_t gone = 0;
    // Piece by piece, so that others have their turn; what fails is done by the next prune.
    const auto each = [&](const std::function<std::int64_t(storage::Connection&)>& work, const std::function<void()>& publish = {}) {
        do {
            const auto done = core.writer.run(
                [&](storage::Connection& connection) {
                    gone = work(connection);
                    return Result<void>();
                },
                [&] {
                    if (gone > 0 && publish)
                        publish();
                });
            if (!done)
                return;
        } while (gone > 0);
    };
    each([&](storage::Connection& connection) {
        return storage::IdempotencyRepository::prune(connection, now - keyLife) +
               storage::OperationKeyRepository::prune(connection, now - keyLife);
    });
    for (auto* const entry : core.cache.all()) {
        const auto days = entry->state()->head->record.retentionDays;
        if (days == 0)
            continue;
        each(
            [&](storage::Connection& connection) {
                return storage::MessageRepository::removeBefore(connection, entry->id, now - days * dayLength, pieceOfMessages);
            },
            [&] {
                entry->forget();
                entry->tally.upset();
            });
    }
}

void ChatService::sendDue() { chat::sendDue(_impl->core); }

} // namespace netbit::services::chat
