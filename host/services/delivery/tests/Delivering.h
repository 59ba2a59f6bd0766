#pragma once
// From a notification to its receiver, with the service's clock in hand.

#include "services/chat/ChatService.h"
#include "services/delivery/Core.h"
#include "services/notify/Acts.h"
#include "services/notify/NotifyService.h"
#include "services/projects/tests/House.h"

#include <map>
#include <optional>

namespace netbit::services::delivery::test {

namespace json = boost::json;
using base::Millis;

inline constexpr Millis minute = 60'000;
inline constexpr Millis hour = 60 * minute;
inline const std::string pushSecret(32, 'k');

class Delivery : public projects::test::House {
protected:
    Delivery()
    {
        chats = std::make_unique<chat::ChatService>(*database, *writer, users, *log, chat::ChatOptions{});
        chats->load();
        notify = std::make_unique<notify::NotifyService>(service->core(), chats->core());
        notify->load();
        notify->addOperations(operations);
        make();
        delivery->addOperations(operations);
    }
    ~Delivery() override
    {
        log->stop();
        writer->stop();
    }

    void make()
    {
        delivery = std::make_unique<DeliveryService>(
            notify->core(),
            [this](const base::FetchRequest& request) -> base::Result<base::FetchReply> {
                std::string id;
                for (const auto& header : request.headers)
                    for (const std::string_view name : {"webhook-id: ", "Topic: "})
                        if (header.starts_with(name))
                            id = header.substr(name.size());
                requests.push_back(request);
                if (refuse)
                    return *refuse;
                ++arrived[id];
                return base::FetchReply{status, {}, retryAfter};
            },
            pushSecret,
            [this] { return now; });
    }

    Id hook(Id who, json::object more = {})
    {
        more["name"] = "mine";
        if (!more.contains("url"))
            more["url"] = "https://hooks.example/" + std::to_string(who);
        return good(who, "webhooks.create", more).at("id").as_int64();
    }
    Id note(Id who, std::string_view name = "milk")
    {
        return good(who, "notifications.create", {{"name", name}}).at("id").as_int64();
    }
    json::array deliveries(Id who, Id hook)
    {
        return good(who, "webhooks.deliveries", {{"id", hook}, {"limit", 200}}).at("data").as_array();
    }
    json::value shown(Id who, Id hook) { return good(who, "webhooks.get", {{"id", hook}}); }
    /// Tries whatever is due, minute by minute.
    void pass(Millis time)
    {
        for (const auto end = now + time; now < end; now += minute)
            delivery->sendDue();
    }

    Millis now = 1'800'000'000'000;
    std::vector<base::FetchRequest> requests;
    std::map<std::string, int> arrived; // by webhook-id or Topic
    std::optional<base::Error> refuse;
    int status = 204;
    std::chrono::seconds retryAfter{0};
    std::unique_ptr<chat::ChatService> chats;
    std::unique_ptr<notify::NotifyService> notify;
    std::unique_ptr<DeliveryService> delivery;
};

} // namespace netbit::services::delivery::test
