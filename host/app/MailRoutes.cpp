// A mail through the admin's door, to see whether the relay takes one.
#include "app/AdminBody.h"
#include "app/Routes.h"

#include "outgoing/CurlMailer.h"
#include "services/mail/MailService.h"

namespace netbit::app {

using edge::Exchange;
using edge::Outcome;

namespace {

void tryOut(services::mail::MailService& service, Exchange& exchange, const std::string& to)
{
    outgoing::CurlMailer mailer; // beside the one that empties the outbox
    const auto taken = service.test(mailer, to);
    if (!taken)
        return exchange.problem(taken.error());
    edge::Reply reply;
    reply.body = base::Body("{}");
    exchange.reply(std::move(reply));
}

} // namespace

std::vector<edge::Route> mailRoutes(services::mail::MailService& service, std::function<bool(std::function<void()>)> outgoing)
{
    edge::Route route;
    route.method = "POST";
    route.pattern = "/admin/mail/test";
    route.access = edge::Access::local;
    route.owner = "netbit";
    route.summary = "Sends a mail of a few words to an address, at once, and says what became of it.";
    route.handler = handler([&service, outgoing = std::move(outgoing)](Exchange& exchange) {
        const auto object = readObject(exchange, {"to"});
        const auto to = object ? textOf(*object, "to", true) : base::Result<std::string>(object.error());
        if (!to)
            exchange.problem(to.error());
        else if (!outgoing([&service, kept = exchange.shared_from_this(), to = *to] { tryOut(service, *kept, to); }))
            exchange.problem(base::fault(base::Status::unavailable, "busy", "Too much waits for other servers at the moment."));
        return Outcome::replied;
    });
    std::vector<edge::Route> routes;
    routes.push_back(std::move(route));
    return routes;
}

} // namespace netbit::app
