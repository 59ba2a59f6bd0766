// What is mailed to whom, and when.

#include "services/mail/tests/MailHouse.h"

#include "services/mail/Tokens.h"

namespace netbit::services::mail::test {

TEST_F(Mail, NothingIsSentToAnAddressThatNobodyHasConfirmed)
{
    EXPECT_EQ(shown(ann).at("state").as_string(), "none");
    EXPECT_EQ(refusal(ann, "mail.ask", {}), "no_address");
    good(ann, "mail.update", {{"mode", "at_once"}, {"delay_seconds", 0}, {"address", "ann@example.org"}});
    EXPECT_EQ(shown(ann).at("state").as_string(), "unconfirmed");
    note(ann);
    EXPECT_EQ(mail->sendDue(), 0u);
    good(ann, "mail.ask", {});
    EXPECT_EQ(mail->sendDue(), 1u);
    ASSERT_EQ(relay.taken.size(), 1u);
    EXPECT_EQ(relay.taken[0].to, "ann@example.org");
    EXPECT_EQ(relay.taken[0].from, "netbit@example.org");
    const auto token = tokenIn(relay.taken[0].text);
    EXPECT_NE(readable(relay.taken[0].text).find("https://chat.example.org/#/email/confirm?token=" + token), std::string::npos);
    EXPECT_EQ(refusal(0, "mail.confirm", {{"token", token + "x"}}), "invalid_token");
    good(0, "mail.confirm", {{"token", token}});
    EXPECT_EQ(shown(ann).at("state").as_string(), "confirmed");
    EXPECT_EQ(refusal(ann, "mail.ask", {}), "already_confirmed");
    EXPECT_EQ(mail->sendDue(), 0u) << "what was made before is not for the mail";
    note(ann);
    note(ben);
    EXPECT_EQ(mail->sendDue(), 1u);
    good(ann, "mail.update", {{"address", "elsewhere@example.org"}});
    EXPECT_EQ(shown(ann).at("state").as_string(), "unconfirmed");
    EXPECT_EQ(refusal(0, "mail.confirm", {{"token", token}}), "invalid_token") << "it was about another address";
    note(ann);
    EXPECT_EQ(mail->sendDue(), 0u);
}

TEST_F(Mail, ALinkIsGoodForThreeDays)
{
    good(ann, "mail.update", {{"address", "ann@example.org"}});
    good(ann, "mail.ask", {});
    mail->sendDue();
    const auto token = tokenIn(relay.taken.at(0).text);
    now += 72 * hour;
    EXPECT_EQ(refusal(0, "mail.confirm", {{"token", token}}), "invalid_token");
    now -= second;
    good(0, "mail.confirm", {{"token", token}});
}

TEST_F(Mail, NobodyIsBombedWithConfirmations)
{
    for (const auto who : {ann, ben})
        good(who, "mail.update", {{"address", who == ann ? "victim@example.org" : "VICTIM@example.org"}});
    good(ann, "mail.ask", {});
    EXPECT_EQ(refusal(ann, "mail.ask", {}), "too_many_confirmations") << "once a minute";
    now += minute;
    good(ann, "mail.ask", {});
    now += minute;
    good(ann, "mail.ask", {});
    good(ben, "mail.ask", {});
    now += minute;
    good(ben, "mail.ask", {});
    now += minute;
    EXPECT_EQ(refusal(ann, "mail.ask", {}), "too_many_confirmations") << "five a day to one address";
    EXPECT_EQ(refusal(ben, "mail.ask", {}), "too_many_confirmations");
    for (int n = 0; n < 10; ++n, now += minute) {
        good(ann, "mail.update", {{"address", "other" + std::to_string(n) + "@example.org"}});
        EXPECT_EQ(refusal(ann, "mail.ask", {}), n < 2 ? "none" : "too_many_confirmations") << n << ": five a day of one user";
    }
    now += 24 * hour;
    good(ann, "mail.ask", {});
}

TEST_F(Mail, ANotificationIsAMailThatThreadsAndCanBeLeft)
{
    subscribe(ann);
    note(ann, "Buy milk", "two litres\nof <b>it</b>");
    EXPECT_EQ(mail->sendDue(), 1u);
    EXPECT_EQ(mail->sendDue(), 0u);
    ASSERT_EQ(relay.taken.size(), 1u);
    const auto& text = relay.taken[0].text;
    EXPECT_EQ(field(text, "Subject"), "[NetBit] Buy milk");
    EXPECT_EQ(field(text, "Auto-Submitted"), "auto-generated");
    EXPECT_EQ(field(text, "Date"), mailDate(now));
    EXPECT_EQ(field(text, "References"), "") << "a note is in no conversation";
    EXPECT_EQ(field(text, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    const auto leave = field(text, "List-Unsubscribe");
    ASSERT_TRUE(leave.starts_with("<https://chat.example.org/api/notifications/email/unsubscribe?token=")) << leave;
    EXPECT_NE(readable(text).find("&lt;b&gt;it&lt;/b&gt;"), std::string::npos) << text;
    const auto token = leave.substr(leave.find('=') + 1, leave.size() - leave.find('=') - 2);
    note(ann, "waits");
    EXPECT_EQ(refusal(0, "mail.unsubscribe", {{"token", token.substr(1)}}), "invalid_token");
    good(0, "mail.unsubscribe", {{"token", token}});
    good(0, "mail.unsubscribe", {{"token", token}});
    EXPECT_EQ(shown(ann).at("mode").as_string(), "off");
    EXPECT_EQ(mail->sendDue(), 0u) << "also what waited already";
    note(ann);
    EXPECT_EQ(mail->sendDue(), 0u);
    good(ann, "mail.update", {{"mode", "at_once"}});
    note(ann);
    EXPECT_EQ(mail->sendDue(), 1u) << "the address is still confirmed";
}

TEST_F(Mail, WhatWasReadOrIsGoneIsNotSent)
{
    subscribe(ann, {{"mode", "at_once"}, {"delay_seconds", 300}});
    const auto read = note(ann, "read");
    const auto gone = note(ann, "gone");
    note(ann, "left");
    EXPECT_EQ(mail->sendDue(), 0u);
    good(ann, "notifications.read", {{"id", read}});
    good(ann, "notifications.delete", {{"id", gone}});
    now += 299 * second;
    EXPECT_EQ(mail->sendDue(), 0u);
    now += second;
    EXPECT_EQ(mail->sendDue(), 1u);
    EXPECT_EQ(field(relay.taken.at(0).text, "Subject"), "[NetBit] left");
}

TEST_F(Mail, QuietHoursHoldMails)
{
    subscribe(ann);
    good(ann, "notifications.set_rules", {{"quiet_hours", json::array{json::object{{"from", "22:00"}, {"to", "07:00"}}}}});
    at("2027-03-01T22:30:00Z");
    note(ann);
    pass(8 * hour + 29 * minute);
    EXPECT_EQ(relay.taken.size(), 0u);
    pass(2 * minute);
    EXPECT_EQ(relay.taken.size(), 1u);
}

TEST_F(Mail, ADigestComesOnceADayWithWhatIsNewAndUnread)
{
    at("2027-03-01T12:00:00Z");
    note(ann, "before");
    subscribe(ann, {{"mode", "digest"}, {"digest_at", "08:00"}});
    EXPECT_EQ(shown(ann).at("next_digest").as_string(), "2027-03-02T08:00:00.000Z");
    note(ann, "one");
    note(ann, "two <script>");
    good(ann, "notifications.read", {{"id", note(ann, "read")}});
    pass(20 * hour);
    EXPECT_EQ(relay.taken.size(), 0u);
    pass(2 * minute);
    ASSERT_EQ(relay.taken.size(), 1u);
    const auto text = readable(relay.taken[0].text);
    EXPECT_EQ(field(text, "Subject"), "[NetBit] 2 notifications");
    for (const auto* const there : {"] one", "] two <script>", "two &lt;script&gt;"})
        EXPECT_NE(text.find(there), std::string::npos) << there;
    for (const auto* const missing : {"before", "] read"})
        EXPECT_EQ(text.find(missing), std::string::npos) << missing;
    pass(24 * hour);
    EXPECT_EQ(relay.taken.size(), 1u) << "a day without news has no mail";
    note(ann, "three");
    pass(24 * hour);
    ASSERT_EQ(relay.taken.size(), 2u);
    EXPECT_EQ(field(relay.taken[1].text, "Subject"), "[NetBit] 1 notification");
    good(ann, "notifications.read", {{"id", note(ann, "four")}});
    pass(24 * hour);
    EXPECT_EQ(relay.taken.size(), 2u);
}

TEST_F(Mail, DigestsFollowTheClockOnTheWallWhenItIsSet)
{
    const auto& user = users.byId(ann);
    auto profile = std::make_shared<storage::ProfileRecord>(users::profileOf(*user));
    profile->timeZone = "Europe/Berlin";
    auto berliner = std::make_shared<users::User>(*user);
    berliner->profile = profile;
    users.put(berliner);
    at("2026-10-23T12:00:00Z");
    subscribe(ann, {{"mode", "digest"}, {"digest_at", "02:30"}});
    std::vector<std::string> times;
    for (const auto end = now + 5 * 24 * hour; now < end; now += 30 * minute) {
        note(ann);
        if (mail->sendDue() > 0)
            times.push_back(base::rfc3339(now));
    }
    EXPECT_EQ(times, (std::vector<std::string>{"2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z",
                                               "2026-10-27T01:30:00.000Z", "2026-10-28T01:30:00.000Z"}))
        << "on the 25th there are two 02:30, and one digest";
    relay.taken.clear();
    times.clear();
    at("2027-03-26T12:00:00Z");
    mail->sendDue(); // what the months between have made due
    for (const auto end = now + 4 * 24 * hour; now < end; now += 30 * minute) {
        note(ann);
        if (mail->sendDue() > 0)
            times.push_back(base::rfc3339(now));
    }
    EXPECT_EQ(times, (std::vector<std::string>{"2027-03-27T01:30:00.000Z", "2027-03-28T01:00:00.000Z", "2027-03-29T00:30:00.000Z",
                                               "2027-03-30T00:30:00.000Z"}))
        << "on the 28th there is no 02:30";
}

TEST_F(Mail, AnotherTimeOfTheDayLeavesNothingOut)
{
    at("2027-03-01T07:00:00Z");
    subscribe(ann, {{"mode", "digest"}, {"digest_at", "08:00"}});
    note(ann, "early");
    good(ann, "mail.update", {{"digest_at", "09:00"}});
    note(ann, "late");
    pass(2 * hour + minute);
    ASSERT_EQ(relay.taken.size(), 1u);
    EXPECT_EQ(field(relay.taken[0].text, "Subject"), "[NetBit] 2 notifications");
}

TEST_F(Mail, WithoutARelayThereIsNothingToSetAndWhatWaitsGoesOnWaiting)
{
    subscribe(ann);
    note(ann);
    mail->setOptions({});
    EXPECT_EQ(refusal(ann, "mail.get", {}), "mail_not_configured");
    EXPECT_EQ(refusal(ann, "mail.update", {{"mode", "off"}}), "mail_not_configured");
    EXPECT_EQ(refusal(ann, "mail.ask", {}), "mail_not_configured");
    note(ann);
    EXPECT_EQ(mail->sendDue(), 0u);
    good(0, "mail.unsubscribe", {{"token", unsubscribeToken(key, ben)}}); // a link stays good
    mail->setOptions(options);
    EXPECT_EQ(mail->sendDue(), 1u);
}

TEST_F(Mail, WhatMakesNoSenseIsPointedAt)
{
    const auto wrong = [&](const json::object& what) {
        const auto answer = ask(ann, "mail.update", what);
        return answer ? "none" : answer.error().code + ' ' + answer.error().pointer;
    };
    for (const std::string_view time : {"24:00", "7:15", "07:60", "0715", "07-15", "ab:cd", "-1:00", "+1:00"})
        EXPECT_EQ(wrong({{"digest_at", time}}), "out_of_range /digest_at") << time;
    EXPECT_EQ(wrong({{"mode", "weekly"}}), "out_of_range /mode");
    EXPECT_EQ(wrong({{"delay_seconds", 86'401}}), "out_of_range /delay_seconds");
    EXPECT_EQ(wrong({{"delay_seconds", -1}}), "out_of_range /delay_seconds");
    EXPECT_EQ(wrong({{"address", "a@b\r\nRCPT TO:<x@y>"}}), "invalid_address /address");
    EXPECT_EQ(wrong({{"mood", "good"}}), "unknown_member /mood");
    EXPECT_EQ(shown(ann).at("mode").as_string(), "at_once") << "and changes nothing";
    good(ann, "mail.update", {{"mode", "digest"}, {"digest_at", "00:00"}, {"delay_seconds", 0}});
    EXPECT_EQ(shown(ann).at("digest_at").as_string(), "00:00");
}

TEST_F(Mail, AnErasedUserLeavesNoAddress)
{
    subscribe(ann);
    note(ann);
    const auto erased = writer->run([](storage::Connection& connection) -> base::Result<void> {
        storage::UserRepository::erase(connection, ann, "gone", 5);
        return {};
    });
    ASSERT_TRUE(erased.ok());
    EXPECT_EQ(mail->sendDue(), 0u);
    database->read([](storage::Connection& reading) {
        EXPECT_FALSE(storage::MailRepository::settings(reading, ann));
        EXPECT_EQ(storage::MailRepository::pending(reading), 0);
    });
}

} // namespace netbit::services::mail::test
