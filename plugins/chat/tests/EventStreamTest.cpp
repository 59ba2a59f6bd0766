#include "EventStreams.h"

#include <gtest/gtest.h>

#include <cstring>

// The host as far as an event stream sees it: one subscription and one stream, with what they were told.
struct nb_subscription {
    const nb_event_calls* calls = nullptr;
    void* user = nullptr;
    int resumed = 0;
    bool cancelled = false;
};
struct nb_stream {
    const nb_stream_calls* calls = nullptr;
    void* user = nullptr;
    std::string written;
    std::int32_t answer = NB_OK;
    bool moved = false;
    bool drainsWithin = false;
    bool ended = false;
};
struct nb_request {
    int unused = 0;
};

namespace netbit::chat {

namespace {

struct FakeHost {
    static inline FakeHost* now = nullptr;

    FakeHost()
    {
        now = this;
        events.size = sizeof events;
        events.last_id = [](const nb_host*) { return std::int64_t{40}; };
        events.subscribe = [](const nb_host*, const nb_subscribe_options* options, const nb_event_calls* calls, void* user,
                              nb_subscription** out, nb_error*) -> std::int32_t {
            now->after = options->after;
            now->topics = options->topic_count;
            now->subscription.calls = calls;
            now->subscription.user = user;
            *out = &now->subscription;
            return NB_OK;
        };
        events.resume = [](nb_subscription* it) { ++it->resumed; };
        events.cancel = [](nb_subscription* it) {
            it->cancelled = true;
            it->calls->ended(it->user);
        };
        http.size = sizeof http;
        http.stream = [](nb_request*, const nb_reply* head, const nb_stream_calls* calls, void* user, nb_stream** out,
                         nb_error*) -> std::int32_t {
            now->stream.calls = calls;
            now->stream.user = user;
            now->stream.written.append(head->bytes.ptr, head->bytes.len);
            *out = &now->stream;
            return NB_OK;
        };
        http.stream_write = [](nb_stream* it, nb_str bytes) {
            it->written.append(bytes.ptr, bytes.len);
            if (it->drainsWithin)
                it->calls->drained(it->user);
            return it->answer;
        };
        http.stream_end = [](nb_stream* it) {
            if (it->moved)
                return;
            it->ended = true;
            it->calls->ended(it->user);
        };
        host.size = sizeof host;
        host.plugin_id = "test";
        host.service = [](const nb_host*, const char* id) -> const void* {
            return std::strcmp(id, NB_EVENTS_SERVICE) == 0 ? static_cast<const void*>(&now->events)
                : std::strcmp(id, NB_HTTP_SERVICE) == 0    ? static_cast<const void*>(&now->http)
                                                           : nullptr;
        };
    }

    std::int32_t tell(std::int64_t id, std::string_view topic, std::string_view json)
    {
        nb_event event{};
        event.size = sizeof event;
        event.id = id;
        event.topic = toStr(topic);
        event.json = toStr(json);
        return subscription.calls->event(subscription.user, &event);
    }

    nb_events_api events{};
    nb_http_api http{};
    nb_host host{};
    nb_subscription subscription;
    nb_stream stream;
    std::int64_t after = 0; // as it was subscribed last
    std::size_t topics = 0;
};

/// What a freeze of the stream gives, as the host keeps it.
struct Kept {
    explicit Kept(FakeHost& host)
    {
        status = host.stream.calls->freeze(
            host.stream.user, &host.stream,
            [](void* keeper, const nb_frozen* frozen) {
                static_cast<Kept*>(keeper)->piece = detail::toFrozen(*frozen);
                return std::int32_t{NB_OK};
            },
            this);
        if (status == NB_OK) {
            host.stream.moved = true;
            host.stream.calls->ended(host.stream.user);
        }
    }
    std::int32_t status = NB_INTERNAL;
    Frozen piece;
};

/// A client that is subscribed; open() gives it its stream through a route, as in the plugin.
struct Client {
    explicit Client(FakeHost& fake, support::LogPlace from = {}) : host(fake), sink(streams.open(10))
    {
        const Events events{Host(&fake.host)};
        sink->subscribe(events, {}, std::move(from)).value();
    }
    ~Client() { streams.endAll(); }

    void open()
    {
        const auto handler = [this](Request& request) {
            sink->attach(request.stream(Reply(200).bytes("retry: 2000\n\n"), sink).value());
        };
        detail::RouteOf<decltype(handler)> route(&host.http, handler);
        nb_request request;
        ASSERT_EQ(route.call(&route, &request), NB_OK);
    }

    FakeHost& host;
    EventStreams streams;
    std::shared_ptr<EventStream> sink;
};

TEST(EventStream, WritesEventsAsTextEventStream)
{
    FakeHost host;
    Client client(host);
    client.open();

    EXPECT_EQ(host.tell(7, "message.created", "{\"id\":7}"), NB_OK);
    EXPECT_EQ(host.tell(0, "typing", "{}"), NB_OK);

    EXPECT_EQ(host.stream.written,
              "retry: 2000\n\nid: 7\nevent: message.created\ndata: {\"id\":7}\n\nevent: typing\ndata: {}\n\n");
}

TEST(EventStream, EventBeforeTheStreamIsKeptAndTheSubscriptionHeld)
{
    FakeHost host;
    Client client(host);

    EXPECT_EQ(host.tell(7, "a", "{}"), NB_WOULD_BLOCK);
    EXPECT_EQ(host.subscription.resumed, 0);
    client.open();

    EXPECT_EQ(host.stream.written, "retry: 2000\n\nid: 7\nevent: a\ndata: {}\n\n");
    EXPECT_EQ(host.subscription.resumed, 1);
}

TEST(EventStream, SlowClientHoldsTheSubscriptionUntilDrained)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.stream.answer = NB_WOULD_BLOCK;
    EXPECT_EQ(host.tell(1, "a", "{}"), NB_WOULD_BLOCK);
    const auto before = host.stream.written;
    client.sink->heartbeat();
    EXPECT_EQ(host.stream.written, before) << "a client that does not read gets no heartbeats";

    host.stream.answer = NB_OK;
    host.stream.calls->drained(host.stream.user);
    EXPECT_EQ(host.subscription.resumed, 1);
    EXPECT_EQ(host.tell(2, "a", "{}"), NB_OK);
}

TEST(EventStream, RoomFoundWithinTheWriteDoesNotHold)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.stream.answer = NB_WOULD_BLOCK;
    host.stream.drainsWithin = true;
    EXPECT_EQ(host.tell(1, "a", "{}"), NB_OK);
}

TEST(EventStream, HeartbeatIsAComment)
{
    FakeHost host;
    Client client(host);
    client.open();

    client.streams.heartbeat();
    EXPECT_EQ(host.stream.written, "retry: 2000\n\n: alive\n\n");
}

TEST(EventStream, ResetTellsWhereItGoesOn)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.subscription.calls->reset(host.subscription.user, 41);
    EXPECT_EQ(host.stream.written, "retry: 2000\n\nid: 40\nevent: reset\ndata: {\"next_id\":41}\n\n");
}

TEST(EventStream, RevokedPrincipalEndsIt)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.subscription.calls->revoked(host.subscription.user);
    EXPECT_TRUE(host.stream.ended);
    EXPECT_TRUE(host.subscription.cancelled);
}

TEST(EventStream, ClientThatLeftEndsTheSubscription)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.stream.calls->closed(host.stream.user);
    EXPECT_TRUE(host.subscription.cancelled);
    EXPECT_TRUE(host.stream.ended);
}

TEST(EventStream, WriteToAClosedStreamEndsTheSubscription)
{
    FakeHost host;
    Client client(host);
    client.open();

    host.stream.answer = NB_CLOSED;
    EXPECT_EQ(host.tell(1, "a", "{}"), NB_WOULD_BLOCK);
    EXPECT_TRUE(host.subscription.cancelled);
}

TEST(EventStream, GoesOnInTheNextGenerationBehindWhatWasWritten)
{
    FakeHost host;
    Client client(host);
    EXPECT_EQ(host.after, 40) << "from now on is a place too";
    client.open();
    EXPECT_EQ(host.tell(47, "a", "{}"), NB_OK);
    EXPECT_EQ(host.tell(0, "typing", "{}"), NB_OK);
    const auto written = host.stream.written;

    const Kept kept(host);
    ASSERT_EQ(kept.status, NB_OK);
    EXPECT_TRUE(host.subscription.cancelled);
    client.sink->heartbeat();
    client.streams.endAll();
    EXPECT_EQ(host.stream.written, written) << "what is frozen writes nothing";
    EXPECT_FALSE(host.stream.ended) << "it is the next generation's to end";

    const auto from = EventStream::thaw(kept.piece);
    ASSERT_TRUE(from);
    EXPECT_EQ(from->after, 47);
    host.stream = {};
    Client next(host, *from);
    EXPECT_EQ(host.after, 47);
    EXPECT_EQ(host.tell(48, "a", "{}"), NB_WOULD_BLOCK);
    next.open();
    EXPECT_EQ(host.stream.written, "retry: 2000\n\nid: 48\nevent: a\ndata: {}\n\n");
}

TEST(EventStream, TopicsGoWithIt)
{
    FakeHost host;
    Client client(host, {7, {"message.created", "chat.*"}});
    client.open();
    host.subscription.calls->reset(host.subscription.user, 100);
    const Kept kept(host);
    ASSERT_EQ(kept.status, NB_OK);
    const auto from = EventStream::thaw(kept.piece);
    ASSERT_TRUE(from);
    EXPECT_EQ(from->after, 99);
    EXPECT_EQ(from->topics, (std::vector<std::string>{"message.created", "chat.*"}));
    Client next(host, *from);
    EXPECT_EQ(host.topics, 2u);
}

TEST(EventStream, OneThatIsOverDoesNotMove)
{
    FakeHost host;
    Client client(host);
    client.open();
    const auto share = client.sink; // the stream's own goes with its end
    client.sink->end();
    EXPECT_EQ(share->freeze().status(), Status::closed);
}

TEST(EventStream, AnUnknownFormIsNotThawed)
{
    for (const auto& [form, bytes] : std::vector<std::pair<std::uint32_t, std::string>>{
             {2, R"({"after":1,"topics":[]})"},
             {1, "{"},
             {1, R"({"topics":[]})"},
             {1, R"({"after":1,"topics":[1]})"},
             {1, R"({"after":1,"topics":[],"more":1})"}})
        EXPECT_FALSE(EventStream::thaw(Frozen{form, bytes, nullptr})) << bytes;
}

TEST(EventStreams, OneMoreThanAllowedIsRefusedUntilOneIsOver)
{
    EventStreams streams;
    const auto first = streams.open(1);
    ASSERT_TRUE(first);
    EXPECT_FALSE(streams.open(1));
    first->end();
    EXPECT_TRUE(streams.open(1));
}

TEST(EventStreams, AfterTheEndNoneIsOpened)
{
    EventStreams streams;
    streams.endAll();
    EXPECT_FALSE(streams.open(10));
}

TEST(EventQuery, LastEventIdIsNewerThanTheQuery)
{
    EXPECT_EQ(readAfter(std::nullopt, std::nullopt).value(), -1);
    EXPECT_EQ(readAfter(std::nullopt, "0").value(), 0);
    EXPECT_EQ(readAfter("9", "3").value(), 9);
    EXPECT_EQ(readAfter("", "3").value(), 3);
    EXPECT_EQ(readAfter(std::nullopt, "-1").error().pointer, "/after");
    EXPECT_FALSE(readAfter("x", std::nullopt));
}

TEST(EventQuery, TopicsAreNamesOrPrefixes)
{
    EXPECT_TRUE(readTopics(std::nullopt)->empty());
    const std::vector<std::string_view> both{"message.created", "chat.*"};
    EXPECT_EQ(readTopics("message.created,chat.*").value(), both);
    for (const auto* text : {"", ",", "a,", "A", "a b", "*", ".*", "a*", "a.*.b", "a.*,*.b"})
        EXPECT_FALSE(readTopics(text)) << text;
}

TEST(EventQuery, AtMost32Topics)
{
    std::string text = "t";
    for (int i = 1; i < 32; ++i)
        text += ",t";
    EXPECT_TRUE(readTopics(text));
    EXPECT_FALSE(readTopics(text + ",t"));
}

} // namespace

} // namespace netbit::chat
