#include "transport/Inflater.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <zlib.h>

namespace netbit::git {
namespace {

std::string packed(const std::string& text)
{
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<unsigned char*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

struct Unpacked {
    Inflater::State last = Inflater::State::more;
    std::string text;
    std::size_t longest = 0;
    bool complete = false;
};

Unpacked unpacked(std::string_view bytes, std::size_t piece, std::uint64_t most)
{
    Inflater inflater(most);
    Unpacked out;
    while (!bytes.empty() && out.last != Inflater::State::broken && out.last != Inflater::State::tooMuch) {
        auto in = bytes.substr(0, piece);
        bytes.remove_prefix(in.size());
        std::string_view made;
        do {
            made = {};
            out.last = inflater.next(in, made);
            out.text += made;
            out.longest = std::max(out.longest, made.size());
        } while (out.last == Inflater::State::piece || (out.last == Inflater::State::more && !in.empty()));
    }
    out.complete = inflater.complete();
    return out;
}

TEST(Inflater, GivesBackWhatWasPackedWhateverThePieces)
{
    std::string text;
    for (int i = 0; i < 40'000; ++i)
        text += std::to_string(i * 7919) + '\n';
    const auto bytes = packed(text);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, bytes.size()}) {
        const auto got = unpacked(bytes, piece, 10'000'000);
        EXPECT_EQ(got.text, text) << "in pieces of " << piece;
        EXPECT_TRUE(got.complete);
    }
}

TEST(Inflater, ABombIsStoppedAtTheLimitAndComesInPieces)
{
    const auto bomb = packed(std::string(50'000'000, '0'));
    const auto got = unpacked(bomb, bomb.size(), 1'000'000);
    EXPECT_EQ(got.last, Inflater::State::tooMuch);
    EXPECT_LE(got.text.size(), 1'000'000u);
    EXPECT_LE(got.longest, 64u * 1024);
}

TEST(Inflater, WhatIsCutOffIsNotComplete)
{
    const auto bytes = packed("a text that is long enough to be cut");
    EXPECT_FALSE(unpacked(std::string_view(bytes).substr(0, bytes.size() - 9), 5, 1000).complete);
}

TEST(Inflater, RandomBytesAndWhatFollowsTheEndAreRefused)
{
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string bytes(200, '\0');
        for (auto& byte : bytes)
            byte = static_cast<char>(random());
        EXPECT_EQ(unpacked(bytes, 64, 1000).last, Inflater::State::broken);
    }
    EXPECT_EQ(unpacked(packed("text") + "more", 3, 1000).last, Inflater::State::broken);
}

} // namespace
} // namespace netbit::git
