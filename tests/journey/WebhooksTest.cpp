// Notifications on their way to a receiver of webhooks: signed, over kill -9, and to nothing inside.

#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/Receiver.h"

#include <sodium.h>

#include <algorithm>
#include <iostream>
#include <set>
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
    constexpr int kills = 20;
    constexpr int each = 50;
    std::set<std::string> promised;
    std::set<std::string> sent;
    for (int round = 0; round < kills; ++round) {
        std::thread writer([&, http = daemon.client(ada.token)]() mutable {
            try {
                for (int n = 0; n < each; ++n) {
                    const auto name = "note " + std::to_string(round) + "." + std::to_string(n);
                    sent.insert(name);
                    note(http, name);
                    promised.insert(name);
                }
            } catch (const std::exception&) { // the kill came first; what was not acknowledged may be there or not
            }
        });
        // The kill falls into the writing in a few rounds and into the sending in the others.
        if (round % 5 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(10 + round * 3));
        else
            writer.join();
        daemon.kill();
        if (writer.joinable())
            writer.join();
        daemon.start();
    }
    auto http = daemon.client(ada.token);
    for (int n = 0; promised.size() < kills * each; ++n) { // what the kills cut off
        const auto name = "note more." + std::to_string(n);
        sent.insert(name);
        note(http, name);
        promised.insert(name);
    }
    std::map<std::string, std::set<std::string>> ids; // of each note
    std::size_t requests = 0;
    const auto look = [&] {
        ids.clear();
        const auto taken = receiver.taken();
        requests = taken.size();
        for (const auto& one : taken) {
            const auto body = json::parse(one.body);
            ids[textAt(body, "/data/name")].insert(one.headers.at("webhook-id"));
        }
        return std::all_of(promised.begin(), promised.end(), [&](const auto& name) { return ids.contains(name); });
    };
    EXPECT_TRUE(comesTrue(look));
    for (const auto& name : promised)
        EXPECT_TRUE(ids.contains(name)) << name << " never arrived";
    std::set<std::string> all;
    for (const auto& [name, its] : ids) {
        EXPECT_TRUE(sent.contains(name)) << name;
        EXPECT_EQ(its.size(), 1u) << name << " came as two";
        EXPECT_TRUE(all.insert(*its.begin()).second);
    }
    std::cout << promised.size() << " acknowledged notes, " << ids.size() << " arrived, in " << requests << " requests, " << kills
              << " kills\n";
}

} // namespace netbit::test
