// Notifications on their way to browsers, through a push service of our own that reads them as a browser does: over kill -9, and as
// its answers say. NETBIT_PUSH_NOTIFICATIONS says how many go over kills, 50 to each: 1000 are 20 kills.

#include "journey/OverKills.h"
#include "journey/Stage.h"
#include "support/Browser.h"
#include "support/Eventually.h"
#include "support/Receiver.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <thread>

namespace netbit::test {

namespace {

const std::vector<std::string> inside{"webhooks.allow_inside=true", "push.contact=mailto:root@chat.example"};

std::int64_t subscribe(HttpClient& http, const Browser& browser, const std::string& endpoint)
{
    return integerAt(http.expect(201, "POST", "/api/push/subscriptions", json::serialize(browser.subscription(endpoint))), "/id");
}

void note(HttpClient& http, const std::string& name)
{
    http.expect(201, "POST", "/api/notifications", "{\"name\":\"" + name + "\"}");
}

json::array subscriptions(HttpClient& http) { return listAt(http.expect(200, "GET", "/api/push/subscriptions"), "/data"); }

std::string dateIn(int seconds)
{
    const auto then = std::time(nullptr) + seconds;
    std::tm parts{};
    gmtime_r(&then, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

} // namespace

TEST(Push, WhatIsSaidReachesTheBrowserAndNobodyInBetween)
{
    Daemon daemon(inside);
    Receiver service;
    service.answer(201);
    const Browser browser;
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    auto http = daemon.client(ada.token);
    const auto key = textAt(http.expect(200, "GET", "/api/push/key"), "/public_key");
    const auto made = http.request("POST", "/api/push/subscriptions", json::serialize(browser.subscription(service.url())));
    ASSERT_EQ(made.status, 201) << made.body;
    const auto path = made.header("location");
    EXPECT_EQ(path, "/api/push/subscriptions/" + std::to_string(integerAt(made.document(), "/id")));
    EXPECT_EQ(made.body.find(service.url()), std::string::npos);
    EXPECT_EQ(http.request("POST", "/api/push/subscriptions", json::serialize(browser.subscription(service.url()))).status, 200);
    EXPECT_EQ(subscriptions(http).size(), 1u);
    expectProblem(daemon.client(bob.token).get(path), 404, "subscription_not_found");

    const auto chat = makeChat(daemon, ada, "group", {bob}, "harbour");
    auto speaker = daemon.client(bob.token);
    const auto message = say(speaker, chat, "@ada the *ship* is in");
    ASSERT_TRUE(comesTrue([&] { return service.taken().size() == 1; }));
    const auto first = service.taken()[0];
    EXPECT_EQ(first.headers.at("content-encoding"), "aes128gcm");
    EXPECT_EQ(first.headers.at("urgency"), "high");
    EXPECT_EQ(first.headers.at("ttl"), "172800");
    EXPECT_EQ(first.body.find("ship"), std::string::npos);
    const auto claims = Browser::claimsOf(first.headers.at("authorization"), key);
    EXPECT_EQ(claims.at("aud").as_string(), service.url().substr(0, service.url().rfind('/')));
    EXPECT_EQ(claims.at("sub").as_string(), "mailto:root@chat.example");
    const auto left = claims.at("exp").as_int64() - std::chrono::duration_cast<std::chrono::seconds>(
                                                        std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_GT(left, 0);
    EXPECT_LE(left, 24 * 3'600);
    const auto told = parseJson(browser.decrypt(first.body));
    EXPECT_EQ(textAt(told, "/title"), "bob mentions you in harbour");
    EXPECT_EQ(textAt(told, "/body"), "@ada the *ship* is in");
    EXPECT_EQ(textAt(told, "/url"), "/api/chats/" + std::to_string(chat) + "/messages/" + std::to_string(message));
    EXPECT_EQ(integerAt(told, "/unread"), 1);

    EXPECT_EQ(http.request("POST", path + "/test").status, 204);
    ASSERT_TRUE(comesTrue([&] { return service.taken().size() == 2; }));
    EXPECT_EQ(textAt(parseJson(browser.decrypt(service.taken()[1].body)), "/title"), "NetBit");
    daemon.restart();
    EXPECT_EQ(textAt(daemon.client(ada.token).expect(200, "GET", "/api/push/key"), "/public_key"), key);
    EXPECT_EQ(daemon.client(ada.token).request("DELETE", path).status, 204);
}

TEST(Push, NothingInsideIsReached)
{
    Daemon daemon;
    Receiver service;
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    const Browser browser;
    expectProblem(http.post("/api/push/subscriptions", json::serialize(browser.subscription(service.url()))), 422, "invalid_url");
    auto tls = service.url();
    tls.replace(0, 4, "https");
    subscribe(http, browser, tls);
    note(http, "milk");
    ASSERT_TRUE(comesTrue([&] { return integerAt(subscriptions(http).at(0), "/failures") >= 1; }));
    EXPECT_TRUE(service.taken().empty());
}

TEST(Push, WhatTheServiceAnswersIsHeeded)
{
    Daemon daemon(inside);
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    // Both ways that RFC 9110 has for it, beside each other. Longer than the first wait of one that does not say.
    Receiver seconds;
    Receiver date;
    Receiver gone;
    const Browser browsers[3];
    const auto began = std::chrono::steady_clock::now();
    seconds.answer(429, {{"Retry-After", "8"}});
    date.answer(503, {{"Retry-After", dateIn(9)}}); // whole seconds
    gone.answer(410);
    subscribe(http, browsers[0], seconds.url());
    subscribe(http, browsers[1], date.url());
    const auto third = subscribe(http, browsers[2], gone.url());
    note(http, "milk");
    ASSERT_TRUE(comesTrue([&] { return seconds.taken().size() == 1 && date.taken().size() == 1 && gone.taken().size() == 1; }));
    ASSERT_TRUE(comesTrue([&] { return subscriptions(http).size() == 2; })) << "who is gone is removed";
    expectProblem(http.get("/api/push/subscriptions/" + std::to_string(third)), 404, "subscription_not_found");
    EXPECT_EQ(integerAt(http.expect(200, "GET", "/api/notifications/count"), "/total"), 1) << "and nobody is told";
    seconds.answer(201);
    date.answer(201);
    ASSERT_TRUE(comesTrue([&] { return seconds.taken().size() == 2 && date.taken().size() == 2; }, Deadline(2 * patience)));
    EXPECT_GE(seconds.taken()[1].at - seconds.taken()[0].at, std::chrono::milliseconds(7'900));
    EXPECT_GE(date.taken()[1].at - began, std::chrono::milliseconds(7'900));
    EXPECT_EQ(seconds.taken()[0].headers.at("topic"), seconds.taken()[1].headers.at("topic"));
    EXPECT_NE(seconds.taken()[0].body, seconds.taken()[1].body) << "encrypted anew";
}

TEST(Push, NotificationsOverKillsAllArriveEachUnderOneTopic)
{
    const auto* const wanted = std::getenv("NETBIT_PUSH_NOTIFICATIONS");
    constexpr std::size_t each = 50;
    const auto kills = std::max<std::size_t>((wanted ? std::strtoul(wanted, nullptr, 10) : 200) / each, 1);
    Daemon daemon(inside);
    Receiver service;
    service.answer(201);
    const Browser browser;
    const auto ada = makeUser(daemon, "ada");
    {
        auto http = daemon.client(ada.token);
        subscribe(http, browser, service.url());
    }
    std::size_t before = 0;
    const auto written = writeOverKills(
        daemon, {.kills = kills, .each = each, .token = ada.token, .write = &note,
                 // The kill falls into the writing in a few rounds, and into the sending in the others.
                 .untilKill = [&](std::size_t round, std::thread& writer) {
                     if (round % 5 == 0)
                         EXPECT_TRUE(comesTrue([&] { return service.taken().size() >= before + 3 + round; }));
                     else
                         writer.join();
                 },
                 .afterKill = [&] { before = service.taken().size(); }});
    Arrivals arrivals; // under topics
    std::size_t read = 0;
    EXPECT_TRUE(comesTrue(
        [&] {
            const auto taken = service.taken();
            for (; read < taken.size(); ++read)
                arrivals[textAt(parseJson(browser.decrypt(taken[read].body)), "/title")].insert(taken[read].headers.at("topic"));
            return allArrived(written, arrivals);
        },
        Deadline(3 * patience)));
    const auto twice = expectEachUnderOneId(written, arrivals);
    EXPECT_LE(twice, kills) << "only a kill between an answer and its record sends one again";
    std::cout << written.promised.size() << " acknowledged notes, " << arrivals.size() << " arrived, " << twice << " of them twice, over "
              << kills << " kills\n";
}

} // namespace netbit::test
