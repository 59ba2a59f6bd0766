#include "app/OpenApi.h"

#include "app/DocsPage.h"
#include "app/Routes.h"
#include "app/Version.h"
#include "base/Json.h"
#include "services/operations/Operations.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace netbit::app {

namespace json = boost::json;
using edge::Access;
using edge::Route;
using services::operations::Operations;

namespace {

/// What many answers have in them; an operation's schema of the same name takes its place.
constexpr std::pair<std::string_view, std::string_view> commonSchemas[] = {
    {"Problem", R"({"type":"object","required":["type","title","status","detail","code","request_id"],"properties":{
"type":{"type":"string","format":"uri-reference"},"title":{"type":"string"},"status":{"type":"integer"},
"detail":{"type":"string"},"instance":{"type":"string"},"code":{"type":"string","description":"Stable, snake_case."},
"request_id":{"type":"string"},"errors":{"type":"array","items":{"type":"object","required":["pointer","detail"],
"properties":{"pointer":{"type":"string","description":"JSON pointer of the member at fault."},"detail":{"type":"string"}}}}}})"},
    {"Message", R"({"type":"object","required":["id","chat_id","sender_id","sender_name","content","message_type","created_at",
"is_edited","edited_at","reply_to"],"properties":{"id":{"type":"integer","format":"int64"},
"chat_id":{"type":"integer","format":"int64"},"sender_id":{"type":"integer","format":"int64"},"sender_name":{"type":"string"},
"content":{"type":"string"},"message_type":{"type":"string","enum":["text","image","file","system"]},
"created_at":{"type":"string","format":"date-time"},"is_edited":{"type":"boolean"},
"edited_at":{"type":["string","null"],"format":"date-time"},"reply_to":{"type":["integer","null"],"format":"int64"},
"attachments":{"type":"array","description":"left out where there are none","items":{"type":"object","required":["id","name","size",
"media_type"],"properties":{"id":{"type":"integer","format":"int64","description":"for /api/files/{id}"},"name":{"type":"string"},
"size":{"type":"integer","format":"int64"},"media_type":{"type":"string"},"width":{"type":"integer"},"height":{"type":"integer"}}}}}})"},
    {"Chat", R"({"type":"object","required":["id","name","chat_type","created_at"],"properties":{
"id":{"type":"integer","format":"int64"},"name":{"type":"string"},"chat_type":{"type":"string",
"enum":["direct","group","channel"]},"creator_id":{"type":["integer","null"],"format":"int64"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},
"role":{"type":["string","null"]},"participants_count":{"type":"integer"},
"last_message":{"anyOf":[{"$ref":"#/components/schemas/Message"},{"type":"null"}]}}})"},
};

json::value parsed(std::string_view text)
{
    auto value = base::parseJson(text);
    if (!value)
        throw std::logic_error("a schema of ours is no JSON: " + std::string(text.substr(0, 80)));
    return std::move(*value);
}

std::string_view accessName(Access access) noexcept
{
    return access == Access::anyone ? "anyone" : access == Access::user ? "user" : "admin";
}

/// "/api/git/{rest...}" is "/api/git/{rest}" to OpenAPI.
std::string pathOf(std::string_view pattern)
{
    std::string out(pattern);
    if (const auto dots = out.find("...}"); dots != out.npos)
        out.erase(dots, 3);
    return out;
}

std::vector<std::string> paramsOf(std::string_view path)
{
    std::vector<std::string> out;
    for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1))
        out.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
    return out;
}

std::string lowered(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// "get_api_chats_id_messages": an identifier in any language.
std::string nameOf(const Route& route)
{
    std::string out = lowered(route.method);
    for (const char c : route.pattern) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain)
            out += c;
        else if (out.back() != '_')
            out += '_';
    }
    while (out.back() == '_')
        out.pop_back();
    return out;
}

/// What a route's operation and its own schema say, in one form.
struct Described {
    json::object query;  ///< JSON Schema of an object, or empty
    json::object body;
    json::object result;
    json::object params; ///< schemas of the path's parameters, as far as they are known
    std::string summary;
    std::string id;
    std::string mediaType = "application/json";
    int status = 200;
};

/// Splits an operation's arguments into those of the path and the rest.
void takeArguments(Described& out, json::object arguments, const std::vector<std::string>& params, bool asQuery)
{
    auto& properties = arguments["properties"].as_object();
    for (const auto& name : params) {
        if (auto* const property = properties.if_contains(name)) {
            out.params.emplace(name, std::move(*property));
            properties.erase(name);
        }
    }
    if (auto* const required = arguments.if_contains("required")) {
        json::array left;
        for (auto& name : required->as_array())
            if (properties.contains(name.as_string()))
                left.push_back(std::move(name));
        if (left.empty())
            arguments.erase("required");
        else
            *required = std::move(left);
    }
    if (!properties.empty())
        (asQuery ? out.query : out.body) = std::move(arguments);
}

Described describe(const Route& route, const std::string& path, const Operations& operations)
{
    Described out;
    out.summary = route.summary;
    out.id = nameOf(route);
    if (const auto* const operation = route.operation.empty() ? nullptr : operations.find(route.operation)) {
        auto described = parsed(Operations::describe(*operation));
        const bool asQuery = route.method == "GET" || route.method == "DELETE";
        takeArguments(out, std::move(described.as_object()["arguments"].as_object()), paramsOf(path), asQuery);
        if (out.summary.empty())
            out.summary = operation->summary;
        if (operations.schemas().contains(operation->result))
            out.result = {{"$ref", "#/components/schemas/" + std::string(operation->result)}};
    }
    if (route.schema.empty())
        return out;
    auto schema = parsed(route.schema).as_object(); // of a form that was checked when the route was added
    const auto take = [&](std::string_view name, json::object& place) {
        if (auto* const given = schema.if_contains(name))
            place = std::move(given->as_object());
    };
    take("query", out.query);
    take("body", out.body);
    take("result", out.result);
    if (const auto* const status = schema.if_contains("status"))
        out.status = static_cast<int>(status->as_int64());
    if (const auto* const type = schema.if_contains("type"))
        out.mediaType = std::string_view(type->as_string());
    return out;
}

json::object parameter(std::string_view name, std::string_view in, bool required, json::object schema)
{
    json::object out{{"name", name}, {"in", in}, {"required", required}};
    if (auto* const what = schema.if_contains("description")) {
        out["description"] = std::move(*what);
        schema.erase("description");
    }
    out["schema"] = std::move(schema);
    return out;
}

json::array parametersOf(Described& described, const std::string& path)
{
    json::array out;
    for (const auto& name : paramsOf(path)) {
        auto* const known = described.params.if_contains(name);
        out.push_back(parameter(name, "path", true, known ? std::move(known->as_object()) : json::object{{"type", "string"}}));
    }
    std::set<std::string, std::less<>> required;
    if (const auto* const names = described.query.if_contains("required"))
        for (const auto& name : names->as_array())
            required.emplace(name.as_string());
    if (auto* const properties = described.query.if_contains("properties"))
        for (auto& property : properties->as_object()) {
            const std::string_view name = property.key();
            auto made = parameter(name, "query", required.contains(name), std::move(property.value().as_object()));
            if (const auto* const type = made["schema"].as_object().if_contains("type"); type && *type == "array")
                made["explode"] = false; // with commas between
            out.push_back(std::move(made));
        }
    return out;
}

json::object answersOf(const Route& route, Described& described)
{
    const bool elsewhere = described.status == 302;
    json::object good{{"description", described.status == 204   ? "Done."
                                      : described.status == 201 ? "Made."
                                      : elsewhere               ? "Elsewhere: Location says where."
                                                                : "The answer."}};
    if (described.status != 204 && !elsewhere) {
        const bool known = !described.result.empty();
        json::object schema = known ? std::move(described.result)
                              : described.mediaType == "application/json" ? json::object()
                                                                          : json::object{{"type", "string"}};
        good["content"] = json::object{{described.mediaType, json::object{{"schema", std::move(schema)}}}};
    }
    json::object out{{std::to_string(described.status), std::move(good)}};
    const auto problem = [&](std::string_view status, std::string_view name) {
        out[status] = json::object{{"$ref", "#/components/responses/" + std::string(name)}};
    };
    if (!described.query.empty() || !described.body.empty() || !described.params.empty())
        problem("422", "Invalid");
    if (!described.body.empty())
        problem("400", "Malformed");
    if (route.access != Access::anyone)
        problem("401", "Unauthenticated");
    if (route.access == Access::admin)
        problem("403", "Forbidden");
    if (route.pattern.find('{') != std::string::npos)
        problem("404", "NotFound");
    problem("default", "Problem");
    return out;
}

json::object operationOf(const Route& route, const std::string& path, const Operations& operations)
{
    auto described = describe(route, path, operations);
    json::object out{{"operationId", described.id},
                     {"summary", described.summary},
                     {"tags", json::array{route.owner}},
                     {"x-netbit-access", accessName(route.access)},
                     {"x-netbit-plugin", route.owner}};
    json::array security{json::object{{"bearer", json::array()}}};
    if (route.access == Access::anyone)
        security.insert(security.begin(), json::object());
    out["security"] = std::move(security);
    if (auto parameters = parametersOf(described, path); !parameters.empty())
        out["parameters"] = std::move(parameters);
    const bool hasBody = !described.body.empty();
    out["responses"] = answersOf(route, described);
    if (hasBody)
        out["requestBody"] = json::object{
            {"required", described.body.contains("required")},
            {"content", json::object{{"application/json", json::object{{"schema", std::move(described.body)}}}}}};
    else if (route.streamed)
        out["requestBody"] = json::object{
            {"required", true},
            {"content", json::object{{"application/octet-stream",
                                      json::object{{"schema", json::object{{"type", "string"}, {"format", "binary"}}}}}}}};
    return out;
}

json::object responses()
{
    const auto problem = [](std::string_view description) {
        return json::object{
            {"description", description},
            {"content", json::object{{"application/problem+json",
                                      json::object{{"schema", json::object{{"$ref", "#/components/schemas/Problem"}}}}}}}};
    };
    return {{"Malformed", problem("It cannot be parsed.")},
            {"Unauthenticated", problem("The token is missing, expired or revoked.")},
            {"Forbidden", problem("You may not.")},
            {"NotFound", problem("It is not there, or not yours to know of.")},
            {"Invalid", problem("It can be parsed, but does not make sense: errors says where.")},
            {"Problem", problem("Any other error (RFC 9457).")}};
}

} // namespace

std::string openApiJson(const edge::RouteTable& table, const Operations& operations)
{
    json::object paths;
    std::set<std::string> owners;
    for (const auto& route : table.routes()) {
        if (route.access == Access::local)
            continue;
        const auto path = pathOf(route.pattern);
        auto& place = paths[path];
        if (!place.is_object())
            place = json::object();
        place.as_object()[lowered(route.method)] = operationOf(route, path, operations);
        owners.insert(route.owner);
    }
    json::array tags;
    for (const auto& owner : owners)
        tags.push_back(json::object{{"name", owner},
                                    {"description", owner == "netbit" ? std::string("The host itself.") : "The plugin " + owner + "."}});
    json::object schemas;
    for (const auto& [name, schema] : operations.schemas())
        schemas.emplace(name, parsed(schema));
    for (const auto& [name, schema] : commonSchemas)
        if (!schemas.contains(name))
            schemas.emplace(name, parsed(schema));
    return json::serialize(json::object{
        {"openapi", "3.1.0"},
        {"info", json::object{{"title", "NetBit"},
                              {"version", NETBIT_VERSION},
                              {"description", "Every route that is loaded on this server. Errors are application/problem+json "
                                              "(RFC 9457); see /docs/problems."},
                              {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
        {"servers", json::array{json::object{{"url", "/"}}}},
        {"tags", std::move(tags)},
        {"security", json::array{json::object{{"bearer", json::array()}}}},
        {"paths", std::move(paths)},
        {"components",
         json::object{{"schemas", std::move(schemas)},
                      {"responses", responses()},
                      {"securitySchemes", json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}}}}}});
}

std::vector<Route> docsRoutes(edge::Router& router, const Operations& operations)
{
    const auto page = [](std::string_view path, std::string_view summary, std::string_view type, std::string_view content) {
        Route made;
        made.method = "GET";
        made.pattern = path;
        made.access = Access::anyone;
        made.fast = true;
        made.owner = "netbit";
        made.summary = summary;
        made.query.emplace();
        made.schema = R"({"type":")" + std::string(type.substr(0, type.find(';'))) + "\"}";
        made.handler = handler([type, content](edge::Exchange& exchange) {
            edge::Reply reply;
            reply.contentType = type;
            reply.headers.emplace_back("Content-Security-Policy",
                                       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
            reply.headers.emplace_back("Referrer-Policy", "no-referrer");
            reply.body.view(content);
            exchange.reply(std::move(reply));
            return edge::Outcome::replied;
        });
        return made;
    };
    std::vector<Route> routes{
        page("/api/docs", "This API as a page to read.", "text/html; charset=utf-8", docsHtml),
        page("/api/docs/docs.js", "Script of that page.", "text/javascript; charset=utf-8", docsScript),
        page("/api/docs/docs.css", "Style of that page.", "text/css; charset=utf-8", docsStyle),
    };
    auto& description = routes.emplace_back();
    description.method = "GET";
    description.pattern = "/api/openapi.json";
    description.access = Access::anyone;
    description.owner = "netbit";
    description.summary = "This API as OpenAPI 3.1, put together from the routes that are loaded.";
    description.query.emplace();
    description.schema = R"({"result":{"type":"object"}})";
    description.handler = handler([&router, &operations](edge::Exchange& exchange) {
        edge::Reply reply;
        reply.headers.emplace_back("Cache-Control", "no-cache");
        reply.body = base::Body(openApiJson(*router.table(), operations));
        exchange.reply(std::move(reply));
        return edge::Outcome::replied;
    });
    return routes;
}

} // namespace netbit::app
