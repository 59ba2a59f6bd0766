// The C++ faces against a host of cardboard: what they promise an author, and what they never let across.

#include <netbit/cache.hpp>
#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>
#include <netbit/transport.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

struct nb_body {
    std::vector<std::string> parts;
    int references = 1;
};

struct nb_request {
    std::vector<std::string> answers; // "200 text", "problem 404 code"
    std::map<std::string, std::string> headers;
    bool deferred = false;
};

namespace {

using netbit::Done;
using netbit::Error;
using netbit::Request;
using netbit::Result;
using netbit::Status;

std::string text(nb_str bytes) { return std::string(netbit::toView(bytes)); }

struct Cardboard {
    static inline Cardboard* now = nullptr;

    Cardboard()
    {
        now = this;
        http.size = sizeof http;
        http.add_route = [](const nb_host*, const nb_route* route, nb_error* error) -> std::int32_t {
            if (now->refuseRoutes) {
                Error(Status::conflict, "duplicate_route", "The plugin other has it.").fill(error);
                return NB_CONFLICT;
            }
            now->routes[text(route->method) + " " + text(route->pattern)] = *route;
            return NB_OK;
        };
        http.param = [](const nb_request*, nb_str) { return netbit::toStr("Ada"); };
        http.query_value = [](const nb_request*, nb_str name) {
            return text(name) == "empty" ? netbit::toStr("") : netbit::absentStr();
        };
        http.reply = [](nb_request* request, const nb_reply* reply) -> std::int32_t {
            if (reply->status > 599)
                return NB_INVALID;
            std::string bytes = text(reply->bytes);
            if (reply->body != nullptr)
                for (const auto& part : reply->body->parts)
                    bytes += part;
            request->answers.push_back(std::to_string(reply->status) + " " + bytes);
            for (std::size_t i = 0; i < reply->header_count; ++i)
                request->headers[text(reply->headers[i].name)] = text(reply->headers[i].value);
            return NB_OK;
        };
        http.problem = [](nb_request* request, const nb_error* error) -> std::int32_t {
            request->answers.push_back("problem " + std::to_string(error->status) + " " + error->code);
            return NB_OK;
        };
        http.defer = [](nb_request* request) { request->deferred = true; };
        http.may_block = [](const nb_request*) -> std::uint32_t { return 1; };

        http.stream_end = [](nb_stream* stream) { ++*reinterpret_cast<int*>(stream); };

        transport.size = sizeof transport;
        transport.listen_tcp = [](const nb_host*, const nb_listen_options*, const nb_tcp_calls* calls, void*, nb_listener**,
                                  nb_error*) -> std::int32_t {
            now->tcp = *calls;
            return NB_OK;
        };
        transport.listen_udp = [](const nb_host*, const nb_listen_options*, const nb_udp_calls* calls, void*, nb_listener**,
                                  nb_error*) -> std::int32_t {
            now->udp = *calls;
            return NB_OK;
        };
        transport.conn_retain = [](nb_conn*) {};
        transport.conn_release = [](nb_conn*) {};

        log.size = sizeof log;
        log.write = [](const nb_host*, std::uint32_t, nb_str, const nb_log_field* fields, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                now->logged += text(fields[i].value) + ";";
        };

        body.size = sizeof body;
        body.make = [](const nb_host*, nb_str bytes) { return new nb_body{{text(bytes)}}; };
        body.retain = [](nb_body* it) { ++it->references; };
        body.release = [](nb_body* it) {
            if (--it->references == 0)
                delete it;
        };
        body.length = [](const nb_body* it) {
            std::size_t length = 0;
            for (const auto& part : it->parts)
                length += part.size();
            return length;
        };
        body.pieces = [](const nb_body* it, nb_str* out, std::size_t capacity) {
            for (std::size_t i = 0; i < it->parts.size() && i < capacity; ++i)
                out[i] = netbit::toStr(it->parts[i]);
            return it->parts.size();
        };

        sql.size = sizeof sql;
        sql.query = [](const nb_host*, const nb_sql_statement* statement, nb_sql_row_fn row, void* user,
                       nb_error*) -> std::int32_t {
            now->params.assign(statement->params, statement->params + statement->param_count);
            for (std::int64_t i = 0; i < 3; ++i) {
                const nb_sql_value columns[] = {netbit::SqlValue(i).raw(), netbit::SqlValue("x").raw()};
                if (row(user, columns, 2) != NB_OK)
                    break;
            }
            return NB_OK;
        };

        host.size = sizeof host;
        host.version = "1.0.0";
        host.plugin_id = "cardboard";
        host.service = [](const nb_host*, const char* id) -> const void* {
            const std::string wanted = id;
            return wanted == NB_HTTP_SERVICE                 ? static_cast<const void*>(&now->http)
                : wanted == NB_LOG_SERVICE                  ? static_cast<const void*>(&now->log)
                : wanted == NB_BODY_SERVICE                  ? static_cast<const void*>(&now->body)
                : wanted == NB_TRANSPORT_SERVICE             ? static_cast<const void*>(&now->transport)
                : wanted == NB_SQL_SERVICE                   ? static_cast<const void*>(&now->sql)
                                                             : nullptr;
        };
        netbit::detail::faultHost = &host;
    }
    ~Cardboard() { netbit::detail::faultHost = nullptr; }

    netbit::Host face() const { return netbit::Host(&host); }

    nb_http_api http{};
    nb_log_api log{};
    nb_body_api body{};
    nb_sql_api sql{};
    nb_transport_api transport{};
    nb_tcp_calls tcp{};
    nb_udp_calls udp{};
    nb_host host{};
    std::map<std::string, nb_route> routes;
    std::vector<nb_sql_value> params;
    std::string logged;
    bool refuseRoutes = false;
};

/// Runs a handler as the host would and says what it returned.
template <class F> std::int32_t serve(Cardboard& host, nb_request& request, F handler)
{
    netbit::detail::RouteOf<F> route(&host.http, std::move(handler));
    return route.call(&route, &request);
}

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

// ---- handover --------------------------------------------------------------------------------------------------------

struct Kept {
    std::vector<netbit::Frozen> pieces;
    static std::int32_t keep(void* keeper, const nb_frozen* piece)
    {
        static_cast<Kept*>(keeper)->pieces.push_back(netbit::detail::toFrozen(*piece));
        return NB_OK;
    }
};

class Movable final : public netbit::TcpSession {
public:
    std::size_t data(std::string_view bytes) override { return bytes.size(); }
    void ended() override {}
    void timedOut() override {}
    Result<netbit::Frozen> freeze() override
    {
        if (answer == Status::ok)
            return netbit::Frozen{7, "state", nullptr};
        return Error(answer, "not_now", "");
    }
    Status answer = Status::ok;
};

class Fixed final : public netbit::TcpSession {
public:
    std::size_t data(std::string_view bytes) override { return bytes.size(); }
    void ended() override {}
    void timedOut() override {}
};

class Sessions final : public netbit::TcpHandler {
public:
    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn) override { return next; }
    std::shared_ptr<netbit::TcpSession> thaw(netbit::Conn, const netbit::Frozen& piece) override
    {
        if (piece.bytes == "throw")
            throw std::runtime_error("thaw went wrong");
        return piece.form == 7 ? next : nullptr;
    }
    std::shared_ptr<netbit::TcpSession> next;
};

class Plain final : public netbit::TcpHandler {
    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn) override { return nullptr; }
};

class Packets final : public netbit::DatagramHandler {
public:
    void datagram(const netbit::Listener&, const nb_address&, std::string_view) override {}
    std::vector<netbit::Frozen> freeze() override { return {{1, "a", nullptr}, {2, "b", nullptr}}; }
    Result<void> thaw(const netbit::Listener&, const netbit::Frozen& piece) override
    {
        thawed += piece.bytes;
        if (piece.form > 2)
            return Error(Status::unsupported, "unknown_form", "");
        return {};
    }
    std::string thawed;
};

TEST(Handover, OfAConnectionIsOptionalAndCarriesOnePiece)
{
    Cardboard host;
    Sessions sessions;
    static_cast<void>(netbit::Transport(host.face()).listenTcp({}, sessions));
    const auto& calls = host.tcp;
    auto* const conn = reinterpret_cast<nb_conn*>(&host);
    void* session = nullptr;

    sessions.next = std::make_shared<Fixed>();
    ASSERT_EQ(calls.accepted(&sessions, conn, &session), NB_OK);
    Kept kept;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_UNSUPPORTED);
    calls.closed(session, conn, NB_CLOSE_PEER);

    const auto movable = std::make_shared<Movable>();
    sessions.next = movable;
    ASSERT_EQ(calls.accepted(&sessions, conn, &session), NB_OK);
    movable->answer = Status::wouldBlock;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_WOULD_BLOCK);
    EXPECT_TRUE(kept.pieces.empty());
    movable->answer = Status::ok;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 1u);
    EXPECT_EQ(kept.pieces[0].form, 7u);
    EXPECT_EQ(kept.pieces[0].bytes, "state");
    calls.closed(session, conn, NB_CLOSE_MOVED);

    nb_frozen piece{sizeof piece, 7, netbit::toStr("state"), nullptr};
    ASSERT_EQ(calls.thaw(&sessions, conn, &piece, &session), NB_OK);
    EXPECT_EQ(movable.use_count(), 3) << "the test's, the handler's and the host's";
    calls.closed(session, conn, NB_CLOSE_PEER);
    EXPECT_EQ(movable.use_count(), 2);
    piece.form = 8;
    EXPECT_NE(calls.thaw(&sessions, conn, &piece, &session), NB_OK);
    piece.bytes = netbit::toStr("throw");
    EXPECT_EQ(calls.thaw(&sessions, conn, &piece, &session), NB_INTERNAL);
    Plain plain;
    netbit::TcpHandler& handler = plain;
    EXPECT_NE(calls.thaw(&handler, conn, &piece, &session), NB_OK);
}

TEST(Handover, OfDatagramsHasAnyNumberOfPieces)
{
    Cardboard host;
    Packets packets;
    static_cast<void>(netbit::Transport(host.face()).listenUdp({}, packets));
    netbit::DatagramHandler& handler = packets;
    Kept kept;
    EXPECT_EQ(host.udp.freeze(&handler, nullptr, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 2u);
    for (const auto& each : kept.pieces) {
        const nb_frozen piece{sizeof piece, each.form, netbit::toStr(each.bytes), nullptr};
        EXPECT_EQ(host.udp.thaw(&handler, nullptr, &piece), NB_OK);
    }
    EXPECT_EQ(packets.thawed, "ab");
    const nb_frozen unknown{sizeof unknown, 3, netbit::toStr("c"), nullptr};
    EXPECT_EQ(host.udp.thaw(&handler, nullptr, &unknown), NB_UNSUPPORTED);
}

class Follower final : public netbit::StreamListener {
public:
    Result<netbit::Frozen> freeze() override { return netbit::Frozen{3, "at 9", nullptr}; }
    netbit::Stream stream;
};

class Streaming final : public netbit::Plugin {
public:
    explicit Streaming(netbit::Host host) : Plugin(host) {}
    static inline std::weak_ptr<Follower> last;

private:
    void start() override
    {
        get("/s", netbit::anyone, [](Request& request) { request.noContent(); },
            netbit::fast().thaw([](netbit::Stream stream, const netbit::Frozen& piece)
                                    -> Result<std::shared_ptr<netbit::StreamListener>> {
                if (piece.form != 3)
                    return Error(Status::unsupported, "unknown_form", "");
                const auto made = std::make_shared<Follower>();
                made->stream = std::move(stream);
                last = made;
                return std::shared_ptr<netbit::StreamListener>(made);
            }));
        get("/plain", netbit::anyone, [](Request& request) { request.noContent(); });
    }
};

TEST(Handover, OfAStreamGoesThroughItsRoute)
{
    Cardboard host;
    using Calls = netbit::detail::PluginCalls<Streaming>;
    nb_plugin* plugin = nullptr;
    netbit::ErrorBuffer error;
    ASSERT_EQ(Calls::table.create(&host.host, &plugin, error.get()), NB_OK);
    ASSERT_EQ(Calls::table.start(plugin, error.get()), NB_OK);
    EXPECT_EQ(host.routes["GET /plain"].thaw, nullptr);
    const auto& route = host.routes["GET /s"];
    ASSERT_NE(route.thaw, nullptr);

    int ended = 0;
    auto* const stream = reinterpret_cast<nb_stream*>(&ended);
    nb_frozen piece{sizeof piece, 3, netbit::toStr("at 9"), nullptr};
    nb_stream_calls calls{};
    calls.size = sizeof calls;
    void* user = nullptr;
    ASSERT_EQ(route.thaw(route.user, stream, &piece, &calls, &user), NB_OK);
    EXPECT_EQ(calls.size, sizeof calls);
    EXPECT_EQ(ended, 0);
    Kept kept;
    EXPECT_EQ(calls.freeze(user, stream, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 1u);
    EXPECT_EQ(kept.pieces[0].bytes, "at 9");
    EXPECT_FALSE(Streaming::last.expired());
    calls.ended(user);
    EXPECT_TRUE(Streaming::last.expired());
    EXPECT_EQ(ended, 1) << "its handle is given back with it";

    piece.form = 4;
    EXPECT_EQ(route.thaw(route.user, stream, &piece, &calls, &user), NB_UNSUPPORTED);
    EXPECT_EQ(ended, 2);
    Calls::table.destroy(plugin);
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
