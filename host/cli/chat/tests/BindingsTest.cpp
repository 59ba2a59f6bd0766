#include "cli/chat/Bindings.h"

#include "cli/chat/Text.h"
#include "cli/chat/tests/Told.h"

#include <clocale>
#include <gtest/gtest.h>
#include <random>

namespace netbit::cli::chat::test
{

namespace
{

using Name = Key::Name;
constexpr Size size{100, 30};

void type(Model& model, std::u32string_view text)
{
    for (const auto c : text)
        press(model, {Name::character, c}, size);
}

TEST(Keys, EnterSendsAndAltEnterBeginsALine)
{
    auto model = aModel();
    type(model, U"one");
    press(model, {Name::newLine}, size);
    type(model, U"two");
    press(model, {Name::enter}, size);
    const auto wishes = model.takeWishes();
    ASSERT_NE(wished<Say>(wishes), nullptr);
    EXPECT_EQ(wished<Say>(wishes)->content, "one\ntwo");
    EXPECT_NE(wished<TypeNow>(wishes), nullptr);
    press(model, {Name::enter}, size);
    EXPECT_TRUE(model.takeWishes().empty()) << "nothing is no message";
}

TEST(Keys, ASlashGoesToAChatByNameAndTwoBeginAMessage)
{
    auto model = aModel();
    type(model, U"/be");
    EXPECT_EQ(model.mode(), Mode::jump);
    press(model, {Name::enter}, size);
    EXPECT_EQ(model.current(), 2);
    type(model, U"//shrug");
    EXPECT_EQ(model.input.utf8(), "/shrug");
    model.input.clear();
    type(model, U"a/b");
    EXPECT_EQ(model.input.utf8(), "a/b");
}

TEST(Keys, ChatsBySteppingAndByNumber)
{
    auto model = aModel();
    press(model, {Name::control, U'n'}, size);
    EXPECT_EQ(model.current(), 2);
    press(model, {Name::control, U'n'}, size);
    EXPECT_EQ(model.current(), 1);
    press(model, {Name::control, U'p'}, size);
    EXPECT_EQ(model.current(), 2);
    press(model, {Name::alt, U'1'}, size);
    EXPECT_EQ(model.current(), 1);
    press(model, {Name::alt, U'9'}, size);
    EXPECT_EQ(model.current(), 1) << "there is no ninth";
}

TEST(Keys, AReactionTheThumbUnlessOneIsNamed)
{
    auto model = aModel();
    press(model, {Name::alt, U'a'}, size);
    press(model, {Name::enter}, size);
    auto wishes = model.takeWishes();
    ASSERT_NE(wished<React>(wishes), nullptr);
    EXPECT_EQ(wished<React>(wishes)->emoji, "👍");
    press(model, {Name::alt, U'a'}, size);
    type(model, U"tada");
    press(model, {Name::enter}, size);
    wishes = model.takeWishes();
    ASSERT_NE(wished<React>(wishes), nullptr);
    EXPECT_EQ(wished<React>(wishes)->emoji, "tada");
}

TEST(Keys, DeletingAsksAndAnythingButYesIsNo)
{
    auto model = aModel();
    press(model, {Name::altUp}, size);
    press(model, {Name::alt, U'd'}, size);
    EXPECT_EQ(model.mode(), Mode::confirmDelete);
    press(model, {Name::enter}, size);
    EXPECT_EQ(wished<Delete>(model.takeWishes()), nullptr);
    press(model, {Name::alt, U'd'}, size);
    press(model, {Name::character, U'y'}, size);
    EXPECT_NE(wished<Delete>(model.takeWishes()), nullptr);
}

TEST(Keys, WhatIsPastedSendsNothing)
{
    auto model = aModel();
    paste(model, U"first\nsecond\x1b[31m\n");
    EXPECT_EQ(wished<Say>(model.takeWishes()), nullptr);
    EXPECT_EQ(model.input.utf8(), "first\nsecond[31m\n");
}

TEST(Keys, EveryBindingIsDescribedAndNoKeyHasTwoMeanings)
{
    std::vector<Key> seen;
    for (const auto& binding : bindings()) {
        EXPECT_EQ(binding.keys.empty(), binding.help.empty());
        for (const auto& key : binding.pressed) {
            EXPECT_EQ(std::ranges::find(seen, key), seen.end()) << binding.help;
            seen.push_back(key);
            ASSERT_NE(binding.act, nullptr);
        }
    }
}

TEST(Keys, RandomKeysAtAnySizeNeverBreakThePicture)
{
    std::setlocale(LC_CTYPE, "C.UTF-8");
    std::mt19937 random(11); // NOLINT
    auto model = aModel();
    for (Id id = 3; id < 200; ++id)
        model.hear(
            anEvent(id, "message.created", 1,
                    messageJson(aMessage(1, id, 1 + id % 3,
                                         std::string(static_cast<std::size_t>(random() % 200), 'w') + " 世界"))));
    static constexpr char32_t letters[] = U"abehjkmnpqrtw019/y世\n";
    for (int i = 0; i < 6'000 && !model.ended(); ++i) {
        const Size at{8 + static_cast<int>(random() % 150), 4 + static_cast<int>(random() % 50)};
        const auto name = static_cast<Name>(random() % (static_cast<unsigned>(Name::none) + 1));
        const Key key{name, letters[random() % (std::size(letters) - 1)]};
        if (key == Key{Name::control, U'q'})
            continue;
        press(model, key, at);
        for (const auto& wish : model.takeWishes())
            if (std::holds_alternative<Search>(wish))
                model.hear(
                    FoundNews{"x", {{aMessage(1, 5, 2, "found"), "alpha"}, {aMessage(2, 6, 2, "found"), "beta"}}});
        const auto picture = draw(model, at);
        ASSERT_EQ(std::ssize(picture.lines), at.rows) << at.columns << 'x' << at.rows;
        for (const auto& line : picture.lines) {
            int width = 0;
            for (const auto& span : line)
                width += columnsOf(span.text);
            ASSERT_EQ(width, at.columns) << picture.plain();
        }
        ASSERT_LT(picture.cursorRow, at.rows);
        ASSERT_LT(picture.cursorColumn, at.columns);
        ASSERT_GE(picture.cursorRow, 0);
    }
}

} // namespace

} // namespace netbit::cli::chat::test
