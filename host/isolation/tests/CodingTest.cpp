#include "isolation/wire/Messages.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace netbit::isolation::wire {
namespace {

template <class M>
std::string bytesOf(const M& message, ArenaWriter* arena = nullptr)
{
    std::string out;
    Writer writer(out, arena);
    writer(message);
    return out;
}

Frame frameOf(const std::string& bytes) { return {Head{}, std::vector<char>(bytes.begin(), bytes.end())}; }

Request someRequest()
{
    Request message;
    message.request = 7;
    message.route = 3;
    message.method = str("POST");
    message.target = str("/a?b=c");
    message.headers = {{str("Host"), str("x")}, {str("Empty"), str("")}};
    message.params = {{str("id"), {nullptr, 0}}};
    message.body.bytes = str("body");
    message.who.principal = 9;
    message.who.username = str("ada");
    message.who.expiresAt = -1;
    return message;
}

TEST(Coding, AMessageComesBackAsItWasWritten)
{
    auto frame = frameOf(bytesOf(someRequest()));
    Request back;
    ASSERT_TRUE(read(frame, back, Reader::Trust::copy));
    EXPECT_EQ(7u, back.request);
    EXPECT_EQ("/a?b=c", view(back.target));
    ASSERT_EQ(2u, back.headers.size());
    EXPECT_EQ("Host", view(back.headers[0].name));
    EXPECT_NE(nullptr, back.headers[1].value.ptr) << "empty is not absent";
    EXPECT_EQ(nullptr, back.params[0].value.ptr) << "absent is not empty";
    EXPECT_EQ("body", view(back.body.bytes));
    EXPECT_EQ("ada", view(back.who.username));
    EXPECT_EQ(-1, back.who.expiresAt);
}

TEST(Coding, AMessageThatIsCutAnywhereOrTooLongIsNone)
{
    const auto whole = bytesOf(someRequest());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        auto frame = frameOf(whole.substr(0, length));
        Request back;
        EXPECT_FALSE(read(frame, back, Reader::Trust::copy)) << length;
    }
    auto frame = frameOf(whole + 'x');
    Request back;
    EXPECT_FALSE(read(frame, back, Reader::Trust::copy));
}

TEST(Coding, ACountThatCannotBeTrueReservesNothing)
{
    Release message;
    message.bodies = {1};
    auto bytes = bytesOf(message);
    const std::uint32_t many = 0xFFFF'FFFF;
    std::memcpy(bytes.data(), &many, sizeof many);
    auto frame = frameOf(bytes);
    Release back;
    EXPECT_FALSE(read(frame, back, Reader::Trust::copy));
    EXPECT_EQ(0u, back.principals.capacity());
}

TEST(Coding, ALargePayloadGoesThroughSharedMemoryAndIsCopiedByWhoDoesNotTrust)
{
    const int descriptor = SharedMemory::create();
    const auto memory = SharedMemory::map(descriptor);
    ArenaWriter out(memory->toParent());
    const ArenaReader in(memory->toParent());
    const std::string large(sharedFrom, 'x');
    Data message;
    message.bytes.bytes = str(large);
    const auto bytes = bytesOf(message, &out);
    EXPECT_LT(bytes.size(), 64u);

    auto frame = frameOf(bytes);
    frame.arena = &in;
    Data back;
    ASSERT_TRUE(read(frame, back, Reader::Trust::copy));
    std::memset(memory->toParent(), 'y', 2 * sharedFrom); // the other side changes its mind
    EXPECT_EQ(large, view(back.bytes.bytes));
}

TEST(Coding, APayloadThatIsReadInPlaceIsGivenBackWithItsFrame)
{
    const int descriptor = SharedMemory::create();
    const auto memory = SharedMemory::map(descriptor);
    ArenaWriter out(memory->toChild());
    const ArenaReader in(memory->toChild());
    const std::string large(SharedMemory::arenaBytes / 2, 'x');
    Data message;
    message.bytes.bytes = str(large);
    {
        auto frame = frameOf(bytesOf(message, &out));
        frame.arena = &in;
        Data back;
        ASSERT_TRUE(read(frame, back, Reader::Trust::inPlace));
        const auto moved = std::move(frame);
        EXPECT_EQ(large, view(back.bytes.bytes));
        EXPECT_GT(bytesOf(message, &out).size(), large.size()) << "there was room for two";
    }
    EXPECT_LT(bytesOf(message, &out).size(), 64u) << "it was not given back";
}

TEST(Coding, NoiseIsRefusedOrReadAndNeverReadBeyond)
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 200'000; ++i) {
        std::string bytes(random() % 120, '\0');
        for (auto& each : bytes)
            each = random() % 3 == 0 ? static_cast<char>(random()) : static_cast<char>(random() % 4);
        auto frame = frameOf(bytes);
        Request request;
        static_cast<void>(read(frame, request, Reader::Trust::copy));
        Execute execute;
        static_cast<void>(read(frame, execute, Reader::Trust::copy));
        Done done;
        static_cast<void>(read(frame, done, Reader::Trust::copy));
    }
}

} // namespace
} // namespace netbit::isolation::wire
