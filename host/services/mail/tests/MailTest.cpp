// From a notification to the relay, with the service's clock and the relay in hand.

#include "services/chat/ChatService.h"
#include "services/mail/Core.h"
#include "services/mail/Tokens.h"
#include "services/notify/Acts.h"
#include "services/notify/NotifyService.h"
#include "services/projects/tests/House.h"

#include <map>

namespace netbit::services::mail::test {

namespace json = boost::json;
using base::MailOutcome;
using base::Millis;
using Fate = MailOutcome::Fate;

constexpr Millis second = 1'000;
constexpr Millis minute = 60 * second;
constexpr Millis hour = 60 * minute;

class Relay final : public base::Mailer {
public:
    MailOutcome send(const base::MailRelay&, const base::Mail& mail) override
    {
        ++offered;
        const auto outcome = answer ? answer(mail) : MailOutcome{Fate::taken, true, "250 OK"};
        if (outcome.fate == Fate::taken)
            taken.push_back(mail);
        return outcome;
    }
    void hangUp() override { ++hungUp; }

    std::function<MailOutcome(const base::Mail&)> answer;
    std::vector<base::Mail> taken;
    int offered = 0;
    int hungUp = 0;
};

class Mail : public projects::test::House {
protected:
    Mail()
    {
        chats = std::make_unique<chat::ChatService>(*database, *writer, users, *log, chat::ChatOptions{});
        chats->load();
        notify = std::make_unique<notify::NotifyService>(service->core(), chats->core());
        notify->load();
        notify->addOperations(operations);
        mail = std::make_unique<MailService>(notify->core(), relay, key, [this] { return now; });
        mail->setOptions(options);
        mail->addOperations(operations);
    }
    ~Mail() override
    {
        log->stop();
        writer->stop();
    }

    static std::string field(const std::string& text, const std::string& name)
    {
        const auto at = text.find("\r\n" + name + ": ");
        if (at == std::string::npos)
            return {};
        const auto from = at + name.size() + 4;
        return text.substr(from, text.find("\r\n", from) - from);
    }
    /// The mail's text, soft line breaks taken out.
    static std::string readable(std::string text)
    {
        for (auto at = text.find("=\r\n"); at != std::string::npos; at = text.find("=\r\n", at))
            text.erase(at, 3);
        for (auto at = text.find("=3D"); at != std::string::npos; at = text.find("=3D", at + 1))
            text.replace(at, 3, "=");
        return text;
    }
    static std::string tokenIn(const std::string& text)
    {
        const auto plain = readable(text);
        const auto at = plain.find("?token=");
        return plain.substr(at + 7, plain.find_first_of("\r\n \">", at) - at - 7);
    }

    /// An address of the user's, confirmed by the link that was sent there.
    void subscribe(Id who, const json::object& more = {{"mode", "at_once"}, {"delay_seconds", 0}})
    {
        auto wanted = more;
        wanted["address"] = nameOf(who) + "@example.org";
        good(who, "mail.update", wanted);
        good(who, "mail.ask", {});
        mail->sendDue();
        ASSERT_FALSE(relay.taken.empty());
        good(0, "mail.confirm", {{"token", tokenIn(relay.taken.back().text)}});
        relay.taken.clear();
        relay.offered = 0;
    }
    Id note(Id who, std::string_view name = "milk", std::string_view content = {})
    {
        return good(who, "notifications.create", {{"name", name}, {"content", content}}).at("id").as_int64();
    }
    json::value shown(Id who) { return good(who, "mail.get", {}); }
    std::map<std::string, int> arrived() const // by Message-ID
    {
        std::map<std::string, int> out;
        for (const auto& one : relay.taken)
            ++out[field(one.text, "Message-ID")];
        return out;
    }
    void pass(Millis time, Millis step = minute)
    {
        for (const auto end = now + time; now < end; now += step)
            mail->sendDue();
    }
    void run(std::string_view sql)
    {
        const auto done = writer->run([&](storage::Connection& connection) -> base::Result<void> {
            connection.execute(sql);
            return {};
        });
        EXPECT_TRUE(done.ok()) << done.error().detail;
    }
    Millis at(std::string_view text) { return now = base::parseRfc3339(text).value(); }

    const std::string key = "0123456789abcdef0123456789abcdef";
    Millis now = 1'800'000'000'000;
    const MailOptions options{
        .relay = base::MailRelay{.host = "mail.example.org"}, .from = "netbit@example.org", .publicUrl = "https://chat.example.org"};
    Relay relay;
    std::unique_ptr<chat::ChatService> chats;
    std::unique_ptr<notify::NotifyService> notify;
    std::unique_ptr<MailService> mail;
};

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
