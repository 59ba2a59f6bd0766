#include "cli/Packets.h"

#include "cli/JsonFields.h"
#include "cli/Tail.h"

#include <gtest/gtest.h>

namespace netbit::cli
{

namespace
{

TEST(PacketReader, ObjectsAreFoundHoweverTheStreamIsCut)
{
    const std::string stream = "{\"a\":1}{\"a\":2}\n {\"a\":\"}{\"} \n\n{\"a\":[{}]}\n";
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        PacketReader reader;
        std::size_t found = 0;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            reader.feed(std::string_view(stream).substr(at, step));
            for (;;) {
                const auto packet = reader.next();
                ASSERT_TRUE(packet.ok()) << "step " << step;
                if (!*packet)
                    break;
                EXPECT_NE(member(**packet, "a"), nullptr);
                ++found;
            }
        }
        EXPECT_EQ(found, 4U) << "step " << step;
    }
}

TEST(PacketReader, WhatIsNotJsonIsAnError)
{
    PacketReader reader;
    reader.feed("nonsense");
    EXPECT_FALSE(reader.next().ok());
}

TEST(Shown, NobodysMessageMovesTheCursor)
{
    EXPECT_EQ(shown("a\x1b[2Jb\x7f\tc\xc2\x9b"), "a [2Jb  c ");
    EXPECT_EQ(shown("gr\xc3\xbc\xc3\x9f\xc2\xa0"), "gr\xc3\xbc\xc3\x9f\xc2\xa0");
}

} // namespace

} // namespace netbit::cli
