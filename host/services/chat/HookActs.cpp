#include "services/chat/HookActs.h"

#include "base/Json.h"
#include "services/auth/AccountRules.h"
#include "services/auth/Secrets.h"

namespace netbit::services::chat {

using base::fault;
using base::Status;

namespace {

constexpr std::string_view prefix = "nbh_";
constexpr std::size_t mostHooks = 50; // of one chat

Id chatOf(const Call& call) { return call.arguments.integerOr("id", 0); }

std::string hookJson(const storage::HookRecord& hook, std::string_view secret)
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, hook.id);
    out += ",\"chat_id\":";
    base::appendJsonInt(out, hook.chatId);
    out += ",\"name\":";
    base::appendJsonString(out, hook.name);
    out += ",\"bot_id\":";
    base::appendJsonInt(out, hook.botId);
    out += ",\"created_by\":";
    base::appendJsonInt(out, hook.createdBy);
    out += ",\"created_at\":\"" + base::rfc3339(hook.createdAt) + "\"";
    if (!secret.empty()) {
        out += ",\"secret\":\"" + std::string(secret) + "\",\"path\":\"/hooks/" + std::string(secret) + "\"";
    }
    out += '}';
    return out;
}

/// Whoever made it must still be here: who was shut out may know its address by heart. And nobody has shut its bot out.
bool bothActive(const Core& core, const storage::HookRecord& hook)
{
    const auto active = [&](Id userId) {
        const auto user = core.users.byId(userId);
        return user && user->state == "active";
    };
    return active(hook.createdBy) && active(hook.botId);
}

base::Error hookNotFound() { return fault(Status::notFound, "hook_not_found", "There is no such webhook."); }

/// A user who never signs in, and in whose name the hook writes.
Id makeBot(Turn& turn, const std::string& name)
{
    auto& users = turn.core.users;
    const storage::UserRecord record{.id = users.nextId(), .username = name, .role = "bot", .createdAt = turn.time()};
    storage::UserRepository::insert(turn.connection, record);
    turn.then([&users, record] {
        users.put(std::make_shared<const users::User>(
            users::User{record.id, record.username, {}, record.role, record.state, record.createdAt}));
    });
    return record.id;
}

} // namespace

Result<void> createHook(Core& core, Call& call, Done done)
{
    std::string name(call.arguments.textOr("name", ""));
    if (auto good = auth::checkUsername(name); !good)
        return fault(Status::invalid, good.error().code, good.error().detail, "/name");
    auto act = [chatId = chatOf(call), name = std::move(name)](Turn& turn) -> Result<void> {
        if (const auto standing = standingWith(turn, chatId, Right::configure); !standing)
            return standing.error();
        if (storage::HookRepository::of(turn.connection, chatId).size() >= mostHooks)
            return fault(Status::conflict, "too_many_hooks", "A chat has at most 50 webhooks.");
        if (turn.core.users.byName(name) || storage::UserRepository::byName(turn.connection, name))
            return fault(Status::conflict, "username_taken", "There is a user of this name.", "/name");
        const auto secret = auth::randomToken(prefix);
        storage::HookRecord hook;
        hook.id = turn.core.writerSide.nextHookId();
        hook.chatId = chatId;
        hook.createdBy = turn.caller.userId();
        hook.botId = makeBot(turn, name);
        hook.name = name;
        hook.hash = auth::hashToken(secret);
        hook.createdAt = turn.time();
        storage::HookRepository::insert(turn.connection, hook);
        turn.made = {hook.id, hookJson(hook, secret), false};
        turn.tell("chat.hook_added", chatId, hook.id, hookJson(hook, {}));
        return {};
    };
    return submit(core, "hooks.create", call, std::move(act), std::move(done));
}

Result<void> listHooks(Core& core, Call& call, Done done)
{
    const auto* const entry = core.cache.find(chatOf(call));
    const auto role = entry ? entry->state()->members->find(call.principal->userId()) : std::nullopt;
    if (!role)
        return chatNotFound();
    if (!may(Right::configure, *role, entry->state()->head->record.chatType))
        return fault(Status::forbidden, "not_allowed", "Your role in this chat does not allow that.");
    std::vector<storage::HookRecord> hooks;
    core.database.read(
        [&](storage::Connection& connection) { hooks = storage::HookRepository::of(connection, entry->id); });
    std::string out = "{\"data\":[";
    for (const auto& hook : hooks) {
        out += &hook == hooks.data() ? "" : ",";
        out += hookJson(hook, {});
    }
    out += "]}";
    done(Completed{entry->id, std::move(out), false});
    return {};
}

Result<void> deleteHook(Core& core, Call& call, Done done)
{
    auto act = [chatId = chatOf(call), id = call.arguments.integerOr("hook", 0)](Turn& turn) -> Result<void> {
        if (const auto standing = standingWith(turn, chatId, Right::configure); !standing)
            return standing.error();
        if (!storage::HookRepository::remove(turn.connection, chatId, id))
            return hookNotFound();
        turn.made.id = id;
        turn.tell("chat.hook_removed", chatId, id, "{\"chat_id\":" + std::to_string(chatId) + ",\"id\":" + std::to_string(id) + "}");
        return {};
    };
    return submit(core, "hooks.delete", call, std::move(act), std::move(done));
}

Result<void> postByHook(Core& core, Call& call, Done done)
{
    const auto secret = call.arguments.textOr("secret", "");
    if (!auth::tokenShaped(prefix, secret))
        return hookNotFound();
    std::string content(call.arguments.textOr("text", ""));
    if (auto form = checkContent(content, core.maxMessageBytes, "/text"); !form)
        return form;
    if (blank(content))
        return fault(Status::invalid, "invalid_content", "There is nothing to be seen in it.", "/text");
    std::optional<storage::HookRecord> hook;
    const auto hash = auth::hashToken(secret);
    core.database.read([&](storage::Connection& connection) { hook = storage::HookRepository::byHash(connection, hash); });
    if (!hook || !bothActive(core, *hook))
        return hookNotFound();
    const auto quota = core.hookPostsPerMinute.load();
    if (quota != 0 && !core.hookPosts.take(hook->id, quota, base::Buckets<Id>::Clock::now()).allowed)
        return fault(Status::rateLimited, "rate_limited", "This webhook writes too often.");
    const auto bot = std::make_shared<const auth::Principal>(auth::Principal::Kind::impersonated, hook->botId,
                                                             core.nameOf(hook->botId), false, 0, 0);
    auto act = [hash, content = std::move(content)](Turn& turn) -> Result<void> {
        const auto known = storage::HookRepository::byHash(turn.connection, hash);
        const auto chat = known ? storage::ChatRepository::byId(turn.connection, known->chatId) : std::nullopt;
        if (!chat || !bothActive(turn.core, *known)) // asked on the writer's thread, where states change
            return hookNotFound();
        if (chat->archivedAt != 0)
            return fault(Status::conflict, "chat_archived", "This chat is archived.");
        storage::MessageRecord message;
        message.chatId = chat->id;
        message.senderId = known->botId;
        message.content = content;
        const auto state = turn.core.cache.find(chat->id)->state();
        post(turn, message, mentionsIn(turn.core, *state, message.senderId, content));
        turn.made = {message.id, turn.core.textOf(message).substr(1), false};
        return {};
    };
    std::unique_ptr<storage::Job> job =
        std::make_unique<ActJob>(core, operations::Once(), bot, std::move(act), std::move(done));
    if (!core.writer.submit(job))
        return overloaded();
    return {};
}

} // namespace netbit::services::chat
