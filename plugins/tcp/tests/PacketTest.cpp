// What a packet says, what is refused and with which words.

#include "tcp/src/Nacks.h"
#include "tcp/src/Packet.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace netbit::tcp;
using netbit::support::JsonDocument;

Packet good(JsonDocument& document, std::string_view text)
{
    auto read = readPacket(document, text, 32);
    if (const auto* nack = std::get_if<Nack>(&read)) {
        ADD_FAILURE() << text << ": " << nack->code << ": " << nack->error;
        return {};
    }
    return std::get<Packet>(std::move(read));
}

Nack bad(std::string_view text)
{
    JsonDocument document;
    auto read = readPacket(document, text, 32);
    const auto* nack = std::get_if<Nack>(&read);
    if (!nack) {
        ADD_FAILURE() << "accepted: " << text;
        return {};
    }
    return *nack;
}

TEST(Packet, TheSeedsClientIsUnderstood)
{
    JsonDocument document;
    const auto packet = good(document,
                             R"({"packet_type":"SendMessage","message":{"id":0,"chat_id":7,"sender_id":3,)"
                             R"("content":"Hello","message_type":"Text","created_at":"2024-01-01T00:00:00Z",)"
                             R"("is_edited":false,"edited_at":null},"chat_id":null,"page":null,"per_page":null,)"
                             R"("user_id":null,"status_data":null})");
    const auto& send = std::get<SendMessage>(packet.what);
    EXPECT_EQ(send.chatId, 7);
    EXPECT_EQ(send.senderId, 3);
    EXPECT_EQ(send.content, "Hello");
    EXPECT_EQ(send.messageType, "text");
    EXPECT_FALSE(packet.clientId);
}

TEST(Packet, EveryPacketIsRead)
{
    JsonDocument a, b, c, d, e, f, g, h;
    EXPECT_TRUE(std::holds_alternative<Ping>(good(a, R"({"packet_type":"Ping"})").what));
    EXPECT_EQ(good(b, R"({"packet_type":"Authenticate","token":"t"})").token, "t");
    const auto get = std::get<GetMessages>(good(c, R"({"packet_type":"GetMessages","chat_id":2,"before":9,"limit":10})").what);
    EXPECT_EQ(get.before, 9);
    EXPECT_EQ(get.limit, 10u);
    EXPECT_EQ(std::get<GetMessages>(good(d, R"({"packet_type":"GetMessages","chat_id":2,"per_page":10})").what).page, 1u);
    const auto subscribe = std::get<Subscribe>(good(e, R"({"packet_type":"Subscribe","after":5,"topics":["a","b.*"]})").what);
    EXPECT_EQ(subscribe.after, 5);
    EXPECT_EQ(subscribe.topics.size(), 2u);
    EXPECT_EQ(std::get<Confirm>(good(f, R"({"packet_type":"Ack","event_id":5})").what).eventId, 5);
    EXPECT_EQ(std::get<Status>(good(g, R"({"packet_type":"Status","user_id":1,"status_data":{"s":"away"}})").what).data,
              R"({"s":"away"})");
    EXPECT_EQ(std::get<Typing>(good(h, R"({"packet_type":"Typing","chat_id":4})").what).chatId, 4);
}

struct Case {
    const char* text;
    const char* code;
    const char* where; // must be in the error
};

TEST(Packet, WhatIsWrongIsToldWithItsPlace)
{
    const Case cases[] = {
        {R"({"packet_type":"Ping",})", "invalid_json", "byte"},
        {"{\"packet_type\":\"\xff\"}", "invalid_json", "byte"},
        {R"({"packet_type":"\ud800"})", "invalid_json", "byte"},
        {R"({"packet_type":"Ping","packet_type":"Ping"})", "duplicate_member", "/packet_type"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":1,"content":"a","\u0063ontent":"b"}})", "duplicate_member",
         "/message/content"},
        {R"({})", "missing_member", "/packet_type"},
        {R"({"packet_type":null})", "missing_member", "/packet_type"},
        {R"({"packet_type":1})", "wrong_type", "/packet_type"},
        {R"({"packet_type":"sendmessage"})", "unknown_packet_type", "/packet_type"},
        {R"({"packet_type":"Ping","colour":1})", "unknown_member", "/colour"},
        {R"({"packet_type":"Ping","a/b~c":1})", "unknown_member", "/a~1b~0c"},
        {R"({"packet_type":"SendMessage"})", "missing_member", "/message"},
        {R"({"packet_type":"SendMessage","message":"x"})", "wrong_type", "/message"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":1}})", "missing_member", "/message/content"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":"1","content":"x"}})", "wrong_type", "/message/chat_id"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":1.0,"content":"x"}})", "wrong_type", "/message/chat_id"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":0,"content":"x"}})", "out_of_range", "/message/chat_id"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":9223372036854775808,"content":"x"}})", "out_of_range",
         "/message/chat_id"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":1,"content":"x","to":2}})", "unknown_member", "/message/to"},
        {R"({"packet_type":"SendMessage","message":{"chat_id":1,"content":"x","message_type":"Song"}})",
         "invalid_message_type", "/message/message_type"},
        {R"({"packet_type":"GetMessages","chat_id":1,"limit":201})", "out_of_range", "/limit"},
        {R"({"packet_type":"GetMessages","chat_id":1,"before":1,"after":2})", "invalid_paging", "/after"},
        {R"({"packet_type":"GetMessages","chat_id":1,"page":1,"limit":2})", "invalid_paging", "/page"},
        {R"({"packet_type":"Subscribe","topics":[1]})", "wrong_type", "/topics"},
        {R"({"packet_type":"Typing"})", "missing_member", "/chat_id"},
        {R"([1])", "not_an_object", ""},
    };
    for (const auto& one : cases) {
        const auto nack = bad(one.text);
        EXPECT_EQ(nack.code, one.code) << one.text << ": " << nack.error;
        EXPECT_NE(nack.error.find(one.where), std::string::npos) << one.text << ": " << nack.error;
    }
}

TEST(Packet, ANackGivesBackWhatTheClientKnowsItBy)
{
    const auto nack = bad(R"({"packet_type":"SendMessage","client_id":"c-1","message":{"id":42,"chat_id":1}})");
    EXPECT_EQ(nackText(nack), "{\"message_id\":42,\"success\":false,\"error\":\"/message/content: It must be there.\","
                              "\"client_id\":\"c-1\",\"code\":\"missing_member\"}\n");
}

TEST(Packet, AnAckBeginsWithTheSeedsThreeMembers)
{
    EXPECT_EQ(ackText(5, std::nullopt), "{\"message_id\":5,\"success\":true,\"error\":null}\n");
    EXPECT_EQ(ackText(5, "a\"b"), "{\"message_id\":5,\"success\":true,\"error\":null,\"client_id\":\"a\\\"b\"}\n");
}

TEST(Packet, AnObjectOfManyMembersIsRefusedQuickly)
{
    std::string text = "{\"packet_type\":\"Ping\"";
    for (int i = 0; i < 5000; ++i)
        text += ",\"" + std::to_string(i) + "\":1";
    EXPECT_EQ(bad(text + "}").code, "too_many_members");
}

TEST(Nacks, TellTheServicesCodeOrOneByStatus)
{
    using netbit::Error;
    EXPECT_EQ(nackOf(Error(netbit::Status::notFound, "chat_not_found", "No such chat.")).code, "chat_not_found");
    EXPECT_EQ(nackOf(Error(netbit::Status::storageFull)).code, "storage_full");
    EXPECT_EQ(nackOf(Error(netbit::Status::unauthenticated, "token_expired")).code, "unauthenticated");
    EXPECT_EQ(nackOf(Error(netbit::Status::invalid, "x", "Bad.", "/limit")).error, "/limit: Bad.");
}

} // namespace
