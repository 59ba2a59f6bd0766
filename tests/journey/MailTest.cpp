// Notifications on their way into a mail relay that is none of ours: over TLS, over refusals, and over kill -9.

#include "journey/OverKills.h"
#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/MailSink.h"

#include <sqlite3.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <thread>

namespace netbit::test {

namespace {

constexpr const char* email = "/api/notifications/email";
constexpr const char* unsubscribeStart = "<https://chat.example.org/api/notifications/email/unsubscribe?token=";

/// The mails to this address, as far as they are there.
std::vector<json::value> mailsTo(const MailSink& sink, const std::string& address)
{
    std::vector<json::value> out;
    for (auto& mail : sink.taken())
        if (textAt(mail, "/to/0") == address)
            out.push_back(std::move(mail));
    return out;
}

json::value nthTo(const MailSink& sink, const std::string& address, std::size_t count)
{
    std::vector<json::value> mails;
    eventually([&] { return (mails = mailsTo(sink, address)).size() >= count; }, std::to_string(count) + " mails came to " + address);
    return mails[count - 1];
}

/// The user's address, confirmed by the link in the mail.
std::string subscribe(const Daemon& daemon, const MailSink& sink, const User& user, const std::string& settings = R"("mode":"at_once","delay_seconds":0)")
{
    const auto address = user.name + "@example.org";
    auto http = daemon.client(user.token);
    http.expect(200, "PATCH", email, "{" + settings + R"(,"address":")" + address + "\"}");
    http.expect(200, "POST", std::string(email) + "/confirmation", "{}");
    const auto mail = nthTo(sink, address, 1);
    EXPECT_EQ(mailHeader(mail, "Subject"), "Confirm this address for NetBit");
    auto reader = daemon.client(); // who reads mail need not be signed in
    EXPECT_EQ(reader.post(std::string(email) + "/confirm", json::serialize(json::object{{"token", mailToken(mail, "/email/confirm")}})).status, 204);
    EXPECT_EQ(textAt(http.expect(200, "GET", email), "/state"), "confirmed");
    return address;
}

void note(HttpClient& http, const std::string& name)
{
    http.expect(201, "POST", "/api/notifications", json::serialize(json::object{{"name", name}}));
}

std::int64_t sayTo(HttpClient& http, std::int64_t chat, const std::string& content, std::int64_t replyTo = 0)
{
    json::object body{{"content", content}};
    if (replyTo != 0)
        body["reply_to"] = replyTo;
    return integerAt(http.expect(201, "POST", messagesOf(chat), json::serialize(body)), "/id");
}

/// What holds for every mail, read by a mail program's parser.
void expectWellFormed(const json::value& mail)
{
    EXPECT_TRUE(listAt(mail, "/defects").empty()) << json::serialize(mail);
    EXPECT_TRUE(truthAt(mail, "/ascii"));
    EXPECT_EQ(integerAt(mail, "/bare"), 0);
    EXPECT_LE(integerAt(mail, "/longest"), 200);
    EXPECT_EQ(textAt(mail, "/from"), "netbit@example.org");
    EXPECT_EQ(listAt(mail, "/to").size(), 1u);
    EXPECT_EQ(mailHeader(mail, "Auto-Submitted"), "auto-generated");
    std::set<std::string> names;
    for (const auto& header : listAt(mail, "/headers"))
        EXPECT_TRUE(names.insert(std::string(header.at(0).as_string())).second) << json::serialize(header);
    for (const auto* const known : {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe",
                                    "List-Unsubscribe-Post", "Auto-Submitted", "MIME-Version", "Content-Type"})
        names.erase(known);
    EXPECT_TRUE(names.empty()) << *names.begin();
}

Finished testMail(const Daemon& daemon, std::vector<std::string> words)
{
    words.insert(words.begin(), {netbitPath(), "mail", "test"});
    words.insert(words.end(), {"--data", daemon.data()});
    return runProgram(words);
}

std::size_t notesWanted()
{
    const auto* const wanted = std::getenv("NETBIT_MAIL_NOTES");
    return wanted ? static_cast<std::size_t>(std::atoi(wanted)) : 200;
}

} // namespace

TEST(Mail, AServerWithoutARelaySaysSo)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    expectProblem(http.get(email), 404, "mail_not_configured");
    expectProblem(http.request("PATCH", email, R"({"mode":"off"})"), 404, "mail_not_configured");
    expectProblem(http.post(std::string(email) + "/confirmation", "{}"), 404, "mail_not_configured");
    const auto tried = testMail(daemon, {"ada@example.org"});
    EXPECT_EQ(tried.exitCode, 1);
    EXPECT_NE(tried.err.find("mail.server is not set"), std::string::npos) << tried.err;
}

TEST(Mail, AnAdminSeesWhetherTheRelayTakesOne)
{
    MailSink sink;
    Daemon daemon(sink.settings());
    const auto good = testMail(daemon, {"anybody@example.org"});
    EXPECT_EQ(good.exitCode, 0) << good.err;
    const auto mail = nthTo(sink, "anybody@example.org", 1);
    expectWellFormed(mail);
    EXPECT_EQ(mailHeader(mail, "Subject"), "A test mail from NetBit");
    EXPECT_NE(textAt(mail, "/text").find("https://chat.example.org"), std::string::npos);
    EXPECT_EQ(textAt(parseJson(testMail(daemon, {"anybody@example.org", "--json"}).out), "/to"), "anybody@example.org");

    sink.answer("rcpt 550 5.7.1 Not from you");
    const auto refused = testMail(daemon, {"anybody@example.org"});
    EXPECT_EQ(refused.exitCode, 1);
    EXPECT_EQ(refused.out, "");
    EXPECT_NE(refused.err.find("550 5.7.1 Not from you"), std::string::npos) << refused.err;
    const auto odd = testMail(daemon, {"a@b\r\nRCPT TO:<c@d>"});
    EXPECT_EQ(odd.exitCode, 1);
    EXPECT_NE(odd.err.find("No mail can be sent to this address"), std::string::npos) << odd.err;
    EXPECT_EQ(sink.taken().size(), 2u);
    EXPECT_NE(daemon.client().get("/metrics").body.find("netbit_outbox_pending{outbox=\"mail\"} 0"), std::string::npos);
}

TEST(Mail, AMentionIsMailedThreadsAndIsLeftWithOneClick)
{
    MailSink sink;
    Daemon daemon(sink.settings());
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    const auto chat = makeChat(daemon, ada, "group", {bob}, "garden & \"house\"");
    auto adas = daemon.client(ada.token);
    auto bobs = daemon.client(bob.token);
    sayTo(bobs, chat, "@ada too early");
    const auto address = subscribe(daemon, sink, ada);

    const auto root = sayTo(bobs, chat, "@ada who has the <b>spade</b>?\nThe second line.");
    const auto first = nthTo(sink, address, 2);
    expectWellFormed(first);
    EXPECT_TRUE(truthAt(first, "/tls"));
    EXPECT_EQ(textAt(first, "/user"), "netbit");
    EXPECT_EQ(mailHeader(first, "From"), "NetBit <netbit@example.org>");
    EXPECT_EQ(mailHeader(first, "To"), address);
    EXPECT_EQ(mailHeader(first, "Subject"), "[garden & \"house\"] bob: @ada who has the <b>spade</b>?");
    const auto text = textAt(first, "/text");
    EXPECT_NE(text.find("> The second line."), std::string::npos) << text;
    EXPECT_NE(text.find("https://chat.example.org/#/c/" + std::to_string(chat) + "/m/" + std::to_string(root)), std::string::npos) << text;
    EXPECT_NE(text.find("You are named."), std::string::npos) << "it says which rule made it: " << text;
    const auto html = textAt(first, "/html");
    EXPECT_NE(html.find("&lt;b&gt;spade&lt;/b&gt;"), std::string::npos) << html;
    for (const auto* const remote : {"<img", "<script", "<link", "url(", "src="})
        EXPECT_EQ(html.find(remote), std::string::npos) << "nothing is fetched by a look at it: " << html;

    sayTo(bobs, chat, "@ada I do", root);
    const auto second = nthTo(sink, address, 3);
    EXPECT_FALSE(mailHeader(first, "References").empty());
    EXPECT_EQ(mailHeader(second, "References"), mailHeader(first, "References"));
    EXPECT_EQ(mailHeader(second, "In-Reply-To"), mailHeader(first, "References"));
    EXPECT_NE(mailHeader(second, "Message-ID"), mailHeader(first, "Message-ID"));
    sayTo(bobs, chat, "@ada something else");
    EXPECT_NE(mailHeader(nthTo(sink, address, 4), "References"), mailHeader(first, "References"));

    // One click (RFC 8058): a POST of exactly these words, from anywhere, by nobody.
    EXPECT_EQ(mailHeader(first, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    const auto header = mailHeader(first, "List-Unsubscribe");
    ASSERT_TRUE(header.starts_with(unsubscribeStart)) << header;
    const auto target = header.substr(25, header.size() - 26);
    EXPECT_EQ(mailToken(first, "/email/unsubscribe"), target.substr(target.find('=') + 1)) << "the link in the text is about the same";
    auto reader = daemon.client();
    const Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
    EXPECT_EQ(reader.get(target).status, 200);
    EXPECT_EQ(textAt(adas.expect(200, "GET", email), "/mode"), "at_once") << "looking at a link changes nothing";
    expectProblem(reader.post(target + "x", "List-Unsubscribe=One-Click", form), 422, "invalid_token");
    EXPECT_EQ(reader.post(target, "List-Unsubscribe=One-Click", form).status, 204);
    EXPECT_EQ(textAt(adas.expect(200, "GET", email), "/mode"), "off");
    const auto multipart = reader.post(target, "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
                                       {{"Content-Type", "multipart/form-data; boundary=x"}});
    EXPECT_EQ(multipart.status, 204) << "both forms that the RFC allows, and twice is no mistake: " << multipart.body;
    const auto unread = integerAt(adas.expect(200, "GET", "/api/notifications/count"), "/unread");
    sayTo(bobs, chat, "@ada are you there?");
    eventually([&] { return integerAt(adas.expect(200, "GET", "/api/notifications/count"), "/unread") > unread; }, "the inbox tells it");
    adas.expect(200, "PATCH", email, R"({"mode":"at_once"})");
    sayTo(bobs, chat, "@ada again");
    EXPECT_NE(mailHeader(nthTo(sink, address, 5), "Subject").find("again"), std::string::npos) << "nothing came in between";
    showLogOnFailure(daemon);
}

TEST(Mail, WhatPeopleWriteIsTextInEveryMail)
{
    MailSink sink("none");
    Daemon daemon(sink.settings());
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    const auto address = subscribe(daemon, sink, ada);
    auto bobs = daemon.client(bob.token);
    std::size_t count = 1;
    for (const std::string evil : {"x\r\nBcc: eve@example.net\r\n\r\nhello", "x\n.\nMAIL FROM:<eve@example.net>\nRCPT TO:<eve@example.net>", "=?utf-8?q?a=0d=0aBcc:_eve?=",
                                   "</p><script>alert(1)</script><img src=https://evil.example/x>", "\xe2\x80\xae" "reversed \xe2\x80\xa8 separated",
                                   "ünïcödé 会议 🎉 of a line that is so long that it does not fit into one encoded word, or into two of them, as can be seen"}) {
        auto name = evil.substr(0, evil.find_first_of("\r\n")); // a name is one line
        const auto chat = makeChat(daemon, ada, "group", {bob}, json::serialize(json::string(name)).substr(1, json::serialize(json::string(name)).size() - 2));
        sayTo(bobs, chat, evil + " @ada");
        const auto mail = nthTo(sink, address, ++count);
        expectWellFormed(mail);
        EXPECT_EQ(textAt(mail, "/to/0"), address);
        EXPECT_TRUE(mailHeader(mail, "Subject").starts_with("[" + name + "] bob: " + name.substr(0, 20))) << mailHeader(mail, "Subject");
        EXPECT_EQ(textAt(mail, "/html").find("<script"), std::string::npos);
        EXPECT_EQ(textAt(mail, "/html").find("<img"), std::string::npos);
    }
    EXPECT_EQ(sink.taken().size(), count) << "and nobody else got any";
    auto adas = daemon.client(ada.token);
    for (const std::string bad : {R"(a@b\r\nRCPT TO:<eve@example.net>)", "a@b> SIZE=1", "<a@b>", "a@b,c@d", "a b@c", "ä@example.org", R"(\"a\"@b)", "a@[127.0.0.1]"}) {
        const auto reply = adas.request("PATCH", email, R"({"address":")" + bad + "\"}");
        expectProblem(reply, 422, "invalid_address");
        EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), "/address");
    }
    EXPECT_EQ(textAt(adas.expect(200, "GET", email), "/address"), address);
}

TEST(Mail, ARelayThatCannotBeTrustedIsToldNothing)
{
    MailSink plain("none");
    MailSink good("tls");
    MailSink other("tls");
    const auto change = [](std::vector<std::string> settings, const std::string& key, const std::string& value) {
        for (auto& setting : settings)
            if (setting.starts_with(key + "="))
                setting = key + "=" + value;
        return settings;
    };
    const auto valueOf = [](const MailSink& sink, const std::string& key) {
        for (const auto& setting : sink.settings())
            if (setting.starts_with(key + "="))
                return setting.substr(key.size() + 1);
        return std::string();
    };
    const std::map<std::string, std::vector<std::string>> bad{
        {"a relay without STARTTLS", change(plain.settings({"mail.ca_file=" + valueOf(good, "mail.ca_file")}), "mail.security", "starttls")},
        {"another authority", change(good.settings(), "mail.ca_file", valueOf(other, "mail.ca_file"))},
        {"a wrong password", change(good.settings(), "mail.user", "somebody")}};
    for (const auto& [what, settings] : bad) {
        SCOPED_TRACE(what);
        Daemon daemon(settings);
        const auto ada = makeUser(daemon, "ada");
        auto http = daemon.client(ada.token);
        http.expect(200, "PATCH", email, R"({"address":"ada@example.org"})");
        http.expect(200, "POST", std::string(email) + "/confirmation", "{}");
        EXPECT_TRUE(comesTrue([&] { return daemon.log().find("The relay takes no mail") != std::string::npos; })) << daemon.log();
        EXPECT_EQ(daemon.log().find("a password of the relay's"), std::string::npos);
    }
    EXPECT_TRUE(plain.taken().empty());
    EXPECT_TRUE(good.taken().empty());
    Daemon daemon(good.settings());
    subscribe(daemon, good, makeUser(daemon, "bob"));
    EXPECT_TRUE(truthAt(good.taken().at(0), "/tls"));
}

TEST(Mail, ARelayThatComesBackGetsWhatHasWaitedAndABadAddressIsGivenUp)
{
    MailSink sink("none");
    Daemon daemon(sink.settings());
    const auto ada = makeUser(daemon, "ada");
    const auto address = subscribe(daemon, sink, ada);
    auto http = daemon.client(ada.token);
    sink.stop();
    for (int n = 0; n < 5; ++n)
        note(http, "note " + std::to_string(n));
    EXPECT_TRUE(comesTrue([&] { return daemon.log().find("The relay takes no mail") != std::string::npos; }));
    sink.answer("mail 530 5.7.0 Not now");
    sink.start();
    std::this_thread::sleep_for(shortly); // it is tried, and told off
    sink.answer({});
    nthTo(sink, address, 6);
    EXPECT_TRUE(comesTrue([&] { return daemon.log().find("The relay takes mail again") != std::string::npos; }));
    std::map<std::string, int> subjects;
    for (const auto& mail : mailsTo(sink, address))
        ++subjects[mailHeader(mail, "Subject")];
    EXPECT_EQ(subjects.size(), 6u);
    for (const auto& [subject, times] : subjects)
        EXPECT_EQ(times, 1) << subject;

    sink.answer("rcpt 550 5.1.1 No such user here");
    note(http, "lost");
    ASSERT_TRUE(comesTrue([&] { return textAt(http.expect(200, "GET", email), "/state") == "unconfirmed"; }));
    EXPECT_NE(textAt(http.expect(200, "GET", email), "/last_refusal/reason").find("No such user here"), std::string::npos);
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/notifications?limit=1"), "/data/0/name"), "No more e-mail to " + address);
}

TEST(Mail, ADigestHasWhatIsUnread)
{
    MailSink sink("none");
    Daemon daemon(sink.settings());
    const auto ada = makeUser(daemon, "ada");
    const auto address = subscribe(daemon, sink, ada, R"("mode":"digest","digest_at":"07:15")");
    auto http = daemon.client(ada.token);
    EXPECT_TRUE(textAt(http.expect(200, "GET", email), "/next_digest").ends_with("T07:15:00.000Z"));
    note(http, "apples");
    note(http, "pears");
    const auto read = makeNote(http);
    http.expect(200, "POST", "/api/notifications/" + std::to_string(read) + "/read", "{}");
    daemon.stop();
    // The day goes by.
    sqlite3* database = nullptr;
    sqlite3_open((daemon.data() + "/netbit.db").c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, "UPDATE mail_settings SET next_digest = 1000", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    daemon.start();
    const auto mail = nthTo(sink, address, 2);
    expectWellFormed(mail);
    EXPECT_EQ(mailHeader(mail, "Subject"), "[NetBit] 2 notifications");
    EXPECT_NE(textAt(mail, "/text").find("] apples"), std::string::npos);
    EXPECT_NE(textAt(mail, "/html").find("pears"), std::string::npos);
    EXPECT_TRUE(mailHeader(mail, "List-Unsubscribe").starts_with(unsubscribeStart));
    auto again = daemon.client(ada.token);
    EXPECT_TRUE(textAt(again.expect(200, "GET", email), "/next_digest").ends_with("T07:15:00.000Z"));
}

TEST(Mail, AStopInOrderSendsNothingTwice)
{
    MailSink sink("none");
    Daemon daemon(sink.settings());
    const auto ada = makeUser(daemon, "ada");
    const auto address = subscribe(daemon, sink, ada);
    sink.answer("data hold 0.3"); // its 250 comes while the server is stopping
    {
        auto http = daemon.client(ada.token);
        for (int n = 0; n < 5; ++n)
            note(http, "note " + std::to_string(n));
    }
    nthTo(sink, address, 2);
    EXPECT_EQ(daemon.stop(), 0);
    sink.answer({});
    daemon.start();
    nthTo(sink, address, 6);
    std::map<std::string, int> ids;
    for (const auto& mail : sink.taken())
        ++ids[mailHeader(mail, "Message-ID")];
    for (const auto& [id, times] : ids)
        EXPECT_EQ(times, 1) << id;
    EXPECT_EQ(ids.size(), 6u);
}

TEST(Mail, NotificationsOverKillsAllArriveEachUnderOneMessageId)
{
    const auto wanted = notesWanted();
    const std::size_t kills = wanted >= 1'000 ? 20 : 8;
    MailSink sink;
    Daemon daemon(sink.settings({"notifications.kept_per_user=100000"}));
    const auto ada = makeUser(daemon, "ada");
    const auto address = subscribe(daemon, sink, ada);
    const auto written = writeOverKills(
        daemon, {.kills = kills, .each = wanted / kills, .token = ada.token, .write = &note,
                 // The kill falls into the writing, into the sending, and, every fourth time, between a mail that was taken and its 250.
                 .untilKill = [&](std::size_t round, std::thread& writer) {
                     if (round % 4 == 3)
                         sink.answer("data hold 0.2");
                     if (round % 4 == 0) {
                         std::this_thread::sleep_for(std::chrono::milliseconds(10 + round * 3));
                         return;
                     }
                     writer.join();
                     const auto before = sink.taken().size();
                     comesTrue([&] { return sink.taken().size() > before; }, Deadline(std::chrono::milliseconds(1'000)));
                 },
                 .afterKill = [&] { sink.answer({}); }});
    Arrivals arrivals;
    EXPECT_TRUE(comesTrue(
        [&] {
            arrivals.clear();
            for (const auto& mail : mailsTo(sink, address))
                if (const auto subject = mailHeader(mail, "Subject"); subject.starts_with("[NetBit] note "))
                    arrivals[subject.substr(9)].insert(mailHeader(mail, "Message-ID"));
            return allArrived(written, arrivals);
        },
        Deadline(patience * 6)));
    const auto twice = expectEachUnderOneId(written, arrivals);
    EXPECT_LE(twice, kills) << "at most the one mail that a kill cut off before its 250 was written down";
    std::cout << written.promised.size() << " acknowledged notes over " << kills << " kills, " << arrivals.size() << " arrived as mail, "
              << twice << " of them twice, under the same Message-ID\n";
    showLogOnFailure(daemon);
}

} // namespace netbit::test
