// The C++ faces against a host of cardboard: what they promise an author, and what they never let across.

#include "Cardboard.h"

#include <netbit/cache.hpp>

#include <gtest/gtest.h>

#include <cstring>

namespace {

using netbit::Done;
using netbit::Error;
using netbit::Request;
using netbit::Result;
using netbit::Status;
using namespace netbit::faces_test;

TEST(Handler, AnswersText)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request& it) { it.text(200, "Hello, " + it.param("name") + "!"); }), NB_OK);
    EXPECT_EQ(request.answers, std::vector<std::string>{"200 Hello, Ada!"});
}

TEST(Handler, ExceptionBecomesInternalAndItsWordsGoToTheLogOnly)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request&) { throw std::runtime_error("secret words"); }), NB_INTERNAL);
    EXPECT_TRUE(request.answers.empty());
    EXPECT_NE(host.logged.find("secret words"), std::string::npos) << host.logged;
}

TEST(Handler, WhatIsNoExceptionIsCaughtAsWell)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request&) { throw 7; }), NB_INTERNAL);
}

TEST(Handler, ReturnedErrorIsTheAnswer)
{
    Cardboard host;
    nb_request request;
    const auto handler = [](Request&) -> Result<void> { return Error(Status::notFound, "chat_not_found"); };
    EXPECT_EQ(serve(host, request, handler), NB_OK);
    EXPECT_EQ(request.answers, std::vector<std::string>{"problem 4 chat_not_found"});
}

TEST(Handler, WouldBlockAnswersNothing)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request&) { return Status::wouldBlock; }), NB_WOULD_BLOCK);
    EXPECT_EQ(serve(host, request, [](Request&) -> Result<void> { return Error(Status::wouldBlock); }), NB_WOULD_BLOCK);
    EXPECT_TRUE(request.answers.empty());
}

TEST(RecentFaults, TellTheSameOnceAMinuteAndHowOftenItWasLeftOut)
{
    netbit::detail::RecentFaults faults;
    std::int64_t leftOut = -1;
    EXPECT_TRUE(faults.admit("timer", "no disk", 1000, leftOut));
    EXPECT_EQ(leftOut, 0);
    for (std::int64_t second = 1001; second < 1060; ++second)
        EXPECT_FALSE(faults.admit("timer", "no disk", second, leftOut));
    EXPECT_TRUE(faults.admit("event", "no disk", 1001, leftOut)) << "another place";
    EXPECT_TRUE(faults.admit("timer", "no net", 1001, leftOut)) << "other words";
    EXPECT_TRUE(faults.admit("timer", "no disk", 1060, leftOut));
    EXPECT_EQ(leftOut, 59);
    for (int i = 0; i < 100; ++i) // the oldest make room
        EXPECT_TRUE(faults.admit("handler", std::to_string(i), 1061 + i, leftOut));
    EXPECT_FALSE(faults.admit("handler", "99", 1161, leftOut));
}

TEST(RecentFaults, ATimerThatThrowsEachSecondIsInTheLogOnce)
{
    Cardboard host;
    netbit::detail::faultHost.store(&host.host);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(netbit::detail::guarded("timer", 7, []() -> int { throw std::runtime_error("each second"); }), 7);
    netbit::detail::faultHost.store(nullptr);
    EXPECT_EQ(host.logged, "timer;each second;");
}

TEST(Handler, WithoutAnAnswerIsAFault)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request&) {}), NB_INTERNAL);
    EXPECT_FALSE(host.logged.empty());
}

TEST(Handler, SecondAnswerIsABugAndNotSent)
{
    Cardboard host;
    nb_request request;
    const auto handler = [](Request& it) {
        it.text(200, "one");
        it.text(200, "two");
    };
    EXPECT_EQ(serve(host, request, handler), NB_INTERNAL);
    EXPECT_EQ(request.answers.size(), 1u);
}

TEST(Handler, RefusedReplyLeavesTheRequestOpen)
{
    Cardboard host;
    nb_request request;
    EXPECT_EQ(serve(host, request, [](Request& it) { it.text(999, "no"); }), NB_INTERNAL);
    EXPECT_TRUE(request.answers.empty());
}

TEST(Handler, MayBlockIsFalseWhereAnOlderHostHasNoSuchFunction)
{
    Cardboard host;
    nb_request request;
    bool first = false;
    bool second = true;
    serve(host, request, [&first](Request& it) { first = it.mayBlock(); });
    host.http.size = offsetof(nb_http_api, may_block);
    serve(host, request, [&second](Request& it) { second = it.mayBlock(); });
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
}

TEST(Request, TellsAbsentFromEmpty)
{
    Cardboard host;
    nb_request request;
    const auto handler = [](Request& it) {
        EXPECT_EQ(it.query("empty"), std::optional<std::string_view>(""));
        EXPECT_FALSE(it.query("absent"));
        it.noContent();
    };
    EXPECT_EQ(serve(host, request, handler), NB_OK);
}

TEST(Reply, CarriesHeaders)
{
    Cardboard host;
    nb_request request;
    serve(host, request, [](Request& it) { it.reply(netbit::Reply(201).bytes("{}").header("Location", "/x")); });
    EXPECT_EQ(request.answers, std::vector<std::string>{"201 {}"});
    EXPECT_EQ(request.headers["Location"], "/x");
}

TEST(Later, AnswersAfterTheHandler)
{
    Cardboard host;
    nb_request request;
    std::optional<netbit::Later> kept;
    EXPECT_EQ(serve(host, request, [&kept](Request& it) { kept.emplace(it.defer()); }), NB_OK);
    EXPECT_TRUE(request.deferred);
    EXPECT_TRUE(request.answers.empty());
    kept->json(200, "{}");
    kept.reset();
    EXPECT_EQ(request.answers, std::vector<std::string>{"200 {}"});
}

TEST(Later, ForgottenAnswers503Once)
{
    Cardboard host;
    nb_request request;
    const auto handler = [](Request& it) {
        auto later = it.defer();
        const auto moved = std::move(later);
    };
    EXPECT_EQ(serve(host, request, handler), NB_OK);
    EXPECT_EQ(request.answers, std::vector<std::string>{"problem 9 unanswered"});
}

TEST(Later, ExceptionAfterDeferIsNotAnsweredTwice)
{
    Cardboard host;
    nb_request request;
    std::optional<netbit::Later> kept;
    const auto handler = [&kept](Request& it) {
        kept.emplace(it.defer());
        throw std::runtime_error("after it was handed on");
    };
    EXPECT_EQ(serve(host, request, handler), NB_OK) << "the answer is Later's";
    kept.reset();
    EXPECT_EQ(request.answers.size(), 1u);
}

TEST(DoneTicket, IsCalledOnceByTheHost)
{
    int calls = 0;
    std::int64_t id = 0;
    bool replayed = false;
    const auto owned = std::make_shared<int>(1);
    auto ticket = netbit::done([&, owned](Result<Done> result) {
        ++calls;
        id = result->id;
        replayed = result->replayed;
    });
    const auto function = ticket.function();
    void* const user = ticket.user();
    ticket.settle(NB_OK, netbit::ErrorBuffer());
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(owned.use_count(), 2);

    function(user, NB_OK, nullptr, 42, netbit::toStr("{}"), NB_DONE_REPLAYED);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(id, 42);
    EXPECT_TRUE(replayed);
    EXPECT_EQ(owned.use_count(), 1) << "the callable must be freed after its one call";
}

TEST(DoneTicket, RefusedAtOnceIsToldToo)
{
    std::string code;
    auto ticket = netbit::done([&code](Result<Done> result) { code = result.error().code; });
    netbit::ErrorBuffer error;
    Error(Status::invalid, "bad_content").fill(error.get());
    ticket.settle(NB_INVALID, error);
    EXPECT_EQ(code, "bad_content");
}

TEST(DoneTicket, ExceptionGoesToTheLog)
{
    Cardboard host;
    auto ticket = netbit::done([](Result<Done>) { throw std::runtime_error("in done"); });
    const auto function = ticket.function();
    void* const user = ticket.user();
    ticket.settle(NB_OK, netbit::ErrorBuffer());
    function(user, NB_OK, nullptr, 1, netbit::absentStr(), 0);
    EXPECT_NE(host.logged.find("in done"), std::string::npos);
}

TEST(ErrorFill, CutsAtACharactersEdge)
{
    std::string code(62, 'a');
    code += "\xc3\xa9\xc3\xa9"; // é would end at byte 64: one too far
    nb_error raw{};
    raw.size = sizeof raw;
    Error(Status::invalid, code, "d", "/p").fill(&raw);
    EXPECT_EQ(std::string(raw.code), std::string(62, 'a'));
    EXPECT_EQ(std::string(raw.pointer), "/p");
    EXPECT_EQ(raw.status, NB_INVALID);
}

TEST(ErrorFill, NullMeansDoNotTellMe) { Error(Status::invalid, "x").fill(nullptr); }

TEST(ErrorFill, AndBackAgain)
{
    netbit::ErrorBuffer error;
    Error(Status::conflict, "taken", "It is taken.", "/name").fill(error.get());
    const Error back = error.toError(NB_CONFLICT);
    EXPECT_EQ(back.status, Status::conflict);
    EXPECT_EQ(back.code, "taken");
    EXPECT_EQ(back.detail, "It is taken.");
    EXPECT_EQ(back.pointer, "/name");
}

TEST(ResultValue, ThrowsTheErrorWhereThereIsNone)
{
    const Result<int> none = Error(Status::notFound, "nothing_here", "There is nothing.");
    try {
        none.value();
        FAIL() << "value() of an error must throw";
    } catch (const netbit::Failure& failure) {
        EXPECT_EQ(failure.error().code, "nothing_here");
        EXPECT_STREQ(failure.what(), "There is nothing.");
    }
}

TEST(Integer, IsStrict)
{
    EXPECT_EQ(netbit::parseInteger<int>("-12"), -12);
    EXPECT_EQ(netbit::parseInteger<std::uint8_t>("255"), 255);
    EXPECT_FALSE(netbit::parseInteger<std::uint8_t>("256"));
    EXPECT_FALSE(netbit::parseInteger<std::uint8_t>("-1"));
    for (const auto* wrong : {"", "-", "+1", "-0", "01", " 1", "1 ", "1x", "0x1"})
        EXPECT_FALSE(netbit::parseInteger<int>(wrong)) << wrong;
}

TEST(Body, CountsItsReferences)
{
    Cardboard host;
    auto* const raw = new nb_body{{"ab", "", "c"}};
    {
        const auto body = netbit::Body::adopt(host.body, raw);
        auto copy = body;
        EXPECT_EQ(raw->references, 2);
        const auto moved = std::move(copy);
        EXPECT_EQ(raw->references, 2);
        EXPECT_EQ(moved.str(), "abc");
        EXPECT_EQ(moved.size(), 3u);
        host.body.retain(raw);
    }
    EXPECT_EQ(raw->references, 1);
    host.body.release(raw);
}

TEST(Body, OfManyPiecesIsWhole)
{
    Cardboard host;
    auto* const raw = new nb_body{std::vector<std::string>(40, "xy")};
    EXPECT_EQ(netbit::Body::adopt(host.body, raw).str().size(), 80u);
}

TEST(HostFace, AbsentServiceSaysWhatToDo)
{
    Cardboard host;
    EXPECT_EQ(host.face().find<nb_cache_api>(), nullptr);
    const auto cache = host.face().service<nb_cache_api>();
    ASSERT_FALSE(cache);
    EXPECT_EQ(cache.error().code, "service_absent");
    EXPECT_NE(cache.error().detail.find("netbit.cache/1"), std::string::npos);
    EXPECT_THROW(netbit::Cache{host.face()}, netbit::Failure);
}

TEST(SqlFace, PassesParametersAndRows)
{
    Cardboard host;
    const netbit::Sql sql(host.face());
    std::int64_t sum = 0;
    const auto read = sql.query({"SELECT n, t FROM x WHERE a = $1", {7, "text", nullptr, 0.5}}, [&sum](const netbit::SqlRow& row) {
        sum += row.integer(0);
        return row.integer(0) < 1; // the second is the last
    });
    EXPECT_TRUE(read);
    EXPECT_EQ(sum, 1);
    ASSERT_EQ(host.params.size(), 4u);
    EXPECT_EQ(host.params[0].integer, 7);
    EXPECT_EQ(text(host.params[1].bytes), "text");
    EXPECT_EQ(host.params[2].type, NB_SQL_NULL);
    EXPECT_EQ(host.params[3].real, 0.5);
}

TEST(SqlFace, ExceptionOfARowComesOutOnThisSideOnly)
{
    Cardboard host;
    const netbit::Sql sql(host.face());
    const auto read = [&sql] {
        static_cast<void>(sql.query({"SELECT 1", {}}, [](const netbit::SqlRow& row) { return row.text(0).empty(); }));
    };
    EXPECT_THROW(read(), netbit::Failure) << "column 0 is an integer";
}

// ---- the life of a plugin ------------------------------------------------------------------------------------------

int destroyed = 0;

class Sample final : public netbit::Plugin {
public:
    explicit Sample(netbit::Host host) : Plugin(host) {}
    ~Sample() override { ++destroyed; }

private:
    void start() override
    {
        get("/a/{id}", netbit::users, [](Request& request) { request.noContent(); },
            netbit::fast().summary("A").maxBody(9));
        del("/a/{id}", netbit::admins, [](Request& request) { request.noContent(); });
    }
    void quiesce() override { throw std::logic_error("quiesce failed"); }
};

TEST(Life, RoutesAreRegisteredAsDeclared)
{
    Cardboard host;
    using Calls = netbit::detail::PluginCalls<Sample>;
    nb_plugin* plugin = nullptr;
    netbit::ErrorBuffer error;
    ASSERT_EQ(Calls::table.create(&host.host, &plugin, error.get()), NB_OK);
    ASSERT_EQ(Calls::table.start(plugin, error.get()), NB_OK);

    ASSERT_EQ(host.routes.size(), 2u);
    EXPECT_EQ(host.routes["GET /a/{id}"].flags, NB_ROUTE_FAST);
    EXPECT_EQ(host.routes["GET /a/{id}"].access, NB_ACCESS_USER);
    EXPECT_EQ(host.routes["GET /a/{id}"].max_body_bytes, 9u);
    EXPECT_EQ(host.routes["DELETE /a/{id}"].flags, 0u);
    EXPECT_EQ(host.routes["DELETE /a/{id}"].access, NB_ACCESS_ADMIN);

    nb_request request;
    const auto& route = host.routes["GET /a/{id}"];
    EXPECT_EQ(route.handler(route.user, &request), NB_OK);
    EXPECT_EQ(request.answers, std::vector<std::string>{"204 "});

    destroyed = 0;
    Calls::table.destroy(plugin);
    EXPECT_EQ(destroyed, 1);
    EXPECT_EQ(netbit::detail::faultHost.load(), nullptr);
}

TEST(Life, FailureIsReportedAsItIs)
{
    Cardboard host;
    host.refuseRoutes = true;
    using Calls = netbit::detail::PluginCalls<Sample>;
    nb_plugin* plugin = nullptr;
    netbit::ErrorBuffer error;
    ASSERT_EQ(Calls::table.create(&host.host, &plugin, error.get()), NB_OK);
    EXPECT_EQ(Calls::table.start(plugin, error.get()), NB_CONFLICT);
    EXPECT_EQ(error.toError(NB_CONFLICT).code, "duplicate_route");
    Calls::table.destroy(plugin);
}

TEST(Life, OtherExceptionsAreInternalAndTheirWordsAreInTheLog)
{
    Cardboard host;
    using Calls = netbit::detail::PluginCalls<Sample>;
    nb_plugin* plugin = nullptr;
    netbit::ErrorBuffer error;
    ASSERT_EQ(Calls::table.create(&host.host, &plugin, error.get()), NB_OK);
    EXPECT_EQ(Calls::table.quiesce(plugin, error.get()), NB_INTERNAL);
    EXPECT_EQ(error.toError(NB_INTERNAL).code, "plugin_threw");
    EXPECT_NE(host.logged.find("quiesce failed"), std::string::npos);
    Calls::table.destroy(plugin);
}

} // namespace

NETBIT_PLUGIN(Sample, "sample", "1.2.3")

namespace {

TEST(Entry, SaysWhatTheManifestSays)
{
    const nb_plugin_entry* entry = netbit_plugin_entry();
    EXPECT_EQ(entry->magic, NB_PLUGIN_MAGIC);
    EXPECT_EQ(entry->size, sizeof(nb_plugin_entry));
    EXPECT_EQ(entry->abi_major, NB_ABI_MAJOR);
    EXPECT_STREQ(entry->id, "sample");
    EXPECT_STREQ(entry->version, "1.2.3");
    EXPECT_STREQ(entry->sdk, NB_SDK_VERSION);
    EXPECT_EQ(entry->calls->size, sizeof(nb_plugin_calls));
}

} // namespace
