// One conversation: a person is invited, signs in, writes over HTTP, and is read over TCP and heard over UDP.

#include "journey/Stage.h"
#include "support/TcpClient.h"
#include "support/UdpClient.h"

namespace netbit::test {

namespace {

class ChatOverAllPorts : public OnStage {};

json::value subscribe(TcpClient& tcp, std::int64_t after)
{
    return tcp.ask(json::serialize(json::object{{"packet_type", "Subscribe"}, {"after", after}}));
}

/// The next event of a topic; other packets before it are let pass.
json::value nextEvent(TcpClient& tcp, std::string_view topic)
{
    for (;;) {
        const auto packet = tcp.read();
        if (has(packet, "/event/topic") && textAt(packet, "/event/topic") == topic)
            return at(packet, "/event");
    }
}

std::string typing(std::int64_t chatId) { return R"("packet_type":"Typing","chat_id":)" + std::to_string(chatId); }

} // namespace

TEST_F(ChatOverAllPorts, WhoIsInvitedRegistersSignsInAndTalks)
{
    auto admin = daemon().admin();
    const auto invite = textAt(admin.expect(201, "POST", "/admin/invites", "{}"), "/invite");
    auto visitor = daemon().client();
    const auto form = json::serialize(json::object{
        {"username", "grace"}, {"email", "grace@example.org"}, {"password", password}, {"invite", invite}});

    const auto grace = visitor.expect(201, "POST", "/api/auth/register", form);
    EXPECT_EQ(textAt(grace, "/username"), "grace");
    EXPECT_FALSE(has(grace, "/password")) << "A password, even hashed, never leaves the server.";
    const auto again = visitor.post("/api/auth/register", form);
    EXPECT_GE(again.status, 400) << "An invitation is good for one person.";
    EXPECT_LT(again.status, 500);

    const auto session = login(daemon(), "grace");
    EXPECT_EQ(textAt(session, "/token_type"), "Bearer");
    EXPECT_EQ(integerAt(session, "/expires_in"), 900);
    EXPECT_EQ(textAt(session, "/user/username"), "grace");
    const User her{integerAt(grace, "/id"), "grace", textAt(session, "/access_token")};
    const auto chat = makeChat(daemon(), her, "group", {bob()}, "compilers");
    auto http = as(her);
    const auto message = say(http, chat, "It is easier to ask forgiveness");

    TcpClient tcp(daemon().tcp(), bob().token);
    const auto page = tcp.ask(json::serialize(json::object{{"packet_type", "GetMessages"}, {"chat_id", chat}}));
    EXPECT_EQ(textAt(page, "/packet_type"), "Messages");
    EXPECT_EQ(integerAt(page, "/data/0/id"), message);
    EXPECT_EQ(textAt(page, "/data/0/content"), "It is easier to ask forgiveness");
}

TEST_F(ChatOverAllPorts, RegistrationWithoutAnInvitationIsRefused)
{
    auto visitor = daemon().client();
    const auto reply = visitor.post("/api/auth/register", json::serialize(json::object{
        {"username", "mallory"}, {"email", "m@example.org"}, {"password", password}}));
    expectProblem(reply, 403, "invite_required");
}

TEST_F(ChatOverAllPorts, WhatIsSentOverHttpReachesTheSubscriberOverTcp)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    TcpClient listener(daemon().tcp(), bob().token);
    const auto ack = listener.ask(R"({"packet_type":"Subscribe"})");
    ASSERT_TRUE(truthAt(ack, "/success")) << json::serialize(ack);

    auto http = as(ada());
    const auto message = say(http, chat, "live");

    const auto event = nextEvent(listener, "message.created");
    EXPECT_GT(integerAt(event, "/id"), 0);
    EXPECT_EQ(integerAt(event, "/chat_id"), chat);
    EXPECT_EQ(integerAt(event, "/actor_id"), ada().id);
    EXPECT_EQ(integerAt(event, "/data/id"), message);
    EXPECT_EQ(textAt(event, "/data/content"), "live");
}

TEST_F(ChatOverAllPorts, WhatIsSentOverTcpIsReadOverHttpOnceItIsAcknowledged)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    TcpClient tcp(daemon().tcp(), ada().token);
    auto http = as(bob());

    const auto ack = tcp.ask(sendPacket(chat, "over TCP"));

    ASSERT_TRUE(truthAt(ack, "/success")) << json::serialize(ack);
    const auto page = http.expect(200, "GET", messagesOf(chat));
    EXPECT_EQ(integerAt(page, "/data/0/id"), integerAt(ack, "/message_id"));
    EXPECT_EQ(integerAt(page, "/data/0/sender_id"), ada().id);
    EXPECT_EQ(textAt(page, "/data/0/content"), "over TCP");
}

TEST_F(ChatOverAllPorts, ASubscriberWhoComesBackGetsWhatItMissed)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto http = as(ada());
    std::int64_t last = 0;
    {
        TcpClient listener(daemon().tcp(), bob().token);
        listener.ask(R"({"packet_type":"Subscribe"})");
        say(http, chat, "seen");
        last = integerAt(nextEvent(listener, "message.created"), "/id");
    }
    say(http, chat, "missed 1");
    say(http, chat, "missed 2");

    TcpClient back(daemon().tcp(), bob().token);
    subscribe(back, last);
    EXPECT_EQ(textAt(nextEvent(back, "message.created"), "/data/content"), "missed 1");
    EXPECT_EQ(textAt(nextEvent(back, "message.created"), "/data/content"), "missed 2");
}

TEST_F(ChatOverAllPorts, AnEventStreamShowsWhatIsWrittenAndGoesOnByItsLastId)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto open = [&](const std::string& fields) {
        RawHttp stream(Socket::tcp(daemon().http()));
        stream.send("GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bob().token + "\r\n" + fields + "\r\n");
        return stream;
    };
    auto http = as(ada());
    auto stream = open("");
    const auto head = stream.readHead();
    ASSERT_EQ(head.status, 200);
    EXPECT_TRUE(head.header("content-type").starts_with("text/event-stream"));

    say(http, chat, "first on the stream");
    stream.takeText("id: ");
    const auto id = stream.takeText("\n");
    stream.takeText("first on the stream");
    say(http, chat, "second on the stream");

    auto resumed = open("Last-Event-ID: " + id.substr(0, id.size() - 1) + "\r\n");
    ASSERT_EQ(resumed.readHead().status, 200);
    const auto text = resumed.takeText("second on the stream");
    EXPECT_EQ(text.find("first on the stream"), std::string::npos) << text;
}

TEST_F(ChatOverAllPorts, ASubscriberHearsNothingOfAChatThatIsNotTheirs)
{
    const auto secret = makeChat(daemon(), ada(), "group", {bob()});
    const auto shared = makeChat(daemon(), ada(), "group", {eve()});
    TcpClient listener(daemon().tcp(), eve().token);
    listener.ask(R"({"packet_type":"Subscribe"})");
    auto http = as(ada());

    say(http, secret, "not for eve");
    say(http, shared, "for eve");

    EXPECT_EQ(textAt(nextEvent(listener, "message.created"), "/data/content"), "for eve");
}

TEST_F(ChatOverAllPorts, TypingReachesAMemberAtAnotherAddressAndNobodyElse)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    UdpClient member(daemon().udp(), "127.0.0.2");
    UdpClient stranger(daemon().udp(), "127.0.0.3");
    UdpClient speaker(daemon().udp(), "127.0.0.4");
    for (auto [client, user] : {std::pair{&member, &bob()}, {&stranger, &eve()}, {&speaker, &ada()}}) {
        auto http = as(*user);
        client->use(UdpKey::ask(http));
    }
    member.subscribe();
    stranger.subscribe();

    speaker.sendSigned(typing(chat));

    const auto heard = member.receive();
    ASSERT_TRUE(heard) << "The member heard nothing.";
    const auto event = parseJson(*heard);
    EXPECT_EQ(textAt(event, "/packet_type"), "Typing") << *heard;
    EXPECT_EQ(integerAt(event, "/chat_id"), chat);
    EXPECT_EQ(integerAt(event, "/user_id"), ada().id);
    const auto leak = stranger.receive(Deadline(shortly));
    EXPECT_FALSE(leak) << "Someone who is not a member heard: " << *leak;
}

TEST_F(ChatOverAllPorts, TypingReachesAMembersTcpConnectionToo)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    TcpClient listener(daemon().tcp(), bob().token);
    listener.ask(R"({"packet_type":"Subscribe"})");
    UdpClient speaker(daemon().udp());
    auto http = as(ada());
    speaker.use(UdpKey::ask(http));

    speaker.sendSigned(typing(chat));

    const auto event = nextEvent(listener, "typing");
    EXPECT_EQ(integerAt(event, "/chat_id"), chat);
    EXPECT_FALSE(has(event, "/id")) << "Typing is not kept, so it has no id.";
}

TEST_F(ChatOverAllPorts, AUdpPacketWithAWrongMacOrAnOldSequenceDoesNothing)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    TcpClient listener(daemon().tcp(), bob().token);
    listener.ask(R"({"packet_type":"Subscribe"})");
    UdpClient speaker(daemon().udp());
    auto http = as(ada());
    const auto key = UdpKey::ask(http);
    auto forged = key;
    forged.key.assign(64, '0');

    speaker.use(forged);
    speaker.send(speaker.sign(typing(chat), 1));
    speaker.send("{" + typing(chat) + "}");
    EXPECT_FALSE(listener.readUntil(Deadline(shortly))) << "A forged packet was believed.";

    speaker.use(key);
    const auto good = speaker.sign(typing(chat), 2);
    speaker.send(good);
    nextEvent(listener, "typing");
    const std::chrono::milliseconds coalesced{1'100}; // within a second a second event would be swallowed anyway
    EXPECT_FALSE(listener.readUntil(Deadline(coalesced))) << "One packet made two events.";
    speaker.send(good);
    EXPECT_FALSE(listener.readUntil(Deadline(shortly))) << "A replayed packet was believed.";
    speaker.send(speaker.sign(typing(chat), 3));
    nextEvent(listener, "typing");
}

TEST_F(ChatOverAllPorts, UdpAnswersAPingAndNothingElseFromStrangers)
{
    UdpClient client(daemon().udp());
    client.send(R"({"packet_type":"Ping"})");
    EXPECT_EQ(client.receive(), "pong");
    for (const std::string bad : {"", "ping", "[]", "{}", R"({"packet_type":"Nonsense"})", R"({"packet_type":"Status"})"})
        client.send(bad);
    client.send(R"({"packet_type":"Ping","pad":")" + std::string(1'300, 'x') + "\"}");
    const auto answer = client.receive(Deadline(shortly));
    EXPECT_FALSE(answer) << "A bad datagram was answered: " << *answer;
    client.send(R"({"packet_type":"Ping"})");
    EXPECT_EQ(client.receive(), "pong");
}

TEST_F(ChatOverAllPorts, UdpNeverSendsMoreThanItGotBeforeAnAddressHasProvedItself)
{
    UdpClient client(daemon().udp());
    auto http = as(ada());
    client.use(UdpKey::ask(http));
    const auto first = client.sign(R"("packet_type":"Subscribe")", 1);
    client.send(first);
    const auto challenge = client.receive();
    ASSERT_TRUE(challenge);
    EXPECT_LE(challenge->size(), first.size());
}

} // namespace netbit::test
