#include "cli/tests/TempDir.h"
#include "cli/transfer/Lines.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace netbit::cli::transfer
{

namespace
{

/// Gives a text in pieces of one size.
class Pieces final : public Bytes
{
public:
    Pieces(std::string text, std::size_t size)
        : _text(std::move(text))
        , _size(size)
    {
    }
    base::Result<std::size_t> read(char* to, std::size_t most) override
    {
        const auto count = std::min({_size, most, _text.size() - _at});
        std::memcpy(to, _text.data() + _at, count);
        _at += count;
        return count;
    }

private:
    std::string _text;
    std::size_t _size;
    std::size_t _at = 0;
};

std::vector<std::string> linesOf(const std::string& text, std::size_t piece, std::size_t most)
{
    Pieces bytes(text, piece);
    LineReader reader(bytes, most);
    std::vector<std::string> out;
    std::string line;
    for (;;) {
        const auto state = reader.next(line);
        if (*state == LineState::end)
            return out;
        out.push_back((*state == LineState::tooLong ? "!" : "") + line);
        EXPECT_EQ(reader.number(), out.size());
    }
}

} // namespace

TEST(LineReader, LinesAreTheSameHoweverTheBytesCome)
{
    using Lines = std::vector<std::string>;
    for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
        EXPECT_EQ(linesOf("", piece, 9), Lines());
        EXPECT_EQ(linesOf("a", piece, 9), Lines{"a"});
        EXPECT_EQ(linesOf("a\n", piece, 9), Lines{"a"});
        EXPECT_EQ(linesOf("a\r\n\n\nb\n", piece, 9), (Lines{"a", "", "", "b"}));
        EXPECT_EQ(linesOf("123456789\n1234567890\nx", piece, 9), (Lines{"123456789", "!123456789", "x"}));
    }
}

TEST(LineReader, FilesThatAreNoneAreNamed)
{
    const test::TempDir dir;
    EXPECT_EQ(FileBytes::open(dir.path("none")).status(), base::Status::notFound);
    EXPECT_EQ(FileBytes::open(dir.path()).status(), base::Status::invalid);
}

} // namespace netbit::cli::transfer
