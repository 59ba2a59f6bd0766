#pragma once
// The chat service over a database of its own, and calls that wait for their end.

#include "services/chat/ChatOperations.h"
#include "services/chat/ChatService.h"
#include "services/events/EventLog.h"
#include "services/users/UserDirectory.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <boost/json/parse.hpp>
#include <future>
#include <thread>

namespace netbit::services::chat::test {

inline auth::PrincipalPtr principal(Id userId, auth::Principal::Kind kind = auth::Principal::Kind::session)
{
    return std::make_shared<const auth::Principal>(kind, userId, "user" + std::to_string(userId), false, 1, 0);
}

/// What done was called with, or the error given at once.
using Answer = base::Result<Completed>;

class Server : public storage::test::HostDatabase {
protected:
    static constexpr Id alice = 1, bob = 2, carol = 3, dave = 4;

    Server()
    {
        for (Id id = 1; id <= 9; ++id)
            storage::UserRepository::insert(
                connection(), {.id = id, .username = "user" + std::to_string(id), .role = id == 1 ? "admin" : "member",
                               .createdAt = 1'000});
        open();
    }
    ~Server() override { close(); }

    /// As after a restart.
    void open(ChatOptions options = {})
    {
        close();
        writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{});
        users = std::make_unique<users::UserDirectory>();
        users->load(connection());
        log = std::make_unique<events::EventLog>(*database, *writer, events::EventOptions{});
        chats = std::make_unique<ChatService>(*database, *writer, *users, *log, options);
        operations = std::make_unique<operations::Operations>();
        addChatOperations(*operations, *chats);
        log->load(connection());
        chats->load();
        writer->start();
        log->start();
    }

    void close()
    {
        if (log)
            log->stop();
        if (writer)
            writer->stop();
        operations.reset();
        chats.reset();
        log.reset();
        writer.reset();
    }

    /// Submits the calls so that they are one batch: the writer is held until all are in its queue.
    template <class Submit>
    void inOneBatch(Submit submit)
    {
        std::promise<void> held;
        std::promise<void> release;
        std::thread blocker([&] {
            bool ran = false; // a batch may be run twice
            const auto done = writer->run([&](storage::Connection&) {
                if (std::exchange(ran, true))
                    return base::Result<void>();
                held.set_value();
                release.get_future().wait();
                return base::Result<void>();
            });
            EXPECT_TRUE(done.ok());
        });
        held.get_future().wait();
        submit();
        release.set_value();
        blocker.join();
    }

    /// The call's answer, when it comes.
    template <class Call>
    std::future<Answer> later(Call call)
    {
        auto promise = std::make_shared<std::promise<Answer>>();
        auto future = promise->get_future();
        const auto taken = call([promise](const Answer& answer) { promise->set_value(answer); });
        if (!taken)
            promise->set_value(taken.error());
        return future;
    }

    std::future<Answer> sendLater(Id who, NewMessage message)
    {
        return later([&](Done done) { return chats->send(principal(who), std::move(message), std::move(done)); });
    }
    Answer send(Id who, NewMessage message) { return sendLater(who, std::move(message)).get(); }
    Answer send(Id who, Id chatId, std::string content, Id replyTo = 0, std::string key = {})
    {
        NewMessage message;
        message.chatId = chatId;
        message.content = std::move(content);
        message.replyTo = replyTo;
        message.key = std::move(key);
        return send(who, std::move(message));
    }
    std::future<Answer> createLater(Id who, NewChat chat)
    {
        return later([&](Done done) { return chats->create(principal(who), std::move(chat), std::move(done)); });
    }
    Answer create(Id who, std::string name, std::string type, std::vector<Id> participants)
    {
        return createLater(who, {std::move(name), std::move(type), std::move(participants)}).get();
    }
    Id group(std::vector<Id> others = {bob, carol})
    {
        auto made = create(alice, "a group", "group", std::move(others));
        return made ? made->id : 0;
    }

    /// An operation, as a route calls it. `text`: its arguments.
    std::future<Answer> callLater(Id who, std::string_view name, const std::string& text, std::string_view key = {},
                                  std::string_view ifMatch = {})
    {
        operations::RawCall raw;
        raw.operation = name;
        raw.arguments = text;
        raw.key = key;
        raw.ifMatch = ifMatch;
        return later([&](Done done) { return operations->call(principal(who), raw, std::move(done)); });
    }
    Answer call(Id who, std::string_view name, const std::string& text, std::string_view key = {}, std::string_view ifMatch = {})
    {
        return callLater(who, name, text, key, ifMatch).get();
    }
    boost::json::value chatJson(Id who, Id chatId)
    {
        auto body = chats->get(*principal(who), chatId, true);
        return body ? boost::json::parse(body->str()) : boost::json::value();
    }
    /// Topics of the log, in order; with whom they are about.
    std::vector<storage::EventRecord> eventsAfter(Id after) { return storage::EventRepository::after(connection(), after, 10'000); }

    boost::json::value pageJson(Id who, const PageQuery& query)
    {
        auto page = chats->page(*principal(who), query, true);
        return page ? boost::json::parse(page->body.str()) : boost::json::value();
    }
    boost::json::value listJson(Id who, std::uint32_t page = 1, std::uint32_t perPage = 50)
    {
        auto body = chats->list(*principal(who), page, perPage, true);
        return body ? boost::json::parse(body->str()) : boost::json::value();
    }

    std::unique_ptr<storage::Writer> writer;
    std::unique_ptr<users::UserDirectory> users;
    std::unique_ptr<events::EventLog> log;
    std::unique_ptr<ChatService> chats;
    std::unique_ptr<operations::Operations> operations;
};

inline std::vector<Id> idsOf(const boost::json::value& list)
{
    std::vector<Id> ids;
    for (const auto& item : list.at("data").as_array())
        ids.push_back(item.at("id").to_number<Id>());
    return ids;
}

inline std::string codeOf(const auto& result) { return result ? "" : result.error().code; }
inline std::string pointerOf(const auto& result) { return result ? "" : result.error().pointer; }

} // namespace netbit::services::chat::test
