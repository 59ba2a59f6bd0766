#include "journey/JsonTexts.h"

namespace netbit::test {

namespace {

/// As the value of a member.
std::string member(const std::string& value) { return "{\"a\":" + value + "}"; }
std::string text(const std::string& inside) { return member("\"" + inside + "\""); }

std::string repeated(const std::string& what, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += what;
    return out;
}

} // namespace

const std::vector<NamedText>& badJson()
{
    static const std::vector<NamedText> all{
        {"empty", ""},
        {"single_space", " "},
        {"byte_order_mark", "\xEF\xBB\xBF{}"},
        {"byte_order_mark_alone", "\xEF\xBB\xBF"},
        {"utf16", std::string("{\0}\0", 4)},
        {"nul_byte", std::string("\0", 1)},
        {"nul_behind", std::string("{}\0", 3)},
        {"nul_between", std::string("{\0\"a\":1}", 8)},
        {"open_brace", "{"},
        {"open_bracket", "["},
        {"close_brace", "}"},
        {"brackets_crossed", member("[}")},
        {"two_objects", "{}{}"},
        {"trailing_comma_after", "{},"},
        {"trailing_text", "{}x"},
        {"trailing_hash", "{\"a\":1}#"},
        {"trailing_comment", "{\"a\":1}//"},
        {"comment", "{/**/\"a\":1}"},
        {"comment_open", "{\"a\":1}/*"},
        {"comma_alone", "{,}"},
        {"comma_first", "{,\"a\":1}"},
        {"comma_last", "{\"a\":1,}"},
        {"comma_twice", "{\"a\":1,,\"b\":2}"},
        {"no_comma", "{\"a\":1 \"b\":2}"},
        {"semicolon", "{\"a\":1;\"b\":2}"},
        {"no_colon", "{\"a\" 1}"},
        {"two_colons", "{\"a\"::1}"},
        {"equals", "{\"a\"=1}"},
        {"no_value", "{\"a\":}"},
        {"name_alone", "{\"a\"}"},
        {"name_unquoted", "{a:1}"},
        {"name_single_quoted", "{'a':1}"},
        {"name_a_number", "{1:1}"},
        {"name_null", "{null:1}"},
        {"name_open", "{\"a"},
        {"value_open", "{\"a\":\"b"},
        {"value_unquoted", member("b")},
        {"value_single_quoted", member("'b'")},
        {"array_comma_last", member("[1,]")},
        {"array_comma_first", member("[,1]")},
        {"array_comma_twice", member("[1,,2]")},
        {"array_no_comma", member("[1 2]")},
        {"array_colon", member("[1:2]")},
        {"array_open", member("[1")},
        {"array_extra_close", member("[1]]")},
        {"number_plus", member("+1")},
        {"number_zero_first", member("01")},
        {"number_minus_zero_first", member("-01")},
        {"number_minus", member("-")},
        {"number_minus_minus", member("--1")},
        {"number_point_first", member(".5")},
        {"number_point_last", member("5.")},
        {"number_two_points", member("1.2.3")},
        {"number_exponent_empty", member("1e")},
        {"number_exponent_plus_empty", member("1e+")},
        {"number_exponent_twice", member("1e1e1")},
        {"number_exponent_point", member("1e1.5")},
        {"number_point_exponent", member("1.e1")},
        {"number_hex", member("0x1")},
        {"number_underscore", member("1_000")},
        {"number_space", member("1 000")},
        {"number_letter", member("1a")},
        {"number_nan", member("NaN")},
        {"number_infinity", member("Infinity")},
        {"number_minus_infinity", member("-Infinity")},
        {"number_full_width", member("\xEF\xBC\x91")},
        {"literal_capital", member("True")},
        {"literal_cut", member("tru")},
        {"literal_longer", member("nulll")},
        {"literal_undefined", member("undefined")},
        {"string_tab", text("\t")},
        {"string_line_feed", text("\n")},
        {"string_nul", text(std::string("\0", 1))},
        {"string_unit_separator", text("\x1f")},
        {"string_escape_x", text("\\x41")},
        {"string_escape_a", text("\\a")},
        {"string_escape_zero", text("\\0")},
        {"string_escape_apostrophe", text("\\'")},
        {"string_escape_emoji", text("\\\xF0\x9F\x8E\x89")},
        {"string_escape_open", "{\"a\":\"\\\"}"},
        {"string_u_short", text("\\u00e")},
        {"string_u_no_hex", text("\\u00zz")},
        {"string_u_capital", text("\\U0041")},
        {"string_invalid_utf8", text("\xff")},
        {"string_lone_continuation", text("\x80")},
        {"string_cut_sequence", text("\xE4\xBD")},
        {"string_overlong", text("\xC0\xAF")},
        {"string_overlong_nul", text("\xC0\x80")},
        {"string_utf8_surrogate", text("\xED\xA0\x80")},
        {"string_beyond_unicode", text("\xF4\x90\x80\x80")},
        {"string_five_bytes", text("\xF8\x88\x80\x80\x80")},
        {"white_space_form_feed", "{\f}"},
        {"white_space_vertical_tab", "{\v}"},
        {"white_space_no_break", "{\xC2\xA0}"},
        {"white_space_zero_width", "{\xE2\x80\x8B}"},
        {"xml", "<a/>"},
        {"yaml", "a: 1"},
        {"form", "content=x&message_type=text"},
    };
    return all;
}

const std::vector<NamedText>& goodJson()
{
    static const std::vector<NamedText> all{
        {"empty_object", "{}"},
        {"white_space", " \t\r\n{ \t\r\n} \t\r\n"},
        {"member", member("1")},
        {"white_space_everywhere", " { \"a\" : [ 1 , 2 ] , \"b\" : null } "},
        {"empty_name", "{\"\":1}"},
        {"nul_in_a_name", "{\"a\\u0000b\":1}"},
        {"long_name", "{\"" + std::string(10'000, 'a') + "\":1}"},
        {"empty_string", text("")},
        {"escapes", text("\\\"\\\\\\/\\b\\f\\n\\r\\t")},
        {"escaped_control", text("\\u0012")},
        {"escaped_pair", text("\\uD834\\udd1e")},
        {"escaped_noncharacter", text("\\uFFFF")},
        {"one_byte", text("a")},
        {"two_bytes", text("\xC3\xA4")},
        {"three_bytes", text("\xE4\xBD\xA0")},
        {"four_bytes", text("\xF0\x9F\x8E\x89")},
        {"last_code_point", text("\xF4\x8F\xBF\xBF")},
        {"noncharacter", text("\xEF\xBF\xBF")},
        {"del", text("\x7f")},
        {"line_separators", text("\xE2\x80\xA8\xE2\x80\xA9")},
        {"comment_in_a_string", text("/* */ //")},
        {"long_string", text(std::string(100'000, 'a'))},
        {"zero", member("0")},
        {"minus_zero", member("-0")},
        {"integer", member("123")},
        {"negative", member("-1")},
        {"largest_64", member("9223372036854775807")},
        {"smallest_64", member("-9223372036854775808")},
        {"largest_unsigned_64", member("18446744073709551615")},
        {"beyond_64", member("18446744073709551616")},
        {"fraction", member("0.5")},
        {"long_fraction", member("0." + std::string(100, '3'))},
        {"exponent", member("1e2")},
        {"exponent_capital", member("1E2")},
        {"exponent_plus", member("1e+2")},
        {"exponent_minus", member("1e-2")},
        {"exponent_zeros", member("1e0002")},
        {"fraction_and_exponent", member("-1.5e-3")},
        {"true", member("true")},
        {"false", member("false")},
        {"null", member("null")},
        {"empty_array", member("[]")},
        {"array", member("[1,\"a\",null,true,[],{}]")},
        {"array_of_1000", member("[" + repeated("0,", 999) + "0]")},
        {"nested_12", member(repeated("[", 12) + repeated("]", 12))},
        {"array_at_the_top", "[]"},
        {"string_at_the_top", "\"a\""},
        {"number_at_the_top", "7"},
        {"null_at_the_top", "null"},
        {"unknown_member", "{\"no_such_member\":1}"},
    };
    return all;
}

const std::vector<NamedText>& deepJson()
{
    constexpr std::size_t depth = 100'000;
    static const std::vector<NamedText> all{
        {"closed arrays", repeated("[", depth) + repeated("]", depth)},
        {"open arrays", repeated("[", depth)},
        {"closed objects", repeated("{\"a\":", depth) + "1" + repeated("}", depth)},
        {"open objects", repeated("{\"a\":", depth)},
        {"mixed", repeated("[{\"a\":", depth)},
        {"arrays inside a member", member(repeated("[", depth) + repeated("]", depth))},
        {"arrays in the content", "{\"content\":" + repeated("[", depth) + repeated("]", depth) + "}"},
        {"closing brackets", repeated("]", depth)},
    };
    return all;
}

} // namespace netbit::test
