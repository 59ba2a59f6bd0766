#include "cli/chat/Text.h"

#include "base/Json.h"

#include <clocale>
#include <gtest/gtest.h>
#include <random>

namespace netbit::cli::chat::test
{

namespace
{

class Text : public testing::Test
{
protected:
    static void SetUpTestSuite() { std::setlocale(LC_CTYPE, "C.UTF-8"); }
};

bool harmless(std::string_view text)
{
    for (const auto c : decoded(text))
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
            return false;
    return base::validUtf8(text);
}

TEST_F(Text, ControlCharactersAreShownAsPicturesAndNeverReachTheTerminal)
{
    EXPECT_EQ(cleaned("a\x1b[31mb\a\x7f"), "a␛[31mb␇␡");
    EXPECT_EQ(cleaned("\xc2\x9b"
                      "31m"),
              "\xef\xbf\xbd"
              "31m")
        << "CSI in one character (C1)";
    EXPECT_EQ(cleaned("a\tb\r\nc"), "a    b␍␊c");
    EXPECT_EQ(cleaned("a\xe2\x80\xae"
                      "b"),
              "ab")
        << "what turns the direction is left out";
    EXPECT_EQ(cleaned("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(cleaned("\xed\xa0\x80"), "\xef\xbf\xbd") << "a surrogate";
    EXPECT_EQ(cleaned("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81!"), "e\xcc\x81\xcc\x81\xcc\x81!")
        << "a heap of marks is cut";
    EXPECT_EQ(cleaned("\xcc\x81x"), "x") << "a mark without a letter would go onto what stands before";
}

TEST_F(Text, RandomBytesComeOutHarmlessAndWithinTheWidth)
{
    std::mt19937 random(1); // NOLINT: the same each time
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes;
        for (auto left = random() % 80; left > 0; --left)
            bytes += static_cast<char>(random() % 4 == 0 ? random() % 32 : random() % 256);
        EXPECT_TRUE(harmless(cleaned(bytes)));
        const int columns = 2 + static_cast<int>(random() % 40);
        for (const auto& line : wrapped(bytes, columns)) {
            EXPECT_TRUE(harmless(line));
            EXPECT_LE(columnsOf(line), columns) << line;
        }
        EXPECT_LE(columnsOf(fitted(cleaned(bytes), columns)), columns);
    }
}

TEST_F(Text, NothingIsLostOrChangedByWrapping)
{
    std::mt19937 random(2); // NOLINT
    static constexpr char32_t letters[] = {U'a', U'b', U' ', U'世', U'é', U'🎉'};
    for (int round = 0; round < 2'000; ++round) {
        std::u32string text;
        for (auto left = random() % 60; left > 0; --left)
            text += letters[random() % std::size(letters)];
        std::u32string without;
        for (const auto& line : wrapped(encodedUtf8(text), 2 + static_cast<int>(random() % 20)))
            without += decoded(line);
        std::erase(text, U' ');
        std::erase(without, U' ');
        EXPECT_EQ(text, without);
    }
}

TEST_F(Text, WideCharactersTakeTwoColumns)
{
    EXPECT_EQ(columnsOf("世界"), 4);
    EXPECT_EQ(fitted("世界平和", 5), "世界…");
    EXPECT_EQ(fitted("世界平和", 4), "世…");
    EXPECT_EQ(wrapped("世界平和", 5), (std::vector<std::string>{"世界", "平和"}));
    EXPECT_EQ(wrapped("one two three", 8), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrapped("a\n\nb", 8), (std::vector<std::string>{"a", "", "b"}));
}

} // namespace

} // namespace netbit::cli::chat::test
