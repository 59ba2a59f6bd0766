// What somebody does, and what is shown. ModelNews.cpp has what the server tells.
#include "cli/chat/Model.h"

#include "cli/chat/Text.h"

#include <Poco/UTF8String.h>
#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

constexpr std::chrono::seconds noticeTime(8);
constexpr std::chrono::seconds typingPause(3);
constexpr std::chrono::seconds presenceTime(150); ///< who has not been heard of for so long is not here

std::string folded(const std::string& name) { return Poco::UTF8::toLower(encodedUtf8(decoded(name))); }

} // namespace

const Message* Room::find(Id id) const
{
    const auto place = places.find(id);
    return place == places.end() ? nullptr : &messages.at(place->second).message;
}

Model::Model(MakeKey makeKey)
    : _makeKey(std::move(makeKey))
{
}

void Model::tick(Clock::time_point now)
{
    _now = now;
    if (!_notice.empty() && now >= _noticeUntil)
        _notice.clear();
    for (auto& [id, room] : _rooms)
        std::erase_if(room.typing, [now](const auto& one) { return one.second <= now; });
}

std::vector<Wish> Model::takeWishes() { return std::exchange(_wishes, {}); }

void Model::say(std::string notice)
{
    _notice = std::move(notice);
    _noticeUntil = _now + noticeTime;
}

void Model::touched()
{
    _touchedAt = _now;
    readIfSeen();
}

void Model::setMode(Mode mode)
{
    _mode = mode;
    _chosen = 0;
    prompt.clear();
}

void Model::quit()
{
    if (unsent() == 0 || _mode == Mode::confirmQuit)
        _ended = true;
    else
        setMode(Mode::confirmQuit);
}

Room* Model::find(Id chat)
{
    const auto found = _rooms.find(chat);
    return found == _rooms.end() ? nullptr : &found->second;
}

const Room* Model::room() const
{
    const auto found = _rooms.find(_current);
    return found == _rooms.end() ? nullptr : &found->second;
}

void Model::load(Room& room)
{
    if (!room.loaded && !room.asking) {
        room.asking = true;
        _wishes.push_back(WantPage{room.chat.id, 0, 50, _epoch});
    }
    if (!room.membersAsked) {
        room.membersAsked = true;
        _wishes.push_back(WantMembers{room.chat.id});
    }
}

void Model::open(Id chat)
{
    auto* const room = find(chat);
    if (!room)
        return;
    if (chat != _current) {
        leaveComposing();
        if (!input.empty())
            _drafts[_current] = input.utf8();
        else
            _drafts.erase(_current);
        _current = chat;
        const auto draft = _drafts.find(chat);
        input.set(draft == _drafts.end() ? std::string() : draft->second);
        _thread = 0;
        _selected = 0;
        _scroll = {};
        room->newLine = room->chat.unread > 0 ? room->chat.lastRead : -1;
    }
    load(*room);
    readIfSeen();
}

void Model::step(int chats)
{
    const auto all = ordered();
    if (all.empty())
        return;
    const auto at = std::ranges::find_if(all, [this](const Room* one) { return one->chat.id == _current; });
    const auto size = static_cast<int>(all.size());
    const auto from = at == all.end() ? (chats > 0 ? -1 : size) : static_cast<int>(at - all.begin());
    open(all[static_cast<std::size_t>(((from + chats) % size + size) % size)]->chat.id);
}

void Model::openNth(std::size_t number)
{
    const auto all = ordered();
    if (number >= 1 && number <= all.size())
        open(all[number - 1]->chat.id);
}

void Model::leaveComposing()
{
    if (_editing != 0)
        input.clear();
    _editing = 0;
    _replyTo = 0;
}

void Model::leave()
{
    leaveComposing();
    deselect();
}

void Model::retry() { _wishes.push_back(TryNow{}); }

void Model::submit()
{
    const auto text = input.utf8();
    const auto* const into = room();
    if (!into || text.find_first_not_of(" \n") == std::string::npos)
        return;
    if (_editing != 0) {
        if (const auto* const message = into->find(_editing); message && message->content != text)
            _wishes.push_back(Edit{_current, _editing, text});
    } else {
        Say say{_makeKey(), _current, text, _replyTo != 0 ? _replyTo : _thread};
        _pending.push_back({say});
        _wishes.push_back(std::move(say));
        _scroll = {};
    }
    input.remember(text);
    input.clear();
    _drafts.erase(_current);
    _editing = 0;
    _replyTo = 0;
    _selected = 0;
    readIfSeen();
}

void Model::typed()
{
    if (_current == 0 || _editing != 0 || (_typedIn == _current && _now < _typedAt + typingPause))
        return;
    _typedAt = _now;
    _typedIn = _current;
    _wishes.push_back(TypeNow{_current});
}

void Model::select(int messages)
{
    const auto all = shown();
    if (all.empty())
        return;
    const auto size = static_cast<int>(all.size());
    auto at = std::ranges::find_if(all, [this](const Message* one) { return one->id == _selected; }) - all.begin();
    auto next = static_cast<int>(at) + messages;
    if (next >= size) {
        deselect();
        return;
    }
    if (next < 0)
        wantOlder();
    next = std::max(next, 0);
    _selected = all[static_cast<std::size_t>(next)]->id;
}

void Model::deselect()
{
    _selected = 0;
    _scroll = {};
}

const Message* Model::selectedMessage() const
{
    const auto* const in = room();
    return in && _selected != 0 ? in->find(_selected) : nullptr;
}

bool Model::startReply()
{
    const auto* message = selectedMessage();
    if (!message && !shown().empty())
        message = shown().back();
    if (!message || message->deleted)
        return false;
    leaveComposing();
    _replyTo = message->id;
    return true;
}

bool Model::startEdit()
{
    const auto* message = selectedMessage();
    const auto all = shown();
    for (auto one = all.rbegin(); !message && one != all.rend(); ++one)
        if ((*one)->senderId == _me && !(*one)->deleted)
            message = *one;
    if (!message || message->senderId != _me || message->deleted)
        return false;
    leaveComposing();
    _editing = message->id;
    _selected = message->id;
    input.set(message->content);
    return true;
}

bool Model::askDelete()
{
    const auto* const message = selectedMessage();
    if (!message || message->senderId != _me || message->deleted)
        return false;
    setMode(Mode::confirmDelete);
    return true;
}

void Model::confirmDelete()
{
    if (selectedMessage())
        _wishes.push_back(Delete{_current, _selected});
    setMode(Mode::write);
}

bool Model::startReact()
{
    if (_selected == 0 && !shown().empty())
        _selected = shown().back()->id;
    const auto* const message = selectedMessage();
    if (!message || message->deleted)
        return false;
    setMode(Mode::react);
    return true;
}

void Model::react(const std::string& emoji)
{
    const auto* const message = selectedMessage();
    setMode(Mode::write);
    if (!message || emoji.empty())
        return;
    const bool mine = std::ranges::any_of(message->reactions, [&](const Reaction& one) {
        return one.emoji == emoji && std::ranges::find(one.users, _me) != one.users.end();
    });
    _wishes.push_back(React{_current, message->id, emoji, !mine});
    if (message == shown().back())
        deselect(); // it need not have been selected
}

bool Model::openThread()
{
    const auto* const message = selectedMessage();
    if (!message)
        return false;
    _thread = message->threadId != 0 ? message->threadId : message->id;
    _selected = 0;
    _scroll = {};
    leaveComposing();
    _wishes.push_back(WantThread{_current, _thread});
    auto* const in = find(_current);
    if (!in->places.contains(_thread)) { // it began further back than has been read
        in->seek = _thread;
        in->seekPages = 0;
        seekOn(*in);
    }
    return true;
}

void Model::closeThread()
{
    _selected = _thread;
    _thread = 0;
    _scroll = {};
    leaveComposing();
}

void Model::markRead()
{
    auto* const in = find(_current);
    const auto* const newest = in ? in->newest() : nullptr;
    if (!newest)
        return;
    in->chat.unread = 0;
    in->chat.mentions = 0;
    in->chat.lastRead = newest->id;
    in->newLine = -1;
    _wishes.push_back(MarkRead{_current, newest->id, 0});
}

void Model::readIfSeen()
{
    auto* const in = find(_current);
    if (!in || !in->loaded || _scroll.bottom || _thread != 0 || in->chat.unread == 0)
        return;
    const auto newLine = in->newLine; // what is new stays so to the eye until the chat is left
    markRead();
    in->newLine = newLine;
}

void Model::search(const std::string& query)
{
    _found.clear();
    if (query.find_first_not_of(' ') == std::string::npos) {
        setMode(Mode::write);
        return;
    }
    setMode(Mode::found);
    _wishes.push_back(Search{query});
    say("Searching…");
}

void Model::openFound()
{
    if (_chosen >= _found.size())
        return;
    const auto message = _found[_chosen].message;
    setMode(Mode::write);
    open(message.chatId);
    auto* const in = find(message.chatId);
    if (!in)
        return;
    _selected = message.id;
    if (const auto place = in->places.find(message.id); place != in->places.end()) {
        _scroll = {place->second, 0};
        return;
    }
    in->seek = message.id;
    in->seekPages = 0;
    if (in->loaded)
        seekOn(*in);
}

void Model::seekOn(Room& room)
{
    constexpr int mostPages = 50; // 10,000 messages
    if (room.seek == 0)
        return;
    if (const auto place = room.places.find(room.seek); place != room.places.end()) {
        if (_current == room.chat.id)
            _scroll = _thread != 0 ? Scroll() : Scroll{place->second, 0};
        room.seek = 0;
    } else if (room.reachesStart || ++room.seekPages > mostPages) {
        room.seek = 0;
        say("That message is too far back.");
    } else if (!room.asking && !room.messages.empty()) {
        room.asking = true;
        _wishes.push_back(WantPage{room.chat.id, room.messages.begin()->second.message.id, 200, _epoch});
    }
}

void Model::wantOlder()
{
    auto* const in = find(_current);
    if (!in || _thread != 0 || !in->loaded || in->reachesStart || in->asking || in->messages.empty())
        return;
    in->asking = true;
    _wishes.push_back(WantPage{_current, in->messages.begin()->second.message.id, 50, _epoch});
}

void Model::scrollTo(Scroll scroll) { _scroll = scroll; }

void Model::choose(int steps, std::size_t size)
{
    if (size == 0)
        _chosen = 0;
    else
        _chosen = static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(_chosen) + steps, 0,
                                                                    static_cast<std::int64_t>(size) - 1));
}

std::vector<const Room*> Model::ordered() const
{
    std::vector<std::pair<std::tuple<bool, bool, std::string, Id>, const Room*>> keyed;
    for (const auto& [id, room] : _rooms)
        keyed.emplace_back(std::tuple(!room.chat.favourite, room.chat.type == "direct", folded(room.chat.name), id),
                           &room);
    std::ranges::sort(keyed);
    std::vector<const Room*> out;
    for (const auto& [key, room] : keyed)
        out.push_back(room);
    return out;
}

std::vector<const Room*> Model::matching(std::string_view name) const
{
    const auto wanted = folded(std::string(name));
    std::vector<const Room*> begins;
    std::vector<const Room*> has;
    for (const auto* const room : ordered()) {
        const auto at = folded(room->chat.name).find(wanted);
        if (at != std::string::npos)
            (at == 0 ? begins : has).push_back(room);
    }
    begins.insert(begins.end(), has.begin(), has.end());
    return begins;
}

std::vector<const Message*> Model::shown() const
{
    std::vector<const Message*> out;
    const auto* const in = room();
    if (!in)
        return out;
    out.reserve(in->messages.size());
    for (const auto& [place, known] : in->messages)
        if (_thread == 0 || known.message.id == _thread || known.message.threadId == _thread)
            out.push_back(&known.message);
    return out;
}

std::vector<const Pending*> Model::waiting() const
{
    std::vector<const Pending*> out;
    const auto* const in = room();
    for (const auto& one : _pending) {
        if (one.say.chat != _current || one.seen != 0)
            continue;
        const auto* const answered = in && one.say.replyTo != 0 ? in->find(one.say.replyTo) : nullptr;
        if (_thread == 0 || one.say.replyTo == _thread || (answered && answered->threadId == _thread))
            out.push_back(&one);
    }
    return out;
}

std::size_t Model::unsent() const
{
    return static_cast<std::size_t>(std::ranges::count_if(_pending, [](const Pending& one) { return one.made == 0; }));
}

std::string Model::nameOf(Id user) const
{
    if (user == _me)
        return _myName;
    const auto known = _names.find(user);
    return known == _names.end() ? "#" + std::to_string(user) : known->second;
}

std::vector<std::string> Model::typists() const
{
    std::vector<std::string> out;
    if (const auto* const in = room())
        for (const auto& [user, until] : in->typing)
            out.push_back(nameOf(user));
    return out;
}

std::vector<std::pair<std::string, std::string>> Model::here() const
{
    std::vector<std::tuple<int, std::string, std::string>> keyed;
    if (const auto* const in = room())
        for (const auto& [user, name] : in->members) {
            const auto known = _presence.find(user);
            auto state = user == _me ? (_link.link == Link::live ? "online" : "offline")
                : known == _presence.end() || known->second.at + presenceTime < _now ? "offline"
                                                                                     : known->second.state;
            keyed.emplace_back(state == "online" ? 0 : state == "away" ? 1 : 2, name, state);
        }
    std::ranges::sort(keyed);
    std::vector<std::pair<std::string, std::string>> out;
    for (auto& [rank, name, state] : keyed)
        out.emplace_back(std::move(name), std::move(state));
    return out;
}

std::int64_t Model::unreadElsewhere() const
{
    std::int64_t sum = 0;
    for (const auto& [id, room] : _rooms)
        if (id != _current && !room.chat.muted)
            sum += room.chat.unread;
    return sum;
}

} // namespace netbit::cli::chat
