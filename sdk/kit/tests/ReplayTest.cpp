// Recordings by hand, for what a test with a real server cannot bring about at will. Those of real servers: tests/contract/sdk.

#include <netbit/kit.hpp>
#include <netbit/kit/gtest.hpp>

#include <cstdio>
#include <fstream>

using namespace netbit::kit;
using namespace ::testing;

namespace {

constexpr const char* head =
    R"({"k":"start","in":0,"now":1767225600000,"form":1,"plugin":"org.example.trial","version":"1.2.0","settings":)"
    R"({"greeting":"Hi","limit":2},"schema":[],"tables":[],"migrations":[]})";

class KitReplay : public Test {
protected:
    ~KitReplay() override { std::remove(_file.c_str()); }
    Violations after(std::initializer_list<const char*> lines, const char* last = "")
    {
        std::ofstream out(_file);
        out << head << '\n';
        for (const auto* const line : lines) {
            out << line << '\n';
        }
        out << last;
        out.close();
        return differences(TRIAL, _file);
    }
    const std::string _file = TempDir() + "netbit-kit-replay-" + UnitTest::GetInstance()->current_test_info()->name();
};

constexpr const char* hello =
    R"({"k":"request","in":1,"now":1,"method":"GET","target":"/api/trial/hello/Ada","headers":[],"body":"","peer":"::1"})";
constexpr const char* hi = R"({"k":"reply","in":1,"now":1,"status":200,"type":"text/plain; charset=utf-8","headers":[],"body":"Hi, Ada."})";

TEST_F(KitReplay, SettingsAreThoseOfTheRecordingAndChangeWhereTheyDid)
{
    EXPECT_THAT(after({hello, hi}), IsEmpty());
    EXPECT_THAT(after({R"({"k":"configure","in":2,"now":1,"settings":{"greeting":"Ho","limit":2}})", hello, hi}),
                ElementsAre(AllOf(HasSubstr(":4: GET /api/trial/hello/Ada by nobody is answered otherwise"),
                                  HasSubstr("In the recording:\n  200 text/plain; charset=utf-8 Hi, Ada.\nnow:\n  "
                                            "200 text/plain; charset=utf-8 Ho, Ada."))));
}

TEST_F(KitReplay, TimersRunWhenTheyRanAndNotByThemselves)
{
    constexpr const char* slowly =
        R"({"k":"request","in":1,"now":1,"method":"POST","target":"/api/trial/slowly","headers":[],"body":"","peer":"::1"})";
    constexpr const char* reply =
        R"({"k":"reply","in":1,"now":9,"status":200,"type":"text/plain; charset=utf-8","headers":[],"body":"slowly"})";
    EXPECT_THAT(after({slowly, R"({"k":"timer","in":2,"now":9,"timer":0})", R"({"k":"timer","in":3,"now":9,"timer":1})", reply}),
                IsEmpty());
    EXPECT_THAT(after({slowly, R"({"k":"timer","in":2,"now":9,"timer":0})", reply}),
                ElementsAre(HasSubstr("now:\n  not at all")));
    EXPECT_THAT(after({R"({"k":"timer","in":2,"now":9,"timer":5})"}), ElementsAre(HasSubstr("number 6 ran; now there is none")));
}

TEST_F(KitReplay, EventsAndWhatOtherServicesSaidComeOutOfTheRecording)
{
    constexpr const char* page =
        R"({"k":"request","in":1,"now":1,"method":"GET","target":"/api/trial/chats/7","headers":[],"body":"","peer":"::1",)"
        R"("user":{"id":41,"name":"ada","admin":false}})";
    EXPECT_THAT(after({page, R"({"k":"call","in":1,"now":1,"f":"chat.page","status":0,"body":"{\"data\":[7]}"})",
                       R"({"k":"reply","in":1,"now":1,"status":200,"type":null,"headers":[],"body":"{\"data\":[7]}"})",
                       R"({"k":"event","in":2,"now":1,"subscription":0,"id":5,"topic":"message.created","chat":7,"actor":41,"body":"{}"})",
                       R"({"k":"reset","in":3,"now":1,"subscription":0,"next":9})"}),
                IsEmpty());
    EXPECT_THAT(after({R"({"k":"event","in":2,"now":1,"subscription":3,"id":5,"topic":"a","chat":0,"actor":0,"body":"{}"})"}),
                ElementsAre(HasSubstr("number 4 heard of something")));
    EXPECT_THAT(after({R"({"k":"step","in":2,"now":1,"f":"sql.execute"})"}), ElementsAre(HasSubstr("(sql.execute); now it has begun none")));
}

// A call that is not made any more has its reason before it: a request that went another way.
TEST_F(KitReplay, ACallThatIsNotMadeNamesTheRequestThatIsAnsweredOtherwise)
{
    EXPECT_THAT(after({hello, R"({"k":"step","in":9,"now":1,"f":"sql.execute"})",
                       R"({"k":"reply","in":1,"now":1,"status":201,"type":null,"headers":[],"body":"written"})"}),
                ElementsAre(AllOf(HasSubstr("now it has begun none."), HasSubstr("is answered otherwise. In the recording:\n  201 written"))));
}

TEST_F(KitReplay, HalfALineAtTheEndIsWhereTheServerWentDown)
{
    EXPECT_THAT(after({hello, hi}, R"({"k":"requ)"), IsEmpty());
    EXPECT_THROW(after({R"({"k":"requ)", hello}), netbit::Failure);
}

} // namespace
