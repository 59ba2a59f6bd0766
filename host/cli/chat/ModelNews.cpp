// The part of Model that takes what the server tells.
#include "cli/JsonFields.h"
#include "cli/chat/Model.h"
#include "cli/chat/Parsing.h"

#include <algorithm>
#include <charconv>

namespace netbit::cli::chat
{

namespace
{

constexpr std::chrono::seconds typingTime(5);
constexpr std::chrono::seconds presentTime(10); ///< since a key was pressed: somebody is looking
constexpr std::size_t mostKept = 5'000; ///< messages of a chat that is not the one on the screen

} // namespace

void Model::hear(News news)
{
    std::visit([this](auto& what) { on(what); }, news);
}

void Model::on(Greeting& news)
{
    _me = news.me;
    _myName = std::move(news.name);
    _names[_me] = _myName;
}

void Model::on(LinkNews& news) { _link = std::move(news); }

void Model::on(StartAfresh& news)
{
    _epoch = news.epoch;
    for (auto& [id, room] : _rooms) {
        room.messages.clear();
        room.places.clear();
        room.loaded = false;
        room.reachesStart = false;
        room.asking = false;
        room.early.clear();
        room.membersAsked = false;
        room.seek = 0;
    }
    // What the server has taken is in the pages that come.
    std::erase_if(_pending, [](const Pending& one) { return one.made != 0; });
    for (auto& one : _pending)
        one.seen = 0;
    _scroll = {};
    _selected = 0;
    _wishes.push_back(WantChats{});
    if (auto* const in = find(_current)) {
        load(*in);
        if (_thread != 0)
            _wishes.push_back(WantThread{_current, _thread});
    }
}

void Model::on(ChatsNews& news)
{
    if (news.epoch < _epoch)
        return;
    std::set<Id> there;
    for (auto& chat : news.chats) {
        there.insert(chat.id);
        auto& room = _rooms[chat.id];
        if (chat.name.empty() && !room.chat.name.empty())
            chat.name = room.chat.name; // a direct chat's, from its members
        if (room.readStamp > news.asOf) { // an event has told something newer
            chat.unread = room.chat.unread;
            chat.mentions = room.chat.mentions;
            chat.lastRead = room.chat.lastRead;
            chat.lastMessage = room.chat.lastMessage; // what is newer is counted when its event comes
        } else
            for (auto one = room.messages.rbegin(); one != room.messages.rend(); ++one) {
                // Those that came by event while the answer was under way are not counted in it.
                const auto& message = one->second.message;
                if (message.id <= chat.lastMessage)
                    break;
                if (message.id > room.chat.lastMessage || message.senderId == _me || message.deleted ||
                    message.id <= chat.lastRead)
                    continue;
                ++chat.unread;
                chat.mentions += message.mentionsMe ? 1 : 0;
            }
        chat.lastMessage = std::max(chat.lastMessage, room.chat.lastMessage);
        room.chat = std::move(chat);
        if (room.chat.type == "direct" && room.chat.name.empty() && !room.membersAsked) {
            room.membersAsked = true;
            _wishes.push_back(WantMembers{room.chat.id});
        }
    }
    if (news.all)
        std::erase_if(_rooms, [&](const auto& one) { return !there.contains(one.first); });
    if (!_rooms.contains(_current))
        forget(_current);
    if (!_wanted.empty() && !_rooms.empty()) {
        Id id = 0;
        const auto wanted = std::exchange(_wanted, {});
        const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), id);
        const auto named = matching(wanted);
        if (error == std::errc() && end == wanted.data() + wanted.size() && _rooms.contains(id))
            open(id);
        else if (!named.empty())
            open(named.front()->chat.id);
        else
            say("None of your chats is called " + wanted + ".");
    }
    if (_current == 0 && !_rooms.empty())
        open(ordered().front()->chat.id);
    else if (auto* const in = find(_current))
        load(*in);
}

void Model::forget(Id chat)
{
    _rooms.erase(chat);
    if (chat != _current || chat == 0)
        return;
    leaveComposing();
    _current = 0;
    _thread = 0;
    _selected = 0;
    _scroll = {};
    if (!_rooms.empty())
        open(ordered().front()->chat.id);
}

void Model::put(Room& room, Message message, Id stamp)
{
    if (message.senderId != 0 && !message.sender.empty())
        _names[message.senderId] = message.sender;
    const auto id = message.id;
    const auto place = message.place();
    if (const auto before = room.places.find(id); before != room.places.end() && before->second != place)
        room.messages.erase(before->second);
    room.places[id] = place;
    room.messages[place] = Known{std::move(message), stamp};
    std::erase_if(_pending, [id](const Pending& one) { return one.made == id; });
}

void Model::merge(Room& room, std::vector<Message>& messages, Id asOf)
{
    for (auto& message : messages) {
        if (message.chatId != room.chat.id)
            continue;
        const auto known = room.places.find(message.id);
        if (known != room.places.end() && room.messages.at(known->second).stamp > asOf)
            continue; // an event has told something newer
        if (message.senderId == _me)
            recognise(message);
        put(room, std::move(message), 0);
    }
}

/// Replies may have come before the page that has what they answer.
void Model::countAll(Room& room)
{
    for (const auto& [place, known] : room.messages)
        if (known.message.threadId != 0)
            count(room, known.message, known.stamp);
}

void Model::on(PageNews& news)
{
    auto* const in = find(news.chat);
    if (!in || news.epoch < _epoch)
        return;
    if (news.before != 0 && !in->loaded)
        return; // all was forgotten meanwhile: there would be a gap behind this page, and another one is under way
    in->asking = false;
    in->loaded = true;
    merge(*in, news.messages, news.asOf);
    for (auto& event : std::exchange(in->early, {}))
        if (event.id > news.asOf)
            on(event);
    countAll(*in);
    in->reachesStart = in->reachesStart || news.reachesStart;
    seekOn(*in);
    if (news.chat == _current && _now <= _touchedAt + presentTime)
        readIfSeen(); // who has just come here waited for it
}

void Model::on(PageFailed& news)
{
    if (auto* const in = find(news.chat)) {
        in->asking = false;
        in->seek = 0;
    }
}

void Model::on(ThreadNews& news)
{
    auto* const in = find(news.chat);
    if (!in || !in->loaded || news.epoch < _epoch)
        return;
    // Only what is in the chat's unbroken end may be put there; replies are newer than what they answer.
    auto* const from = in->messages.empty() ? nullptr : &in->messages.begin()->first;
    std::erase_if(news.messages, [&](const Message& one) { return !in->reachesStart && from && one.place() < *from; });
    const auto newest = news.messages.empty() ? 0 : news.messages.back().id;
    merge(*in, news.messages, news.asOf);
    countAll(*in);
    if (newest != 0 && _current == news.chat && _thread == news.root)
        _wishes.push_back(MarkRead{news.chat, newest, news.root});
}

void Model::on(MembersNews& news)
{
    auto* const in = find(news.chat);
    if (!in)
        return;
    for (const auto& [user, name] : news.members) {
        if (!name.empty())
            _names[user] = name;
        if (in->chat.type == "direct" && in->chat.name.empty() && (user != _me || news.members.size() == 1))
            in->chat.name = name;
    }
    in->members = std::move(news.members);
    in->membersAsked = true;
}

void Model::on(AckNews& news)
{
    const auto found = std::ranges::find_if(_pending, [&](const Pending& one) { return one.say.key == news.key; });
    if (found == _pending.end())
        return;
    auto* const in = find(found->say.chat);
    if (news.message == 0 || found->seen != 0 || (in && in->places.contains(news.message)))
        _pending.erase(found);
    else
        found->made = news.message; // its event takes it away
}

void Model::on(NackNews& news)
{
    if (std::erase_if(_pending, [&](const Pending& one) { return one.say.key == news.key; }) > 0)
        say("Not sent: " + news.error + " (Up brings it back.)");
}

void Model::on(FoundNews& news)
{
    _found = std::move(news.found);
    _chosen = 0;
    _notice.clear();
    if (_found.empty()) {
        if (_mode == Mode::found)
            setMode(Mode::write);
        say("Nothing was found for " + news.query + ".");
    }
}

void Model::on(TroubleNews& news) { say(std::move(news.what)); }

/// The event of one's own message may come before the answer to it: the two are one.
void Model::recognise(const Message& message)
{
    const auto same = [&](const Pending& one) {
        return one.seen == 0 && one.made == 0 && one.say.chat == message.chatId && one.say.content == message.content;
    };
    if (std::ranges::any_of(_pending,
                            [&](const Pending& one) { return one.seen == message.id || one.made == message.id; }))
        return;
    if (const auto found = std::ranges::find_if(_pending, same); found != _pending.end())
        found->seen = message.id;
}

/// A reply is counted by the message that it answers, unless that is as of a later moment and counts it already.
void Model::count(Room& room, const Message& reply, Id stamp)
{
    const auto place = room.places.find(reply.threadId);
    if (place == room.places.end())
        return;
    auto& root = room.messages.at(place->second);
    if (reply.createdAt <= root.message.lastReplyAt)
        return;
    root.message.lastReplyAt = reply.createdAt;
    ++root.message.replies;
    root.stamp = std::max(root.stamp, stamp);
}

void Model::created(Room& room, Message message, Id event)
{
    const bool mine = message.senderId == _me;
    if (mine)
        recognise(message);
    if (!mine && message.id > room.chat.lastRead && message.id > room.chat.lastMessage) {
        ++room.chat.unread;
        room.chat.mentions += message.mentionsMe ? 1 : 0;
    }
    room.typing.erase(message.senderId);
    room.chat.lastMessage = std::max(room.chat.lastMessage, message.id);
    room.chat.lastAt = std::max(room.chat.lastAt, message.createdAt);
    count(room, message, event);
    if (room.places.contains(message.id))
        return; // a page had it
    put(room, std::move(message), event);
    while (room.chat.id != _current && !room.asking && room.messages.size() > mostKept) {
        room.places.erase(room.messages.begin()->second.message.id);
        room.messages.erase(room.messages.begin());
        room.reachesStart = false;
    }
}

void Model::onMessageEvent(const EventNews& news)
{
    auto message = messageOf(news.data, _me);
    if (!message)
        return;
    auto* const in = find(message->chatId);
    if (news.topic == "message.created") {
        if (in)
            created(*in, std::move(*message), news.id);
        else
            _wishes.push_back(WantChat{message->chatId});
        return;
    }
    if (!in)
        return;
    if (news.topic == "message.deleted")
        _wishes.push_back(WantChat{message->chatId}); // what is unread may be less now
    const auto known = in->places.find(message->id);
    if (known == in->places.end() && in->asking)
        in->early.push_back(news);
    if (known == in->places.end() || in->messages.at(known->second).stamp > news.id)
        return;
    message->deleted = message->deleted || news.topic == "message.deleted";
    if (message->createdAt == 0) // it says the least
        message->createdAt = known->second.first;
    put(*in, std::move(*message), news.id);
}

void Model::onReaction(const EventNews& news)
{
    auto* const in = find(integer(news.data, "chat_id"));
    const auto* const reactions = member(news.data, "reactions");
    if (!in || !reactions)
        return;
    const auto place = in->places.find(integer(news.data, "message_id"));
    if (place == in->places.end()) {
        if (in->asking)
            in->early.push_back(news);
        return;
    }
    auto& known = in->messages.at(place->second);
    if (known.stamp > news.id)
        return;
    known.message.reactions = reactionsOf(*reactions);
    known.stamp = news.id;
}

void Model::onChatEvent(const EventNews& news)
{
    if (news.topic == "chat.created" || news.topic == "chat.updated") {
        const auto id = integer(news.data, "id");
        if (id > 0)
            _wishes.push_back(WantChat{id});
        return;
    }
    const auto id = integer(news.data, "chat_id", news.chat);
    if (news.topic == "chat.left" || (news.topic == "chat.member_removed" && integer(news.data, "user_id") == _me)) {
        if (_rooms.contains(id))
            forget(id);
        return;
    }
    auto* const in = find(id);
    if (!in) {
        if (id > 0 && news.topic == "chat.member_added")
            _wishes.push_back(WantChat{id});
        return;
    }
    if (news.topic == "chat.imported") { // it has more history than was told
        in->messages.clear();
        in->places.clear();
        in->loaded = in->reachesStart = false;
        _wishes.push_back(WantChat{id});
        if (id == _current)
            load(*in);
    } else if (news.topic == "chat.settings_changed") {
        in->chat.muted = truth(news.data, "muted");
        in->chat.favourite = truth(news.data, "favourite");
    } else if (in->membersAsked)
        _wishes.push_back(WantMembers{id});
}

void Model::onReadMarked(const EventNews& news)
{
    auto* const in = find(integer(news.data, "chat_id", news.chat));
    if (!in || integer(news.data, "thread_id") != 0)
        return;
    in->readStamp = news.id;
    in->chat.lastRead = integer(news.data, "last_read_message_id");
    in->chat.unread = std::max<std::int64_t>(0, integer(news.data, "unread_count"));
    in->chat.mentions = std::max<std::int64_t>(0, integer(news.data, "mention_count", in->chat.mentions));
}

void Model::on(EventNews& news)
{
    const std::string_view topic = news.topic;
    if (topic.starts_with("message."))
        onMessageEvent(news);
    else if (topic.starts_with("reaction."))
        onReaction(news);
    else if (topic.starts_with("chat."))
        onChatEvent(news);
    else if (topic == "read.marked")
        onReadMarked(news);
    else if (topic == "typing") {
        const auto user = integer(news.data, "user_id");
        auto* const in = find(integer(news.data, "chat_id"));
        if (in && user > 0 && user != _me)
            in->typing[user] = _now + typingTime;
    } else if (topic == "presence.changed") {
        if (const auto user = integer(news.data, "user_id"); user > 0)
            _presence[user] = {presenceOf(news.data), _now};
    }
}

} // namespace netbit::cli::chat
