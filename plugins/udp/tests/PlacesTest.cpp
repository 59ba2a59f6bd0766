// Who listens where, and how an address proves itself.

#include "udp/src/Cookies.h"
#include "udp/src/FrozenPlaces.h"
#include "udp/src/Places.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

using namespace netbit::udp;

nb_address at(std::uint8_t port)
{
    nb_address address{};
    address.length = 16;
    address.bytes[3] = port;
    std::memset(address.bytes + 16, port, sizeof address.bytes - 16); // behind `length`: does not count
    return address;
}

TEST(FrozenPlaces, ArriveAsTheyWere)
{
    Places places({});
    EXPECT_TRUE(places.add(3, at(1), 1'000));
    EXPECT_TRUE(places.add(3, at(2), 2'000));
    const auto thawed = thawPlaces(freezePlaces(places.allOf(3)));
    ASSERT_TRUE(thawed);
    Places next({1, 1, 60'000}); // less room: whoever is there stays
    for (const auto& place : *thawed)
        next.restore(3, place);
    EXPECT_EQ(next.size(), 2u);
    EXPECT_EQ(next.of(3, 60'999).size(), 2u);
    EXPECT_EQ(next.of(3, 61'000).size(), 1u);
    EXPECT_TRUE(next.touch(3, at(2), 61'999));
    EXPECT_FALSE(next.touch(4, at(2), 61'999));
    next.restore(3, thawed->front());
    EXPECT_EQ(next.size(), 2u) << "twice is once";
}

TEST(FrozenPlaces, TheSecretGoesWithThem)
{
    const Cookies cookies({0xffff'ffff'ffff'fffeu, 7});
    const auto piece = freezeSecret(cookies.secret());
    EXPECT_FALSE(thawPlaces(piece));
    const auto secret = thawSecret(piece);
    ASSERT_TRUE(secret);
    EXPECT_TRUE(Cookies(*secret).isGood(cookies.make("addr", 7, 1), "addr", 7, 1));
}

TEST(FrozenPlaces, WhatIsNotUnderstoodIsRefused)
{
    for (const auto* bytes : {"{}x", R"({"places":["zz@1"]})", R"({"places":["0"]})", R"({"places":["000@1"]})",
                              R"({"places":["00@"]})", R"({"places":[1]})", R"({"secret":[1]})",
                              R"({"places":["0000000000000000000000000000000000000000000000000000000000@1"]})"}) {
        EXPECT_FALSE(thawPlaces({1, bytes, nullptr})) << bytes;
        EXPECT_FALSE(thawSecret({2, bytes, nullptr})) << bytes;
    }
    EXPECT_FALSE(thawPlaces({9, R"({"places":[]})", nullptr}));
    EXPECT_TRUE(thawPlaces({1, R"({"places":[]})", nullptr}));
}

TEST(SipHash, AgreesWithTheAuthorsVectors)
{
    // Appendix A of "SipHash: a fast short-input PRF", and the first vectors of its reference implementation.
    const std::array<std::uint64_t, 2> key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
    std::string text;
    for (char c = 0; c < 15; ++c)
        text += c;
    EXPECT_EQ(sipHash(key, text), 0xa129ca6149be45e5u);
    EXPECT_EQ(sipHash(key, ""), 0x726fdb47dd0e0e31u);
}

TEST(Cookies, AreGoodForTheirAddressTheirUserAndAWhile)
{
    const Cookies cookies({1, 2});
    const auto cookie = cookies.make("addr", 7, 100'000);
    EXPECT_EQ(cookie.size(), 16u);
    EXPECT_TRUE(cookies.isGood(cookie, "addr", 7, 100'000));
    EXPECT_TRUE(cookies.isGood(cookie, "addr", 7, 130'000));
    EXPECT_FALSE(cookies.isGood(cookie, "addr", 7, 160'000));
    EXPECT_FALSE(cookies.isGood(cookie, "addR", 7, 100'000));
    EXPECT_FALSE(cookies.isGood(cookie, "addr", 8, 100'000));
    EXPECT_FALSE(cookies.isGood("", "addr", 7, 100'000));
    EXPECT_FALSE(Cookies({1, 3}).isGood(cookie, "addr", 7, 100'000));
}

TEST(Places, APlaceLivesAsLongAsItIsTouched)
{
    Places places({10, 2, 1000});
    EXPECT_TRUE(places.add(1, at(1), 0));
    EXPECT_TRUE(places.touch(1, at(1), 900));
    EXPECT_EQ(places.of(1, 1800).size(), 1u);
    EXPECT_EQ(places.of(1, 1900).size(), 0u);
    EXPECT_FALSE(places.touch(1, at(1), 1900)) << "an expired place must be proved again";
    EXPECT_FALSE(places.touch(2, at(1), 0)) << "another user's place";
}

TEST(Places, AddingTwiceKeepsOne)
{
    Places places({10, 2, 1000});
    places.add(1, at(1), 0);
    places.add(1, at(1), 500);
    EXPECT_EQ(places.size(), 1u);
    places.add(1, at(1), 5000); // expired meanwhile
    EXPECT_EQ(places.size(), 1u);
    EXPECT_EQ(places.of(1, 5500).size(), 1u);
}

TEST(Places, CapsHoldAndTheExpiredMakeRoom)
{
    Places places({3, 2, 1000});
    EXPECT_TRUE(places.add(1, at(1), 0));
    EXPECT_TRUE(places.add(1, at(2), 0));
    EXPECT_FALSE(places.add(1, at(3), 0)) << "over the user's cap";
    EXPECT_TRUE(places.add(2, at(1), 0));
    EXPECT_FALSE(places.add(3, at(1), 0)) << "over the cap of all";
    EXPECT_TRUE(places.add(3, at(1), 1000));
    EXPECT_EQ(places.size(), 1u);
}

TEST(Places, RemoveAndSweepForgetUsersWithoutAPlace)
{
    Places places({10, 2, 1000});
    places.add(1, at(1), 0);
    places.add(2, at(2), 500);
    places.remove(1, at(2));
    EXPECT_TRUE(places.has(1));
    places.remove(1, at(1));
    EXPECT_FALSE(places.has(1));
    places.sweep(1500);
    EXPECT_FALSE(places.has(2));
    EXPECT_EQ(places.size(), 0u);
}

} // namespace
