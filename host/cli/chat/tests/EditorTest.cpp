#include "cli/chat/Editor.h"

#include "cli/chat/Text.h"

#include <clocale>
#include <gtest/gtest.h>
#include <random>

namespace netbit::cli::chat::test
{

namespace
{

[[maybe_unused]] const auto* const utf8 = std::setlocale(LC_CTYPE, "C.UTF-8"); // what is a letter, it says

Editor with(std::string_view text)
{
    Editor editor;
    editor.set(text);
    return editor;
}

TEST(Editor, TypesErasesAndMovesByCharactersNotBytes)
{
    auto editor = with("gr");
    for (const auto c : std::u32string(U"ün 世"))
        editor.insert(c);
    EXPECT_EQ(editor.utf8(), "grün 世");
    editor.backspace();
    editor.left();
    editor.left();
    editor.erase();
    EXPECT_EQ(editor.utf8(), "grü ");
    editor.insert(U'\x1b');
    EXPECT_EQ(editor.utf8(), "grü ") << "a control character is no text";
}

TEST(Editor, ALetterGoesWithItsMarks)
{
    auto editor = with("xe\xcc\x81");
    editor.backspace();
    EXPECT_EQ(editor.utf8(), "x");
}

TEST(Editor, WordsAndLines)
{
    auto editor = with("one two\nthree four");
    editor.eraseWord();
    EXPECT_EQ(editor.utf8(), "one two\nthree ");
    editor.eraseToStart();
    EXPECT_EQ(editor.utf8(), "one two\n");
    EXPECT_TRUE(editor.up());
    editor.end();
    editor.wordLeft();
    EXPECT_EQ(editor.cursor(), 4u);
    editor.eraseToEnd();
    EXPECT_EQ(editor.utf8(), "one \n");
    EXPECT_TRUE(editor.down());
    EXPECT_FALSE(editor.down()) << "there is nothing below";
}

TEST(Editor, WhatWasEnteredComesBackAndTheDraftToo)
{
    Editor editor;
    editor.remember("first");
    editor.remember("second");
    editor.set("draft");
    EXPECT_TRUE(editor.up());
    EXPECT_EQ(editor.utf8(), "second");
    EXPECT_TRUE(editor.up());
    EXPECT_EQ(editor.utf8(), "first");
    EXPECT_FALSE(editor.up());
    EXPECT_TRUE(editor.down());
    EXPECT_TRUE(editor.down());
    EXPECT_EQ(editor.utf8(), "draft");
    EXPECT_FALSE(editor.down());
}

TEST(Editor, NeverHoldsMoreThanItMay)
{
    Editor editor(10);
    editor.insert(std::u32string(100, U'x'));
    EXPECT_EQ(editor.utf8(), std::string(10, 'x'));
}

TEST(Editor, RandomKeysKeepTheCursorInside)
{
    std::mt19937 random(3); // NOLINT
    Editor editor;
    using Act = void (*)(Editor&);
    static constexpr Act acts[] = {[](Editor& e) { e.insert(U'a'); }, [](Editor& e) { e.insert(U'\n'); },
                                   [](Editor& e) { e.insert(U'é'); }, [](Editor& e) { e.backspace(); },
                                   [](Editor& e) { e.erase(); },      [](Editor& e) { e.eraseWord(); },
                                   [](Editor& e) { e.eraseToEnd(); }, [](Editor& e) { e.left(); },
                                   [](Editor& e) { e.right(); },      [](Editor& e) { e.wordLeft(); },
                                   [](Editor& e) { e.wordRight(); },  [](Editor& e) { e.home(); },
                                   [](Editor& e) { e.end(); },        [](Editor& e) { e.up(); },
                                   [](Editor& e) { e.down(); },       [](Editor& e) { e.remember(e.utf8()); }};
    for (int i = 0; i < 100'000; ++i) {
        acts[random() % std::size(acts)](editor);
        ASSERT_LE(editor.cursor(), editor.text().size());
        if (editor.text().size() > 200)
            editor.clear();
    }
}

} // namespace

} // namespace netbit::cli::chat::test
