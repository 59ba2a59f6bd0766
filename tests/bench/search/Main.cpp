// bench-search [--irc FOLDER] [--messages N] [--rounds N] [--data DIR]
// Fills a database with the messages of a folder of IRC logs (or with words by Zipf's law where there is none), lets the
// index catch up, and asks 20 queries of three words each, in turn through SearchService::find and through the same FTS5
// query with sqlite3's C API. Each answer is held against a plain scan of all messages. Prints the median of the ratios.

#include "services/chat/ChatService.h"
#include "services/events/EventLog.h"
#include "services/search/Folded.h"
#include "services/search/SearchService.h"
#include "services/users/UserDirectory.h"
#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Repositories.h"
#include "storage/SearchRepository.h"
#include "storage/Writer.h"

#include "base/Json.h"

#include <boost/json/value.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <unistd.h>

namespace {

using namespace netbit;
namespace fs = std::filesystem;
using services::search::SearchService;
using Clock = std::chrono::steady_clock;
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t chatCount = 20;
constexpr std::int64_t pageSize = 50;

[[noreturn]] void die(const std::string& what)
{
    std::fprintf(stderr, "bench-search: %s\n", what.c_str());
    std::exit(1);
}
template <class T> T orDie(base::Result<T> result)
{
    if (!result)
        die(result.error().detail);
    return std::move(result).value();
}
void orDie(const base::Result<void>& result)
{
    if (!result)
        die(result.error().detail);
}

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }
double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::vector<std::string> fromLogs(const std::string& folder, std::size_t most)
{
    std::vector<std::string> out;
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(folder))
        files.push_back(file.path());
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        std::ifstream in(path);
        for (std::string line; out.size() < most && std::getline(in, line);) {
            const auto behind = line.find("> "); // "[12:34] <nick> text"
            if (behind != line.npos && base::validUtf8(line) && behind + 2 < line.size())
                out.push_back(line.substr(behind + 2));
        }
    }
    return out;
}

std::vector<std::string> generated(std::size_t count)
{
    std::mt19937 random(1);
    std::vector<std::string> words(20'000);
    for (auto& word : words)
        for (auto n = 3 + random() % 8; n > 0; --n)
            word += static_cast<char>('a' + random() % 26);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<std::string> out(count);
    for (auto& text : out)
        for (auto n = 4 + random() % 16; n > 0; --n) // rank ~ 1 / frequency
            text += words[static_cast<std::size_t>(std::pow(static_cast<double>(words.size()), uniform(random))) - 1] + " ";
    return out;
}

/// Three words of one message each, so that every query finds something.
std::vector<std::string> queriesFrom(const std::vector<std::string>& texts)
{
    std::mt19937 random(2);
    std::vector<std::string> out;
    while (out.size() < 20) {
        std::vector<std::string> words;
        std::string word;
        for (const char c : texts[random() % texts.size()] + " ") {
            if (std::isalnum(static_cast<unsigned char>(c))) {
                word += c;
                continue;
            }
            if (word.size() >= 3)
                words.push_back(word);
            word.clear();
        }
        if (words.size() < 3)
            continue;
        std::shuffle(words.begin(), words.end(), random);
        out.push_back(words[0] + " " + words[1] + " " + words[2]);
    }
    return out;
}

Ids idsOf(const std::string& json)
{
    Ids ids;
    const auto document = orDie(base::parseJson(json));
    for (const auto& each : document.at("data").as_array())
        ids.push_back(each.at("message").at("id").to_number<std::int64_t>());
    return ids;
}

struct Reference {
    explicit Reference(const std::string& path)
    {
        if (sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK)
            die("cannot open the database again");
        constexpr const char* sql =
            "SELECT m.id, m.chat_id, m.sender_id, m.content, m.message_type, m.created_at FROM search_index f"
            " CROSS JOIN messages m ON m.id = f.rowid WHERE f.search_index MATCH ?1"
            " AND m.chat_id IN (SELECT chat_id FROM chat_participants WHERE user_id = 1)"
            " ORDER BY m.created_at DESC, m.id DESC LIMIT ?2";
        if (sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr) != SQLITE_OK)
            die(sqlite3_errmsg(handle));
    }
    ~Reference()
    {
        sqlite3_finalize(statement);
        sqlite3_close(handle);
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;

    Ids find(const std::string& match)
    {
        Ids ids;
        sqlite3_bind_text(statement, 1, match.data(), static_cast<int>(match.size()), SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, pageSize);
        std::size_t bytes = 0;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            ids.push_back(sqlite3_column_int64(statement, 0));
            bytes += std::strlen(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
        }
        sqlite3_reset(statement);
        if (bytes == 0 && !ids.empty())
            die("messages without text");
        return ids;
    }

    sqlite3* handle = nullptr;
    sqlite3_stmt* statement = nullptr;
};

std::string matchOf(const std::string& query)
{
    std::string out;
    for (std::size_t at = 0; at < query.size();) {
        const auto end = std::min(query.find(' ', at), query.size());
        out += (out.empty() ? "" : " AND ") +
               storage::SearchRepository::quoted(services::search::foldedUtf8(query.substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

Ids scanned(const std::vector<std::string>& texts, const std::string& query)
{
    std::vector<std::u32string> words;
    for (std::size_t at = 0; at < query.size();) {
        const auto end = std::min(query.find(' ', at), query.size());
        words.push_back(services::search::folded(query.substr(at, end - at)));
        at = end + 1;
    }
    Ids ids;
    for (auto i = texts.size(); i-- > 0 && ids.size() < static_cast<std::size_t>(pageSize);) {
        const auto text = services::search::folded(texts[i]);
        if (std::all_of(words.begin(), words.end(), [&](const auto& word) { return text.find(word) != text.npos; }))
            ids.push_back(static_cast<std::int64_t>(i) + 1);
    }
    return ids;
}

} // namespace

int main(int argc, char** argv)
{
    std::map<std::string, std::string> options{{"--irc", ""}, {"--messages", "200000"}, {"--rounds", "21"}, {"--data", "/tmp"}};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (options.find(argv[i]) == options.end())
            die("unknown option " + std::string(argv[i]));
        options[argv[i]] = argv[i + 1];
    }
    const auto count = static_cast<std::size_t>(std::atol(options["--messages"].c_str()));
    auto texts = options["--irc"].empty() ? generated(count) : fromLogs(options["--irc"], count);
    if (texts.empty())
        die("no messages");

    const fs::path folder = fs::path(options["--data"]) / ("bench-search." + std::to_string(::getpid()));
    fs::create_directory(folder);
    const auto path = (folder / "bench.db").string();
    {
        auto database = orDie(storage::openSqlite({.path = path}));
        orDie(storage::migrate(*database, "netbit", storage::hostMigrations()));
        auto& connection = database->writing();
        database->begin();
        storage::UserRepository::insert(connection, {.id = 1, .username = "ada", .createdAt = 1});
        for (std::int64_t id = 1; id <= chatCount; ++id) {
            storage::ChatRepository::insert(connection, {.id = id, .name = "chat", .chatType = "group", .creatorId = 1});
            storage::ChatRepository::insertParticipant(connection, {.chatId = id, .userId = 1});
        }
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < texts.size(); ++i)
            storage::MessageRepository::insert(connection, {.id = static_cast<std::int64_t>(i) + 1,
                                                            .chatId = static_cast<std::int64_t>(i) % chatCount + 1,
                                                            .senderId = 1,
                                                            .content = texts[i],
                                                            .createdAt = static_cast<std::int64_t>(i) * 1'000});
        database->commit();
        const auto inserted = microseconds(Clock::now() - begin) / static_cast<double>(texts.size());

        storage::Writer writer(*database, {});
        services::users::UserDirectory users;
        services::events::EventLog log(*database, writer, {});
        services::chat::ChatService chats(*database, writer, users, log, {});
        users.load(connection);
        log.load(connection);
        chats.load();
        SearchService search(*database, writer, chats, users);
        search.load();
        writer.start();
        const auto before = fs::file_size(path);
        const auto indexing = Clock::now();
        while (search.tend() < std::chrono::seconds(1)) {
        }
        const auto indexed = microseconds(Clock::now() - indexing) / static_cast<double>(texts.size());
        std::printf("%zu messages: %.1f us each to insert, %.1f us each to index; index %.0f MiB\n", texts.size(), inserted,
                    indexed, static_cast<double>(fs::file_size(path) - before) / (1 << 20));

        const services::auth::Principal ada(services::auth::Principal::Kind::session, 1, "ada", false, 1, 0);
        Reference reference(path);
        std::vector<double> ratios;
        const auto rounds = std::max(1, std::atoi(options["--rounds"].c_str()));
        std::printf("%-44s %6s %10s %10s %6s\n", "query", "found", "ours us", "C API us", "ratio");
        for (const auto& query : queriesFrom(texts)) {
            const auto expected = scanned(texts, query);
            const auto match = matchOf(query);
            std::vector<double> ours;
            std::vector<double> theirs;
            for (int round = 0; round < rounds; ++round) {
                auto start = Clock::now();
                const auto found = orDie(search.find(ada, query, pageSize, 0));
                ours.push_back(microseconds(Clock::now() - start));
                start = Clock::now();
                const auto referenced = reference.find(match);
                theirs.push_back(microseconds(Clock::now() - start));
                if (idsOf(found.json) != expected || referenced != expected)
                    die("\"" + query + "\" does not find what a scan finds");
            }
            ratios.push_back(median(ours) / median(theirs));
            std::printf("%-44s %6zu %10.0f %10.0f %6.2f\n", query.c_str(), expected.size(), median(ours), median(theirs),
                        ratios.back());
        }
        const auto [lowest, highest] = std::minmax_element(ratios.begin(), ratios.end());
        std::printf("ratio: median %.2f (%.2f-%.2f); bar: at most 1.3\n", median(ratios), *lowest, *highest);
        log.stop();
        writer.stop();
    }
    fs::remove_all(folder);
}
