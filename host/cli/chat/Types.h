#pragma once
// What the client knows of chats, what comes in from the server (News), and what is to be asked of it (Wish).

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace netbit::cli::chat
{

using Id = std::int64_t;
using Clock = std::chrono::steady_clock;

struct Reaction {
    std::string emoji;
    std::vector<Id> users;
    bool operator==(const Reaction&) const = default;
};

struct Message {
    Id id = 0;
    Id chatId = 0;
    Id senderId = 0;
    Id replyTo = 0;
    Id threadId = 0; ///< the first message of the thread that it is a reply in
    std::string sender;
    std::string content;
    std::string type;
    std::int64_t createdAt = 0; ///< ms since 1970
    std::int64_t replies = 0;
    std::int64_t lastReplyAt = 0; ///< ms: which replies are counted
    bool edited = false;
    bool deleted = false;
    bool pinned = false;
    bool mentionsMe = false;
    std::vector<Reaction> reactions;
    std::vector<std::string> files; ///< names of attachments

    std::pair<std::int64_t, Id> place() const { return {createdAt, id}; } ///< the server's order
    bool operator==(const Message&) const = default;
};

struct Chat {
    Id id = 0;
    Id lastRead = 0;
    Id lastMessage = 0;
    std::string name;
    std::string type;
    std::string topic;
    std::string role;
    std::int64_t lastAt = 0; ///< ms: of the newest message, or of the chat where it has none
    std::int64_t unread = 0;
    std::int64_t mentions = 0;
    bool muted = false;
    bool favourite = false;
    bool archived = false;
};

enum class Link { connecting, live, away, ended };

/// News: from the threads that talk to the server.
struct Greeting {
    Id me = 0;
    std::string name;
};
struct LinkNews {
    Link link = Link::connecting;
    std::string why;
    Clock::time_point again{}; ///< of away: when the next attempt is
};
/// Events were lost, so that what is known may be old: ask everything anew.
struct StartAfresh {
    unsigned epoch = 0; ///< what was asked for in an earlier one is too old
};
struct ChatsNews {
    std::vector<Chat> chats;
    bool all = true; ///< these are all there are; else they are added
    Id asOf = 0; ///< the newest event that had come when they were asked for
    unsigned epoch = 0;
};
struct PageNews {
    Id chat = 0;
    Id before = 0; ///< what was asked for; 0: the newest
    std::vector<Message> messages;
    bool reachesStart = false;
    Id asOf = 0; ///< the newest event that had come when it was asked for
    unsigned epoch = 0;
};
struct ThreadNews {
    Id chat = 0;
    Id root = 0;
    std::vector<Message> messages;
    Id asOf = 0;
    unsigned epoch = 0;
};
struct MembersNews {
    Id chat = 0;
    std::vector<std::pair<Id, std::string>> members;
};
struct EventNews {
    Id id = 0; ///< 0: ephemeral
    std::string topic;
    Id chat = 0;
    boost::json::value data;
};
struct AckNews {
    std::string key;
    Id message = 0;
};
struct NackNews {
    std::string key;
    std::string error;
};
struct Found {
    Message message;
    std::string chat;
};
struct FoundNews {
    std::string query;
    std::vector<Found> found;
};
struct PageFailed {
    Id chat = 0;
};
struct TroubleNews {
    std::string what;
};
using News = std::variant<Greeting, LinkNews, StartAfresh, ChatsNews, PageNews, ThreadNews, MembersNews, EventNews,
                          AckNews, NackNews, FoundNews, PageFailed, TroubleNews>;

/// Wishes: to those threads.
struct Say {
    std::string key; ///< client_id: however often it is sent, one message comes of it
    Id chat = 0;
    std::string content;
    Id replyTo = 0;
};
struct TypeNow {
    Id chat = 0;
};
struct WantChats {
};
struct WantChat {
    Id chat = 0;
};
struct WantPage {
    Id chat = 0;
    Id before = 0;
    int limit = 50;
    unsigned epoch = 0; ///< in which it was wished for
};
struct WantThread {
    Id chat = 0;
    Id root = 0;
};
struct WantMembers {
    Id chat = 0;
};
struct React {
    Id chat = 0;
    Id message = 0;
    std::string emoji;
    bool adds = true;
};
struct Edit {
    Id chat = 0;
    Id message = 0;
    std::string content;
};
struct Delete {
    Id chat = 0;
    Id message = 0;
};
struct MarkRead {
    Id chat = 0;
    Id message = 0;
    Id thread = 0; ///< its first message, to mark the thread; 0: the chat
};
struct Search {
    std::string query;
};
struct TryNow {
}; ///< do not wait for the next attempt
using Wish = std::variant<Say, TypeNow, WantChats, WantChat, WantPage, WantThread, WantMembers, React, Edit, Delete,
                          MarkRead, Search, TryNow>;

} // namespace netbit::cli::chat
