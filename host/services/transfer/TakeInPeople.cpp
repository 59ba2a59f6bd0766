// Users, chats, and who is in them.

#include "services/transfer/TakeIn.h"

#include "services/users/TimeZones.h"

#include <limits>
#include <strings.h>

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;
using storage::TakeInRepository;
using storage::UserRepository;

namespace {

/// Nothing that a letter could be sent to: RFC 2606.
bool noAddress(std::string_view email) noexcept { return email.empty() || email.ends_with(".invalid"); }

bool sameAddress(const std::string& one, const std::string& other) noexcept
{
    return ::strcasecmp(one.c_str(), other.c_str()) == 0;
}

} // namespace

// An account of this name is taken for the same person, unless both have an address and not the same one, or the source has
// two users of this name.
Id TakeIn::nameSake(const UserRecord& record)
{
    const auto there = UserRepository::byName(*_connection, record.user.username);
    if (!there)
        return 0;
    const bool agree = noAddress(there->email) || noAddress(record.user.email) || sameAddress(there->email, record.user.email);
    if (!agree || !ExternalRepository::keyOf(*_connection, _source, ExternalKind::user, there->id).empty())
        return 0;
    return there->id;
}

// Who is here already keeps what he says of himself; what he has left open is filled in. Role, state and password are his.
void TakeIn::complete(Id userId, const UserRecord& record)
{
    const auto before = UserRepository::byId(*_connection, userId).value();
    auto user = before;
    const auto fill = [](std::string& own, const std::string& other) {
        if (own.empty())
            own = other;
    };
    auto& own = user.profile;
    const auto& other = record.user.profile;
    fill(own.displayName, other.displayName);
    fill(own.about, other.about);
    fill(own.timeZone, other.timeZone);
    if (own.statusText.empty() && own.statusEmoji.empty()) {
        own.statusText = other.statusText;
        own.statusEmoji = other.statusEmoji;
        own.statusUntil = other.statusUntil;
    }
    if (noAddress(user.email) && (_exact || !record.user.email.empty()))
        user.email = record.user.email;
    if (record.user.createdAt != 0) // so the first admin of an empty server becomes the one that the export tells of
        user.createdAt = _exact ? record.user.createdAt : std::min(user.createdAt, record.user.createdAt);
    if (own == before.profile && user.email == before.email && user.createdAt == before.createdAt)
        return;
    TakeInRepository::completeUser(*_connection, user);
    UserRepository::setProfile(*_connection, userId, own);
    _newUsers.push_back(users::userOf(user));
}

std::string TakeIn::freeName(const std::string& wanted)
{
    auto name = wanted;
    for (int i = 2; UserRepository::byName(*_connection, name); ++i) {
        const auto ending = "-" + std::to_string(i);
        auto cut = std::min(wanted.size(), 64 - ending.size());
        while (cut > 0 && cut < wanted.size() && (static_cast<unsigned char>(wanted[cut]) & 0xC0U) == 0x80U)
            --cut;
        name = wanted.substr(0, cut) + ending;
    }
    return name;
}

void TakeIn::take(const UserRecord& record)
{
    if (userOf(record.key) != 0)
        return already(Kind::user);
    const bool erased = record.user.erasedAt != 0;
    if (const auto same = erased ? 0 : nameSake(record); same != 0) {
        ExternalRepository::insert(*_connection, _source, ExternalKind::user, record.key, same);
        _users.emplace(record.key, same);
        complete(same, record);
        ++outcome.matched;
        return already(Kind::user);
    }
    auto user = record.user;
    if (!_exact && user.role == "admin") // who rules there rules nothing here
        user.role = "member";
    user.id = _core.users.nextId();
    if (erased) {
        user = {.id = user.id, .username = users::erasedName(user.id), .state = "deactivated", .createdAt = record.user.createdAt,
                .erasedAt = record.user.erasedAt};
    } else {
        user.username = freeName(record.user.username);
        if (user.username != record.user.username)
            note("user_renamed", record.user.username + " is somebody else here; this one is " + user.username + ".");
        if (!user.profile.timeZone.empty() && !users::knownTimeZone(user.profile.timeZone)) {
            note("unknown_time_zone", "This server knows no time zone " + user.profile.timeZone + ".");
            user.profile.timeZone.clear();
        }
    }
    if (user.createdAt == 0)
        user.createdAt = _now;
    UserRepository::insert(*_connection, user);
    if (!(user.profile == storage::ProfileRecord()))
        UserRepository::setProfile(*_connection, user.id, user.profile);
    if (erased)
        TakeInRepository::completeUser(*_connection, user);
    ExternalRepository::insert(*_connection, _source, ExternalKind::user, record.key, user.id);
    _users.emplace(record.key, user.id);
    _newUsers.push_back(users::userOf(user));
    added(Kind::user);
}

Id TakeIn::directOf(Id one, Id other) const
{
    const auto pair = chat::WriterSide::pairOf(one, other);
    const auto& side = _core.writerSide;
    if (const auto found = side.directs.find(pair); found != side.directs.end())
        return found->second;
    const auto found = side.directsUnderWay.find(pair);
    return found != side.directsUnderWay.end() ? found->second : 0;
}

void TakeIn::take(const ChatRecord& record)
{
    if (chatOf(record.key) != 0)
        return already(Kind::chat);
    auto chat = record.chat;
    const bool direct = chat.chatType == "direct";
    Id one = 0;
    Id other = 0;
    if (direct) {
        one = userOf(record.participants[0]);
        other = userOf(record.participants[1]);
        if (one == 0 || other == 0)
            return leaveOut("unknown_user", "One of the two of this direct chat is not here.");
        if (one == other)
            return leaveOut("same_user", "The two of this direct chat are one here.");
        if (const auto there = directOf(one, other); there != 0) {
            ExternalRepository::insert(*_connection, _source, ExternalKind::chat, record.key, there);
            _chats.emplace(record.key, there);
            ++outcome.matched;
            return already(Kind::chat);
        }
    }
    chat.id = _core.writerSide.nextChatId();
    chat.creatorId = userOf(record.creator);
    if (chat.creatorId == 0 && !record.creator.empty())
        note("unknown_user", "Who made this chat is not here.");
    storage::ChatRepository::insert(*_connection, chat);
    if (chat.archivedAt != 0 || chat.retentionDays != 0)
        storage::ChatRepository::update(*_connection, chat);
    ExternalRepository::insert(*_connection, _source, ExternalKind::chat, record.key, chat.id);
    _chats.emplace(record.key, chat.id);
    auto& touched = _touched[chat.id];
    touched.made = chat;
    if (direct) {
        const auto pair = chat::WriterSide::pairOf(one, other);
        _directs.emplace(pair, chat.id);
        _core.writerSide.directsUnderWay.emplace(pair, chat.id);
        for (const auto user : {one, other}) {
            storage::ChatRepository::insertParticipant(*_connection,
                                                       {.chatId = chat.id, .userId = user, .joinedAt = chat.createdAt});
            touched.joined.members.push_back({user, chat::Role::member});
        }
    }
    added(Kind::chat);
}

/// 0: the message is not here; then it is noted who waits for it.
Id TakeIn::markOf(const std::string& key, const storage::ExternalReference& reference)
{
    if (key.empty())
        return 0;
    if (const auto id = messageOf(key); id != 0)
        return id;
    ExternalRepository::insertReference(*_connection, _source, key, reference);
    _references = true;
    return 0;
}

// What is told of a mark holds: the message that it names, or the last at that time. Else they have read it all, as far as
// anybody knows.
void TakeIn::setMark(storage::ParticipantRecord& member, const MemberRecord& record)
{
    if (_exact) {
        member.lastReadAt = record.member.lastReadAt;
        member.lastReadId = markOf(record.read, {"read", member.chatId, member.userId});
        return;
    }
    constexpr auto end = std::numeric_limits<std::int64_t>::max();
    const auto until = record.member.lastReadAt != 0 ? record.member.lastReadAt : end;
    member.lastReadAt = member.lastReadId = 0;
    for (const auto& last : storage::MessageRepository::before(*_connection, member.chatId, until, end, 1)) {
        member.lastReadAt = last.createdAt;
        member.lastReadId = last.id;
    }
}

TakeIn::Room& TakeIn::roomOf(Id chatId)
{
    const auto [place, isNew] = _rooms.try_emplace(chatId);
    if (isNew)
        place->second = {storage::ChatRepository::byId(*_connection, chatId).value().chatType == "direct",
                         static_cast<std::size_t>(storage::ChatRepository::participantCount(*_connection, chatId))};
    return place->second;
}

void TakeIn::take(const MemberRecord& record)
{
    const auto chatId = chatOf(record.chat);
    const auto userId = userOf(record.user);
    if (chatId == 0)
        return leaveOut("unknown_chat", "The chat is not here.");
    if (userId == 0)
        return leaveOut("unknown_user", "The user is not here.");
    const auto there = storage::ChatRepository::participant(*_connection, chatId, userId);
    auto& room = roomOf(chatId);
    const bool direct = room.direct;
    // The two of a direct chat are in it since it was made: as long as one has not looked at it, the record says how he is in it.
    if (there && (!direct || there->lastReadAt != 0 || there->lastReadId != 0 || there->muted || there->favourite))
        return already(Kind::member);
    if (!there && direct)
        return leaveOut("direct_chat", "A direct chat is of two.");
    if (!there && room.members >= _core.maxParticipants)
        return leaveOut("too_many_participants", "The chat has as many members as it may have.");

    auto member = record.member;
    member.chatId = chatId;
    member.userId = userId;
    if (member.joinedAt == 0)
        member.joinedAt = there ? there->joinedAt : _now;
    setMark(member, record);
    const chat::Member seen{userId, chat::roleOf(member.role)};
    if (there) {
        if (member.role == there->role && member.joinedAt == there->joinedAt && member.lastReadAt == 0 && !member.muted &&
            !member.favourite)
            return already(Kind::member);
        _touched[chatId].joined.changed.push_back(seen);
    } else {
        storage::ChatRepository::insertParticipant(*_connection, member);
        ++room.members;
        _touched[chatId].joined.members.push_back(seen);
    }
    TakeInRepository::setMember(*_connection, member);
    added(Kind::member);
}

void TakeIn::take(const ThreadReadRecord& record)
{
    const auto threadId = messageOf(record.thread);
    const auto userId = userOf(record.user);
    if (threadId == 0 || userId == 0)
        return leaveOut(threadId == 0 ? "unknown_message" : "unknown_user", "Whose mark it is, or in which thread, is not here.");
    if (storage::ThreadReadRepository::find(*_connection, userId, threadId))
        return already(Kind::threadRead);
    storage::ThreadReadRepository::set(*_connection, userId, threadId,
                                       {record.at, markOf(record.read, {"thread_read", threadId, userId})});
    added(Kind::threadRead);
}

} // namespace netbit::services::transfer
