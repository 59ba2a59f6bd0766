// Notifications on their way to a receiver of webhooks: signed, over kill -9, and to nothing inside.

#include "journey/OverKills.h"
#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/Receiver.h"

#include <sodium.h>

#include <iostream>
#include <thread>

namespace netbit::test {

namespace {

std::string hmacHex(const std::string& key, const std::string& text)
{
    const auto bytes = [](const std::string& of) { return reinterpret_cast<const unsigned char*>(of.data()); };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
    unsigned char digest[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_final(&state, digest);
    std::string out(sizeof digest * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), digest, sizeof digest);
    out.pop_back();
    return out;
}

json::value makeHook(HttpClient& http, const std::string& url)
{
    return http.expect(201, "POST", "/api/webhooks", "{\"name\":\"mine\",\"url\":\"" + url + "\"}");
}

void note(HttpClient& http, const std::string& name)
{
    http.expect(201, "POST", "/api/notifications", "{\"name\":\"" + name + "\"}");
}

json::value newestDelivery(HttpClient& http, std::int64_t hook)
{
    const auto page = http.expect(200, "GET", "/api/webhooks/" + std::to_string(hook) + "/deliveries?limit=1");
    return listAt(page, "/data").empty() ? json::value() : at(page, "/data/0");
}

} // namespace

TEST(Webhooks, NothingInsideIsReachedAndTheLogSaysWhy)
{
    Daemon daemon;
    Receiver receiver;
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    const auto port = receiver.url().substr(receiver.url().rfind(':'));
    std::vector<std::int64_t> hooks;
    for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.1", "[::ffff:127.0.0.1]", "0.0.0.0"})
        hooks.push_back(integerAt(makeHook(http, "http://" + host + port), "/id"));
    note(http, "secret metadata");
    for (const auto hook : hooks) {
        ASSERT_TRUE(comesTrue([&] {
            const auto newest = newestDelivery(http, hook);
            return !newest.is_null() && !listAt(newest, "/attempts").empty();
        }));
        const auto newest = newestDelivery(http, hook);
        EXPECT_EQ(textAt(newest, "/state"), "pending");
        EXPECT_TRUE(at(newest, "/attempts/0/status").is_null());
        EXPECT_FALSE(textAt(newest, "/attempts/0/error").empty());
    }
    EXPECT_TRUE(receiver.taken().empty());
}

TEST(Webhooks, ADeliveryIsSignedShownAndSentAgainOnDemand)
{
    Daemon daemon({"webhooks.allow_inside=true"});
    Receiver receiver;
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    const auto made = makeHook(http, receiver.url());
    const auto hook = integerAt(made, "/id");
    note(http, "milk");
    ASSERT_TRUE(comesTrue([&] { return receiver.taken().size() == 1; }));
    const auto first = receiver.taken()[0];
    EXPECT_EQ(first.headers.at("content-type"), "application/json");
    EXPECT_EQ(first.headers.at("x-hub-signature-256"), "sha256=" + hmacHex(textAt(made, "/secret"), first.body));
    EXPECT_TRUE(first.headers.at("webhook-signature").starts_with("v1,"));
    EXPECT_NE(first.body.find("\"name\":\"milk\""), std::string::npos) << first.body;
    ASSERT_TRUE(comesTrue([&] { return textAt(newestDelivery(http, hook), "/state") == "delivered"; }));
    const auto delivery = newestDelivery(http, hook);
    EXPECT_EQ(textAt(delivery, "/message_id"), first.headers.at("webhook-id"));
    http.expect(200, "POST",
                "/api/webhooks/" + std::to_string(hook) + "/deliveries/" + std::to_string(integerAt(delivery, "/id")) + "/redeliver");
    ASSERT_TRUE(comesTrue([&] { return receiver.taken().size() == 2; }));
    EXPECT_EQ(receiver.taken()[1].headers.at("webhook-id"), first.headers.at("webhook-id"));
    EXPECT_EQ(receiver.taken()[1].body, first.body);

    Receiver elsewhere;
    receiver.answer(307, {{"Location", elsewhere.url()}});
    note(http, "bread");
    ASSERT_TRUE(comesTrue([&] { return receiver.taken().size() == 3; }));
    ASSERT_TRUE(comesTrue([&] { return !listAt(newestDelivery(http, hook), "/attempts").empty(); }));
    EXPECT_EQ(integerAt(newestDelivery(http, hook), "/attempts/0/status"), 307);
    EXPECT_TRUE(elsewhere.taken().empty());
    EXPECT_EQ(http.request("DELETE", "/api/webhooks/" + std::to_string(hook)).status, 204);
    expectProblem(http.get("/api/webhooks/" + std::to_string(hook)), 404, "webhook_not_found");
}

TEST(Webhooks, AThousandNotificationsOverTwentyKillsAllArriveEachUnderOneId)
{
    Daemon daemon({"webhooks.allow_inside=true"});
    Receiver receiver;
    const auto ada = makeUser(daemon, "ada");
    {
        auto http = daemon.client(ada.token);
        makeHook(http, receiver.url());
    }
    constexpr std::size_t kills = 20;
    const auto written = writeOverKills(daemon, {.kills = kills, .each = 50, .token = ada.token, .write = &note,
                                                 // The kill falls into the writing in a few rounds and into the sending in the others.
                                                 .untilKill = [](std::size_t round, std::thread& writer) {
                                                     if (round % 5 == 0)
                                                         std::this_thread::sleep_for(std::chrono::milliseconds(10 + round * 3));
                                                     else
                                                         writer.join();
                                                 }});
    Arrivals arrivals;
    std::size_t requests = 0;
    EXPECT_TRUE(comesTrue([&] {
        const auto taken = receiver.taken();
        for (; requests < taken.size(); ++requests)
            arrivals[textAt(json::parse(taken[requests].body), "/data/name")].insert(taken[requests].headers.at("webhook-id"));
        return allArrived(written, arrivals);
    }));
    expectEachUnderOneId(written, arrivals);
    std::cout << written.promised.size() << " acknowledged notes, " << arrivals.size() << " arrived, in " << requests << " requests, "
              << kills << " kills\n";
}

} // namespace netbit::test
