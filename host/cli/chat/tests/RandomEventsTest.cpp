// The model against a server in memory: random acts of many, answers that come late, lost connections. In the end the
// model shows what the server has.
#include "base/Time.h"
#include "cli/chat/tests/Told.h"

#include <deque>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace netbit::cli::chat::test
{

boost::json::object messageJson(const Message& message)
{
    boost::json::array reactions;
    for (const auto& one : message.reactions)
        reactions.push_back(boost::json::object{{"emoji", one.emoji},
                                                {"user_ids", boost::json::array(one.users.begin(), one.users.end())}});
    boost::json::object out{{"id", message.id},
                            {"chat_id", message.chatId},
                            {"sender_id", message.senderId},
                            {"sender_name", message.sender},
                            {"content", message.content},
                            {"message_type", message.type},
                            {"created_at", base::rfc3339(message.createdAt)},
                            {"is_edited", message.edited},
                            {"reply_count", message.replies},
                            {"reactions", std::move(reactions)}};
    if (message.threadId != 0)
        out["thread_id"] = message.threadId;
    if (message.replyTo != 0)
        out["reply_to"] = message.replyTo;
    if (message.lastReplyAt != 0)
        out["last_reply_at"] = base::rfc3339(message.lastReplyAt);
    if (message.deleted)
        out["deleted_at"] = base::rfc3339(message.createdAt);
    return out;
}

namespace
{

constexpr Id me = 1;
constexpr Id chats = 3;

/// What a server keeps and tells, with nothing clever in it.
class PlainServer
{
public:
    std::map<Id, std::map<Id, Message>> messages; // by chat and id
    std::map<Id, Id> marks;
    std::vector<EventNews> log;

    Id create(Id chat, Id sender, const std::string& content, Id replyTo)
    {
        auto message = aMessage(chat, ++_lastMessage, sender, content);
        if (sender == me)
            message.sender = "me";
        if (auto answered = messages[chat].find(replyTo); answered != messages[chat].end()) {
            message.replyTo = replyTo;
            message.threadId = answered->second.threadId != 0 ? answered->second.threadId : replyTo;
            auto& root = messages[chat][message.threadId];
            ++root.replies;
            root.lastReplyAt = message.createdAt;
        }
        messages[chat][message.id] = message;
        tell("message.created", chat, messageJson(message));
        return message.id;
    }
    Id say(const Say& say) // once for each key
    {
        auto& made = _made[say.key];
        if (made == 0)
            made = create(say.chat, me, say.content, say.replyTo);
        return made;
    }
    void edit(Id chat, Id id, const std::string& content)
    {
        auto& message = messages[chat].at(id);
        if (message.deleted)
            return;
        message.content = content;
        message.edited = true;
        tell("message.edited", chat, messageJson(message));
    }
    void remove(Id chat, Id id)
    {
        auto& message = messages[chat].at(id);
        if (std::exchange(message.deleted, true))
            return;
        message.content.clear();
        message.reactions.clear();
        tell("message.deleted", chat, messageJson(message));
    }
    void react(Id chat, Id id, Id user, const std::string& emoji, bool adds)
    {
        auto& message = messages[chat].at(id);
        if (message.deleted)
            return;
        auto found = std::ranges::find(message.reactions, emoji, &Reaction::emoji);
        if (found == message.reactions.end()) {
            if (!adds)
                return;
            found = message.reactions.insert(message.reactions.end(), Reaction{emoji, {}});
        }
        std::erase(found->users, user);
        if (adds)
            found->users.push_back(user);
        if (found->users.empty())
            message.reactions.erase(found);
        auto json = messageJson(message);
        tell(adds ? "reaction.added" : "reaction.removed", chat,
             {{"chat_id", chat},
              {"message_id", id},
              {"user_id", user},
              {"emoji", emoji},
              {"reactions", json["reactions"]}});
    }
    void mark(Id chat, Id id)
    {
        if (id <= marks[chat])
            return;
        marks[chat] = id;
        tell("read.marked", chat,
             {{"chat_id", chat},
              {"thread_id", nullptr},
              {"last_read_message_id", id},
              {"unread_count", unread(chat)},
              {"mention_count", 0}});
    }
    std::int64_t unread(Id chat) const
    {
        std::int64_t count = 0;
        if (const auto of = messages.find(chat); of != messages.end())
            for (const auto& [id, message] : of->second)
                count += id > markOf(chat) && message.senderId != me && !message.deleted ? 1 : 0;
        return count;
    }
    Chat chat(Id id)
    {
        auto out = aChat(id, "chat " + std::to_string(id));
        out.unread = unread(id);
        out.lastRead = markOf(id);
        out.lastMessage = messages[id].empty() ? 0 : messages[id].rbegin()->first;
        return out;
    }
    std::vector<Message> page(Id chat, Id before, int limit)
    {
        std::vector<Message> out;
        auto& all = messages[chat];
        for (auto at = before == 0 ? all.end() : all.lower_bound(before); at != all.begin() && std::ssize(out) < limit;)
            out.insert(out.begin(), (--at)->second);
        return out;
    }

private:
    Id markOf(Id chat) const
    {
        const auto found = marks.find(chat);
        return found == marks.end() ? 0 : found->second;
    }
    void tell(std::string topic, Id chat, boost::json::object data)
    {
        log.push_back(anEvent(std::ssize(log) + 1, std::move(topic), chat, std::move(data)));
    }

    Id _lastMessage = 0;
    std::map<std::string, Id> _made;
};

/// What stands between: events in their order; answers to what was asked for, taken at one time and brought at another.
class Wire
{
public:
    Wire(PlainServer& server, Model& model, std::mt19937& random)
        : _server(server)
        , _model(model)
        , _random(random)
    {
    }

    void bringEvent()
    {
        if (_brought < _server.log.size())
            _model.hear(_server.log[_brought++]);
    }
    void collect()
    {
        for (auto& wish : _model.takeWishes())
            _asked.push_back({std::move(wish), static_cast<Id>(_brought)});
    }
    /// The server does what the oldest wish asks for; its answer is on its way then.
    void work()
    {
        if (_asked.empty())
            return;
        auto [wish, asOf] = std::move(_asked.front());
        _asked.pop_front();
        std::visit([&, asOf = asOf](const auto& what) { perform(what, asOf); }, wish);
    }
    void bringAnswer()
    {
        if (_answers.empty())
            return;
        _model.hear(std::move(_answers.front()));
        _answers.pop_front();
    }
    /// The connection is lost and comes back; the answers to messages were lost with it, and they are sent again.
    void reconnect(bool afresh)
    {
        for (const auto& say : _unanswered)
            _answers.push_back(AckNews{say.key, _server.say(say)});
        _unanswered.clear();
        if (afresh) {
            _brought = _server.log.size();
            _model.hear(StartAfresh{++_epoch});
        }
    }
    bool idle() const
    {
        return _asked.empty() && _answers.empty() && _unanswered.empty() && _brought == _server.log.size();
    }

private:
    void perform(const Say& say, Id)
    {
        const auto id = _server.say(say);
        if (_random() % 5 == 0)
            _unanswered.push_back(say);
        else
            _answers.push_back(AckNews{say.key, id});
    }
    void perform(const WantChats&, Id asOf)
    {
        ChatsNews news{{}, true, asOf, _epoch};
        for (Id chat = 1; chat <= chats; ++chat)
            news.chats.push_back(_server.chat(chat));
        _answers.push_back(std::move(news));
    }
    void perform(const WantChat& want, Id asOf)
    {
        _answers.push_back(ChatsNews{{_server.chat(want.chat)}, false, asOf, _epoch});
    }
    void perform(const WantPage& want, Id asOf)
    {
        auto page = _server.page(want.chat, want.before, want.limit);
        const bool start = std::ssize(page) < want.limit;
        _answers.push_back(PageNews{want.chat, want.before, std::move(page), start, asOf, want.epoch});
    }
    void perform(const WantThread& want, Id asOf)
    {
        ThreadNews news{want.chat, want.root, {}, asOf, _epoch};
        for (const auto& [id, message] : _server.messages[want.chat])
            if (id == want.root || message.threadId == want.root)
                news.messages.push_back(message);
        _answers.push_back(std::move(news));
    }
    void perform(const React& what, Id) { _server.react(what.chat, what.message, me, what.emoji, what.adds); }
    void perform(const Edit& what, Id) { _server.edit(what.chat, what.message, what.content); }
    void perform(const Delete& what, Id) { _server.remove(what.chat, what.message); }
    void perform(const MarkRead& what, Id)
    {
        if (what.thread == 0)
            _server.mark(what.chat, what.message);
    }
    template <class Other> void perform(const Other&, Id) { }

    PlainServer& _server;
    Model& _model;
    std::mt19937& _random;
    std::size_t _brought = 0;
    unsigned _epoch = 0;
    std::deque<std::pair<Wish, Id>> _asked;
    std::deque<News> _answers;
    std::vector<Say> _unanswered;
};

void somebodyActs(PlainServer& server, std::mt19937& random)
{
    const Id chat = 1 + static_cast<Id>(random() % chats);
    const Id user = 2 + static_cast<Id>(random() % 3);
    auto& all = server.messages[chat];
    const auto any = [&] { return std::next(all.begin(), static_cast<std::ptrdiff_t>(random() % all.size()))->first; };
    const auto what = random() % 10;
    if (all.empty() || what < 5)
        server.create(chat, user, "text " + std::to_string(random() % 20),
                      !all.empty() && random() % 4 == 0 ? any() : 0);
    else if (what == 5)
        server.edit(chat, any(), "edited " + std::to_string(random() % 100));
    else if (what == 6)
        server.remove(chat, any());
    else if (what < 9)
        server.react(chat, any(), user, random() % 2 ? "👍" : "🎉", random() % 3 != 0);
    else
        server.mark(chat, any()); // from another device of one's own
}

void personActs(Model& model, std::mt19937& random)
{
    switch (random() % 10) {
    case 0:
        model.open(1 + static_cast<Id>(random() % chats));
        break;
    case 1:
    case 2:
        model.input.set("mine " + std::to_string(random() % 10)); // the same text again and again
        model.submit();
        break;
    case 3:
        model.select(-static_cast<int>(1 + random() % 5));
        break;
    case 4:
        if (model.startReact())
            model.react("👍");
        break;
    case 5:
        if (model.startEdit()) {
            model.input.set("better " + std::to_string(random() % 100));
            model.submit();
        }
        break;
    case 6:
        if (model.askDelete())
            model.confirmDelete();
        break;
    case 7:
        if (model.startReply()) {
            model.input.set("an answer");
            model.submit();
        }
        break;
    case 8:
        model.wantOlder();
        break;
    default:
        if (model.thread() != 0)
            model.closeThread();
        else
            model.openThread();
        break;
    }
    model.touched();
}

void expectSame(Model& model, PlainServer& server, unsigned seed)
{
    for (const auto& [id, room] : model.rooms()) {
        const auto& all = server.messages[id];
        EXPECT_EQ(room.chat.unread, server.unread(id)) << "chat " << id << ", seed " << seed;
        if (!room.loaded)
            continue;
        auto theirs = all.rbegin();
        for (auto ours = room.messages.rbegin(); ours != room.messages.rend(); ++ours, ++theirs) {
            ASSERT_NE(theirs, all.rend());
            EXPECT_EQ(ours->second.message, theirs->second)
                << messageJson(ours->second.message) << '\n' << messageJson(theirs->second) << '\n'
                << "message " << theirs->first << " of chat " << id << ", seed " << seed;
        }
        if (room.reachesStart) {
            EXPECT_EQ(room.messages.size(), all.size()) << "seed " << seed;
        }
    }
    EXPECT_EQ(model.unsent(), 0u);
    EXPECT_TRUE(model.waiting().empty()) << "seed " << seed;
}

TEST(RandomEvents, TheModelEndsAsTheServerWhateverComesWhen)
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        PlainServer server;
        for (int i = 0; i < 150; ++i)
            somebodyActs(server, random);
        Model model([number = 0]() mutable { return "key" + std::to_string(++number); });
        Wire wire(server, model, random);
        model.hear(Greeting{me, "me"});
        wire.reconnect(true);
        for (int i = 0; i < 600; ++i) {
            switch (random() % 8) {
            case 0:
                somebodyActs(server, random);
                break;
            case 1:
                personActs(model, random);
                break;
            case 2:
                wire.work();
                break;
            case 3:
                wire.bringAnswer();
                break;
            case 4:
                if (random() % 20 == 0)
                    wire.reconnect(random() % 3 == 0);
                break;
            default:
                wire.bringEvent();
            }
            wire.collect();
        }
        wire.reconnect(false);
        for (int i = 0; i < 10'000 && !wire.idle(); ++i) {
            wire.bringEvent();
            wire.work();
            wire.bringAnswer();
            wire.collect();
            if (i % 100 == 99)
                wire.reconnect(false);
        }
        ASSERT_TRUE(wire.idle()) << "it does not come to rest: seed " << seed;
        expectSame(model, server, seed);
        if (HasFailure())
            return;
    }
}

TEST(RandomEvents, AnyJsonAsAnEventIsTakenWithoutHarm)
{
    std::mt19937 random(7); // NOLINT
    const auto value = [&](auto& self, int depth) -> boost::json::value {
        switch (random() % (depth > 3 ? 6 : 8)) {
        case 0:
            return nullptr;
        case 1:
            return static_cast<std::int64_t>(random() % 5) - 1;
        case 2:
            return std::numeric_limits<std::uint64_t>::max();
        case 3:
            return 1.5e300;
        case 4:
            return random() % 2 == 0;
        case 5:
            return boost::json::string(random() % 2 ? "2026-13-99T99:99:99Z" : "\xF0\x9F\x8E\x89");
        case 6: {
            boost::json::array out;
            for (auto left = random() % 4; left > 0; --left)
                out.push_back(self(self, depth + 1));
            return out;
        }
        default: {
            static constexpr const char* keys[] = {"id",
                                                   "chat_id",
                                                   "sender_id",
                                                   "content",
                                                   "user_id",
                                                   "message_id",
                                                   "reactions",
                                                   "emoji",
                                                   "user_ids",
                                                   "mentions",
                                                   "attachments",
                                                   "name",
                                                   "created_at",
                                                   "thread_id",
                                                   "status_data",
                                                   "state",
                                                   "last_read_message_id",
                                                   "unread_count"};
            boost::json::object out;
            for (auto left = random() % 8; left > 0; --left)
                out[keys[random() % std::size(keys)]] = self(self, depth + 1);
            return out;
        }
        }
    };
    static constexpr const char* topics[] = {"message.created", "message.edited",        "message.deleted",
                                             "reaction.added",  "chat.updated",          "chat.left",
                                             "chat.imported",   "chat.settings_changed", "read.marked",
                                             "typing",          "presence.changed",      "never.heard"};
    auto model = aModel();
    for (Id i = 1; i < 30'000; ++i) {
        model.hear(EventNews{i, topics[random() % std::size(topics)], static_cast<Id>(random() % 4), value(value, 0)});
        model.takeWishes();
    }
    for (const auto* const message : model.shown())
        EXPECT_GT(message->id, 0);
}

} // namespace

} // namespace netbit::cli::chat::test
