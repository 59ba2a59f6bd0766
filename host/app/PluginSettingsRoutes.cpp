// What a plugin may be told, for who is signed in as an admin over HTTP: read, and written into its file as `netbit config set`
// does. Whoever took over an admin's browser learns no secret here, and puts none of their own in its place.
#include "app/Routes.h"
#include "app/SettingsReport.h"

#include "base/Json.h"
#include "services/auth/Principal.h"
#include "services/log/Log.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::app {

using base::Result;
using base::Status;
using edge::Exchange;
using edge::Outcome;

namespace {

namespace json = boost::json;

constexpr std::size_t mostValueBytes = 8 * 1024;

constexpr const char* settingSchema =
    R"({"type":"object","required":["name","key","type","value","default","secret"],"properties":{"name":{"type":"string"},)"
    R"("key":{"type":"string"},"type":{"type":"string","enum":["string","integer","number","boolean"]},)"
    R"("value":{"type":"string","description":"as it stands in a file"},"default":{"type":"string"},)"
    R"("minimum":{"type":["number","null"]},"maximum":{"type":["number","null"]},"max_length":{"type":["integer","null"],"description":"bytes"},)"
    R"("choices":{"type":"array","items":{"type":"string"}},"unit":{"type":"string"},"description":{"type":"string"},)"
    R"("place":{"type":"string","description":"where the value comes from"},"secret":{"type":"boolean","description":"its value is left out"}}})";

std::string_view nameOf(loader::SettingType type)
{
    switch (type) {
    case loader::SettingType::integer: return "integer";
    case loader::SettingType::real: return "number";
    case loader::SettingType::flag: return "boolean";
    case loader::SettingType::text: break;
    }
    return "string";
}

json::value orNull(const auto& optional) { return optional ? json::value(*optional) : json::value(nullptr); }

json::object shown(const PluginSetting& setting)
{
    const auto& [name, rule, facts, secret] = setting;
    json::array choices;
    for (const auto& choice : rule.choices)
        choices.emplace_back(loader::settingText(choice));
    return {{"name", name},
            {"key", facts.key},
            {"type", nameOf(rule.type)},
            {"value", facts.value},
            {"default", facts.standard},
            {"minimum", orNull(rule.minimum)},
            {"maximum", orNull(rule.maximum)},
            {"max_length", orNull(rule.maxLength)},
            {"choices", std::move(choices)},
            {"unit", rule.unit},
            {"description", rule.description},
            {"place", facts.place},
            {"secret", secret}};
}

/// The one member "value" of a body.
Result<std::string> valueIn(std::string_view body)
{
    const auto parsed = base::parseJson(body);
    if (!parsed)
        return parsed.error();
    const auto* const object = parsed->if_object();
    const auto* const value = object ? object->if_contains("value") : nullptr;
    if (!object)
        return base::fault(Status::invalid, "wrong_type", "The body is an object.");
    if (!value || !value->is_string())
        return base::fault(Status::invalid, value ? "wrong_type" : "missing_member", "This must be a text, as it would stand in the file.",
                           "/value");
    if (object->size() != 1)
        return base::fault(Status::invalid, "unknown_member", "Nothing is taken here but value.");
    std::string text(value->get_string());
    if (text.size() > mostValueBytes)
        return base::fault(Status::invalid, "too_long", "A value has at most 8192 bytes.", "/value");
    return text;
}

Result<json::value> one(const SettingsDoor& door, const std::string& id, const std::string& name)
{
    const auto all = door.ofPlugin(id);
    if (!all)
        return all.error();
    const auto found = std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.name == name; });
    if (found == all->end())
        return base::fault(Status::notFound, "no_such_setting", "The plugin has no such setting.");
    if (found->secret)
        return base::fault(Status::forbidden, "secret_setting",
                           "Secrets are written on the server itself: `netbit config set " + found->facts.key + "`.");
    return json::value(shown(*found));
}

Result<json::value> write(const SettingsDoor& door, const std::string& id, const std::string& name, std::string_view body, std::int64_t by)
{
    const auto before = one(door, id, name);
    if (!before)
        return before.error();
    const auto value = valueIn(body);
    if (!value)
        return value.error();
    if (auto said = door.write(id + '.' + name + '=' + *value); !said) {
        auto error = said.error();
        if (error.status == Status::invalid)
            error.pointer = "/value";
        return error;
    }
    services::log::info("admin", "An admin writes a setting.", {{"user", std::to_string(by)}, {"key", id + '.' + name}});
    return one(door, id, name);
}

void give(Exchange& exchange, const Result<json::value>& result)
{
    if (!result)
        return exchange.problem(result.error());
    edge::Reply reply;
    reply.body = base::Body(json::serialize(*result));
    exchange.reply(std::move(reply));
}

} // namespace

std::vector<edge::Route> pluginSettingsRoutes(SettingsDoor door)
{
    std::vector<edge::Route> routes;
    const auto add = [&](std::string_view method, std::string_view pattern, std::string_view summary, std::string schema,
                         std::function<Outcome(Exchange&)> function) {
        edge::Route made;
        made.method = method;
        made.pattern = pattern;
        made.access = edge::Access::admin;
        made.query.emplace();
        made.owner = "netbit";
        made.summary = summary;
        made.schema = std::move(schema);
        made.maxBodyBytes = 4 * mostValueBytes;
        made.handler = handler(std::move(function));
        routes.push_back(std::move(made));
    };
    const auto onControl = [door](Exchange& exchange, std::function<Result<json::value>()> work) {
        const bool taken = door.onControl([kept = exchange.shared_from_this(), work = std::move(work)] { give(*kept, work()); });
        if (!taken)
            exchange.problem(base::fault(Status::unavailable, "shutting_down", "The server is shutting down."));
        return Outcome::replied;
    };
    add("GET", "/api/admin/plugins/{id}/settings", "What a plugin may be told, and is.",
        std::string(R"({"result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":)") + settingSchema + "}}}}",
        [door, onControl](Exchange& exchange) {
            return onControl(exchange, [door, id = std::string(exchange.param("id"))]() -> Result<json::value> {
                const auto all = door.ofPlugin(id);
                if (!all)
                    return all.error();
                json::array data;
                for (const auto& each : *all)
                    data.push_back(shown(each));
                return json::value(json::object{{"data", std::move(data)}});
            });
        });
    add("PUT", "/api/admin/plugins/{id}/settings/{name}",
        "Writes a plugin's setting into its file, once it is found good; POST /api/admin/reload applies it.",
        std::string(R"({"body":{"type":"object","required":["value"],"properties":{"value":{"type":"string","maxLength":8192}},)"
                    R"("additionalProperties":false},"result":)") + settingSchema + "}",
        [door, onControl](Exchange& exchange) {
            const auto by = static_cast<const services::auth::Principal*>(exchange.principal.get())->userId();
            return onControl(exchange, [door, by, body = std::string(exchange.body()), id = std::string(exchange.param("id")),
                                        name = std::string(exchange.param("name"))] { return write(door, id, name, body, by); });
        });
    return routes;
}

} // namespace netbit::app
