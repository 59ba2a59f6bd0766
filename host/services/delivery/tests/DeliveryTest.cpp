#include "services/delivery/tests/Delivering.h"

namespace netbit::services::delivery::test {

TEST_F(Delivery, ANotificationIsSentOnceAndTheLogSaysSo)
{
    const auto made = good(ann, "webhooks.create", {{"name", "mine"}, {"url", "https://hooks.example/in"}});
    const auto id = made.at("id").as_int64();
    EXPECT_TRUE(made.at("secret").as_string().starts_with("whsec_"));
    EXPECT_FALSE(shown(ann, id).as_object().contains("secret")) << "it is shown once";
    const auto notice = note(ann);
    note(ben); // who has no webhook
    EXPECT_EQ(delivery->sendDue(), 1u);
    EXPECT_EQ(delivery->sendDue(), 0u);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].url, "https://hooks.example/in");
    EXPECT_TRUE(requests[0].publicOnly);
    const auto body = json::parse(requests[0].body);
    EXPECT_EQ(body.at("type").as_string(), "notification.created");
    EXPECT_EQ(body.at("data").at("id").as_int64(), notice);
    EXPECT_FALSE(body.at("data").as_object().contains("content"));
    const auto all = deliveries(ann, id);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].at("state").as_string(), "delivered");
    EXPECT_EQ(all[0].at("attempts").at(0).at("status").as_int64(), 204);
    EXPECT_EQ(arrived.count(std::string(all[0].at("message_id").as_string())), 1u);
}

TEST_F(Delivery, AReceiverThatIsDownForAnHourGetsEachOnceAfterwards)
{
    const auto id = hook(ann);
    refuse = base::fault(base::Status::unavailable, "fetch_failed", "Connection refused");
    for (int n = 0; n < 200; ++n)
        note(ann);
    pass(hour);
    EXPECT_LT(requests.size(), 61u) << "a receiver that fails is not tried with everything that waits for it";
    EXPECT_GT(requests.size(), 10u);
    EXPECT_FALSE(shown(ann, id).at("failing_since").is_null());
    refuse.reset();
    pass(2 * hour);
    EXPECT_EQ(arrived.size(), 200u);
    for (const auto& [message, times] : arrived)
        EXPECT_EQ(times, 1) << message;
    EXPECT_TRUE(shown(ann, id).at("failing_since").is_null());
    EXPECT_EQ(shown(ann, id).at("failures").as_int64(), 0);
}

TEST_F(Delivery, EachAttemptHasTheSameIdAndWaitsGrowOverADay)
{
    const auto id = hook(ann);
    status = 503;
    note(ann);
    pass(25 * hour);
    const auto all = deliveries(ann, id);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].at("state").as_string(), "failed");
    const auto& attempts = all[0].at("attempts").as_array();
    EXPECT_GE(attempts.size(), 10u);
    EXPECT_LE(attempts.size(), 30u);
    EXPECT_EQ(arrived.size(), 1u) << "one webhook-id for all of them";
    EXPECT_TRUE(shown(ann, id).at("enabled").as_bool());
    Millis last = 0;
    Millis longest = 0;
    for (const auto& attempt : attempts) {
        const auto at = base::parseRfc3339(attempt.at("at").as_string()).value();
        if (last != 0)
            longest = std::max(longest, at - last);
        last = at;
    }
    EXPECT_GT(longest, 2 * hour);
    EXPECT_LT(longest, 6 * hour);

    status = 200;
    const auto which = all[0].at("id").as_int64();
    EXPECT_EQ(refusal(ben, "webhooks.redeliver", {{"id", id}, {"delivery", which}}), "webhook_not_found");
    EXPECT_EQ(refusal(ann, "webhooks.redeliver", {{"id", id}, {"delivery", which + 1}}), "delivery_not_found");
    good(ann, "webhooks.redeliver", {{"id", id}, {"delivery", which}});
    EXPECT_EQ(delivery->sendDue(), 1u);
    EXPECT_EQ(deliveries(ann, id)[0].at("state").as_string(), "delivered");
    EXPECT_EQ(arrived.size(), 1u) << "still that id";
}

TEST_F(Delivery, AReceiverThatOnlyFailsIsSwitchedOffAndItsUserTold)
{
    const auto id = hook(ann);
    const auto other = hook(ben);
    status = 500;
    for (int day = 0; day < 6; ++day) {
        note(ann);
        pass(24 * hour);
    }
    EXPECT_FALSE(shown(ann, id).at("enabled").as_bool());
    EXPECT_TRUE(shown(ben, other).at("enabled").as_bool());
    const auto told = good(ann, "notifications.list", {{"limit", 200}}).at("data").as_array();
    const auto count = std::count_if(told.begin(), told.end(), [](const json::value& item) {
        return item.at("name").as_string() == "The webhook \"mine\" has been switched off";
    });
    EXPECT_EQ(count, 1);
    const auto tried = requests.size();
    note(ann);
    pass(hour);
    EXPECT_EQ(requests.size(), tried) << "nothing goes there any more";
    const auto which = deliveries(ann, id)[0].at("id").as_int64();
    EXPECT_EQ(refusal(ann, "webhooks.redeliver", {{"id", id}, {"delivery", which}}), "webhook_disabled");
    status = 200;
    good(ann, "webhooks.update", {{"id", id}, {"enabled", true}});
    note(ann);
    EXPECT_EQ(delivery->sendDue(), 1u);
    status = 410;
    note(ann);
    EXPECT_EQ(delivery->sendDue(), 1u);
    EXPECT_FALSE(shown(ann, id).at("enabled").as_bool()) << "gone is gone";
}

TEST_F(Delivery, AReceiverThatSaysWhenToComeBackIsLeftAloneUntilThen)
{
    const auto id = hook(ann);
    status = 429;
    retryAfter = std::chrono::minutes(30);
    note(ann);
    note(ann);
    pass(29 * minute);
    EXPECT_EQ(requests.size(), 1u);
    status = 200;
    pass(3 * minute);
    EXPECT_EQ(requests.size(), 3u);
    status = 503;
    retryAfter = std::chrono::hours(24 * 365);
    note(ann);
    pass(minute);
    now += 24 * hour; // nobody is left alone for longer
    status = 200;
    pass(minute);
    EXPECT_EQ(deliveries(ann, id)[0].at("state").as_string(), "delivered");
}

TEST_F(Delivery, OneThatTheReceiverRefusesHoldsUpNoOthers)
{
    const auto id = hook(ann);
    note(ann);
    status = 422;
    delivery->sendDue();
    status = 200;
    for (int n = 0; n < 10; ++n)
        note(ann);
    pass(5 * minute);
    const auto all = deliveries(ann, id);
    ASSERT_EQ(all.size(), 11u);
    for (const auto& one : all)
        EXPECT_EQ(one.at("state").as_string(), "delivered");
}

TEST_F(Delivery, OnlyWhatWasAskedForIsSentAndNobodySeesAnothersWebhooks)
{
    const auto notes = hook(ann, {{"rules", json::array{"note"}}});
    const auto mentions = hook(ann, {{"rules", json::array{"mention", "keyword"}}});
    note(ann);
    EXPECT_EQ(deliveries(ann, notes).size(), 1u);
    EXPECT_EQ(deliveries(ann, mentions).size(), 0u);
    for (const auto who : {ben, root}) {
        EXPECT_EQ(refusal(who, "webhooks.get", {{"id", notes}}), "webhook_not_found");
        EXPECT_EQ(refusal(who, "webhooks.update", {{"id", notes}, {"enabled", false}}), "webhook_not_found");
        EXPECT_EQ(refusal(who, "webhooks.delete", {{"id", notes}}), "webhook_not_found");
        EXPECT_EQ(refusal(who, "webhooks.deliveries", {{"id", notes}}), "webhook_not_found");
        EXPECT_EQ(good(who, "webhooks.list", {}).at("data").as_array().size(), 0u);
    }
    good(ann, "webhooks.delete", {{"id", notes}});
    EXPECT_EQ(delivery->sendDue(), 0u) << "its outbox went with it";
    EXPECT_EQ(good(ann, "webhooks.list", {}).at("data").as_array().size(), 1u);
}

TEST_F(Delivery, WrongAddressesNamesAndRulesChangeNothing)
{
    for (const auto* const url : {"ftp://a.example/", "hooks.example", "https://", "https://u:p@a.example/", "https://a.example/#x",
                                  "https://a.example/ b", "https://a.example/\r\nX: y", "https://ä.example/", "file:///etc/passwd",
                                  "gopher://127.0.0.1:25/x", "javascript:alert(1)", "http:///x"})
        EXPECT_EQ(refusal(ann, "webhooks.create", {{"name", "x"}, {"url", url}}), "invalid_url") << url;
    EXPECT_EQ(refusal(ann, "webhooks.create", {{"name", "a\nb"}, {"url", "https://a.example/"}}), "invalid_name");
    EXPECT_EQ(refusal(ann, "webhooks.create", {{"name", "x"}, {"url", "https://a.example/"}, {"rules", json::array{"all"}}}),
              "out_of_range");
    EXPECT_EQ(good(ann, "webhooks.list", {}).at("data").as_array().size(), 0u);
    for (std::size_t n = 0; n < maxWebhooks; ++n)
        hook(ann);
    EXPECT_EQ(refusal(ann, "webhooks.create", {{"name", "x"}, {"url", "https://a.example/"}}), "too_many_webhooks");
}

TEST_F(Delivery, WhatQuietHoursHoldIsSentBehindThemUnlessItWasRead)
{
    const auto id = hook(ann);
    const auto until = now + 8 * hour;
    std::vector<Id> made;
    for (int n = 0; n < 2; ++n)
        ASSERT_TRUE(writer->run([&](storage::Connection& writing) -> base::Result<void> {
            projects::Turn turn(service->core(), {}, writing);
            storage::NotificationRecord notice;
            notice.userId = ann;
            notice.name = "held";
            notice.createdAt = notice.updatedAt = now;
            notice.heldUntil = until;
            notice.id = storage::NotificationRepository::insert(writing, notice);
            made.push_back(notice.id);
            notify->core().made.front()(turn, notice);
            return {};
        }));
    EXPECT_EQ(delivery->sendDue(), 0u);
    good(ann, "notifications.read", {{"id", made[0]}});
    now = until;
    EXPECT_EQ(delivery->sendDue(), 1u);
    const auto all = deliveries(ann, id);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].at("state").as_string(), "delivered");
    EXPECT_EQ(all[1].at("state").as_string(), "dropped");
}

TEST_F(Delivery, TheLogIsKeptForAWeek)
{
    const auto id = hook(ann);
    note(ann);
    delivery->sendDue();
    now += 6 * 24 * hour;
    delivery->prune();
    EXPECT_EQ(deliveries(ann, id).size(), 1u);
    now += 2 * 24 * hour;
    delivery->prune();
    EXPECT_EQ(deliveries(ann, id).size(), 0u);
}

} // namespace netbit::services::delivery::test
