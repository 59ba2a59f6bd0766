#include "services/chat/ChatActs.h"

#include "base/EntityTag.h"
#include "base/Json.h"
#include "services/chat/Lists.h"

namespace netbit::services::chat {

using base::fault;
using base::Status;

namespace {

Id chatOf(const Call& call) { return call.arguments.integerOr("id", 0); }

std::string nameOf(const Core& core, Id userId) { return core.nameOf(userId); }

std::string memberJson(const Core& core, const storage::ParticipantRecord& member)
{
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, member.chatId);
    out += ",\"user_id\":";
    base::appendJsonInt(out, member.userId);
    out += ",\"username\":";
    base::appendJsonString(out, nameOf(core, member.userId));
    out += ",\"role\":";
    base::appendJsonString(out, member.role);
    out += ",\"joined_at\":\"";
    base::appendRfc3339(out, member.joinedAt);
    out += "\"}";
    return out;
}

std::string removedJson(Id chatId, Id userId, Id by)
{
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, chatId);
    out += ",\"user_id\":";
    base::appendJsonInt(out, userId);
    out += ",\"removed_by\":";
    base::appendJsonInt(out, by);
    out += '}';
    return out;
}

/// The chat as the caller will see it after the commit, if this is its record.
std::string chatJsonOf(Turn& turn, const storage::ChatRecord& chat)
{
    constexpr auto end = std::numeric_limits<std::int64_t>::max();
    std::string last;
    for (const auto& message : storage::MessageRepository::before(turn.connection, chat.id, end, end, 1))
        last = turn.core.textOf(message).substr(1);
    const auto member = storage::ChatRepository::participant(turn.connection, chat.id, turn.caller.userId());
    const auto own = Reads::count(turn.connection, turn.caller.userId(), chat.id);
    auto json = chatHead(chat);
    appendChatRest(json, member ? std::optional(roleOf(member->role)) : std::nullopt,
                   static_cast<std::size_t>(storage::ChatRepository::participantCount(turn.connection, chat.id)), last,
                   member ? &own : nullptr);
    return json;
}

/// Stores the chat, and shows it to its members.
void store(Turn& turn, storage::ChatRecord chat)
{
    auto& core = turn.core;
    chat.updatedAt = turn.time();
    storage::ChatRepository::update(turn.connection, chat);
    core.writerSide.changing.insert(chat.id);
    auto json = chatHead(chat);
    auto shown = json;
    appendChatRest(shown, std::nullopt,
                   static_cast<std::size_t>(storage::ChatRepository::participantCount(turn.connection, chat.id)), {}, nullptr);
    const auto id = chat.id;
    auto head = std::make_shared<const ChatHead>(ChatHead{std::move(chat), std::move(json)});
    turn.then([&core, id, head] {
        core.cache.setHead(*core.cache.find(id), head);
        core.writerSide.changing.erase(id);
    });
    turn.tell("chat.updated", id, id, std::move(shown));
}

/// Puts a user into the chat, who has read what is there.
void enter(Turn& turn, Id chatId, Id userId, Role role)
{
    auto& core = turn.core;
    const auto read = storage::MessageRepository::newest(turn.connection, chatId).value_or(storage::Place());
    const storage::ParticipantRecord member{.chatId = chatId,
                                            .userId = userId,
                                            .role = std::string(nameOf(role)),
                                            .joinedAt = turn.time(),
                                            .lastReadAt = read.at,
                                            .lastReadId = read.id};
    storage::ChatRepository::insertParticipant(turn.connection, member);
    core.writerSide.changing.insert(chatId);
    turn.then([&core, chatId, userId, role] {
        core.cache.join(*core.cache.find(chatId), {{userId, role}});
        core.writerSide.changing.erase(chatId);
    });
    turn.made = {userId, memberJson(core, member), false};
    turn.tell("chat.member_added", chatId, userId, turn.made.json);
}

/// Takes a user out of the chat; of what happens in it he hears no more but this.
void exit(Turn& turn, Id chatId, Id userId)
{
    auto& core = turn.core;
    storage::ChatRepository::removeParticipant(turn.connection, chatId, userId);
    core.writerSide.changing.insert(chatId);
    turn.then([&core, chatId, userId] {
        core.cache.leave(*core.cache.find(chatId), userId);
        core.reads.forget(userId, chatId);
        core.writerSide.changing.erase(chatId);
    });
    const auto json = removedJson(chatId, userId, turn.caller.userId());
    turn.tell("chat.member_removed", chatId, userId, json);
    turn.tellOnly(userId, "chat.left", chatId, json);
}

void changeRole(Turn& turn, storage::ParticipantRecord member, Role role)
{
    auto& core = turn.core;
    member.role = nameOf(role);
    storage::ChatRepository::setRole(turn.connection, member.chatId, member.userId, member.role);
    core.writerSide.changing.insert(member.chatId);
    turn.then([&core, chatId = member.chatId, userId = member.userId, role] {
        auto& entry = *core.cache.find(chatId);
        entry.setMembers(entry.state()->members->withRole(userId, role));
        core.writerSide.changing.erase(chatId);
    });
    turn.made = {member.userId, memberJson(core, member), false};
    turn.tell("chat.member_changed", member.chatId, member.userId, turn.made.json);
}

Result<storage::ParticipantRecord> memberIn(Turn& turn, Id chatId, Id userId)
{
    auto member = storage::ChatRepository::participant(turn.connection, chatId, userId);
    if (!member)
        return fault(Status::notFound, "member_not_found", "This user is not in the chat.");
    return std::move(*member);
}

bool lastAdmin(Turn& turn, const storage::ParticipantRecord& member)
{
    return roleOf(member.role) == Role::admin && storage::ChatRepository::adminCount(turn.connection, member.chatId) == 1;
}

base::Error lastAdminStays()
{
    return fault(Status::conflict, "last_admin", "Name another admin first, in new_admin: a chat has at least one.");
}

/// What the client has in hand is what is there, or it is told so.
Result<void> checkIfMatch(Turn& turn, const storage::ChatRecord& chat, std::string_view ifMatch)
{
    if (ifMatch.empty())
        return {};
    auto& entry = *turn.core.cache.find(chat.id);
    // A change of this very batch has not reached the readers: none of them can have its tag.
    if (chatHead(chat) == entry.state()->head->json) {
        const auto json = chatJson(turn.core, entry, turn.caller, true);
        if (json && base::matchesEntityTag(ifMatch, base::entityTag(base::Body(*json))))
            return {};
    }
    return fault(Status::preconditionFailed, "precondition_failed", "The chat has changed since you read it.");
}

std::string quoted(std::string_view text) { return "\xE2\x80\x9C" + std::string(text) + "\xE2\x80\x9D"; }

} // namespace

Result<void> updateChat(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    for (const auto* const member : {"name", "topic", "description", "visibility", "archived", "retention_days"})
        if (args.has(member)) {
            auto act = [args, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
                const auto chatId = args.integerOr("id", 0);
                auto standing = standingIn(turn, chatId);
                if (!standing)
                    return standing.error();
                auto& chat = standing->chat;
                const auto role = standing->role();
                const auto before = chat;
                // To take a chat out of the archive and to change it may be one request.
                const bool configures = args.has("visibility") || args.has("archived") || args.has("retention_days");
                if (configures)
                    if (auto good = checkRight(chat, role, Right::configure); !good)
                        return good;
                if (const auto archived = args.flag("archived"))
                    chat.archivedAt = !*archived ? 0 : chat.archivedAt != 0 ? chat.archivedAt : turn.time();
                if (const auto text = args.text("name")) {
                    if (auto good = checkRight(chat, role, Right::rename); !good)
                        return good;
                    auto name = checkName(*text, false);
                    if (!name)
                        return name.error();
                    chat.name = std::move(*name);
                }
                if (const auto text = args.text("description")) {
                    if (auto good = checkRight(chat, role, Right::rename); !good)
                        return good;
                    auto description = checkDescription(*text);
                    if (!description)
                        return description.error();
                    chat.description = std::move(*description);
                }
                if (const auto text = args.text("topic")) {
                    if (auto good = checkRight(chat, role, Right::setTopic); !good)
                        return good;
                    auto topic = checkTopic(*text);
                    if (!topic)
                        return topic.error();
                    chat.topic = std::move(*topic);
                }
                chat.visibility = args.textOr("visibility", chat.visibility);
                chat.retentionDays = args.integerOr("retention_days", chat.retentionDays);
                if (auto match = checkIfMatch(turn, before, ifMatch); !match)
                    return match;
                const bool same = chat.name == before.name && chat.topic == before.topic &&
                    chat.description == before.description && chat.visibility == before.visibility &&
                    chat.archivedAt == before.archivedAt && chat.retentionDays == before.retentionDays;
                if (!same) {
                    if (chat.archivedAt == 0) {
                        if (chat.name != before.name)
                            postSystem(turn, chatId, "renamed the chat from " + quoted(before.name) + " to " + quoted(chat.name));
                        if (chat.topic != before.topic)
                            postSystem(turn, chatId, chat.topic.empty() ? std::string("cleared the topic")
                                                                        : "set the topic to " + quoted(chat.topic));
                    }
                    chat.updatedAt = turn.time();
                    store(turn, chat);
                }
                turn.made = {chatId, chatJsonOf(turn, chat), false};
                return {};
            };
            return submit(core, "chats.update", call, std::move(act), std::move(done));
        }
    return fault(Status::invalid, "nothing_to_change", "Name at least one member that is to change.");
}

Result<void> inviteMember(Core& core, Call& call, Done done)
{
    const auto chatId = chatOf(call);
    const auto userId = call.arguments.integerOr("user_id", 0);
    const auto role = roleOf(call.arguments.textOr("role", "member"));
    auto act = [chatId, userId, role](Turn& turn) -> Result<void> {
        const auto standing = standingWith(turn, chatId, Right::invite);
        if (!standing)
            return standing.error();
        if (role != Role::member)
            if (auto good = checkRight(standing->chat, standing->role(), Right::setRole); !good)
                return good;
        const auto user = turn.core.users.byId(userId);
        if (!user || user->state == "deactivated")
            return fault(Status::invalid, "unknown_user", "There is no such user.", "/user_id");
        if (auto known = storage::ChatRepository::participant(turn.connection, chatId, userId)) {
            turn.made = {userId, memberJson(turn.core, *known), true};
            return {};
        }
        if (static_cast<std::size_t>(storage::ChatRepository::participantCount(turn.connection, chatId)) >=
            turn.core.maxParticipants)
            return fault(Status::conflict, "too_many_participants", "The chat is full.");
        postSystem(turn, chatId, "added " + user->username);
        enter(turn, chatId, userId, role);
        return {};
    };
    return submit(core, "chats.invite", call, std::move(act), std::move(done));
}

Result<void> setMemberRole(Core& core, Call& call, Done done)
{
    const auto chatId = chatOf(call);
    const auto userId = call.arguments.integerOr("user", 0);
    const auto role = roleOf(call.arguments.textOr("role", ""));
    auto act = [chatId, userId, role](Turn& turn) -> Result<void> {
        if (const auto standing = standingWith(turn, chatId, Right::setRole); !standing)
            return standing.error();
        auto member = memberIn(turn, chatId, userId);
        if (!member)
            return member.error();
        if (roleOf(member->role) == role) {
            turn.made = {userId, memberJson(turn.core, *member), false};
            return {};
        }
        if (lastAdmin(turn, *member))
            return lastAdminStays();
        changeRole(turn, std::move(*member), role);
        return {};
    };
    return submit(core, "chats.set_role", call, std::move(act), std::move(done));
}

Result<void> removeMember(Core& core, Call& call, Done done)
{
    const auto chatId = chatOf(call);
    const auto userId = call.arguments.integerOr("user", 0);
    if (userId == call.principal->userId())
        return leaveChat(core, call, std::move(done));
    auto act = [chatId, userId](Turn& turn) -> Result<void> {
        const auto standing = standingWith(turn, chatId, Right::remove);
        if (!standing)
            return standing.error();
        const auto member = memberIn(turn, chatId, userId);
        if (!member)
            return member.error();
        // Admins may send each other away; below them, one needs a higher role.
        if (standing->role() != Role::admin && roleOf(member->role) >= standing->role())
            return fault(Status::forbidden, "not_allowed", "Your role in this chat does not allow that.");
        if (standing->chat.archivedAt == 0)
            postSystem(turn, chatId, "removed " + nameOf(turn.core, userId));
        exit(turn, chatId, userId);
        turn.made.id = userId;
        return {};
    };
    return submit(core, "chats.remove_member", call, std::move(act), std::move(done));
}

Result<void> joinChat(Core& core, Call& call, Done done)
{
    const auto chatId = chatOf(call);
    auto act = [chatId](Turn& turn) -> Result<void> {
        const auto me = turn.caller.userId();
        const auto chat = storage::ChatRepository::byId(turn.connection, chatId);
        if (!chat)
            return chatNotFound();
        if (auto known = storage::ChatRepository::participant(turn.connection, chatId, me)) {
            turn.made = {chatId, chatJsonOf(turn, *chat), true};
            return {};
        }
        if (chat->visibility != "public" || isGuest(turn.core, me))
            return chatNotFound();
        if (chat->archivedAt != 0)
            return fault(Status::conflict, "chat_archived", "This chat is archived.");
        const auto count = storage::ChatRepository::participantCount(turn.connection, chatId);
        if (static_cast<std::size_t>(count) >= turn.core.maxParticipants)
            return fault(Status::conflict, "too_many_participants", "The chat is full.");
        postSystem(turn, chatId, "joined");
        enter(turn, chatId, me, count == 0 ? Role::admin : Role::member);
        turn.made = {chatId, chatJsonOf(turn, *chat), false};
        return {};
    };
    return submit(core, "chats.join", call, std::move(act), std::move(done));
}

Result<void> leaveChat(Core& core, Call& call, Done done)
{
    const auto chatId = chatOf(call);
    const auto heir = call.arguments.integerOr("new_admin", 0);
    auto act = [chatId, heir](Turn& turn) -> Result<void> {
        const auto standing = standingIn(turn, chatId);
        if (!standing)
            return standing.error();
        if (standing->chat.chatType == "direct")
            return fault(Status::forbidden, "direct_chat", "A direct chat has no members, name or topic to change.");
        const bool alone = storage::ChatRepository::participantCount(turn.connection, chatId) == 1;
        if (heir != 0) {
            if (standing->role() != Role::admin)
                return fault(Status::forbidden, "not_allowed", "Only an admin names one.");
            if (heir == turn.caller.userId())
                return fault(Status::invalid, "unknown_user", "It must be somebody else.", "/new_admin");
            auto next = storage::ChatRepository::participant(turn.connection, chatId, heir);
            if (!next)
                return fault(Status::invalid, "unknown_user", "This user is not in the chat.", "/new_admin");
            if (roleOf(next->role) != Role::admin)
                changeRole(turn, std::move(*next), Role::admin);
        } else if (!alone && lastAdmin(turn, standing->member)) {
            return lastAdminStays();
        }
        if (standing->chat.archivedAt == 0)
            postSystem(turn, chatId, "left");
        exit(turn, chatId, turn.caller.userId());
        turn.made = {chatId, {}, false};
        return {};
    };
    return submit(core, "chats.leave", call, std::move(act), std::move(done));
}

Result<void> setOwnSettings(Core& core, Call& call, Done done)
{
    auto act = [args = call.arguments](Turn& turn) -> Result<void> {
        const auto chatId = args.integerOr("id", 0);
        const auto standing = standingIn(turn, chatId);
        if (!standing)
            return standing.error();
        const auto& member = standing->member;
        const bool muted = args.flag("muted").value_or(member.muted);
        const bool favourite = args.flag("favourite").value_or(member.favourite);
        std::string json = "{\"chat_id\":";
        base::appendJsonInt(json, chatId);
        json += muted ? ",\"muted\":true" : ",\"muted\":false";
        json += favourite ? ",\"favourite\":true}" : ",\"favourite\":false}";
        turn.made = {chatId, json, false};
        if (muted == member.muted && favourite == member.favourite)
            return {};
        storage::ChatRepository::setFlags(turn.connection, chatId, member.userId, muted, favourite);
        turn.then([&core = turn.core, chatId, userId = member.userId] { core.reads.forget(userId, chatId); });
        turn.tellOnly(member.userId, "chat.settings_changed", chatId, std::move(json));
        return {};
    };
    return submit(core, "chats.settings", call, std::move(act), std::move(done));
}

Result<void> listMembers(Core& core, Call& call, Done done)
{
    const auto* const entry = core.cache.find(chatOf(call));
    if (!entry || !readable(*entry->state(), *call.principal))
        return chatNotFound();
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    std::vector<storage::ParticipantRecord> found;
    core.database.read([&](storage::Connection& connection) {
        found = storage::ChatRepository::participants(connection, entry->id, call.arguments.integerOr("after", 0), limit + 1);
    });
    const bool more = found.size() > limit;
    if (more)
        found.pop_back();
    std::string out = "{\"data\":[";
    for (const auto& member : found) {
        out += &member == found.data() ? "" : ",";
        out += memberJson(core, member);
    }
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(limit));
    out += ",\"total\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(entry->state()->members->size()));
    out += ",\"next_after\":";
    if (more)
        base::appendJsonInt(out, found.back().userId);
    else
        out += "null";
    out += "}}";
    done(Completed{entry->id, std::move(out), false});
    return {};
}

Result<void> listPublic(Core& core, Call& call, Done done)
{
    const auto me = call.principal->userId();
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    const auto after = call.arguments.integerOr("after", 0);
    const auto lower = [](std::string_view text) {
        std::string out(text);
        for (auto& c : out)
            if (c >= 'A' && c <= 'Z')
                c = static_cast<char>(c - 'A' + 'a');
        return out;
    };
    const auto wanted = lower(call.arguments.textOr("q", ""));
    std::vector<StatePtr> found;
    if (!isGuest(core, me))
        for (const auto* const entry : core.cache.all()) {
            auto state = entry->state();
            const auto& chat = state->head->record;
            if (chat.visibility != "public" || chat.archivedAt != 0 || chat.id <= after)
                continue;
            const bool matches = wanted.empty() || lower(chat.name).find(wanted) != std::string::npos ||
                lower(chat.topic).find(wanted) != std::string::npos ||
                lower(chat.description).find(wanted) != std::string::npos;
            if (matches)
                found.push_back(std::move(state));
        }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a->head->record.id < b->head->record.id; });
    const bool more = found.size() > limit;
    if (more)
        found.resize(limit);
    std::string out = "{\"data\":[";
    for (const auto& state : found) {
        out += &state == found.data() ? "" : ",";
        out += state->head->json;
        out += ",\"participants_count\":";
        base::appendJsonInt(out, static_cast<std::int64_t>(state->members->size()));
        out += state->members->find(me) ? ",\"is_member\":true}" : ",\"is_member\":false}";
    }
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(limit));
    out += ",\"next_after\":";
    if (more)
        base::appendJsonInt(out, found.back()->head->record.id);
    else
        out += "null";
    out += "}}";
    done(Completed{0, std::move(out), false});
    return {};
}

} // namespace netbit::services::chat
