// The admin's look at what is in force.
#include "app/Routes.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace netbit::app {

namespace json = boost::json;

std::vector<edge::Route> settingsRoutes(std::function<bool(std::function<void()>)> onControl,
                                        std::function<base::Result<std::vector<SettingGap>>()> gaps)
{
    edge::Route made;
    made.method = "GET";
    made.pattern = "/admin/settings";
    made.access = edge::Access::local;
    made.owner = "netbit";
    made.summary = "Settings in force that are not what the files say now.";
    made.handler = handler([onControl = std::move(onControl), gaps = std::move(gaps)](edge::Exchange& exchange) {
        const bool taken = onControl([kept = exchange.shared_from_this(), gaps] {
            const auto found = gaps();
            if (!found) {
                kept->problem(found.error());
                return;
            }
            json::array data;
            for (const auto& gap : *found)
                data.push_back(json::object{{"key", gap.key},
                                            {"running", gap.running},
                                            {"files", gap.files},
                                            {"applies", gap.reloads ? "reload" : "restart"}});
            edge::Reply reply;
            reply.body = base::Body(json::serialize(json::object{{"data", std::move(data)}}));
            kept->reply(std::move(reply));
        });
        if (!taken)
            exchange.problem(base::fault(base::Status::unavailable, "shutting_down", "The server is shutting down."));
        return edge::Outcome::replied;
    });
    std::vector<edge::Route> routes;
    routes.push_back(std::move(made));
    return routes;
}

} // namespace netbit::app
