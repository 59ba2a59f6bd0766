#pragma once
// Many clients at once, each of which keeps a record of what it was promised.

#include "support/People.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace netbit::test {

struct LoadSize {
    int httpWriters = 8;
    int tcpWriters = 8;
    int messages = 1'600; ///< of all writers together
    int chats = 4;
    int pagers = 4;
    int subscribers = 2;
    int kills = 3;

    /// Small, unless NETBIT_STRESS is "full".
    static LoadSize chosen();
};

/// A message as a client knows it: id and content.
using Known = std::pair<std::int64_t, std::string>;
using ByChat = std::map<std::int64_t, std::vector<Known>>;

/// What was acknowledged. [any thread]
class Ledger {
public:
    void add(std::int64_t chat, Known message);
    std::vector<Known> of(std::int64_t chat) const;
    int count() const noexcept { return _count.load(); }

private:
    mutable std::mutex _mutex; // guards _messages
    ByChat _messages;
    std::atomic<int> _count{0};
};

/// Runs writers, pagers and subscribers against a daemon that may be killed meanwhile.
class Load {
public:
    Load(Daemon& daemon, LoadSize size);

    /// Until everything is acknowledged and every subscriber has it; kills the daemon so many times on the way.
    void run(int kills);

    const std::vector<std::int64_t>& chats() const noexcept { return _chats; }
    const Ledger& ledger() const noexcept { return _ledger; }
    /// What each subscriber heard, by chat, in the order it heard it.
    const std::vector<ByChat>& heard() const noexcept { return _heard; }
    /// What went wrong, as sentences.
    std::vector<std::string> complaints() const;
    /// The whole chat, oldest first, as a reader who walks back page by page sees it.
    std::vector<Known> walk(HttpClient& http, std::int64_t chat) const;
    const User& reader() const noexcept { return _users.front(); }
    const std::vector<User>& users() const noexcept { return _users; } ///< members of every chat

private:
    struct Item {
        std::int64_t chat;
        std::string content; ///< also its idempotency key
    };

    std::vector<Item> workOf(int writer) const;
    void writeOverHttp(int writer);
    void writeOverTcp(int writer);
    void readPages(int pager);
    void listen(int subscriber);
    void complain(const std::string& sentence);
    /// Runs an attempt again and again while connections are lost, until it is done.
    void persist(const std::string& who, const std::function<void()>& attempt);
    const User& userOf(int client) const { return _users[static_cast<std::size_t>(client) % _users.size()]; }
    void killWhileWritten(int kills);

    Daemon& _daemon;
    LoadSize _size;
    std::vector<User> _users;
    std::vector<std::int64_t> _chats;
    Ledger _ledger;
    std::vector<ByChat> _heard;
    std::atomic<bool> _written{false};
    std::atomic<bool> _failed{false};
    mutable std::mutex _mutex; // guards _complaints
    std::vector<std::string> _complaints;
};

} // namespace netbit::test
