// What auth, chat, cache, metrics and streams promise in their headers. The plugin asked.c calls the tables, one function to
// a route, and answers "0 …" or "status code".
#include "tests/fault/HostFixture.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <boost/json/parse.hpp>
#include <netbit/result.h>
#include <sodium.h>

#include <thread>

namespace netbit::fault_test {

using namespace std::chrono_literals;
namespace json = boost::json;

class Table : public HostFixture {
protected:
    void SetUp() override
    {
        install("asked");
        ASSERT_TRUE(load());
        expectState("asked", "live");
    }
    std::string ask(const std::string& path) const { return get(path).body; }
    static std::string refusal(int status, const std::string& code) { return std::to_string(status) + ' ' + code; }
    /// The JSON behind "0 ".
    json::object document(const std::string& path) const
    {
        const auto text = ask(path);
        EXPECT_EQ(0U, text.find("0 ")) << path << ": " << text;
        boost::system::error_code failed;
        auto value = json::parse(text.substr(std::min<std::size_t>(2, text.size())), failed);
        EXPECT_TRUE(!failed && value.is_object()) << text;
        return value.is_object() ? value.get_object() : json::object();
    }
    std::int64_t user(const std::string& name, const char* role = "member")
    {
        const auto made = auth().addUser({name, name + "@example.org", "a long password", ""}, role);
        EXPECT_TRUE(made) << name;
        return made ? (*made)->id : 0;
    }
    static std::string text(const json::object& object, const char* name)
    {
        const auto* const found = object.if_contains(name);
        return found && found->is_string() ? std::string(found->get_string()) : "(no " + std::string(name) + ")";
    }
};

// netbit.cache/1

TEST_F(Table, CacheGivesWhatWasSetUntilItIsRemoved)
{
    EXPECT_EQ(refusal(NB_NOT_FOUND, "no_such_key"), ask("/cache/get?key=a"));
    EXPECT_EQ("0 ", ask("/cache/set?key=a&value=one"));
    EXPECT_EQ("0 one", ask("/cache/get?key=a"));
    EXPECT_EQ("0 ", ask("/cache/set?key=a&value=two"));
    EXPECT_EQ("0 two", ask("/cache/get?key=a"));
    EXPECT_EQ("0 ", ask("/cache/remove?key=a"));
    EXPECT_EQ(refusal(NB_NOT_FOUND, "no_such_key"), ask("/cache/remove?key=a"));
    EXPECT_EQ("0 ", ask("/cache/set?key=empty&value="));
    EXPECT_EQ("0 ", ask("/cache/get?key=empty"));
}

TEST_F(Table, CacheAddsOnlyWhereNothingIs)
{
    EXPECT_EQ("0 ", ask("/cache/add?key=a&value=one"));
    EXPECT_EQ(refusal(NB_CONFLICT, "key_exists"), ask("/cache/add?key=a&value=two"));
    EXPECT_EQ("0 one", ask("/cache/get?key=a"));
}

TEST_F(Table, CacheCountsFromNothingAndRefusesWhatIsNoNumber)
{
    EXPECT_EQ("0 5", ask("/cache/incr?key=n&by=5"));
    EXPECT_EQ("0 3", ask("/cache/incr?key=n&by=-2"));
    EXPECT_EQ("0 3", ask("/cache/get?key=n"));
    ask("/cache/set?key=word&value=seven");
    EXPECT_EQ(refusal(NB_INVALID, "not_a_number"), ask("/cache/incr?key=word&by=1"));
    ask("/cache/set?key=top&value=9223372036854775807");
    EXPECT_EQ(refusal(NB_INVALID, "out_of_range"), ask("/cache/incr?key=top&by=1"));
    EXPECT_EQ("0 9223372036854775807", ask("/cache/get?key=top")) << "it has changed";
}

TEST_F(Table, CacheKeysHaveOneTo256Bytes)
{
    EXPECT_EQ('0', ask("/cache/set?key=" + std::string(256, 'k') + "&value=v")[0]);
    EXPECT_EQ(refusal(NB_INVALID, "bad_argument"), ask("/cache/set?key=" + std::string(257, 'k') + "&value=v"));
    EXPECT_EQ(refusal(NB_INVALID, "bad_argument"), ask("/cache/set?key=&value=v"));
}

TEST_F(Table, CacheForgetsAtItsTimeAndTakesAQuarterOfTheQuota)
{
    ask("/cache/set?key=brief&value=v&ttl=1");
    EXPECT_TRUE(eventually([&] { return ask("/cache/get?key=brief") == refusal(NB_NOT_FOUND, "no_such_key"); }));
    EXPECT_EQ("0 ", ask("/cache/large?bytes=200000"));
    EXPECT_EQ(refusal(NB_TOO_LARGE, "value_too_large"), ask("/cache/large?bytes=262144")) << "the quota is 1 MiB";
}

// netbit.metrics/1

TEST_F(Table, MetricsAreOneByNameAndShowUnderThePluginsName)
{
    EXPECT_EQ("0 same", ask("/metric?kind=counter&name=jobs_total&value=3"));
    EXPECT_EQ("0 same", ask("/metric?kind=counter&name=jobs_total&value=-2"));
    EXPECT_EQ("0 same", ask("/metric?kind=gauge&name=depth&value=-7"));
    EXPECT_EQ("0 same", ask("/metric?kind=histogram&name=size&value=5"));
    const auto shown = metrics().text();
    EXPECT_NE(std::string::npos, shown.find("netbit_asked_jobs_total 3\n")) << "a counter goes back: " << shown;
    EXPECT_NE(std::string::npos, shown.find("netbit_asked_depth -7\n")) << shown;
    EXPECT_NE(std::string::npos, shown.find("netbit_asked_size_bucket{le=\"1\"} 0\n")) << shown;
    EXPECT_NE(std::string::npos, shown.find("netbit_asked_size_bucket{le=\"10\"} 1\n")) << shown;
    EXPECT_NE(std::string::npos, shown.find("netbit_asked_size_count 1\n")) << shown;
}

TEST_F(Table, MetricsRefuseBadNamesKindsAndBounds)
{
    const auto bad = refusal(NB_INVALID, "bad_argument");
    EXPECT_EQ(bad, ask("/metric?kind=counter&name=jobs&value=1")) << "a counter ends in _total";
    EXPECT_EQ(bad, ask("/metric?kind=gauge&name=De-pth&value=1"));
    EXPECT_EQ(bad, ask("/metric?kind=histogram-falling&name=size&value=1"));
    EXPECT_EQ("0 same", ask("/metric?kind=gauge&name=x_total&value=1"));
    EXPECT_EQ(refusal(NB_CONFLICT, "metric_kind"), ask("/metric?kind=counter&name=x_total&value=1"));
}

// netbit.auth/1

TEST_F(Table, AuthProvesATokenAndTellsWhoItIs)
{
    const auto ada = std::to_string(user("ada", "admin"));
    const auto token = auth().createAccessToken("ada", "a test", std::chrono::hours(1));
    ASSERT_TRUE(token);
    EXPECT_EQ("0 " + ada + " ada admin=1 valid=1 expires=1", ask("/auth/verify?token=" + token->token));
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "invalid_token"), ask("/auth/verify?token=nbt_nonsense"));
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "invalid_token"), ask("/auth/verify?token=" + token->token + "x"));
    EXPECT_EQ("0 " + ada + " ada admin=1 valid=1 expires=1", ask("/auth/kept")) << "a failure took the principal before";
}

TEST_F(Table, AuthShowsOnesOwnProfileWithTheMailAddressAndOthersWithout)
{
    const auto ada = std::to_string(user("ada"));
    const auto bob = std::to_string(user("bob"));
    ask("/auth/verify?token=" + auth().createAccessToken("ada", "a test", std::chrono::hours(1))->token);
    EXPECT_EQ("ada@example.org", text(document("/auth/profile?user=" + ada), "email"));
    const auto other = document("/auth/profile?user=" + bob);
    EXPECT_EQ("bob", text(other, "username"));
    EXPECT_FALSE(other.contains("email"));
    EXPECT_EQ(refusal(NB_NOT_FOUND, "user_not_found"), ask("/auth/profile?user=999"));
}

TEST_F(Table, AuthImpersonatesOnlyUsersThatThereAre)
{
    const auto ada = std::to_string(user("ada"));
    EXPECT_EQ("0 " + ada + " ada admin=0 valid=1 expires=0", ask("/auth/impersonate?user=" + ada));
    EXPECT_EQ(refusal(NB_NOT_FOUND, "user_not_found"), ask("/auth/impersonate?user=999"));
}

class WithoutPermission : public HostFixture { };

TEST_F(WithoutPermission, AuthDoesNotImpersonate)
{
    auto manifest = manifestOf("asked");
    const std::string_view member = "\"auth.impersonate\"";
    const auto at = manifest.find(member);
    ASSERT_NE(std::string::npos, at);
    install("asked", "asked", manifest.erase(at, member.size()));
    ASSERT_TRUE(load());
    const auto ada = auth().addUser({"ada", "ada@example.org", "a long password", ""}, "member");
    ASSERT_TRUE(ada);
    EXPECT_EQ(std::to_string(NB_FORBIDDEN) + " permission_missing",
              get("/auth/impersonate?user=" + std::to_string((*ada)->id)).body);
}

TEST_F(Table, AuthSignsInRefreshesAndSignsOut)
{
    user("ada");
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "bad_credentials"), ask("/auth/login?user=ada&password=wrong"));
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "bad_credentials"), ask("/auth/login?user=nobody&password=wrong"));
    const auto session = document("/auth/login?user=ada&password=a+long+password");
    ask("/auth/verify?token=" + text(session, "access_token"));
    EXPECT_NE(std::string::npos, ask("/auth/kept").find("ada admin=0 valid=1 expires=1"));

    const auto second = document("/auth/refresh?token=" + text(session, "refresh_token"));
    EXPECT_NE(text(session, "refresh_token"), text(second, "refresh_token")) << "it does not rotate";
    EXPECT_EQ("0 ", ask("/auth/logout?token=" + text(second, "refresh_token")).substr(0, 2));
    EXPECT_NE(std::string::npos, ask("/auth/kept").find("valid=0")) << "a principal outlives its session";
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "bad_refresh_token"), ask("/auth/refresh?token=" + text(second, "refresh_token")));
    EXPECT_EQ("0 ", ask("/auth/logout?token=" + text(second, "refresh_token")).substr(0, 2)) << "twice is no mistake";
}

TEST_F(Table, ARefreshTokenUsedTwiceRevokesItsSession)
{
    user("ada");
    const auto session = document("/auth/login?user=ada&password=a+long+password");
    const auto second = document("/auth/refresh?token=" + text(session, "refresh_token"));
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "bad_refresh_token"), ask("/auth/refresh?token=" + text(session, "refresh_token")));
    EXPECT_EQ(refusal(NB_UNAUTHENTICATED, "bad_refresh_token"), ask("/auth/refresh?token=" + text(second, "refresh_token")));
}

TEST_F(Table, RegistrationNeedsAnInvitationUnlessItIsOpen)
{
    EXPECT_EQ(refusal(NB_FORBIDDEN, "invite_required"), ask("/auth/register?user=new&password=a+long+password"));
}

TEST_F(Table, ASigningKeyActsForItsPrincipalAndEachNumberOnce)
{
    const auto ada = std::to_string(user("ada"));
    ask("/auth/verify?token=" + auth().createAccessToken("ada", "a test", std::chrono::hours(1))->token);
    std::istringstream words(ask("/auth/signing-key").substr(2));
    std::string session;
    std::string hex;
    unsigned expires = 0;
    words >> session >> hex >> expires;
    ASSERT_EQ(32U, session.size());
    ASSERT_EQ(64U, hex.size());
    EXPECT_TRUE(expires > 0 && expires <= 3600);

    unsigned char key[32];
    ASSERT_EQ(0, sodium_hex2bin(key, sizeof key, hex.data(), hex.size(), nullptr, nullptr, nullptr));
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, sizeof key);
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>("hello"), 5);
    crypto_auth_hmacsha256_final(&state, mac);
    char macHex[65];
    sodium_bin2hex(macHex, sizeof macHex, mac, sizeof mac);
    const auto with = [&](const std::string& bytes, const std::string& number) {
        return ask("/auth/verify-mac?session=" + session + "&bytes=" + bytes + "&mac=" + macHex + "&sequence=" + number);
    };
    const auto refused = refusal(NB_UNAUTHENTICATED, "invalid_signature");
    EXPECT_EQ(refused, with("hallo", "7"));
    EXPECT_EQ("0 " + ada, with("hello", "7").substr(0, 2 + ada.size()));
    EXPECT_EQ(refused, with("hello", "7")) << "the same number twice";
    EXPECT_EQ('0', with("hello", "6")[0]) << "within the window";
    EXPECT_EQ('0', with("hello", "200")[0]);
    EXPECT_EQ(refused, with("hello", "8")) << "behind the window of 64";
}

// netbit.chat/1

class ChatTable : public Table {
protected:
    void SetUp() override
    {
        Table::SetUp();
        _ada = std::to_string(user("ada"));
        _bob = std::to_string(user("bob"));
        _eve = std::to_string(user("eve"));
        _chat = number(document("/chat/create?as=" + _ada + "&type=group&with=" + _bob), "id");
    }
    static std::string number(const json::object& object, const char* name)
    {
        const auto* const found = object.if_contains(name);
        return found && found->is_int64() ? std::to_string(found->get_int64()) : "0";
    }
    std::string send(const std::string& as, const std::string& content, const std::string& key = {}) const
    {
        return ask("/chat/send?as=" + as + "&chat=" + _chat + "&content=" + content + (key.empty() ? "" : "&key=" + key));
    }

    std::string _ada, _bob, _eve, _chat;
};

TEST_F(ChatTable, WhatIsSentIsSeenByMembersAndNobodyElse)
{
    const auto message = document("/chat/send?as=" + _ada + "&chat=" + _chat + "&content=hello");
    EXPECT_EQ("hello", text(message, "content"));
    EXPECT_EQ("0 count=1 total=1 older=0 newer=0 etag=1", ask("/chat/page?as=" + _bob + "&chat=" + _chat));
    EXPECT_EQ("a chat", text(document("/chat/get?as=" + _bob + "&chat=" + _chat), "name"));
    EXPECT_EQ("0 ", ask("/chat/may-read?as=" + _bob + "&chat=" + _chat));
    for (const auto* path : {"/chat/page", "/chat/get", "/chat/may-read"})
        EXPECT_EQ(refusal(NB_NOT_FOUND, "chat_not_found"), ask(std::string(path) + "?as=" + _eve + "&chat=" + _chat)) << path;
    EXPECT_EQ(refusal(NB_NOT_FOUND, "chat_not_found"), send(_eve, "psst"));
    const auto list = document("/chat/list?as=" + _eve);
    EXPECT_TRUE(list.at("data").as_array().empty());
    EXPECT_EQ(1U, document("/chat/list?as=" + _bob).at("data").as_array().size());
}

TEST_F(ChatTable, AKeyGivesTheFirstAnswerAgain)
{
    EXPECT_EQ("0 {", send(_ada, "once", "k1").substr(0, 3));
    EXPECT_EQ("0 replayed", send(_ada, "once", "k1"));
    EXPECT_EQ(refusal(NB_INVALID, "idempotency_key_reused"), send(_ada, "other", "k1"));
    EXPECT_EQ("0 {", send(_bob, "once", "k1").substr(0, 3)) << "keys are of one sender";
    EXPECT_EQ("0 count=2 total=2 older=0 newer=0 etag=1", ask("/chat/page?as=" + _bob + "&chat=" + _chat));
}

TEST_F(ChatTable, APageHasItsBoundsAndPlaces)
{
    std::string third;
    for (const auto* content : {"1", "2", "3", "4"}) {
        const auto id = number(document("/chat/send?as=" + _ada + "&chat=" + _chat + "&content=" + content), "id");
        if (std::string_view(content) == "3")
            third = id;
    }
    const auto page = "/chat/page?as=" + _bob + "&chat=" + _chat;
    EXPECT_EQ("0 count=2 total=4 older=1 newer=0 etag=1", ask(page + "&limit=2"));
    EXPECT_EQ("0 count=2 total=4 older=0 newer=1 etag=1", ask(page + "&before=" + third));
    EXPECT_EQ(std::to_string(NB_INVALID), ask(page + "&limit=201").substr(0, 1));
    EXPECT_EQ(refusal(NB_INVALID, "unknown_cursor"), ask(page + "&before=999999"));
}

TEST_F(ChatTable, WhatIsNoMessageAndNoChatIsRefused)
{
    EXPECT_EQ(std::to_string(NB_INVALID), send(_ada, "").substr(0, 1));
    EXPECT_EQ(std::to_string(NB_INVALID), ask("/chat/create?as=" + _ada + "&type=party&with=" + _bob).substr(0, 1));
    EXPECT_EQ(std::to_string(NB_INVALID), ask("/chat/create?as=" + _ada + "&type=direct").substr(0, 1)) << "direct with nobody";
    EXPECT_EQ("0 count=0 total=0 older=0 newer=0 etag=1", ask("/chat/page?as=" + _bob + "&chat=" + _chat));
}

// Streams

class StreamTable : public Table {
protected:
    Poco::Net::StreamSocket begin() const
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", port()));
        socket.setReceiveTimeout(Poco::Timespan(10, 0));
        const std::string request = "GET /stream/start HTTP/1.0\r\n\r\n"; // its end is the connection's
        socket.sendBytes(request.data(), static_cast<int>(request.size()));
        return socket;
    }
    bool stateHas(std::string_view part) const { return ask("/stream/state").find(part) != std::string::npos; }
};

TEST_F(StreamTable, AWriterIsToldToWaitAndThatThereIsRoomAgainAndNothingIsLost)
{
    auto socket = begin();
    ASSERT_TRUE(eventually([&] { return stateHas("blocked=1"); })) << "512 pieces of 64 KiB went into a socket that nobody reads";
    // First the buffers of the system fill up; then nothing moves any more.
    std::string before;
    ASSERT_TRUE(eventually([&] {
        std::this_thread::sleep_for(50ms);
        return std::exchange(before, ask("/stream/state")) == ask("/stream/state");
    }));
    EXPECT_TRUE(stateHas("last=" + std::to_string(NB_WOULD_BLOCK))) << ask("/stream/state");
    EXPECT_FALSE(stateHas("pieces=512")) << "512 pieces of 64 KiB wait in memory";

    std::string all;
    std::vector<char> buffer(256 * 1024);
    for (int got = 0; (got = socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()))) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(got));
    ASSERT_TRUE(eventually([&] { return stateHas("ended=1"); }));
    EXPECT_TRUE(stateHas("pieces=512 blocked=1 drained=1")) << ask("/stream/state");
    all.erase(0, all.find("\r\n\r\n") + 4);
    ASSERT_EQ(512U * 64 * 1024, all.size());
    for (std::size_t piece = 0; piece < 512; ++piece)
        ASSERT_EQ(std::string(64 * 1024, static_cast<char>('a' + piece % 26)), all.substr(piece * 64 * 1024, 64 * 1024))
            << "piece " << piece << " is not where it belongs";
}

TEST_F(StreamTable, APeerThatGoesIsToldOnceAndWritingSaysClosed)
{
    {
        auto socket = begin();
        ASSERT_TRUE(eventually([&] { return stateHas("blocked=1"); }));
    }
    ASSERT_TRUE(eventually([&] { return stateHas("ended=1"); })) << ask("/stream/state");
    EXPECT_TRUE(stateHas("closed=1 ended=1 last=" + std::to_string(NB_CLOSED))) << ask("/stream/state");
}

} // namespace netbit::fault_test
