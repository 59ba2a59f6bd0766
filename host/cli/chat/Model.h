#pragma once
// All that the client knows and shows, without a terminal and without a network: News come in, Wishes go out.

#include "cli/chat/Editor.h"
#include "cli/chat/Types.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::cli::chat
{

enum class Mode { write, jump, search, found, react, confirmDelete, confirmQuit, help };

using Place = std::pair<std::int64_t, Id>; ///< time and id: the server's order of messages

struct Known {
    Message message;
    Id stamp = 0; ///< the event that it is as of; 0: a page's
};

struct Room {
    Chat chat;
    std::map<Place, Known> messages; ///< without a gap, up to the newest
    std::unordered_map<Id, Place> places;
    std::vector<EventNews> early; ///< of messages that a page which is under way may have, as they were before
    std::vector<std::pair<Id, std::string>> members;
    std::map<Id, Clock::time_point> typing; ///< until when
    Id readStamp = 0; ///< the event that told last what is read
    Id seek = 0; ///< a message that older pages are asked for until it is there
    int seekPages = 0;
    Id newLine = 0; ///< the last message that was read when it was opened: what follows is shown as new
    bool loaded = false;
    bool reachesStart = false;
    bool asking = false;
    bool membersAsked = false;

    const Message* find(Id id) const;
    const Message* newest() const { return messages.empty() ? nullptr : &messages.rbegin()->second.message; }
};

/// A message of one's own that the server has not answered yet, or whose event has not come.
struct Pending {
    Say say;
    Id made = 0; ///< its id, once the server has answered
    Id seen = 0; ///< its id, where its event came before the answer
};

struct Presence {
    std::string state;
    Clock::time_point at;
};

/// Where the lowest line that is seen belongs to; nothing: the newest.
struct Scroll {
    std::optional<Place> bottom;
    int below = 0; ///< lines of that message that are out of sight below
};

class Model
{
public:
    using MakeKey = std::function<std::string()>;
    explicit Model(MakeKey makeKey);

    void tick(Clock::time_point now); ///< what is past goes: notices, who types
    void hear(News news);
    std::vector<Wish> takeWishes();
    void wantChat(std::string name)
    {
        _wanted = std::move(name);
    } ///< to be opened once the chats are known: an id or a name

    // What somebody does.
    void touched(); ///< somebody is at the keyboard: what is seen is read
    void open(Id chat);
    void step(int chats); ///< to the next one or the one before, round
    void openNth(std::size_t number); ///< from 1
    void submit(); ///< the input, as a message, a reply or an edit
    void typed();
    void select(int messages); ///< up is negative
    void deselect();
    bool startReply();
    bool startEdit(); ///< of the selected one, or the last of one's own
    bool askDelete();
    void confirmDelete();
    bool startReact();
    void react(const std::string& emoji); ///< takes it back where it is one's own already
    bool openThread();
    void closeThread();
    void markRead();
    void search(const std::string& query);
    void openFound();
    void wantOlder(); ///< the top was reached
    void scrollTo(Scroll scroll);
    void setMode(Mode mode);
    void say(std::string notice); ///< in the status line, for a while
    void leave(); ///< what is selected, begun or scrolled to
    void retry();
    void quit();

    // What is shown.
    const std::map<Id, Room>& rooms() const noexcept { return _rooms; }
    std::vector<const Room*> ordered() const; ///< as the pane lists them: it does not jump about
    std::vector<const Room*> matching(std::string_view name) const; ///< for jump, the best first
    const Room* room() const;
    Id current() const noexcept { return _current; }
    std::vector<const Message*> shown() const; ///< of the chat, or of the thread that is open
    std::vector<const Pending*> waiting() const; ///< the same, of what is under way
    std::size_t unsent() const;
    std::vector<std::string> typists() const;
    std::vector<std::pair<std::string, std::string>>
    here() const; ///< members of the chat: name, state; who is here first
    std::string nameOf(Id user) const;
    std::int64_t unreadElsewhere() const;
    const std::vector<Found>& found() const noexcept { return _found; }
    std::size_t chosen() const noexcept { return _chosen; } ///< in a list: found, or matching
    void choose(int steps, std::size_t size);

    Mode mode() const noexcept { return _mode; }
    Id selected() const noexcept { return _selected; }
    Id replyTo() const noexcept { return _replyTo; }
    Id editing() const noexcept { return _editing; }
    Id thread() const noexcept { return _thread; }
    Id me() const noexcept { return _me; }
    const std::string& myName() const noexcept { return _myName; }
    const LinkNews& link() const noexcept { return _link; }
    const Scroll& scroll() const noexcept { return _scroll; }
    const std::string& notice() const noexcept { return _notice; }
    Clock::time_point now() const noexcept { return _now; }
    bool ended() const noexcept { return _ended; }
    bool showsPeople() const noexcept { return _showsPeople; }
    void togglePeople() { _showsPeople = !_showsPeople; }

    Editor input;
    Editor prompt{200}; ///< of jump, search and react

private:
    void on(Greeting& news);
    void on(LinkNews& news);
    void on(StartAfresh& news);
    void on(ChatsNews& news);
    void on(PageNews& news);
    void on(ThreadNews& news);
    void on(MembersNews& news);
    void on(EventNews& news);
    void on(AckNews& news);
    void on(NackNews& news);
    void on(FoundNews& news);
    void on(PageFailed& news);
    void on(TroubleNews& news);
    void onMessageEvent(const EventNews& news);
    void onReaction(const EventNews& news);
    void onChatEvent(const EventNews& news);
    void onReadMarked(const EventNews& news);
    void count(Room& room, const Message& reply, Id stamp);
    void countAll(Room& room);
    void created(Room& room, Message message, Id event);

    Room* find(Id chat);
    void put(Room& room, Message message, Id stamp);
    void merge(Room& room, std::vector<Message>& messages, Id asOf);
    void recognise(const Message& message);
    void load(Room& room);
    void seekOn(Room& room);
    void forget(Id chat);
    void readIfSeen();
    const Message* selectedMessage() const;
    void leaveComposing();

    MakeKey _makeKey;
    Clock::time_point _now{};
    std::map<Id, Room> _rooms;
    std::map<Id, std::string> _names;
    std::map<Id, Presence> _presence;
    std::vector<Pending> _pending;
    std::vector<Wish> _wishes;
    std::vector<Found> _found;
    std::map<Id, std::string> _drafts;
    LinkNews _link;
    Scroll _scroll;
    std::string _myName;
    std::string _wanted;
    std::string _notice;
    Clock::time_point _noticeUntil{};
    Clock::time_point _typedAt{};
    Clock::time_point _touchedAt{};
    Id _typedIn = 0;
    Id _me = 0;
    unsigned _epoch = 0;
    Id _current = 0;
    Id _selected = 0;
    Id _replyTo = 0;
    Id _editing = 0;
    Id _thread = 0;
    std::size_t _chosen = 0;
    Mode _mode = Mode::write;
    bool _ended = false;
    bool _showsPeople = true;
};

} // namespace netbit::cli::chat
