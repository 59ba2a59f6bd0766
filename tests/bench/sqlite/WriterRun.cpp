// The same work through host/storage: a job for each message, the repositories' SQL, the Writer's group commit.

#include "Bench.h"

#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace bench
{

namespace
{

using namespace netbit;

template <class T> T orExit(base::Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "storage: %s\n", result.error().detail.c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void orExit(const base::Result<void>& result)
{
    if (result)
        return;
    std::fprintf(stderr, "storage: %s\n", result.error().detail.c_str());
    std::exit(1);
}

struct SendJob final : storage::Job {
    SendJob(Message&& of, std::int64_t& last, std::binary_semaphore& wake)
        : lastId(last)
        , done(wake)
    {
        message.chatId = event.chatId = of.chatId;
        message.senderId = event.actorId = of.senderId;
        message.createdAt = event.createdAt = of.createdAt;
        message.content = std::move(of.content);
        event.topic = "message.created";
    }

    base::Result<void> apply(storage::Connection& connection) override
    {
        message.id = event.id = event.objectId = ++lastId;
        storage::MessageRepository::insert(connection, message);
        storage::EventRepository::insert(connection, event);
        return {};
    }

    void complete(const base::Result<void>& result) override
    {
        orExit(result);
        done.release();
    }

    storage::MessageRecord message;
    storage::EventRecord event;
    std::int64_t& lastId; // of the writer's thread
    std::binary_semaphore& done;
};

} // namespace

void prepareDatabase(const Settings& settings)
{
    const auto database = orExit(storage::openSqlite({.path = settings.database, .readers = 1}));
    orExit(storage::migrate(*database, "netbit", storage::hostMigrations()));
    database->begin();
    auto& connection = database->writing();
    for (std::int64_t id = 1; id <= settings.clients; ++id)
        storage::UserRepository::insert(connection,
                                        {.id = id, .username = "user" + std::to_string(id), .createdAt = 1});
    for (std::int64_t id = 1; id <= chats; ++id)
        storage::ChatRepository::insert(
            connection,
            {.id = id, .name = "chat", .chatType = "group", .creatorId = 1, .createdAt = 1, .updatedAt = 1});
    database->commit();
}

Figures runWriter(const Settings& settings)
{
    prepareDatabase(settings);
    const auto database = orExit(storage::openSqlite({.path = settings.database}));
    storage::Writer writer(*database, {});
    writer.start();

    std::int64_t lastId = 0;
    std::vector<std::unique_ptr<std::binary_semaphore>> wake;
    for (unsigned i = 0; i < settings.clients; ++i)
        wake.push_back(std::make_unique<std::binary_semaphore>(0));
    const auto figures = runClients(
        settings,
        [&](unsigned client, Message&& message) {
            std::unique_ptr<storage::Job> job = std::make_unique<SendJob>(std::move(message), lastId, *wake[client]);
            if (!writer.submit(job))
                std::abort();
            wake[client]->acquire();
        },
        writer.counts().commits);
    writer.stop();
    return figures;
}

} // namespace bench
