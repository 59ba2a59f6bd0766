#ifndef NETBIT_KIT_GTEST_HPP
#define NETBIT_KIT_GTEST_HPP
/*
 * GoogleMock matchers for what a plugin answers and says. Including this makes a test fail whose FakeHost ends with
 * violations.
 *
 *     EXPECT_THAT(host.get("/api/notes/7", ann), AllOf(HasStatus(200), HasJson("/text", "milk")));
 *     EXPECT_THAT(host.get("/api/notes/8", ann), IsProblem(404, "note_not_found"));
 *     EXPECT_THAT(host.events(), Contains(IsEvent("notes.created", HasData("/id", 7))));
 */
#include "netbit/kit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

namespace netbit {
namespace kit {

/* How a reply, an event and a line of the log look in a message. */
inline void PrintTo(const Reply& reply, std::ostream* out)
{
    *out << (reply.answered() ? "reply " + std::to_string(reply.status()) : std::string("no reply yet"));
    for (const auto& [name, value] : reply.headers()) {
        *out << "\n  " << name << ": " << value;
    }
    *out << "\n  " << reply.body();
}
inline void PrintTo(const Event& event, std::ostream* out) { *out << event.topic << ' ' << event.json; }
inline void PrintTo(const LogLine& line, std::ostream* out)
{
    *out << line.level << ' ' << line.message;
    for (const auto& [name, value] : line.fields) {
        *out << ' ' << name << '=' << value;
    }
}
namespace detail {

/* Once per program, before main. */
inline const bool violationsFailTests = [] {
    onViolations() = [](const Violations& violations) {
        for (const auto& each : violations) {
            ADD_FAILURE() << "the plugin: " << each;
        }
    };
    return true;
}();

/* Whether a member is the value that a test has written down. */
template <class Value> bool isValue(const JsonMember& member, const Value& value)
{
    using Kind = JsonMember::Kind;
    if constexpr (std::is_same_v<Value, std::nullptr_t>) {
        return member.kind == Kind::null;
    } else if constexpr (std::is_same_v<Value, bool>) {
        return member.kind == Kind::boolean && (member.integer != 0) == value;
    } else if constexpr (std::is_integral_v<Value>) {
        return member.kind == Kind::integer && member.integer == static_cast<std::int64_t>(value);
    } else if constexpr (std::is_floating_point_v<Value>) {
        return (member.kind == Kind::real || member.kind == Kind::integer) && member.real == static_cast<double>(value);
    } else {
        return member.kind == Kind::string && member.text == std::string_view(value);
    }
}

template <class Value> bool isMember(std::string_view document, std::string_view pointer, const Value& value,
                                     ::testing::MatchResultListener* listener)
{
    const auto member = jsonAt(document, pointer);
    if (!member) {
        *listener << member.error().detail;
        return false;
    }
    *listener << "whose " << std::string(pointer) << " is " << member->text;
    return isValue(*member, value);
}

} // namespace detail

/* Puts a recording in again. What differs fails the test, and so does what the plugin does wrong. */
inline void replay(std::string_view library, std::string_view recording)
{
    for (const auto& each : differences(library, recording)) {
        ADD_FAILURE() << each;
    }
}

MATCHER_P(HasStatus, status, "has the status " + ::testing::PrintToString(status))
{
    *result_listener << "whose status is " << arg.status();
    return ::testing::ExplainMatchResult(::testing::Matcher<int>(status), arg.status(), result_listener);
}
/* `value`: text or a matcher of std::string. */
MATCHER_P2(HasHeader, name, value, std::string("has the header ") + name)
{
    const auto found = arg.header(name);
    if (!found) {
        *result_listener << "which has no header " << name;
        return false;
    }
    return ::testing::ExplainMatchResult(::testing::Matcher<std::string>(value), *found, result_listener);
}
/* The whole body: text or a matcher of std::string. */
MATCHER_P(HasBody, value, "has a body that " + ::testing::DescribeMatcher<std::string>(value))
{
    return ::testing::ExplainMatchResult(::testing::Matcher<std::string>(value), arg.body(), result_listener);
}
/* A member of a JSON body: text, number, bool or nullptr. */
MATCHER_P2(HasJson, pointer, value, std::string("has at ") + pointer + " " + ::testing::PrintToString(value))
{
    return detail::isMember(arg.body(), pointer, value, result_listener);
}
/* A member whose JSON (of a string: the string itself) fits a matcher of std::string. */
MATCHER_P2(HasJsonThat, pointer, matcher,
           std::string("has at ") + pointer + " what " + ::testing::DescribeMatcher<std::string>(matcher))
{
    const auto member = jsonAt(arg.body(), pointer);
    if (!member) {
        *result_listener << member.error().detail;
        return false;
    }
    return ::testing::ExplainMatchResult(::testing::Matcher<std::string>(matcher), member->text, result_listener);
}
MATCHER_P2(IsProblem, status, code,
           "is the problem " + ::testing::PrintToString(status) + " " + ::testing::PrintToString(code))
{
    *result_listener << "which is " << arg.status() << " with the code \"" << arg.problem() << '"';
    return arg.status() == status && arg.problem() == code;
}

/* Events: the topic, and then what else must hold of it. */
MATCHER_P(IsEvent, topic, "is of the topic " + ::testing::PrintToString(topic)) { return arg.topic == topic; }
MATCHER_P2(IsEvent, topic, also,
           "is of the topic " + ::testing::PrintToString(topic) + " and " + ::testing::DescribeMatcher<Event>(also))
{
    return arg.topic == topic && ::testing::ExplainMatchResult(::testing::Matcher<Event>(also), arg, result_listener);
}
/* A member of the event's data. */
MATCHER_P2(HasData, pointer, value, std::string("has in its data at ") + pointer + " " + ::testing::PrintToString(value))
{
    return detail::isMember(arg.json, "/data" + std::string(pointer), value, result_listener);
}

/* A line of the log: the sentence, text or a matcher. */
MATCHER_P2(IsLogLine, level, message, "is a line of the log that " + ::testing::DescribeMatcher<std::string>(message))
{
    return arg.level == static_cast<std::uint32_t>(level) &&
           ::testing::ExplainMatchResult(::testing::Matcher<std::string>(message), arg.message, result_listener);
}

} // namespace kit
} // namespace netbit
#endif
