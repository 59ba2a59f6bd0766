#include "services/mail/Core.h"

#include "services/operations/Operations.h"

namespace netbit::services::mail {

using operations::Access;
using operations::bound;
using operations::Kind;
using Handler = base::Result<void> (*)(Core&, Call&, Done);

namespace {

constexpr std::string_view settingsSchema = R"({"type":"object","required":["address","state","mode","digest_at","delay_seconds"],
"properties":{"address":{"type":["string","null"]},"state":{"type":"string","enum":["none","unconfirmed","confirmed"],"description":
"nothing is sent to an address that its reader has not confirmed"},"mode":{"type":"string","enum":["off","at_once","digest"]},
"digest_at":{"type":"string","description":"a time of the day, such as 07:15, in the time zone of the profile"},
"delay_seconds":{"type":"integer","description":"what is read meanwhile is not sent"},
"confirmed_at":{"type":["string","null"],"format":"date-time"},"next_digest":{"type":["string","null"],"format":"date-time"},
"last_refusal":{"type":["object","null"],"description":"the last mail that was refused for good, since the address was confirmed",
"properties":{"at":{"type":"string","format":"date-time"},"reason":{"type":"string"}}}}})";

} // namespace

void addMailOperations(operations::Operations& all, Core& core)
{
    all.addSchema("MailSettings", settingsSchema);
    const auto add = [&](std::string_view name, std::string_view summary, Access access, std::vector<operations::Parameter> parameters,
                         std::string_view result, Handler handler, bool reads = false) {
        all.add({.name = name,
                 .summary = summary,
                 .access = access,
                 .parameters = std::move(parameters),
                 .result = result,
                 .handler = bound(core, handler),
                 .reads = reads});
    };
    const operations::Parameter token{.name = "token", .what = "of the mail's link", .required = true, .least = 1, .most = 200};
    add("mail.get", "What the caller has mailed to him", Access::user, {}, "MailSettings", &getSettings, true);
    add("mail.update", "Have notifications mailed at once, once a day, or not at all", Access::user,
        {{.name = "mode", .what = "each at once, all of a day in one, or nothing", .choices = {"off", "at_once", "digest"}},
         {.name = "digest_at", .what = "a time of the day such as 07:15, in the time zone of the profile", .most = 5},
         {.name = "delay_seconds", .kind = Kind::integer, .what = "how long at_once waits: what is read meanwhile is not sent", .most = 86'400},
         {.name = "address", .what = "where to, instead of the account's address; empty: there", .most = 254}},
        "MailSettings", &setSettings);
    add("mail.ask", "Send a link by which the caller's address is confirmed", Access::user, {}, "MailSettings", &sendConfirmation);
    add("mail.confirm", "Confirm the address that a link was sent to", Access::anyone, {token}, {}, &confirm);
    add("mail.unsubscribe", "Have nothing mailed any more (RFC 8058)", Access::anyone, {token}, {}, &unsubscribe);
}

} // namespace netbit::services::mail
