#include "services/delivery/push/Encryption.h"
#include "services/delivery/tests/Delivering.h"
#include "tests/support/Browser.h"

namespace netbit::services::delivery::test {

using netbit::test::Browser;

namespace {

std::string headerOf(const base::FetchRequest& request, const std::string& name)
{
    for (const auto& header : request.headers)
        if (header.starts_with(name + ": "))
            return header.substr(name.size() + 2);
    return {};
}

} // namespace

class Push : public Delivery {
protected:
    Id subscribe(Id who, const Browser& browser, std::string_view endpoint = "https://push.example/1")
    {
        return good(who, "push.subscribe", browser.subscription(endpoint)).at("id").as_int64();
    }
    std::size_t subscriptions(Id who) { return good(who, "push.list", {}).at("data").as_array().size(); }
    json::object shown(const Browser& browser, std::size_t request)
    {
        return json::parse(browser.decrypt(requests.at(request).body)).as_object();
    }
    std::string publicKey() { return std::string(good(ann, "push.key", {}).at("public_key").as_string()); }

    const Browser mine;
};

TEST_F(Push, ANotificationIsEncryptedForTheBrowserAndSignedForItsPushService)
{
    DeliveryOptions options;
    options.contact = "mailto:root@chat.example";
    delivery->setOptions(options);
    subscribe(ann, mine);
    const auto notice = good(ann, "notifications.create", {{"name", "milk"}, {"content", "two of it"}}).at("id").as_int64();
    EXPECT_EQ(delivery->sendDue(), 1u);
    EXPECT_EQ(delivery->sendDue(), 0u);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].url, "https://push.example/1");
    EXPECT_TRUE(requests[0].publicOnly);
    EXPECT_EQ(requests[0].body.size(), 2'050u);
    EXPECT_EQ(headerOf(requests[0], "Content-Encoding"), "aes128gcm");
    EXPECT_EQ(headerOf(requests[0], "TTL"), "172800");
    EXPECT_EQ(headerOf(requests[0], "Urgency"), "normal");
    EXPECT_EQ(headerOf(requests[0], "Topic").size(), 22u);
    const auto told = shown(mine, 0);
    EXPECT_EQ(told.at("title").as_string(), "milk");
    EXPECT_EQ(told.at("body").as_string(), "two of it");
    EXPECT_EQ(told.at("tag").as_string(), "n" + std::to_string(notice));
    EXPECT_EQ(told.at("unread").as_int64(), 1);
    EXPECT_TRUE(told.at("url").is_null());
    const auto claims = Browser::claimsOf(headerOf(requests[0], "Authorization"), publicKey());
    EXPECT_EQ(claims.at("aud").as_string(), "https://push.example");
    EXPECT_EQ(claims.at("exp").as_int64(), (now + 12 * hour) / 1'000);
    EXPECT_EQ(claims.at("sub").as_string(), "mailto:root@chat.example");
}

TEST_F(Push, APushServiceThatIsDownForAnHourGetsEachOnceAfterwards)
{
    subscribe(ann, mine);
    refuse = base::fault(base::Status::unavailable, "fetch_failed", "Connection refused");
    for (int n = 0; n < 200; ++n)
        note(ann, "note " + std::to_string(n));
    pass(hour);
    EXPECT_GT(requests.size(), 10u);
    EXPECT_LT(requests.size(), 61u);
    const auto failed = requests.size();
    refuse.reset();
    pass(2 * hour);
    ASSERT_EQ(requests.size(), failed + 200u);
    std::map<std::string, int> told;
    for (auto at = failed; at < requests.size(); ++at)
        ++told[std::string(shown(mine, at).at("title").as_string())];
    EXPECT_EQ(told.size(), 200u);
    EXPECT_EQ(arrived.size(), 200u) << "each under a Topic of its own";
}

TEST_F(Push, ASubscriptionThatIsGoneIsRemovedAndNobodyTold)
{
    for (const auto gone : {404, 410}) {
        const auto id = subscribe(ann, mine);
        const auto inbox = good(ann, "notifications.count", {}).at("total").as_int64();
        status = gone;
        note(ann);
        note(ann);
        EXPECT_EQ(delivery->sendDue(), 1u);
        EXPECT_EQ(refusal(ann, "push.get", {{"id", id}}), "subscription_not_found");
        EXPECT_EQ(good(ann, "notifications.count", {}).at("total").as_int64(), inbox + 2);
        pass(hour);
        EXPECT_EQ(delivery->sendDue(), 0u);
        requests.clear();
    }
}

TEST_F(Push, APushServiceThatOnlyFailsForDaysIsGivenUp)
{
    subscribe(ann, mine);
    status = 500;
    for (int day = 0; day < 6; ++day) {
        note(ann);
        pass(24 * hour);
    }
    EXPECT_EQ(subscriptions(ann), 0u);
    EXPECT_EQ(good(ann, "notifications.count", {}).at("total").as_int64(), 6) << "in the inbox is no word of it";
}

TEST_F(Push, WhatIsTooLargeFailsForGoodAndHoldsUpNothing)
{
    subscribe(ann, mine);
    status = 413;
    note(ann);
    note(ann);
    EXPECT_EQ(delivery->sendDue(), 2u);
    pass(25 * hour);
    EXPECT_EQ(requests.size(), 2u);
    EXPECT_EQ(subscriptions(ann), 1u);
}

TEST_F(Push, RetryAfterIsKept)
{
    subscribe(ann, mine);
    status = 429;
    retryAfter = std::chrono::minutes(30);
    note(ann);
    pass(29 * minute);
    EXPECT_EQ(requests.size(), 1u);
    status = 201;
    pass(3 * minute);
    EXPECT_EQ(requests.size(), 2u);
}

TEST_F(Push, WhatWasReadOrIsGoneIsNotPushed)
{
    subscribe(ann, mine);
    const auto read = note(ann);
    const auto deleted = note(ann);
    const auto left = note(ann, "bread");
    good(ann, "notifications.read", {{"id", read}});
    good(ann, "notifications.delete", {{"id", deleted}});
    delivery->sendDue();
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(shown(mine, 0).at("tag").as_string(), "n" + std::to_string(left));
}

TEST_F(Push, WhatIsQuotedIsReadWhenItIsSentAndCutToWhatFits)
{
    subscribe(ann, mine);
    const auto id = note(ann);
    std::string loud; // JSON makes six bytes of each
    for (int n = 0; n < 4'000; ++n)
        loud += '\x01';
    good(ann, "notifications.update", {{"id", id}, {"name", std::string(300, 'n')}, {"content", loud}});
    std::string umlauts = "x";
    for (int n = 0; n < 2'000; ++n)
        umlauts += "ü";
    good(ann, "notifications.create", {{"name", umlauts.substr(0, 299)}, {"content", umlauts}});
    ASSERT_EQ(delivery->sendDue(), 2u);
    EXPECT_EQ(shown(mine, 0).at("title").as_string(), std::string(shown(mine, 0).at("title").as_string().size(), 'n'));
    EXPECT_GE(shown(mine, 0).at("title").as_string().size(), 100u);
    EXPECT_GE(shown(mine, 0).at("body").as_string().size(), 100u);
    const auto body = std::string(shown(mine, 1).at("body").as_string());
    EXPECT_EQ(body, umlauts.substr(0, body.size()));
    EXPECT_EQ(body.size() % 2, 1u) << "whole characters";
    EXPECT_GE(body.size(), 700u);
}

TEST_F(Push, WebhooksAndBrowsersAreNotSeenAsOneAnother)
{
    const auto webhook = hook(ann);
    const auto browser = subscribe(ann, mine);
    EXPECT_EQ(good(ann, "webhooks.list", {}).at("data").as_array().size(), 1u);
    EXPECT_EQ(subscriptions(ann), 1u);
    for (const auto* const operation : {"webhooks.get", "webhooks.delete", "webhooks.deliveries", "webhooks.update"})
        EXPECT_EQ(refusal(ann, operation, {{"id", browser}}), "webhook_not_found") << operation;
    for (const auto* const operation : {"push.get", "push.unsubscribe", "push.try"}) {
        EXPECT_EQ(refusal(ann, operation, {{"id", webhook}}), "subscription_not_found") << operation;
        EXPECT_EQ(refusal(ben, operation, {{"id", browser}}), "subscription_not_found") << operation;
    }
    const auto told = json::serialize(good(ann, "push.get", {{"id", browser}}));
    EXPECT_EQ(told.find("push.example/1"), std::string::npos) << "the address is a secret";
    EXPECT_NE(told.find("https://push.example"), std::string::npos);
    note(ann);
    EXPECT_EQ(delivery->sendDue(), 2u) << "both are told";
    good(ann, "push.unsubscribe", {{"id", browser}});
    note(ann);
    EXPECT_EQ(delivery->sendDue(), 1u);
}

TEST_F(Push, ABrowserThatSubscribesAgainHasOneSubscriptionAndWhoUsesItNowHasIt)
{
    const auto id = subscribe(ann, mine);
    note(ann);
    const Browser anew; // its keys have changed
    EXPECT_EQ(subscribe(ann, anew), id);
    EXPECT_EQ(subscriptions(ann), 1u);
    ASSERT_EQ(delivery->sendDue(), 1u);
    EXPECT_EQ(shown(anew, 0).at("title").as_string(), "milk");
    subscribe(ben, mine); // somebody who only knows the address
    EXPECT_EQ(subscriptions(ann), 1u);
    subscribe(cem, anew); // the same browser
    EXPECT_EQ(subscriptions(ann), 0u);
    EXPECT_EQ(subscriptions(ben), 1u);
    EXPECT_EQ(subscriptions(cem), 1u);
}

TEST_F(Push, ATrialIsPushedAtOnce)
{
    const auto id = subscribe(ann, mine);
    good(ann, "push.try", {{"id", id}});
    ASSERT_EQ(delivery->sendDue(), 1u);
    EXPECT_EQ(shown(mine, 0).at("tag").as_string(), "trial");
    EXPECT_EQ(headerOf(requests[0], "Urgency"), "high");
    EXPECT_EQ(good(ann, "notifications.count", {}).at("total").as_int64(), 0);
}

TEST_F(Push, WrongSubscriptionsChangeNothing)
{
    const auto with = [&](std::string_view endpoint, const json::value& keys) {
        return refusal(ann, "push.subscribe", {{"endpoint", endpoint}, {"keys", keys}});
    };
    const auto keys = mine.subscription("").at("keys");
    for (const auto* const url : {"http://push.example/1", "ftp://push.example/1", "push.example", "https://", "https://u:p@push.example/",
                                  "https://push.example/ b", "https://push.example/\r\nX: y", "javascript:alert(1)"})
        EXPECT_EQ(with(url, keys), "invalid_url") << url;
    EXPECT_EQ(with("https://push.example/1", json::object{}), "invalid_key");
    EXPECT_EQ(with("https://push.example/1", {{"p256dh", keys.at("p256dh")}}), "invalid_key");
    EXPECT_EQ(with("https://push.example/1", {{"p256dh", 7}, {"auth", keys.at("auth")}}), "invalid_key");
    EXPECT_EQ(with("https://push.example/1", {{"p256dh", keys.at("p256dh")}, {"auth", keys.at("auth")}, {"x", 1}}), "unknown_member");
    EXPECT_EQ(with("https://push.example/1", "keys"), "wrong_type");
    EXPECT_EQ(subscriptions(ann), 0u);
    for (std::size_t n = 0; n < maxSubscriptions; ++n)
        subscribe(ann, mine, "https://push.example/" + std::to_string(n));
    EXPECT_EQ(with("https://push.example/more", keys), "too_many_subscriptions");
    EXPECT_EQ(with("https://push.example/0", keys), "none") << "one that is known already is no more";
    hook(ann); // they are counted apart
    DeliveryOptions inside;
    inside.allowInside = true;
    delivery->setOptions(inside);
    EXPECT_EQ(refusal(ben, "push.subscribe", mine.subscription("http://127.0.0.1:8/1")), "none");
}

} // namespace netbit::services::delivery::test
