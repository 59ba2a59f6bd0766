#include "Requests.h"

#include <gtest/gtest.h>

namespace netbit::chat {

namespace {

void expectRefused(const Error& error, Status status, std::string_view code, std::string_view pointer)
{
    EXPECT_EQ(error.status, status);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.pointer, pointer);
    EXPECT_FALSE(error.detail.empty());
}

Error refusalOfMessage(std::string_view text)
{
    support::RequestBody body;
    const auto read = readNewMessage(body, text, 1);
    EXPECT_FALSE(read) << text;
    return read ? Error() : read.error();
}

TEST(Id, IsAPositiveDecimalInteger)
{
    EXPECT_EQ(readId("1"), 1);
    EXPECT_EQ(readId("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    for (const auto* text : {"", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808", "one"})
        EXPECT_FALSE(readId(text)) << text;
}

TEST(NewMessage, ReadsAllMembers)
{
    support::RequestBody body;
    const auto read = readNewMessage(body, R"({"content":"hé","message_type":"image","reply_to":7})", 5);

    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->chatId, 5);
    EXPECT_EQ(read->content, "hé");
    EXPECT_EQ(read->messageType, "image");
    EXPECT_EQ(read->replyTo, 7);
    EXPECT_FALSE(read->key);
}

TEST(NewMessage, TypeAndReplyMayBeNull)
{
    support::RequestBody body;
    const auto read = readNewMessage(body, R"({"content":"x","message_type":null,"reply_to":null})", 5);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_FALSE(read->messageType);
    EXPECT_EQ(read->replyTo, 0);
}

TEST(NewMessage, FaultsAreNamed)
{
    expectRefused(refusalOfMessage("{}"), Status::invalid, "missing_member", "/content");
    expectRefused(refusalOfMessage(R"({"content":1})"), Status::invalid, "wrong_type", "/content");
    expectRefused(refusalOfMessage(R"({"content":"x","reply_to":"7"})"), Status::invalid, "wrong_type", "/reply_to");
    expectRefused(refusalOfMessage(R"({"content":"x","reply_to":0})"), Status::invalid, "out_of_range", "/reply_to");
    expectRefused(refusalOfMessage(R"({"content":"x","sender_id":3})"), Status::invalid, "unknown_member",
                  "/sender_id");
    expectRefused(refusalOfMessage(R"({"content":"x","content":"y"})"), Status::malformed, "duplicate_member",
                  "/content");
    expectRefused(refusalOfMessage(R"(["content"])"), Status::invalid, "wrong_type", "");
    expectRefused(refusalOfMessage("content=x"), Status::malformed, "invalid_json", "");
}

TEST(IdempotencyKey, EmptyIsAsNone)
{
    EXPECT_FALSE(readKey(std::nullopt).value());
    EXPECT_FALSE(readKey("").value());
}

TEST(IdempotencyKey, IsUpTo128VisibleCharacters)
{
    const std::string longest(128, 'k');
    EXPECT_EQ(readKey(longest).value(), longest);
    EXPECT_FALSE(readKey(longest + "k"));
    EXPECT_FALSE(readKey("a b"));
    EXPECT_FALSE(readKey("caf\xc3\xa9"));
}

TEST(Presence, IsOneOfThreeWords)
{
    for (const std::string word : {"online", "away", "offline"}) {
        support::RequestBody body;
        const auto text = R"({"state":")" + word + R"("})";
        const auto state = readPresence(body, text);
        ASSERT_TRUE(state) << word;
        EXPECT_EQ(*state, word);
    }
}

TEST(Presence, AnythingElseIsRefusedByTheMembersName)
{
    const auto refusal = [](std::string_view text) {
        support::RequestBody body;
        const auto state = readPresence(body, text);
        EXPECT_FALSE(state) << text;
        return state ? Error() : state.error();
    };
    expectRefused(refusal(R"({})"), Status::invalid, "missing_member", "/state");
    expectRefused(refusal(R"({"state":"Online"})"), Status::invalid, "bad_value", "/state");
    expectRefused(refusal(R"({"state":1})"), Status::invalid, "wrong_type", "/state");
    expectRefused(refusal(R"({"state":"online","user_id":1})"), Status::invalid, "unknown_member", "/user_id");
}

} // namespace

} // namespace netbit::chat
