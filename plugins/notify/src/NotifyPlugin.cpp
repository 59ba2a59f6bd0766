// Notifications over HTTP. The rules are the host's, and each route is one of its operations (netbit/draft/operations.h).

#include "support/OperationRoute.h"

#include <netbit/auth.hpp>
#include <netbit/plugin.hpp>

namespace netbit::notify {

namespace {

struct Line {
    std::string_view method;
    std::string_view pattern;
    std::string_view summary;
    support::OperationRoute route;
    std::uint32_t maxBodyBytes = 16 * 1024;
    Access access = users;
};

// RFC 8058: mail programs send a form whose words are always the same; which mails are meant stands in the address.
constexpr std::string_view unsubscribeSchema = R"({"status":204,"query":{"type":"object","required":["token"],
"properties":{"token":{"type":"string","description":"of the mail's link"}}}})";
constexpr std::string_view unsubscribePageSchema = R"({"type":"text/plain","query":{"type":"object",
"properties":{"token":{"type":"string","description":"of the mail's link"}}}})";
const support::OperationRoute unsubscribing{.operation = "mail.unsubscribe", .params = {}, .status = 204, .bodyless = true};

constexpr std::uint32_t maxRulesBytes = 256 * 1024; // a thousand levels

const Line lines[] = {
    {"GET", "/api/notifications", "The caller's notifications, the newest first",
     {.operation = "notifications.list", .params = {}, .next = "before"}},
    {"POST", "/api/notifications", "Write a note into one's own inbox",
     {"notifications.create", {}, 201, "/api/notifications/{id}"}, 32 * 1024},
    {"GET", "/api/notifications/count", "How many there are, and how many are unread", {"notifications.count", {}}},
    {"POST", "/api/notifications/read", "Mark all as read, up to one", {"notifications.read_up_to", {}}},
    {"GET", "/api/notifications/rules", "What the caller wants to hear of", {"notifications.rules", {}}},
    {"PUT", "/api/notifications/rules", "Write what the caller wants to hear of", {"notifications.set_rules", {}}, maxRulesBytes},
    {"GET", "/api/notifications/why", "Which level holds in a place, and where it comes from", {"notifications.why", {}}},
    {"POST", "/api/notifications/simulate", "What other rules would have made of the last days",
     {"notifications.simulate", {}}, maxRulesBytes},
    {"GET", "/api/notifications/{id}", "One notification", {"notifications.get", {"id"}}},
    {"PUT", "/api/notifications/{id}", "Rewrite a note of one's own", {"notifications.update", {"id"}}, 32 * 1024},
    {"DELETE", "/api/notifications/{id}", "Take a notification out of the inbox", {"notifications.delete", {"id"}, 204}},
    {"POST", "/api/notifications/{id}/read", "Mark a notification as read", {"notifications.read", {"id"}}},
    {"GET", "/api/notifications/{id}/why", "Which rule made a notification", {"notifications.why_this", {"id"}}},
    {"GET", "/api/webhooks", "Where the caller has notifications sent", {"webhooks.list", {}}},
    {"POST", "/api/webhooks", "Have notifications sent to an address; gives its secret, once",
     {.operation = "webhooks.create", .params = {}, .status = 201, .location = "/api/webhooks/{id}", .secret = true}},
    {"GET", "/api/webhooks/{id}", "One webhook", {"webhooks.get", {"id"}}},
    {"PUT", "/api/webhooks/{id}", "Change a webhook, or switch it on or off", {"webhooks.update", {"id"}}},
    {"DELETE", "/api/webhooks/{id}", "Have nothing sent there any more", {"webhooks.delete", {"id"}, 204}},
    {"GET", "/api/webhooks/{id}/deliveries", "What was sent there and what waits, the newest first",
     {.operation = "webhooks.deliveries", .params = {"id"}, .next = "before"}},
    {"GET", "/api/notifications/email", "What the caller has mailed to him", {"mail.get", {}}},
    {"PATCH", "/api/notifications/email", "Have notifications mailed at once, once a day, or not at all", {"mail.update", {}}},
    {"POST", "/api/notifications/email/confirmation", "Send a link by which the caller's address is confirmed",
     {"mail.ask", {}}},
    {"POST", "/api/notifications/email/confirm", "Confirm the address that a link was sent to", {"mail.confirm", {}, 204},
     16 * 1024, anyone},
    {"POST", "/api/webhooks/{id}/deliveries/{delivery}/redeliver", "Send a delivery again",
     {"webhooks.redeliver", {"id", "delivery"}}},
    {"GET", "/api/push/key", "The public key that browsers subscribe with", {"push.key", {}}},
    {"GET", "/api/push/subscriptions", "The browsers that the caller's notifications are pushed to", {"push.list", {}}},
    {"POST", "/api/push/subscriptions", "Have notifications pushed to a browser",
     {"push.subscribe", {}, 201, "/api/push/subscriptions/{id}"}},
    {"GET", "/api/push/subscriptions/{id}", "One of these browsers", {"push.get", {"id"}}},
    {"DELETE", "/api/push/subscriptions/{id}", "Have nothing pushed to a browser any more", {"push.unsubscribe", {"id"}, 204}},
    {"POST", "/api/push/subscriptions/{id}/test", "Push something to a browser now", {"push.try", {"id"}, 204}},
};

class NotifyPlugin final : public Plugin {
public:
    explicit NotifyPlugin(Host host) : Plugin(host), _auth(host), _operations(host) {}

private:
    void start() override
    {
        for (const auto& line : lines) {
            route(line.method, line.pattern, line.access,
                  [this, &line](Request& request) {
                      const auto& by = request.principal();
                      return support::operate(line.route, _operations, by ? Principal::share(_auth.api(), by) : Principal(),
                                              request);
                  },
                  support::documented(line.route, worker().summary(line.summary).maxBody(line.maxBodyBytes)));
        }
        // A program that looks at the links of a mail must not end it.
        get("/api/notifications/email/unsubscribe", anyone,
            [](Request& request) {
                request.text(200, "Nothing has changed. To have no more e-mail, send this address a POST, as mail programs do,\n"
                                  "or press the button behind the link at the end of the mail.\n");
            },
            fast().summary("How e-mail is ended: by a POST").schema(unsubscribePageSchema));
        route("POST", "/api/notifications/email/unsubscribe", anyone,
              [this](Request& request) { return support::operate(unsubscribing, _operations, Principal(), request); },
              worker().summary("Have nothing mailed any more").maxBody(16 * 1024).schema(unsubscribeSchema));
    }

    Auth _auth;
    Operations _operations;
};

} // namespace

} // namespace netbit::notify

NETBIT_PLUGIN(netbit::notify::NotifyPlugin, "notify", "1.0.0")
