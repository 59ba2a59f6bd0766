#include "journey/Load.h"

#include "support/TcpClient.h"

#include <algorithm>
#include <cstdlib>
#include <poll.h>
#include <set>
#include <thread>

namespace netbit::test {

namespace {

constexpr int tcpWindow = 8;
constexpr std::size_t userCount = 8;
constexpr std::chrono::minutes longest{15};

void pause() { poll(nullptr, 0, 5); }

} // namespace

LoadSize LoadSize::chosen()
{
    const char* stress = std::getenv("NETBIT_STRESS");
    if (!stress || std::string(stress) != "full")
        return {};
    return {32, 32, 50'000, 50, 32, 8, 20};
}

void Ledger::add(std::int64_t chat, Known message)
{
    const std::lock_guard lock(_mutex);
    _messages[chat].push_back(std::move(message));
    ++_count;
}

std::vector<Known> Ledger::of(std::int64_t chat) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _messages.find(chat);
    return found == _messages.end() ? std::vector<Known>() : found->second;
}

Load::Load(Daemon& daemon, LoadSize size) : _daemon(daemon), _size(size), _heard(static_cast<std::size_t>(size.subscribers))
{
    for (std::size_t i = 0; i < userCount; ++i)
        _users.push_back(makeUser(daemon, "load" + std::to_string(i)));
    json::array others;
    for (std::size_t i = 1; i < userCount; ++i)
        others.emplace_back(_users[i].id);
    auto http = daemon.client(_users[0].token);
    for (int i = 0; i < size.chats; ++i) {
        const json::object chat{{"name", "chat " + std::to_string(i)}, {"chat_type", "group"}, {"participants", others}};
        _chats.push_back(integerAt(http.expect(201, "POST", "/api/chats", json::serialize(chat)), "/id"));
    }
}

std::vector<Load::Item> Load::workOf(int writer) const
{
    const int writers = _size.httpWriters + _size.tcpWriters;
    std::vector<Item> items;
    for (int i = writer; i < _size.messages; i += writers)
        items.push_back({_chats[static_cast<std::size_t>(i / writers + writer) % _chats.size()],
                         "message " + std::to_string(i) + " of writer " + std::to_string(writer)});
    return items;
}

void Load::complain(const std::string& sentence)
{
    const std::lock_guard lock(_mutex);
    _complaints.push_back(sentence);
    _failed = true;
}

std::vector<std::string> Load::complaints() const
{
    const std::lock_guard lock(_mutex);
    return _complaints;
}

void Load::persist(const std::string& who, const std::function<void()>& attempt)
{
    const Deadline deadline(longest);
    while (!_failed) {
        try {
            attempt();
            return;
        } catch (const ConnectionLost& lost) {
            if (deadline.over())
                complain(who + ": " + lost.what());
            pause();
        } catch (const std::exception& error) {
            complain(who + ": " + error.what());
        }
    }
}

namespace {

/// A key holds no blanks.
std::string keyOf(std::string content)
{
    std::replace(content.begin(), content.end(), ' ', '-');
    return content;
}

} // namespace

void Load::writeOverHttp(int writer)
{
    const auto items = workOf(writer);
    std::size_t next = 0;
    persist("HTTP writer " + std::to_string(writer), [&] {
        auto http = _daemon.client(userOf(writer).token);
        while (next < items.size() && !_failed) {
            const auto& item = items[next];
            const auto reply = http.post(messagesOf(item.chat), json::serialize(json::object{{"content", item.content}}),
                                         {{"Idempotency-Key", keyOf(item.content)}});
            if (reply.status == 503)
                throw ConnectionLost("503: " + reply.body); // it says: try again
            if (reply.status != 201 && reply.status != 200)
                throw std::runtime_error("status " + std::to_string(reply.status) + ": " + reply.body);
            const auto message = reply.document();
            if (textAt(message, "/content") != item.content || integerAt(message, "/chat_id") != item.chat)
                throw std::runtime_error("the answer is about another message: " + reply.body);
            _ledger.add(item.chat, {integerAt(message, "/id"), item.content});
            ++next;
        }
    });
}

void Load::writeOverTcp(int writer)
{
    const auto items = workOf(writer);
    std::size_t next = 0;
    persist("TCP writer " + std::to_string(writer), [&] {
        TcpClient tcp(_daemon.tcp(), userOf(writer).token);
        while (next < items.size() && !_failed) {
            const auto end = std::min<std::size_t>(items.size(), next + tcpWindow);
            std::string window;
            for (auto i = next; i < end; ++i)
                window += sendPacket(items[i].chat, items[i].content, items[i].content);
            tcp.send(window);
            for (; next < end; ++next) {
                const auto ack = tcp.read();
                if (!truthAt(ack, "/success")) {
                    const auto code = textAt(ack, "/code");
                    if (code == "unavailable" || code == "overloaded" || code == "shutting_down")
                        throw ConnectionLost(json::serialize(ack));
                    throw std::runtime_error("a NACK: " + json::serialize(ack));
                }
                if (textAt(ack, "/client_id") != items[next].content)
                    throw std::runtime_error("the ACK is about another message: " + json::serialize(ack));
                _ledger.add(items[next].chat, {integerAt(ack, "/message_id"), items[next].content});
            }
        }
    });
}

std::vector<Known> Load::walk(HttpClient& http, std::int64_t chat) const
{
    std::vector<Known> all;
    for (std::string cursor;;) {
        const auto page = http.expect(200, "GET", messagesOf(chat, "limit=200" + cursor));
        const auto& data = listAt(page, "/data");
        if (data.empty())
            return all;
        std::vector<Known> part;
        for (const auto& message : data)
            part.emplace_back(integerAt(message, "/id"), textAt(message, "/content"));
        all.insert(all.begin(), part.begin(), part.end());
        cursor = "&before=" + std::to_string(part.front().first);
    }
}

void Load::readPages(int pager)
{
    unsigned round = static_cast<unsigned>(pager);
    persist("pager " + std::to_string(pager), [&] {
        auto http = _daemon.client(userOf(pager).token);
        while (!_written && !_failed) {
            const auto chat = _chats[round++ % _chats.size()];
            const auto promised = _ledger.of(chat);
            const auto seen = walk(http, chat);
            std::set<Known> there(seen.begin(), seen.end());
            if (there.size() != seen.size())
                throw std::runtime_error("a walk saw a message twice in chat " + std::to_string(chat));
            for (const auto& message : promised)
                if (!there.contains(message))
                    throw std::runtime_error("acknowledged, but not seen afterwards: " + message.second);
        }
    });
}

void Load::listen(int subscriber)
{
    auto& heard = _heard[static_cast<std::size_t>(subscriber)];
    std::int64_t last = 0;
    int count = 0;
    persist("subscriber " + std::to_string(subscriber), [&] {
        TcpClient tcp(_daemon.tcp(), userOf(subscriber).token);
        tcp.send(json::serialize(json::object{{"packet_type", "Subscribe"}, {"after", last}}));
        const Deadline deadline(longest);
        while (count < _size.messages && !_failed) {
            const auto packet = tcp.readUntil(Deadline(std::chrono::seconds(1)));
            if (!packet) {
                if (deadline.over())
                    throw std::runtime_error("heard only " + std::to_string(count) + " messages");
                continue;
            }
            if (has(*packet, "/packet_type") && textAt(*packet, "/packet_type") == "Reset")
                throw std::runtime_error("was reset: " + json::serialize(*packet));
            if (!has(*packet, "/event/id"))
                continue;
            const auto id = integerAt(*packet, "/event/id");
            if (id <= last)
                throw std::runtime_error("event " + std::to_string(id) + " came after event " + std::to_string(last));
            last = id;
            if (textAt(*packet, "/event/topic") != "message.created")
                continue;
            heard[integerAt(*packet, "/event/chat_id")].emplace_back(integerAt(*packet, "/event/data/id"),
                                                                     textAt(*packet, "/event/data/content"));
            ++count;
        }
    });
}

void Load::killWhileWritten(int kills)
{
    for (int done = 0; done < kills && !_failed; ++done) {
        const int mark = _size.messages * (done + 1) / (kills + 1);
        for (const Deadline deadline(longest); _ledger.count() < mark && !_failed;) {
            if (deadline.over()) {
                complain("the writers do not get on");
                return;
            }
            poll(nullptr, 0, 1);
        }
        _daemon.kill();
        _daemon.start();
    }
}

void Load::run(int kills)
{
    std::vector<std::thread> writers;
    std::vector<std::thread> others;
    for (int i = 0; i < _size.subscribers; ++i)
        others.emplace_back([this, i] { listen(i); });
    for (int i = 0; i < _size.pagers; ++i)
        others.emplace_back([this, i] { readPages(i); });
    for (int i = 0; i < _size.httpWriters; ++i)
        writers.emplace_back([this, i] { writeOverHttp(i); });
    for (int i = 0; i < _size.tcpWriters; ++i)
        writers.emplace_back([this, i] { writeOverTcp(_size.httpWriters + i); });
    try {
        killWhileWritten(kills);
    } catch (const std::exception& error) {
        complain(error.what());
    }
    for (auto& each : writers)
        each.join();
    _written = true;
    for (auto& each : others)
        each.join();
}

} // namespace netbit::test
