#include "services/search/Folded.h"
#include "services/chat/tests/Server.h"
#include "services/search/SearchService.h"
#include "storage/SearchRepository.h"

#include <Poco/Unicode.h>
#include <boost/json/serialize.hpp>

#include <random>
#include <set>

namespace netbit::services::search {

namespace {

using chat::test::codeOf;
using chat::test::pointerOf;
using chat::test::principal;
using storage::SearchRepository;

/// As an edit or a tombstone leaves it; of one that is gone, nothing.
void reword(storage::Connection& connection, storage::Id id, std::string content)
{
    auto message = storage::MessageRepository::byId(connection, id);
    if (!message)
        return;
    message->content = std::move(content);
    storage::MessageRepository::update(connection, *message);
}

class Search : public chat::test::Server {
protected:
    Search() : service(std::make_unique<SearchService>(*database, *writer, *chats, *users)) {}

    /// Until everything is in the index.
    void index()
    {
        while (service->tend() < std::chrono::milliseconds(1'000)) {
        }
        ASSERT_EQ(ask("SELECT count(*) FROM messages WHERE id > (SELECT indexed_through FROM search_progress)"), 0);
        ASSERT_EQ(ask("SELECT count(*) FROM search_changed"), 0);
    }
    /// Exactly so many more.
    void indexSome(std::size_t count)
    {
        write([&](storage::Connection& connection) { SearchRepository::indexNew(connection, count, foldedUtf8); });
    }

    void write(const std::function<void(storage::Connection&)>& work)
    {
        const auto done = writer->run([&](storage::Connection& connection) {
            work(connection);
            return base::Result<void>();
        });
        ASSERT_TRUE(done);
    }
    std::int64_t ask(std::string_view sql)
    {
        std::int64_t number = -1;
        database->read([&](storage::Connection& connection) {
            auto& row = connection.prepare(sql);
            row.step();
            number = row.integer(0);
            row.reset();
        });
        return number;
    }

    boost::json::value find(Id who, std::string_view query, std::int64_t limit = 50, Id before = 0)
    {
        const auto found = service->find(*principal(who), query, limit, before);
        EXPECT_TRUE(found) << query << ": " << codeOf(found);
        return found ? boost::json::parse(found->json) : boost::json::value();
    }
    static std::vector<Id> ids(const boost::json::value& found)
    {
        std::vector<Id> out;
        for (const auto& one : found.at("data").as_array())
            out.push_back(one.at("message").at("id").to_number<Id>());
        return out;
    }
    std::vector<Id> idsFor(Id who, std::string_view query, std::int64_t limit = 200) { return ids(find(who, query, limit)); }
    std::string errorOf(std::string_view query, Id before = 0)
    {
        return codeOf(service->find(*principal(alice), query, 50, before));
    }
    Id say(Id chatId, std::string content, Id who = alice)
    {
        const auto sent = send(who, chatId, std::move(content));
        EXPECT_TRUE(sent) << codeOf(sent);
        return sent ? sent->id : 0;
    }

    std::unique_ptr<SearchService> service;
};

using Ids = std::vector<Id>;

} // namespace

TEST_F(Search, PartsOfWordsPhrasesAndAllWordsAreFoundWithAndWithoutTheIndex)
{
    const auto chatId = group();
    const auto one = say(chatId, "Deploying the new Release tonight");
    const auto two = say(chatId, "the release notes are new");
    const auto three = say(chatId, "东京の天気は晴れ、明日は雨");
    for (const bool indexed : {false, true}) {
        SCOPED_TRACE(indexed ? "from the index" : "by scan");
        if (indexed)
            index();
        EXPECT_EQ(idsFor(alice, "release"), (Ids{two, one}));
        EXPECT_EQ(idsFor(alice, "eleas"), (Ids{two, one})) << "a part of a word";
        EXPECT_EQ(idsFor(alice, "RELEASE NEW"), (Ids{two, one})) << "all words, in any order and case";
        EXPECT_EQ(idsFor(alice, "\"new release\""), Ids{one});
        EXPECT_EQ(idsFor(alice, "release tonight"), Ids{one});
        EXPECT_EQ(idsFor(alice, "release nowhere"), Ids{});
        EXPECT_EQ(idsFor(alice, "天気"), Ids{three}) << "two characters";
        EXPECT_EQ(idsFor(alice, "雨"), Ids{three}) << "one character, the last of the message";
        EXPECT_EQ(idsFor(alice, "明日は雨"), Ids{three});
        EXPECT_EQ(idsFor(alice, "天気 雨"), Ids{three});
        EXPECT_EQ(idsFor(alice, "天雨"), Ids{});
        EXPECT_EQ(idsFor(alice, "ew"), (Ids{two, one})) << "also at the very end";
        EXPECT_EQ(idsFor(alice, "qq"), Ids{});
    }
}

TEST_F(Search, EveryLetterIsFoundByItsSmallForm)
{
    // SQLite's own table of small letters has fewer of them.
    const auto chatId = group();
    Ids letters;
    write([&](storage::Connection& connection) {
        for (char32_t c = 0x41; c < 0x1F000; c = c == 0xD7FF ? 0xE000 : c + 1) {
            if (Poco::Unicode::toLower(static_cast<int>(c)) == static_cast<int>(c))
                continue;
            letters.push_back(static_cast<Id>(c));
            storage::MessageRepository::insert(connection, {.id = letters.back(),
                                                            .chatId = chatId,
                                                            .senderId = alice,
                                                            .content = toUtf8(std::u32string{U'x', c, U'y'}),
                                                            .createdAt = letters.back()});
        }
    });
    ASSERT_GT(letters.size(), 1'000u);
    for (const bool indexed : {false, true}) {
        if (indexed)
            index();
        for (std::size_t i = indexed ? 0 : letters.size() - 20; i < letters.size(); ++i) {
            const auto text = toUtf8(std::u32string{U'x', static_cast<char32_t>(letters[i]), U'y'});
            for (const auto& query : {text, foldedUtf8(text)}) {
                const auto found = idsFor(alice, query);
                EXPECT_NE(std::find(found.begin(), found.end(), letters[i]), found.end()) << query;
            }
        }
    }
}

TEST_F(Search, OnlyChatsOfTheCallerAreSearched)
{
    const auto with = group({bob});
    const auto without = group({carol});
    const auto seen = say(with, "the secret word");
    say(without, "the secret word");
    for (const bool indexed : {false, true}) {
        if (indexed)
            index();
        EXPECT_EQ(idsFor(bob, "secret"), Ids{seen});
        EXPECT_EQ(idsFor(alice, "secret").size(), 2u);
        EXPECT_EQ(idsFor(dave, "secret"), Ids{}) << "is in no chat";
        EXPECT_EQ(ids(find(bob, "secret", 1)), Ids{seen}) << "what is not theirs takes no place on a page";
    }
    EXPECT_EQ(codeOf(service->find(*principal(bob), "secret in:#" + std::to_string(without), 50, 0)), "unknown_chat");
    EXPECT_EQ(codeOf(service->find(*principal(bob), "secret in:#999", 50, 0)), "unknown_chat") << "the same answer";
    const auto gone = principal(bob);
    gone->revoke();
    EXPECT_EQ(codeOf(service->find(*gone, "secret", 50, 0)), "token_invalid");
}

TEST_F(Search, FiltersNarrow)
{
    const auto one = create(alice, "Release Team", "group", {bob, carol})->id;
    const auto two = group();
    const auto a = say(one, "see https://example.org/x");
    const auto b = say(one, "see nothing", bob);
    const auto c = say(two, "see nothing either", bob);
    chat::NewMessage picture{.chatId = two, .content = "see cat.png", .messageType = "image", .key = {}};
    const auto d = send(carol, picture)->id;
    write([&](storage::Connection& connection) {
        connection.prepare("UPDATE messages SET created_at = 1769860800000 WHERE id = $1").bind(1, a).run(); // 2026-01-31T12:00Z
    });
    for (const bool indexed : {false, true}) {
        SCOPED_TRACE(indexed);
        if (indexed)
            index();
        EXPECT_EQ(idsFor(alice, "see from:user2"), (Ids{c, b}));
        EXPECT_EQ(idsFor(alice, "see from:USER2 in:\"release team\""), Ids{b});
        EXPECT_EQ(idsFor(alice, "see in:#" + std::to_string(two)), (Ids{d, c}));
        EXPECT_EQ(idsFor(alice, "see in:" + std::to_string(one)), (Ids{b, a})) << "newest by time first";
        EXPECT_EQ(idsFor(alice, "has:link"), Ids{a});
        EXPECT_EQ(idsFor(alice, "has:link nothing"), Ids{});
        EXPECT_EQ(idsFor(alice, "has:image"), Ids{d});
        EXPECT_EQ(idsFor(alice, "has:file"), Ids{});
        EXPECT_EQ(idsFor(alice, "from:user3"), Ids{d});
        EXPECT_EQ(idsFor(alice, "see before:2026-02-01"), Ids{a});
        EXPECT_EQ(idsFor(alice, "see before:2026-01-31"), Ids{});
        EXPECT_EQ(idsFor(alice, "see after:2026-01-31"), (Ids{d, c, b}));
        EXPECT_EQ(idsFor(alice, "see after:2026-01-30 before:2026-02-01"), Ids{a});
    }
    EXPECT_EQ(errorOf("see from:nobody"), "unknown_user");
}

TEST_F(Search, AnEditAndADeletionAreSeenAtOnce)
{
    const auto chatId = group();
    const auto one = say(chatId, "first wording");
    const auto two = say(chatId, "first of all");
    index();
    write([&](storage::Connection& connection) { reword(connection, one, "second thought"); });
    for (const bool indexed : {false, true}) {
        SCOPED_TRACE(indexed);
        if (indexed)
            index();
        EXPECT_EQ(idsFor(alice, "first"), Ids{two});
        EXPECT_EQ(idsFor(alice, "thought"), Ids{one});
    }
    write([&](storage::Connection& connection) {
        reword(connection, one, "third");
        reword(connection, one, "fourth");
        connection.prepare("DELETE FROM messages WHERE id = $1").bind(1, two).run();
    });
    EXPECT_EQ(idsFor(alice, "first"), Ids{});
    index();
    EXPECT_EQ(idsFor(alice, "first"), Ids{});
    EXPECT_EQ(idsFor(alice, "thought"), Ids{});
    EXPECT_EQ(idsFor(alice, "fourth"), Ids{one});
    EXPECT_EQ(ask("SELECT count(*) FROM search_terms WHERE term IN ('fir', 'thi', 'sec')"), 0) << "nothing is left of the old texts";
    // A tombstone has no text.
    write([&](storage::Connection& connection) { reword(connection, one, ""); });
    EXPECT_EQ(idsFor(alice, "fourth"), Ids{});
    EXPECT_EQ(idsFor(alice, "from:user1"), Ids{});
}

TEST_F(Search, AnIdThatIsGivenOutAgainIsFoundByItsNewText)
{
    const auto chatId = group();
    say(chatId, "stays here");
    const auto last = say(chatId, "goes away");
    index();
    write([&](storage::Connection& connection) { connection.prepare("DELETE FROM messages WHERE id = $1").bind(1, last).run(); });
    service.reset();
    open();
    service = std::make_unique<SearchService>(*database, *writer, *chats, *users);
    service->load();
    const auto again = say(chatId, "comes anew");
    ASSERT_EQ(again, last);
    for (const bool indexed : {false, true}) {
        if (indexed)
            index();
        EXPECT_EQ(idsFor(alice, "anew"), Ids{again});
        EXPECT_EQ(idsFor(alice, "away"), Ids{});
    }
    EXPECT_EQ(ask("SELECT count(*) FROM search_index WHERE search_index MATCH 'anew'"), 1);
}

TEST_F(Search, PagesNeitherSkipNorRepeat)
{
    const auto chatId = group();
    std::set<Id> all;
    for (int i = 0; i < 25; ++i)
        all.insert(say(chatId, "hay needle " + std::to_string(i)));
    indexSome(12); // half of it is in the index
    std::set<Id> seen;
    Id before = 0;
    for (int pages = 0;; ++pages) {
        ASSERT_LT(pages, 10);
        const auto page = find(alice, "needle", 4, before);
        for (const auto id : ids(page)) {
            EXPECT_TRUE(before == 0 || id < before);
            EXPECT_TRUE(seen.insert(id).second) << id << " came twice";
        }
        EXPECT_EQ(page.at("pagination").at("has_older").as_bool(), seen.size() < all.size());
        if (page.at("pagination").at("next_before").is_null())
            break;
        before = page.at("pagination").at("next_before").to_number<Id>();
        say(chatId, "a needle that came meanwhile");
    }
    EXPECT_EQ(seen, all);
    EXPECT_EQ(errorOf("needle", 99'999), "unknown_cursor");
}

TEST_F(Search, HighlightsAreCharactersOfTheContent)
{
    const auto chatId = group();
    say(chatId, "😀 Foo bar foo");
    index();
    const auto found = find(alice, "foo \"bar f\"");
    EXPECT_EQ(boost::json::serialize(found.at("data").at(0).at("highlights")),
              R"([{"start":2,"length":3},{"start":6,"length":7}])");
    EXPECT_EQ(found.at("data").at(0).at("chat").at("name").as_string(), "a group");
    EXPECT_EQ(found.at("data").at(0).at("message").at("sender_name").as_string(), "user1");
    EXPECT_EQ(found.at("data").at(0).at("message").at("content").as_string(), "😀 Foo bar foo");
}

TEST_F(Search, NothingOfAQueryIsSyntax)
{
    const auto chatId = group();
    // Each is in a message word for word, and so must find that and nothing else.
    const std::vector<std::string> attacks{
        "a OR b",      "xyz AND qrs",   "NOT foo",       "NEAR(abc def, 5)", "foo*",      "^foo",          "content:foo",
        "{content}:x", "-foo",          "+foo",          "(foo",             "foo)",      "((((((((",      "foo\" OR \"bar",
        "\"\"\"\"",    "'; DROP TABLE messages; --",     "%_%",              "\\\"",      "foo\\",         "search_index:foo",
        "rank:x",      "foo NOT bar",   "\xEF\xBC\x82x", "a\"\"b\"c",        "$1 ?1 :x",  "foo AND",       "OR OR OR",
        "*",           "**:*",          "{a b}:c",       "[abc]",            "abc^3",     "foo.bar,baz:q", "\xE2\x80\xAEtxet",
    };
    std::vector<Id> sent;
    for (const auto& attack : attacks)
        sent.push_back(say(chatId, "q< " + attack + " >q"));
    for (const bool indexed : {false, true}) {
        if (indexed)
            index();
        for (std::size_t i = 0; i < attacks.size(); ++i) {
            SCOPED_TRACE(attacks[i]);
            const auto plain = service->find(*principal(alice), attacks[i], 200, 0);
            if (!plain) {
                EXPECT_TRUE(codeOf(plain) == "empty_query" || codeOf(plain) == "bad_filter") << codeOf(plain);
            }
            if (attacks[i].find('"') != std::string::npos)
                continue; // cannot be said inside of a phrase
            const auto found = idsFor(alice, "\"q< " + attacks[i] + " >q\"");
            EXPECT_EQ(found, Ids{sent[i]});
        }
    }
    EXPECT_EQ(ask("SELECT count(*) FROM messages"), static_cast<std::int64_t>(attacks.size()));
}

// Words of few letters, so that parts of them are in many messages; edits and deletions between; the index anywhere.
TEST_F(Search, FindsWhatAPlainScanFinds)
{
    std::mt19937 random(20'261'124);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::vector<std::string> letters{"a", "B", "c", "é", "É", "中", "文", "字", "😀", " ", " ", "\"", "*", "_"};
    const auto text = [&](std::size_t most) {
        std::string out;
        for (auto n = 1 + pick(most); n > 0; --n)
            out += letters[pick(letters.size())];
        return out;
    };
    const auto someText = [&] { return text(14) + letters[pick(9)]; }; // a message of blanks is none
    const std::vector<Id> chatIds{group({bob}), group({carol}), group({bob, carol})};
    std::vector<Id> sent;
    for (int round = 0; round < 6; ++round) {
        for (int i = 0; i < 60; ++i)
            sent.push_back(say(chatIds[pick(3)], someText()));
        write([&](storage::Connection& connection) {
            for (int i = 0; i < 10; ++i)
                reword(connection, sent[pick(sent.size())], someText());
            connection.prepare("DELETE FROM messages WHERE id = $1").bind(1, sent[pick(sent.size())]).run();
        });
        if (round % 2 == 0)
            index();
        else
            write([&](storage::Connection& connection) { SearchRepository::indexChanged(connection, 3, foldedUtf8); });
        for (int i = 0; i < 60; ++i) {
            std::string query;
            std::vector<std::u32string> needles;
            for (auto n = 1 + pick(3); n > 0; --n) {
                auto word = text(3);
                std::erase(word, '"');
                if (word.find_first_not_of(' ') == std::string::npos)
                    continue;
                query += "\"" + word + "\" ";
                needles.push_back(folded(word));
            }
            if (needles.empty())
                continue;
            SCOPED_TRACE(query);
            Ids expected;
            database->read([&](storage::Connection& connection) {
                auto& row = connection.prepare(
                    "SELECT id, content FROM messages WHERE chat_id IN (SELECT chat_id FROM chat_participants"
                    " WHERE user_id = 2) ORDER BY created_at DESC, id DESC");
                while (row.step()) {
                    const auto content = folded(row.text(1));
                    if (std::all_of(needles.begin(), needles.end(),
                                    [&](const auto& needle) { return content.find(needle) != content.npos; }))
                        expected.push_back(row.integer(0));
                }
            });
            expected.resize(std::min<std::size_t>(expected.size(), 200));
            EXPECT_EQ(idsFor(bob, query), expected);
        }
    }
}

} // namespace netbit::services::search
