// What becomes of mails where the relay fails or refuses.

#include "services/mail/tests/MailHouse.h"

namespace netbit::services::mail::test {

TEST_F(Mail, ARelayThatIsDownForAnHourGetsEachOnceAfterwards)
{
    subscribe(ann);
    relay.answer = [](const base::Mail&) { return MailOutcome{Fate::relayFailed, false, "Connection refused"}; };
    for (int n = 0; n < 200; ++n)
        note(ann, "note " + std::to_string(n));
    pass(hour, second);
    EXPECT_LT(relay.offered, 60) << "a relay that is away is not tried with everything that waits for it";
    EXPECT_GT(relay.offered, 10);
    EXPECT_EQ(relay.taken.size(), 0u);
    relay.answer = nullptr;
    pass(10 * minute, second);
    const auto all = arrived();
    EXPECT_EQ(all.size(), 200u);
    for (const auto& [message, times] : all)
        EXPECT_EQ(times, 1) << message;
    EXPECT_EQ(mail->pending(), 0);
    EXPECT_TRUE(shown(ann).at("last_refusal").is_null()) << "the relay's fault is no refusal";
}

TEST_F(Mail, AMailThatTheRelayFailsAtHoldsUpNoOther)
{
    subscribe(ann);
    const auto bad = "user" + std::to_string(ben) + "@example.org";
    subscribe(ben);
    relay.answer = [&](const base::Mail& one) {
        return one.to == bad ? MailOutcome{Fate::relayFailed, true, "the connection ended"} : MailOutcome{Fate::taken, true, "250"};
    };
    note(ben);
    for (int n = 0; n < 20; ++n)
        note(ann);
    pass(10 * minute, second);
    EXPECT_EQ(relay.taken.size(), 20u);
    EXPECT_LT(relay.offered, 40);
}

TEST_F(Mail, ARefusalForNowIsTriedAgainUnderTheSameIdForADay)
{
    subscribe(ann);
    std::vector<Millis> tries;
    std::map<std::string, int> ids;
    relay.answer = [&](const base::Mail& one) {
        tries.push_back(now);
        ++ids[field(one.text, "Message-ID")];
        return MailOutcome{Fate::refusedForNow, true, "451 4.7.1 Greylisted"};
    };
    note(ann);
    pass(26 * hour);
    EXPECT_GE(tries.size(), 8u);
    EXPECT_LE(tries.size(), 25u);
    EXPECT_EQ(ids.size(), 1u);
    EXPECT_LE(tries.back() - tries.front(), 24 * hour + minute);
    EXPECT_GE(tries.back() - tries.front(), 23 * hour);
    EXPECT_EQ(mail->pending(), 0);
    EXPECT_EQ(shown(ann).at("last_refusal").at("reason").as_string(), "451 4.7.1 Greylisted");
    EXPECT_EQ(shown(ann).at("state").as_string(), "confirmed");
    relay.answer = nullptr;
    note(ann);
    EXPECT_EQ(mail->sendDue(), 1u) << "and others are sent meanwhile";
}

TEST_F(Mail, ABadAddressIsGivenUpAndTheInboxSaysSo)
{
    subscribe(ann);
    relay.answer = [](const base::Mail&) { return MailOutcome{Fate::refused, true, "550 5.1.1 No such user here"}; };
    note(ann);
    note(ann, "another");
    mail->sendDue();
    EXPECT_EQ(relay.offered, 1);
    const auto settings = shown(ann);
    EXPECT_EQ(settings.at("state").as_string(), "unconfirmed");
    EXPECT_EQ(settings.at("last_refusal").at("reason").as_string(), "550 5.1.1 No such user here");
    const auto inbox = good(ann, "notifications.list", {{"limit", 1}}).at("data");
    EXPECT_EQ(inbox.at(0).at("name").as_string(), "No more e-mail to user2@example.org");
    EXPECT_NE(inbox.at(0).at("content").as_string().find("No such user"), json::string::npos);
    relay.answer = nullptr;
    pass(hour);
    EXPECT_TRUE(relay.taken.empty());
}

TEST_F(Mail, OneRefusalOfATextIsNoEndAndFiveInARowAre)
{
    subscribe(ann);
    relay.answer = [](const base::Mail&) { return MailOutcome{Fate::refused, true, "554 5.6.0 I do not like the words"}; };
    for (int n = 0; n < 4; ++n)
        note(ann);
    mail->sendDue();
    EXPECT_EQ(relay.offered, 4);
    EXPECT_EQ(shown(ann).at("state").as_string(), "confirmed");
    relay.answer = nullptr;
    note(ann);
    mail->sendDue();
    relay.answer = [](const base::Mail&) { return MailOutcome{Fate::refused, true, "554 5.7.1 Relay access denied"}; };
    for (int n = 0; n < 10; ++n)
        note(ann);
    mail->sendDue();
    EXPECT_EQ(shown(ann).at("state").as_string(), "confirmed") << "what the relay thinks of us is no fault of the address";
    relay.answer = [](const base::Mail&) { return MailOutcome{Fate::refused, true, "554 no"}; };
    for (int n = 0; n < 10; ++n)
        note(ann);
    mail->sendDue();
    EXPECT_EQ(shown(ann).at("state").as_string(), "unconfirmed");
    EXPECT_EQ(relay.offered, 4 + 1 + 10 + 5);
}

TEST_F(Mail, WhatTheRelayHasIsNotSentTwiceWhereItCouldNotBeWrittenDown)
{
    subscribe(ann);
    note(ann);
    relay.answer = [&](const base::Mail&) {
        run("CREATE TRIGGER full BEFORE UPDATE ON mails BEGIN SELECT RAISE(ABORT, 'full'); END");
        return MailOutcome{Fate::taken, true, "250"};
    };
    mail->sendDue();
    relay.answer = nullptr;
    for (int n = 0; n < 5; ++n)
        mail->sendDue();
    EXPECT_EQ(relay.offered, 1);
    EXPECT_EQ(mail->pending(), 1);
    run("DROP TRIGGER full");
    mail->sendDue();
    EXPECT_EQ(relay.offered, 1);
    EXPECT_EQ(mail->pending(), 0);
}

} // namespace netbit::services::mail::test
