// A login with an authenticator, over HTTP.

#include "journey/Stage.h"
#include "support/Totp.h"

#include <future>

namespace netbit::test {

namespace {

class SecondFactor : public OnStage {
protected:
    static std::string text(json::object object) { return json::serialize(object); }
    static HttpReply finish(const std::string& ticket, std::string_view code)
    {
        return daemon().client().post("/api/auth/second-factor", text({{"ticket", ticket}, {"code", code}}));
    }
    static std::string ticketOf(const std::string& name) { return textAt(login(daemon(), name), "/ticket"); }

    /// Turned on with the code of the step before this one, so that this one's is still good. The reply of the enrolment and
    /// that of the confirmation.
    static std::pair<json::value, json::value> turnOn(HttpClient& http)
    {
        auto enrolled = http.expect(201, "POST", "/api/user/second-factor", text({{"password", password}}));
        auto confirmed = http.expect(200, "POST", "/api/user/second-factor/confirm",
                                     text({{"code", authenticatorCode(textAt(enrolled, "/secret"), -1)}}));
        return {std::move(enrolled), std::move(confirmed)};
    }
};

} // namespace

TEST_F(SecondFactor, ALoginGivesATicketAndTheCodeGivesTheSession)
{
    makeUser(daemon(), "xena");
    auto http = daemon().client(textAt(login(daemon(), "xena"), "/access_token"));
    expectProblem(http.post("/api/user/second-factor", text({{"password", "wrong"}})), 403, "wrong_password");
    expectProblem(http.post("/api/user/second-factor/confirm", R"({"code":"123456"})"), 409, "second_factor_off");
    const auto [enrolled, confirmed] = turnOn(http);
    EXPECT_EQ(textAt(enrolled, "/uri"), "otpauth://totp/NetBit:xena?secret=" + textAt(enrolled, "/secret") +
                                            "&issuer=NetBit&algorithm=SHA1&digits=6&period=30");
    EXPECT_EQ(listAt(confirmed, "/recovery_codes").size(), 10U);
    EXPECT_TRUE(truthAt(http.expect(200, "GET", "/api/user/second-factor"), "/enabled"));

    daemon().restart();
    const auto answer = login(daemon(), "xena");
    EXPECT_EQ(textAt(answer, "/second_factor"), "totp");
    EXPECT_FALSE(has(answer, "/access_token"));
    const auto ticket = textAt(answer, "/ticket");
    expectProblem(daemon().client(ticket).get("/api/user/profile"), 401);
    const auto code = authenticatorCode(textAt(enrolled, "/secret"));
    const auto session = finish(ticket, code);
    ASSERT_EQ(session.status, 200) << session.body;
    EXPECT_EQ(session.header("cache-control"), "no-store");
    EXPECT_EQ(textAt(session.document(), "/user/username"), "xena");
    daemon().client(textAt(session.document(), "/access_token")).expect(200, "GET", "/api/user/profile");

    expectProblem(finish(ticket, code), 401, "bad_ticket");
    expectProblem(finish(ticketOf("xena"), code), 401, "bad_code");
}

TEST_F(SecondFactor, ARecoveryCodeIsGoodOnceAlsoOverARestart)
{
    makeUser(daemon(), "yuri");
    auto http = daemon().client(textAt(login(daemon(), "yuri"), "/access_token"));
    const auto codes = turnOn(http).second;
    const auto one = textAt(codes, "/recovery_codes/0");
    EXPECT_EQ(finish(ticketOf("yuri"), one).status, 200);
    daemon().restart();
    expectProblem(finish(ticketOf("yuri"), one), 401, "bad_code");
    EXPECT_EQ(finish(ticketOf("yuri"), textAt(codes, "/recovery_codes/1")).status, 200);
}

TEST_F(SecondFactor, GuessesComeToAnEnd)
{
    makeUser(daemon(), "zoe");
    auto http = daemon().client(textAt(login(daemon(), "zoe"), "/access_token"));
    const auto secret = textAt(turnOn(http).first, "/secret");
    const auto ticket = ticketOf("zoe");
    for (int i = 0; i < 5; ++i)
        expectProblem(daemon().client({}, "127.0.5." + std::to_string(i + 1))
                          .post("/api/auth/second-factor", text({{"ticket", ticket}, {"code", "not one"}})),
                      401, "bad_code");
    expectProblem(finish(ticket, authenticatorCode(secret)), 401, "bad_ticket");
    expectProblem(daemon().client({}, "127.0.5.9").post("/api/auth/login", text({{"username", "zoe"}, {"password", password}})),
                  429, "too_many_failed_logins");
}

TEST_F(SecondFactor, GuessesAtOnceAreNoMoreThanOneAfterTheOther)
{
    makeUser(daemon(), "ugo");
    auto http = daemon().client(textAt(login(daemon(), "ugo"), "/access_token"));
    turnOn(http);
    const auto ticket = ticketOf("ugo");
    std::vector<std::future<HttpReply>> guesses;
    for (int i = 0; i < 24; ++i)
        guesses.push_back(std::async(std::launch::async, [&, i] {
            return daemon().client({}, "127.0.8." + std::to_string(i + 1))
                .post("/api/auth/second-factor", text({{"ticket", ticket}, {"code", std::to_string(100'000 + i)}}));
        }));
    int looked = 0;
    for (auto& guess : guesses) {
        const auto reply = guess.get();
        EXPECT_NE(reply.status, 200);
        looked += textAt(reply.document(), "/code") == "bad_code" ? 1 : 0;
    }
    EXPECT_LE(looked, 5);
}

TEST_F(SecondFactor, ACodeIsSpentForEverythingOnceItWasUsed)
{
    makeUser(daemon(), "tess");
    auto http = daemon().client(textAt(login(daemon(), "tess"), "/access_token"));
    const auto secret = textAt(turnOn(http).first, "/secret");
    const auto code = authenticatorCode(secret);
    ASSERT_EQ(finish(ticketOf("tess"), code).status, 200);
    const auto proof = text({{"password", password}, {"code", code}});
    expectProblem(http.request("DELETE", "/api/user/second-factor", proof), 403, "bad_code");
    expectProblem(http.post("/api/user/second-factor/recovery-codes", proof), 403, "bad_code");
    EXPECT_TRUE(truthAt(http.expect(200, "GET", "/api/user/second-factor"), "/enabled"));
}

TEST_F(SecondFactor, AnAdminTakesItAwayFromWhoHasLostIt)
{
    const auto will = makeUser(daemon(), "will");
    auto http = daemon().client(textAt(login(daemon(), "will"), "/access_token"));
    turnOn(http);
    const auto target = "/api/admin/users/" + std::to_string(will.id) + "/second-factor";
    expectProblem(as(ada()).request("DELETE", target), 403, "admin_only");
    EXPECT_EQ(as(root()).request("DELETE", target).status, 204);
    expectProblem(as(root()).request("DELETE", target), 409, "second_factor_off");
    EXPECT_TRUE(has(login(daemon(), "will"), "/access_token"));
}

TEST_F(SecondFactor, IsTurnedOffWithPasswordAndCode)
{
    makeUser(daemon(), "vic");
    auto http = daemon().client(textAt(login(daemon(), "vic"), "/access_token"));
    const auto secret = textAt(turnOn(http).first, "/secret");
    expectProblem(http.request("DELETE", "/api/user/second-factor", text({{"password", password}})), 422, "missing_member");
    expectProblem(http.request("DELETE", "/api/user/second-factor", text({{"password", password}, {"code", "not one"}})), 403, "bad_code");
    EXPECT_EQ(http.request("DELETE", "/api/user/second-factor",
                           text({{"password", password}, {"code", authenticatorCode(secret, 1)}})).status, 204);
    EXPECT_TRUE(has(login(daemon(), "vic"), "/access_token"));
}

} // namespace netbit::test
