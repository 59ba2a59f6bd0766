// Chats, messages and live events over HTTP. What is allowed, stored and seen is the host's (netbit/chat.h); here
// requests become values, and values replies.

#include "EventStreams.h"
#include "Paging.h"
#include "Requests.h"
#include "Routes.h"
#include "Schemas.h"
#include "support/LiveEvents.h"

#include <netbit/chat.hpp>
#include <netbit/draft/operations.hpp>
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>

#include <atomic>
#include <charconv>
#include <limits>

namespace netbit::chat {

namespace {

constexpr std::uint32_t maxMessageBytes = 256 * 1024;   // the content's own limit is the host's

Error chatNotFound() { return Error(Status::notFound, "chat_not_found", "There is no such chat."); }

Blocking blockingOf(const Request& request) { return request.mayBlock() ? Blocking::yes : Blocking::no; }

/// "/api/chats/1", "/api/chats/1/messages/2": a Location, written where it is needed.
class Location {
public:
    explicit Location(std::int64_t chatId) { append("/api/chats/", chatId); }
    Location(std::int64_t chatId, std::int64_t messageId) : Location(chatId) { append("/messages/", messageId); }
    std::string_view value() const noexcept { return {_text, _length}; }

private:
    void append(std::string_view prefix, std::int64_t id)
    {
        prefix.copy(_text + _length, prefix.size());
        _length += prefix.size();
        _length = static_cast<std::size_t>(std::to_chars(_text + _length, _text + sizeof _text, id).ptr - _text);
    }

    char _text[64];
    std::size_t _length = 0;
};

class ChatPlugin final : public Plugin {
public:
    explicit ChatPlugin(Host host) : Plugin(host), _auth(host), _chat(host), _operations(host), _events(host), _exec(host) {}

private:
    void configure() override
    {
        _maxStreams = static_cast<std::size_t>(config().integer("max_event_streams"));
        _heartbeat = std::chrono::seconds(config().integer("heartbeat_seconds"));
        if (_heartbeatTimer) // the settings of a running plugin changed
            startHeartbeat();
    }

    void start() override
    {
        get("/api/chats", users, [this](Request& request) { return list(request); },
            fast().summary("The caller's chats, newest activity first").schema(schemas::chats));
        get("/api/chats/{id}", users, [this](Request& request) { return chat(request); },
            fast().summary("One chat").schema(schemas::chat));
        get("/api/chats/{id}/messages", users, [this](Request& request) { return messages(request); },
            fast().summary("Messages of a chat, a page at a time").schema(schemas::messages));
        post("/api/chats/{id}/messages", users, [this](Request& request) { return send(request); },
             fast().summary("Write a message").maxBody(maxMessageBytes).schema(schemas::newMessage));
        get("/api/events", users, [this](Request& request) { return events(request); },
            worker().summary("What happens, as server-sent events").schema(schemas::events).thaw([this](Stream stream, const Frozen& piece) {
                return goOn(std::move(stream), piece);
            }));
        post("/api/chats/{id}/typing", users, [this](Request& request) { return typing(request); },
             worker().summary("Tell the others of a chat that one is typing").maxBody(1024).schema(schemas::typing));
        put("/api/user/presence", users, [this](Request& request) { return presence(request); },
            worker().summary("Tell those one shares a chat with that one is here, away or gone").maxBody(1024).schema(schemas::presence));
        for (const auto& line : operationLines()) {
            const auto options = support::documented(line.route, worker().summary(line.summary).maxBody(line.maxBody));
            const auto handler = [this, &line](Request& request) { return operate(line, request); };
            route(line.method, line.pattern, line.forAnyone() ? anyone : users, handler, options);
        }
        startHeartbeat();
    }

    void quiesce() override { _streams.endAll(); }

    void stop() override
    {
        _heartbeatTimer.cancel();
        _streams.endAll();
    }

    void startHeartbeat()
    {
        auto timer = _exec.every(_heartbeat, [this] { _streams.heartbeat(); });
        _heartbeatTimer = std::move(timer).value();
    }

    Principal caller(const Request& request) const { return Principal::share(_auth.api(), request.principal()); }

    Result<void> list(Request& request) const
    {
        const auto query = readListQuery(request.query("page"), request.query("per_page"));
        if (!query)
            return query.error();
        const auto body = _chat.list(caller(request), query->page, query->perPage, blockingOf(request));
        if (!body)
            return body.error();
        request.json(200, *body);
        return {};
    }

    Result<void> chat(Request& request) const
    {
        const auto id = readId(request.param("id"));
        if (!id)
            return chatNotFound();
        const auto body = _chat.get(caller(request), *id, blockingOf(request));
        if (!body)
            return body.error();
        request.json(200, *body);
        return {};
    }

    Result<void> messages(Request& request) const
    {
        const auto id = readId(request.param("id"));
        if (!id)
            return chatNotFound();
        const PageParameters sent{request.query("page"), request.query("per_page"), request.query("before"),
                                  request.query("after"), request.query("limit")};
        const auto query = readPageQuery(*id, sent);
        if (!query)
            return query.error();
        const auto page = _chat.page(caller(request), *query, blockingOf(request));
        if (!page)
            return page.error();

        const PageLinks links(*query, page->info);
        Reply reply(200);
        reply.body(page->body).header("ETag", page->info.etag);
        // Who counts pages has the numbers of the pagination; who asked for none may go on by either.
        if (!sent.page && !links.value().empty())
            reply.header("Link", links.value());
        request.reply(reply);
        return {};
    }

    /// A route that is an operation of the host's.
    Result<void> operate(const OperationLine& line, Request& request) const
    {
        const auto by = line.forAnyone() ? Principal() : caller(request);
        if (line.aboutChat()) {
            const auto id = readId(request.param("id"));
            if (!id)
                return chatNotFound();
            if (!line.fromOutside)
                if (const auto seen = _chat.mayRead(by, *id); !seen) // before the body: it is not theirs to know of
                    return seen.error();
        }
        for (const auto name : line.route.params) // an id that cannot be one names nothing
            if ((name == "message" || name == "user" || name == "scheduled" || name == "hook") && !readId(request.param(name)))
                return Error(Status::notFound, "not_found", "There is no such thing in this chat.");
        return support::operate(line.route, _operations, by, request);
    }

    Result<void> send(Request& request) const
    {
        const auto id = readId(request.param("id"));
        if (!id)
            return chatNotFound();
        const auto by = caller(request);
        if (const auto seen = _chat.mayRead(by, *id); !seen) // before the body: it is not theirs to know of
            return seen.error();
        const auto key = readKey(request.header("Idempotency-Key"));
        if (!key)
            return key.error();
        support::RequestBody body(request.header("Content-Type"));
        auto message = readNewMessage(body, request.body(), *id);
        if (!message)
            return message.error();
        message->key = *key;
        _chat.send(by, *message, [later = request.defer(), chatId = *id](Result<Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            const Location location(chatId, done->id);
            Reply reply(201);
            reply.bytes(done->json).header("Location", location.value());
            if (done->replayed)
                reply.header("Idempotency-Replayed", "true");
            later.reply(reply);
        });
        return {};
    }

    Result<void> typing(Request& request) const
    {
        const auto id = readId(request.param("id"));
        if (!id)
            return chatNotFound();
        const auto by = caller(request);
        if (const auto seen = _chat.mayRead(by, *id); !seen)
            return seen.error();
        if (!request.body().empty()) {
            support::RequestBody body(request.header("Content-Type"));
            auto fields = body.read(request.body());
            if (!fields)
                return fields.error();
            if (auto fault = support::RequestBody::finish(*fields))
                return std::move(*fault);
        }
        const auto published = _events.publish(by, support::typingTopic, *id, support::typingData(by.userId(), *id));
        if (!published)
            return published.error();
        request.noContent();
        return {};
    }

    Result<void> presence(Request& request) const
    {
        support::RequestBody body(request.header("Content-Type"));
        const auto state = readPresence(body, request.body());
        if (!state)
            return state.error();
        const auto by = caller(request);
        const auto told = R"({"state":")" + std::string(*state) + R"("})";
        const auto published = _events.publish(by, support::presenceTopic, 0, support::presenceData(by.userId(), told));
        if (!published)
            return published.error();
        request.noContent();
        return {};
    }

    Result<void> events(Request& request)
    {
        const auto after = readAfter(request.header("Last-Event-ID"), request.query("after"));
        if (!after)
            return after.error();
        auto topics = readTopics(request.query("topics"));
        if (!topics)
            return topics.error();
        const auto client = _streams.open(_maxStreams);
        if (!client)
            return Error(Status::unavailable, "too_many_streams", "There are as many event streams as the server takes.");

        support::LogPlace from{*after, {topics->begin(), topics->end()}};
        if (const auto subscribed = client->subscribe(_events, caller(request), std::move(from)); !subscribed) {
            client->end();
            return subscribed.error();
        }

        // A proxy that gathers the reply would keep the events back; the first line makes clients see it open.
        auto stream = request.stream(Reply(200)
                                         .type("text/event-stream")
                                         .header("Cache-Control", "no-store")
                                         .header("X-Accel-Buffering", "no")
                                         .bytes("retry: 2000\n\n"),
                                     client);
        if (!stream) {
            client->end();
            return stream.error();
        }
        client->attach(std::move(*stream));
        return {};
    }

    /// A stream of the generation before. There may be more than are taken now: nobody is sent away by a reload.
    Result<std::shared_ptr<StreamListener>> goOn(Stream stream, const Frozen& piece)
    {
        auto from = EventStream::thaw(piece);
        if (!from)
            return Error(Status::unsupported, "unknown_form", "It was frozen in a form that is not known.");
        const auto client = _streams.open(std::numeric_limits<std::size_t>::max());
        if (!client)
            return Error(Status::unavailable, "stopped", "The plugin stops.");
        const auto who = Principal::share(_auth.api(), piece.principal);
        if (const auto subscribed = client->subscribe(_events, who, std::move(*from)); !subscribed) {
            client->end();
            return subscribed.error();
        }
        client->attach(std::move(stream));
        return std::shared_ptr<StreamListener>(client);
    }

    Auth _auth;
    Chat _chat;
    Operations _operations;
    Events _events;
    Exec _exec;
    EventStreams _streams;
    std::atomic<std::size_t> _maxStreams{0};
    std::chrono::seconds _heartbeat{15};
    Timer _heartbeatTimer;
};

} // namespace

} // namespace netbit::chat

NETBIT_PLUGIN(netbit::chat::ChatPlugin, "chat", "1.0.0")
