// bench-chat [send|page|fanout|import|start] [--clients 1,32,256] [--rounds N] [--seconds S] [--data DIR]
// send: ChatService::send against SQLite's C API with a group commit by hand (the limit), in turn.
// page: the newest 50 messages from memory. fanout: one event to 1,000 subscribers. import: batches of 5,000.
// start: opening 200,000 messages, 17,000 users, 50 chats.

#include "Bench.h"

#include "services/chat/ChatService.h"
#include "services/events/EventLog.h"
#include "services/users/UserDirectory.h"
#include "storage/Migrations.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace
{

using namespace netbit;
using services::chat::ChatService;
namespace chat = services::chat;
namespace events = services::events;

template <class T> T orExit(base::Result<T> result)
{
    if (result)
        return std::move(result).value();
    std::fprintf(stderr, "bench-chat: %s\n", result.error().detail.c_str());
    std::exit(1);
}
void orExit(const base::Result<void>& result)
{
    if (result)
        return;
    std::fprintf(stderr, "bench-chat: %s\n", result.error().detail.c_str());
    std::exit(1);
}

services::auth::PrincipalPtr principal(std::int64_t id,
                                       services::auth::Principal::Kind kind = services::auth::Principal::Kind::session)
{
    return std::make_shared<const services::auth::Principal>(kind, id, "user", true, 1, base::now() + 3'600'000);
}

struct Server {
    explicit Server(const std::string& path)
        : database(orExit(storage::openSqlite({.path = path})))
        , writer(*database, {})
        , log(*database, writer, {})
        , chats(*database, writer, users, log, {})
    {
        users.load(database->writing());
        log.load(database->writing());
        chats.load();
        writer.start();
        log.start();
    }
    ~Server()
    {
        log.stop();
        writer.stop();
    }

    std::unique_ptr<storage::Database> database;
    storage::Writer writer;
    services::users::UserDirectory users;
    events::EventLog log;
    ChatService chats;
};

struct Options {
    std::string what = "send";
    std::vector<unsigned> clients{1, 32, 256};
    unsigned rounds = 3;
    double seconds = 2;
    std::string data = ".";
};

class Directory
{
public:
    explicit Directory(const std::string& in)
        : _path(std::filesystem::path(in) / ("bench-chat." + std::to_string(::getpid())))
    {
        std::filesystem::create_directory(_path);
    }
    ~Directory() { std::filesystem::remove_all(_path); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    std::string database() const { return _path / "bench.db"; }

private:
    std::filesystem::path _path;
};

bench::Figures runSend(const bench::Settings& settings)
{
    bench::prepareDatabase(settings);
    {
        const auto database = orExit(storage::openSqlite({.path = settings.database, .readers = 1}));
        database->begin();
        for (std::int64_t id = 1; id <= bench::chats; ++id)
            for (std::int64_t user = 1; user <= settings.clients; ++user)
                storage::ChatRepository::insertParticipant(database->writing(), {.chatId = id, .userId = user});
        database->commit();
    }
    Server server(settings.database);
    std::vector<services::auth::PrincipalPtr> who;
    std::vector<std::unique_ptr<std::binary_semaphore>> wake;
    for (unsigned i = 0; i < settings.clients; ++i) {
        who.push_back(principal(i + 1));
        wake.push_back(std::make_unique<std::binary_semaphore>(0));
    }
    for (std::int64_t id = 1; id <= bench::chats; ++id) // as when somebody reads them
        static_cast<void>(orExit(server.chats.page(*who[0], {.chatId = id, .lead = {}}, true)));
    return bench::runClients(
        settings,
        [&](unsigned client, bench::Message&& message) {
            chat::NewMessage made;
            made.chatId = message.chatId;
            made.content = std::move(message.content);
            orExit(server.chats.send(who[client], std::move(made), [&wake, client](const auto& done) {
                if (!done)
                    std::abort();
                wake[client]->release();
            }));
            wake[client]->acquire();
        },
        server.writer.counts().commits);
}

void send(const Options& options)
{
    struct Contender {
        const char* name;
        bench::Figures (*run)(const bench::Settings&);
    };
    const Contender contenders[] = {
        {"limit", &bench::runLimit}, {"handed", &bench::runHandedOver}, {"writer", &bench::runWriter}, {"chat", &runSend}};
    std::printf("%-8s %7s %9s %9s %9s %9s %6s\n", "what", "clients", "msg/s", "p50 us", "p99 us", "a commit", "ratio");
    for (const auto clients : options.clients) {
        std::vector<std::vector<std::pair<double, bench::Figures>>> all(std::size(contenders));
        for (unsigned round = 0; round < options.rounds; ++round) {
            double limit = 0;
            for (std::size_t i = 0; i < std::size(contenders); ++i) {
                const Directory directory(options.data);
                bench::Settings settings;
                settings.database = directory.database();
                settings.clients = clients;
                settings.measured = std::chrono::milliseconds(static_cast<long>(options.seconds * 1000));
                const auto figures = contenders[i].run(settings);
                if (i == 0)
                    limit = figures.rate;
                all[i].emplace_back(figures.rate / limit, figures);
            }
        }
        for (std::size_t i = 0; i < std::size(contenders); ++i) {
            std::sort(all[i].begin(), all[i].end(), [](const auto& a, const auto& b) { return a.first < b.first; });
            const auto& [ratio, f] = all[i][all[i].size() / 2];
            std::printf("%-8s %7u %9.0f %9.0f %9.0f %9.1f %6.2f (%.2f-%.2f)\n", contenders[i].name, clients, f.rate,
                        f.p50Us, f.p99Us, f.perCommit, ratio, all[i].front().first, all[i].back().first);
        }
    }
}

void prepare(const std::string& path, std::int64_t usersCount, std::int64_t chatCount, std::int64_t messages)
{
    const auto database = orExit(storage::openSqlite({.path = path, .readers = 1}));
    orExit(storage::migrate(*database, "netbit", storage::hostMigrations()));
    database->begin();
    auto& connection = database->writing();
    for (std::int64_t id = 1; id <= usersCount; ++id)
        storage::UserRepository::insert(connection, {.id = id, .username = "user" + std::to_string(id),
                                                     .role = id == 1 ? "admin" : "member", .createdAt = 1});
    for (std::int64_t id = 1; id <= chatCount; ++id) {
        storage::ChatRepository::insert(connection, {.id = id, .name = "chat", .chatType = "group", .creatorId = 1,
                                                     .createdAt = 1, .updatedAt = 1});
        for (std::int64_t user = id; user <= usersCount; user += id == 1 ? 1 : chatCount)
            storage::ChatRepository::insertParticipant(connection, {.chatId = id, .userId = user});
    }
    for (std::int64_t id = 1; id <= messages; ++id)
        storage::MessageRepository::insert(connection, {.id = id, .chatId = 1 + id % chatCount, .senderId = 1,
                                                        .content = std::string(100, 'x'), .createdAt = 1'000'000 + id});
    database->commit();
}

double perCallNs(unsigned calls, const std::function<void()>& call)
{
    const auto begin = bench::Clock::now();
    for (unsigned i = 0; i < calls; ++i)
        call();
    return std::chrono::duration<double, std::nano>(bench::Clock::now() - begin).count() / calls;
}

void page(const Options& options)
{
    const Directory directory(options.data);
    prepare(directory.database(), 100, 10, 200'000);
    Server server(directory.database());
    const auto who = principal(1);
    for (const std::uint32_t limit : {1U, 50U, 100U}) {
        const chat::PageQuery query{.chatId = 1, .limit = limit, .lead = {}};
        static_cast<void>(orExit(server.chats.page(*who, query, true)));
        std::vector<double> times;
        for (unsigned round = 0; round < 9; ++round)
            times.push_back(perCallNs(200'000, [&] {
                if (!server.chats.page(*who, query, false))
                    std::abort();
            }));
        std::sort(times.begin(), times.end());
        std::printf("page of %3u from memory: %6.0f ns (best %.0f)\n", limit, times[4], times[0]);
    }
    const auto newest = orExit(server.chats.page(*who, {.chatId = 1, .lead = {}}, true));
    for (const std::uint32_t number : {3U, 100U, 390U}) {
        const chat::PageQuery query{.chatId = 1, .page = number, .lead = {}};
        std::printf("page number %u from disk: %.0f us\n", number,
                    perCallNs(200, [&] { static_cast<void>(orExit(server.chats.page(*who, query, true))); }) / 1000);
    }
    for (const std::int64_t depth : {0, 10'000, 19'000}) {
        const chat::PageQuery query{.chatId = 1, .before = newest.firstId - depth * 10, .lead = {}};
        std::printf("page behind a cursor %ld down: %.0f us\n", static_cast<long>(depth),
                    perCallNs(200, [&] { static_cast<void>(orExit(server.chats.page(*who, query, true))); }) / 1000);
    }
}

struct Counter final : events::Subscriber {
    explicit Counter(std::atomic<std::size_t>& of)
        : seen(of)
    {
    }
    events::Take onEvent(const events::EventPtr&) override
    {
        seen.fetch_add(1, std::memory_order_relaxed);
        return events::Take::next;
    }
    void onReset(std::int64_t) override { }
    void onRevoked() override { }
    void onEnded() override { }
    std::atomic<std::size_t>& seen;
};

void fanout(const Options& options)
{
    constexpr std::size_t subscribers = 1'000;
    const Directory directory(options.data);
    prepare(directory.database(), subscribers, 10, 100);
    Server server(directory.database());
    std::atomic<std::size_t> seen{0};
    for (std::size_t i = 1; i <= subscribers; ++i)
        server.log.subscribe({.principal = principal(static_cast<std::int64_t>(i))}, std::make_shared<Counter>(seen));
    std::vector<double> times;
    for (std::size_t round = 1; round <= 200; ++round) {
        bench::Clock::time_point committed;
        std::binary_semaphore done{0};
        chat::NewMessage message;
        message.chatId = 1;
        message.content = "hello";
        orExit(server.chats.send(principal(1), message, [&](const auto&) {
            committed = bench::Clock::now();
            done.release();
        }));
        done.acquire();
        while (seen.load(std::memory_order_relaxed) < round * subscribers)
            std::this_thread::yield();
        times.push_back(std::chrono::duration<double, std::micro>(bench::Clock::now() - committed).count());
    }
    std::sort(times.begin(), times.end());
    std::printf("one event to %zu subscribers: %.0f us from the commit to the last (p99 %.0f)\n", subscribers,
                times[times.size() / 2], times[times.size() * 99 / 100]);
}

void import(const Options& options)
{
    const Directory directory(options.data);
    prepare(directory.database(), 100, 1, 0);
    Server server(directory.database());
    const auto admin = principal(1, services::auth::Principal::Kind::localAdmin);
    std::vector<std::string> names;
    for (int i = 0; i < 17'000; ++i)
        names.push_back("nick" + std::to_string(i));
    auto begin = bench::Clock::now();
    const auto begun = orExit(server.chats.importBegin(*admin, "#log", "channel", names));
    std::printf("17,000 users: %.2f s\n", std::chrono::duration<double>(bench::Clock::now() - begin).count());
    constexpr std::int64_t all = 200'000;
    constexpr std::int64_t size = 5'000;
    double longest = 0;
    begin = bench::Clock::now();
    for (std::int64_t line = 0; line < all; line += size) {
        chat::ImportBatch batch;
        batch.chatId = begun.chatId;
        batch.source = "bench";
        batch.firstLine = line;
        batch.lineCount = size;
        for (std::int64_t i = 0; i < size; ++i) {
            chat::ImportMessage message;
            message.senderId = begun.userIds[static_cast<std::size_t>((line + i) * 7 % 17'000)];
            message.createdAt = 1'000'000'000'000 + (line + i) * 1'000;
            message.content = std::string(80, 'x');
            batch.messages.push_back(std::move(message));
        }
        const auto start = bench::Clock::now();
        static_cast<void>(orExit(server.chats.importBatch(*admin, std::move(batch))));
        longest = std::max(longest, std::chrono::duration<double>(bench::Clock::now() - start).count());
    }
    const auto took = std::chrono::duration<double>(bench::Clock::now() - begin).count();
    std::printf("200,000 messages: %.2f s, %.0f/s, longest batch %.0f ms\n", took, static_cast<double>(all) / took,
                longest * 1000);
}

long residentKib()
{
    std::ifstream file("/proc/self/statm");
    long size = 0;
    long resident = 0;
    file >> size >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

void start(const Options& options)
{
    const Directory directory(options.data);
    prepare(directory.database(), 17'000, 50, 200'000);
    const auto before = residentKib();
    const auto begin = bench::Clock::now();
    Server server(directory.database());
    const auto took = std::chrono::duration<double>(bench::Clock::now() - begin).count();
    std::printf("start: %.3f s, %ld KiB more\n", took, residentKib() - before);
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const std::string value = i + 1 < argc ? argv[i + 1] : "";
        if (name == "--rounds")
            options.rounds = static_cast<unsigned>(std::max(1, std::atoi(value.c_str())));
        else if (name == "--seconds")
            options.seconds = std::max(0.1, std::atof(value.c_str()));
        else if (name == "--data")
            options.data = value;
        else if (name == "--clients") {
            options.clients.clear();
            std::string list = value;
            for (char* one = std::strtok(list.data(), ","); one; one = std::strtok(nullptr, ","))
                options.clients.push_back(static_cast<unsigned>(std::max(1, std::atoi(one))));
        } else {
            options.what = name;
            continue;
        }
        ++i;
    }
    const std::pair<const char*, void (*)(const Options&)> all[] = {
        {"send", &send}, {"page", &page}, {"fanout", &fanout}, {"import", &import}, {"start", &start}};
    for (const auto& [name, run] : all)
        if (options.what == name)
            return run(options), 0;
    std::fputs("usage: bench-chat [send|page|fanout|import|start] [--clients 1,32,256] [--rounds N] [--seconds S]"
               " [--data DIR]\n",
               stderr);
    return 2;
}
