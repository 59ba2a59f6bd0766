// The second factor: codes as RFC 6238 has them, and a login that needs one.

#include "services/auth/Tickets.h"
#include "services/auth/Totp.h"
#include "services/auth/tests/Called.h"

#include <algorithm>

namespace netbit::services::auth::test {
namespace {

namespace json = boost::json;

TEST(Totp, GivesTheCodesOfTheRfc)
{
    // RFC 6238 appendix B has eight digits, of which six are the last ones.
    const std::string secret = "12345678901234567890";
    const std::vector<std::pair<std::int64_t, std::string>> cases{{59, "287082"},         {1111111109, "081804"},
                                                                  {1111111111, "050471"}, {1234567890, "005924"},
                                                                  {2000000000, "279037"}, {20000000000, "353130"}};
    for (const auto& [seconds, code] : cases) {
        EXPECT_EQ(totpCode(secret, seconds / 30), code);
        EXPECT_EQ(totpStep(secret, code, seconds * 1000, 0), seconds / 30);
        EXPECT_EQ(totpStep(secret, code, seconds * 1000, seconds / 30), std::nullopt) << "it was used";
        EXPECT_TRUE(totpStep(secret, code, (seconds + 30) * 1000, 0)) << "the clock of the phone is late";
        EXPECT_FALSE(totpStep(secret, code, (seconds + 90) * 1000, 0));
        EXPECT_FALSE(totpStep(secret, code, (seconds - 90) * 1000, 0));
    }
    for (const auto* wrong : {"", "28708", "2870822", "287083", "28708a"})
        EXPECT_FALSE(totpStep(secret, wrong, 59'000, 0)) << wrong;
}

TEST(Totp, WritesBase32AsTheRfc)
{
    EXPECT_EQ(base32(""), "");
    EXPECT_EQ(base32("f"), "MY");
    EXPECT_EQ(base32("fo"), "MZXQ");
    EXPECT_EQ(base32("foo"), "MZXW6");
    EXPECT_EQ(base32("foob"), "MZXW6YQ");
    EXPECT_EQ(base32("fooba"), "MZXW6YTB");
    EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

TEST(Totp, ARecoveryCodeIsTheSameHoweverItIsTyped)
{
    const auto code = newRecoveryCode();
    EXPECT_EQ(code.size(), 19U);
    EXPECT_NE(code, newRecoveryCode());
    std::string shouted;
    for (const char c : code)
        if (c != '-')
            shouted += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    EXPECT_EQ(recoveryHash(1, shouted), recoveryHash(1, code));
    EXPECT_NE(recoveryHash(2, code), recoveryHash(1, code));
    EXPECT_FALSE(recoveryHash(1, "287082"));
    EXPECT_FALSE(recoveryHash(1, code + "a"));
}

TEST(Tickets, AreGoodForFiveAttemptsAndFiveMinutesAndTheNewestOnly)
{
    Tickets tickets(2);
    const auto first = tickets.issue({.userId = 1}, 0);
    const auto second = tickets.issue({.userId = 1}, 0);
    EXPECT_FALSE(tickets.attempt(first, 1));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(tickets.attempt(second, 1));
    EXPECT_FALSE(tickets.attempt(second, 1));
    const auto third = tickets.issue({.userId = 2}, 0);
    EXPECT_FALSE(tickets.attempt(third, Tickets::lifeMs));
    EXPECT_TRUE(tickets.attempt(third, Tickets::lifeMs - 1));
    const auto fourth = tickets.issue({.userId = 3}, 0);
    EXPECT_TRUE(tickets.attempt(fourth, 1)) << "another one had to go";
    tickets.prune(Tickets::lifeMs);
    EXPECT_FALSE(tickets.attempt(fourth, 1));
    EXPECT_FALSE(tickets.attempt("nbl_", 1));
}

class SecondFactors : public Called {
protected:
    SecondFactors()
    {
        addUser("root", "admin");
        addUser("alice");
        alice = session("alice");
    }

    std::string now(std::int64_t ahead = 0) { return totpCode(secret, time / 30'000 + ahead); }

    /// The recovery codes.
    json::array turnOn()
    {
        const auto enrolled = object(call(alice, "second_factor.enrol", {{"password", password}}));
        database->read([&](storage::Connection& connection) {
            secret = storage::SecondFactorRepository::of(connection, alice->userId())->secret;
        });
        EXPECT_EQ(enrolled.at("secret").as_string(), base32(secret));
        EXPECT_EQ(enrolled.at("uri").as_string(), "otpauth://totp/NetBit:alice?secret=" + base32(secret) +
                                                      "&issuer=NetBit&algorithm=SHA1&digits=6&period=30");
        return object(call(alice, "second_factor.confirm", {{"code", now()}})).at("recovery_codes").as_array();
    }
    std::string ticket(const std::string& peer = "192.0.2.1")
    {
        const auto answer = object(login("alice", password, peer));
        EXPECT_EQ(answer.at("second_factor").as_string(), "totp");
        EXPECT_FALSE(answer.contains("access_token"));
        return std::string(answer.at("ticket").as_string());
    }
    Result<Completed> finish(std::string_view ticketText, std::string_view with, const std::string& peer = "192.0.2.1")
    {
        return call(nullptr, "auth.second_factor", {{"ticket", ticketText}, {"code", with}}, peer);
    }

    PrincipalPtr alice;
    std::string secret;
};

TEST_F(SecondFactors, AreInForceOnceConfirmed)
{
    EXPECT_EQ(code(call(alice, "second_factor.confirm", {{"code", "123456"}})), "second_factor_off");
    EXPECT_EQ(code(call(alice, "second_factor.enrol", {{"password", "wrong"}})), "wrong_password/password");
    ASSERT_TRUE(call(alice, "second_factor.enrol", {{"password", password}}));
    EXPECT_EQ(code(call(alice, "second_factor.confirm", {{"code", "12345"}})), "bad_code/code");
    EXPECT_TRUE(pairOf(login("alice", password)).whole.contains("access_token")) << "not confirmed, not asked for";
    EXPECT_EQ(object(call(alice, "second_factor.get")).at("enabled").as_bool(), false);
    EXPECT_EQ(turnOn().size(), 10U);
    EXPECT_EQ(object(call(alice, "second_factor.get")).at("enabled").as_bool(), true);
    EXPECT_EQ(object(call(alice, "second_factor.get")).at("recovery_codes").as_int64(), 10);
    EXPECT_EQ(code(call(alice, "second_factor.enrol", {{"password", password}})), "second_factor_on");
    restartAll();
    ticket();
}

TEST_F(SecondFactors, ALoginNeedsTheCodeAndNoCodeIsGoodTwice)
{
    turnOn();
    EXPECT_EQ(code(finish(ticket(), now())), "bad_code/code") << "it was used to confirm";
    time += 30'000;
    const auto used = now();
    const auto first = ticket();
    const auto pair = pairOf(finish(first, used));
    EXPECT_EQ(verified(pair.access), "alice");
    EXPECT_EQ(code(finish(first, now(1))), "bad_ticket") << "a ticket is good once";
    EXPECT_EQ(code(finish(ticket(), used)), "bad_code/code");
    restartAll();
    EXPECT_EQ(code(finish(ticket(), used)), "bad_code/code") << "nor after a restart";
    EXPECT_EQ(code(finish(ticket(), now(1))), "ok");
    EXPECT_EQ(code(finish(ticket(), now())), "bad_code/code") << "nor one that is older than one that was used";
}

TEST_F(SecondFactors, OfParallelLoginsWithOneCodeOneGetsIn)
{
    turnOn();
    time += 30'000;
    const auto one = ticket();
    std::vector<std::future<bool>> ends;
    for (int i = 0; i < 4; ++i)
        ends.push_back(std::async(std::launch::async, [&, with = now()] { return finish(one, with).ok(); }));
    EXPECT_EQ(std::count_if(ends.begin(), ends.end(), [](auto& end) { return end.get(); }), 1);
}

TEST_F(SecondFactors, ARecoveryCodeIsGoodOnce)
{
    const auto codes = turnOn();
    const std::string one(codes[3].as_string());
    EXPECT_EQ(code(finish(ticket(), one)), "ok");
    EXPECT_EQ(code(finish(ticket(), one)), "bad_code/code");
    EXPECT_EQ(object(call(alice, "second_factor.get")).at("recovery_codes").as_int64(), 9);
    time += 30'000;
    const auto renewed = object(call(alice, "second_factor.recovery_codes", {{"password", password}, {"code", now()}}));
    EXPECT_EQ(renewed.at("recovery_codes").as_array().size(), 10U);
    EXPECT_EQ(code(finish(ticket(), std::string(codes[4].as_string()))), "bad_code/code") << "the old ones are gone";
    EXPECT_EQ(code(finish(ticket(), std::string(renewed.at("recovery_codes").as_array()[0].as_string()))), "ok");
}

TEST_F(SecondFactors, GuessesAreSlowedDownForTheAccountWhereverTheyComeFrom)
{
    turnOn();
    time += 30'000;
    const auto one = ticket();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(code(finish(one, "000000", "198.51.100." + std::to_string(i))), "bad_code/code");
    EXPECT_EQ(code(finish(one, now(), "198.51.100.9")), "bad_ticket");
    EXPECT_EQ(login("alice", password, "198.51.100.10").error().code, "too_many_failed_logins");
    time += 60'000;
    EXPECT_EQ(code(finish(ticket(), now())), "ok");
}

TEST_F(SecondFactors, AWrongPasswordTellsNothingOfIt)
{
    turnOn();
    EXPECT_EQ(login("alice", "wrong").error().code, "bad_credentials");
    EXPECT_EQ(code(finish("nbl_0000000000000000000000000000000000000000000", now(1))), "bad_ticket");
    EXPECT_EQ(code(finish("garbage", now(1))), "bad_ticket");
}

TEST_F(SecondFactors, ATicketDiesWithThePasswordAndTheUser)
{
    turnOn();
    time += 30'000;
    auto one = ticket();
    ASSERT_EQ(code(call(alice, "users.change_password", {{"old_password", password}, {"new_password", "quite another"}})), "ok");
    EXPECT_EQ(code(finish(one, now())), "bad_ticket");
    const auto answer = object(login("alice", "quite another"));
    one = std::string(answer.at("ticket").as_string());
    ASSERT_TRUE(auth->deactivate("alice"));
    EXPECT_EQ(code(finish(one, now())), "bad_ticket");
}

TEST_F(SecondFactors, AreRemovedWithPasswordAndCodeOrByAnAdmin)
{
    turnOn();
    time += 30'000;
    EXPECT_EQ(code(call(alice, "second_factor.remove", {{"password", password}, {"code", "000000"}})), "bad_code/code");
    EXPECT_EQ(code(call(alice, "second_factor.remove", {{"password", "wrong"}, {"code", now()}})), "wrong_password/password");
    EXPECT_EQ(code(call(alice, "second_factor.remove", {{"password", password}, {"code", now()}})), "ok");
    EXPECT_TRUE(pairOf(login("alice", password)).whole.contains("access_token"));
    turnOn();
    const auto root = session("root");
    EXPECT_EQ(code(call(root, "second_factor.reset", {{"id", alice->userId()}})), "ok");
    EXPECT_EQ(code(call(root, "second_factor.reset", {{"id", alice->userId()}})), "second_factor_off");
    EXPECT_TRUE(pairOf(login("alice", password)).whole.contains("access_token"));
    const auto rows = audited();
    EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.starts_with("second_factor.o"); }), 4);
}

} // namespace
} // namespace netbit::services::auth::test
