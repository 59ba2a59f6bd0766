#include "services/notify/Acts.h"

#include "services/operations/Operations.h"

#include <limits>

namespace netbit::services::notify {

using operations::bound;
using operations::Kind;
using operations::Operations;
using operations::Parameter;
using Handler = base::Result<void> (*)(Core&, Call&, Done);

namespace {

constexpr auto mostId = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view noticeSchema = R"({"type":"object","required":["id","kind","name","content","rule","created_at",
"read_at","delivery"],"properties":{"id":{"type":"integer","format":"int64"},
"kind":{"type":"string","enum":["note","message","issue","pull","push"],"description":"note: its user wrote it"},
"name":{"type":"string","description":"what happened, in one line"},"content":{"type":"string","description":
"what was said: at most 200 characters; empty once that is deleted"},
"rule":{"type":["object","null"],"description":"what made it: name, and the level with the scope that it comes from",
"properties":{"name":{"type":"string","enum":["assigned","review_requested","mention","direct_message","mention_all","keyword",
"thread_reply","level"]},"keyword":{"type":"string"},"level":{"type":"string","enum":["all","mentions"]},
"scope":{"type":"string"},"id":{"type":["integer","null"],"format":"int64"}}},
"url":{"type":["string","null"]},"actor":{"type":["object","null"]},"chat_id":{"type":["integer","null"],"format":"int64"},
"message_id":{"type":["integer","null"],"format":"int64"},"thread_id":{"type":["integer","null"],"format":"int64"},
"project_id":{"type":["integer","null"],"format":"int64"},"repository_id":{"type":["integer","null"],"format":"int64"},
"issue_id":{"type":["integer","null"],"format":"int64"},"pull_id":{"type":["integer","null"],"format":"int64"},
"event_id":{"type":["integer","null"],"format":"int64"},"created_at":{"type":"string","format":"date-time"},
"updated_at":{"type":"string","format":"date-time"},"read_at":{"type":["string","null"],"format":"date-time"},
"delivery":{"$ref":"#/components/schemas/NotificationDelivery"}}})";

constexpr std::string_view deliverySchema = R"({"type":"object","required":["state","until"],"properties":{
"state":{"type":"string","enum":["now","held"],"description":"held: in the inbox, and to be brought to nobody before `until`"},
"until":{"type":["string","null"],"format":"date-time"}}})";

constexpr std::string_view countsSchema = R"({"type":"object","required":["total","unread"],"properties":{
"total":{"type":"integer","format":"int64"},"unread":{"type":"integer","format":"int64"}}})";

constexpr std::string_view listSchema = R"({"type":"object","required":["data","pagination","counts"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/Notification"}},"pagination":{"type":"object"},
"counts":{"$ref":"#/components/schemas/NotificationCounts"}}})";

constexpr std::string_view readSchema = R"({"type":"object","required":["up_to","read","unread"],"properties":{
"up_to":{"type":"integer","format":"int64"},"read":{"type":"integer","format":"int64","description":"how many became read"},
"unread":{"type":"integer","format":"int64"}}})";

constexpr std::string_view rulesSchema = R"({"type":"object","required":["default","levels","keywords","quiet_hours","days_off",
"dates_off"],"properties":{"default":{"type":["string","null"],"enum":["all","mentions","none",null]},
"levels":{"type":"array","items":{"type":"object","required":["scope","id","level"],"properties":{
"scope":{"type":"string","enum":["project","repository","chat","thread","issue","pull"]},
"id":{"type":"integer","format":"int64"},"level":{"type":"string","enum":["all","mentions","none"]}}}},
"keywords":{"type":"array","items":{"type":"string"}},"quiet_hours":{"type":"array","items":{"type":"object",
"required":["days","from","to"],"properties":{"days":{"type":"array","items":{"type":"string"}},"from":{"type":"string"},
"to":{"type":"string"}}}},"days_off":{"type":"array","items":{"type":"string"}},
"dates_off":{"type":"array","items":{"type":"string","format":"date"}}}})";

constexpr std::string_view whySchema = R"({"type":"object","required":["chain","effective","delivery","time_zone"],"properties":{
"notification_id":{"type":"integer","format":"int64"},"rule":{"type":["object","null"]},
"chain":{"type":"array","description":"the farthest first","items":{"type":"object","required":["scope","id","level","muted",
"decides"],"properties":{"scope":{"type":"string","enum":["server","user","project","repository","chat","thread","issue","pull"]},
"id":{"type":["integer","null"],"format":"int64"},"level":{"type":["string","null"]},"muted":{"type":"boolean"},
"decides":{"type":"boolean"}}}},"effective":{"type":"object"},
"delivery":{"$ref":"#/components/schemas/NotificationDelivery"},"time_zone":{"type":"string"}}})";

constexpr std::string_view simulationSchema = R"({"type":"object","required":["days","events","truncated","before","after",
"added","silenced","held","data"],"properties":{"days":{"type":"integer"},"events":{"type":"integer","format":"int64",
"description":"of the log that were looked at"},"truncated":{"type":"boolean","description":"only the newest of them"},
"before":{"type":"integer","format":"int64","description":"notifications by the rules in force"},
"after":{"type":"integer","format":"int64","description":"by those proposed"},"added":{"type":"integer","format":"int64"},
"silenced":{"type":"integer","format":"int64"},"held":{"type":"integer","format":"int64","description":
"of those after: in quiet hours"},"data":{"type":"array","description":"those after, the newest first, at most 200",
"items":{"type":"object"}}}})";

Parameter integer(std::string_view name, std::string_view what, bool required = false)
{
    return {.name = name, .kind = Kind::integer, .what = what, .required = required, .least = 1, .most = mostId};
}

const Parameter id = integer("id", "the notification's", true);

std::vector<Parameter> ruleParameters()
{
    return {
        {.name = "default",
         .what = "the level where nothing nearer says one; absent: the server's",
         .choices = {"all", "mentions", "none"}},
        {.name = "levels",
         .kind = Kind::objects,
         .what =
             "each: scope (project, repository, chat, thread, issue, pull), id, level (all, mentions, none); the nearest wins",
         .most = static_cast<std::int64_t>(maxLevels)},
        {.name = "keywords",
         .kind = Kind::texts,
         .what = "whole words, whatever their case",
         .most = static_cast<std::int64_t>(maxKeywords)},
        {.name = "quiet_hours",
         .kind = Kind::objects,
         .what = "each: days (mon to sun; absent: all), from and to (22:00), in the time zone of the profile; over midnight "
                 "where to is not later",
         .most = static_cast<std::int64_t>(maxQuiet)},
        {.name = "days_off", .kind = Kind::texts, .what = "mon to sun", .most = 7},
        {.name = "dates_off", .kind = Kind::texts, .what = "such as 2026-12-24", .most = static_cast<std::int64_t>(maxDatesOff)}};
}

} // namespace

void addNotifyOperations(Operations& all, Core& core)
{
    all.addSchema("Notification", noticeSchema);
    all.addSchema("NotificationDelivery", deliverySchema);
    all.addSchema("NotificationCounts", countsSchema);
    all.addSchema("NotificationList", listSchema);
    all.addSchema("NotificationsRead", readSchema);
    all.addSchema("NotificationRules", rulesSchema);
    all.addSchema("NotificationWhy", whySchema);
    all.addSchema("NotificationSimulation", simulationSchema);
    const auto add = [&](std::string_view name, std::string_view summary, std::vector<Parameter> parameters,
                         std::string_view result, Handler handler, bool reads) {
        operations::Operation operation{.name = name,
                                        .summary = summary,
                                        .parameters = std::move(parameters),
                                        .result = result,
                                        .handler = bound(core, handler),
                                        .reads = reads};
        if (!operation.parameters.empty() && operation.parameters.front().name == "id")
            operation.guard = guardNotice(core);
        all.add(std::move(operation));
    };
    const std::vector<Parameter> text{
        {.name = "name", .what = "one line", .required = true, .least = 1, .most = 300},
        {.name = "content", .what = "a text", .most = 4 * 1024}};
    add("notifications.list", "The caller's notifications, the newest first",
        {integer("before", "the id of a notification: only older ones"),
         {.name = "limit", .kind = Kind::integer, .what = "how many, at most; 50 unless given", .least = 1, .most = 200},
         {.name = "unread", .kind = Kind::flag, .what = "only those not read"}},
        "NotificationList", &listNotices, true);
    add("notifications.count", "How many notifications the caller has, and how many are unread", {}, "NotificationCounts",
        &countNotices, true);
    add("notifications.get", "One notification", {id}, "Notification", &getNotice, true);
    add("notifications.create", "Write a note into one's own inbox", text, "Notification", &createNotice, false);
    add("notifications.update", "Rewrite a note of one's own", {id, text[0], text[1]}, "Notification", &updateNotice, false);
    add("notifications.delete", "Take a notification out of the inbox", {id}, {}, &deleteNotice, false);
    add("notifications.read", "Mark a notification as read", {id}, "Notification", &readNotice, false);
    add("notifications.read_up_to", "Mark all notifications as read, up to one",
        {integer("up_to", "the id of the newest that was seen", true)}, "NotificationsRead", &readUpTo, false);
    add("notifications.rules", "What the caller wants to hear of", {}, "NotificationRules", &getRules, true);
    add("notifications.set_rules", "Write anew what the caller wants to hear of", ruleParameters(), "NotificationRules",
        &setRules, false);
    add("notifications.why", "Which level holds in a place, and where it comes from",
        {integer("chat", "one of these, or none for what holds everywhere: its id"),
         integer("thread", "the message that it began with"), integer("project", "its id"), integer("repository", "its id"),
         integer("issue", "its id"), integer("pull", "its id")},
        "NotificationWhy", &why, true);
    add("notifications.why_this", "Which rule made a notification", {id}, "NotificationWhy", &whyNotice, true);
    add("notifications.simulate", "What proposed rules would have made of the last days",
        {{.name = "rules", .kind = Kind::object, .what = "as they would be written", .required = true},
         {.name = "days", .kind = Kind::integer, .what = "how far back; 7 unless given", .least = 1, .most = 30}},
        "NotificationSimulation", &simulate, false); // it keeps a worker busy: not for a token that only reads
}

} // namespace netbit::services::notify
