#include "journey/ApiRoutes.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>

namespace netbit::test {

namespace {

json::value fitting(const json::value& schema, std::int64_t id)
{
    const auto& described = schema.as_object();
    if (const auto* const choices = described.if_contains("enum"))
        return choices->as_array().front();
    const auto* const type = described.if_contains("type");
    const auto kind = type && type->is_string() ? std::string(type->get_string()) : "object";
    if (kind == "integer") {
        const auto* const most = described.if_contains("maximum");
        return most && most->to_number<std::int64_t>() < id ? most->to_number<std::int64_t>() : id;
    }
    if (kind == "boolean")
        return true;
    if (kind == "array") {
        const auto* const items = described.if_contains("items");
        return json::array{items ? fitting(*items, id) : json::value("x")};
    }
    if (kind == "string")
        return described.contains("format") && described.at("format") == "date-time" ? json::value(tomorrow())
                                                                                     : json::value("words");
    return json::object();
}

} // namespace

json::value ApiRoute::bodySchema() const
{
    constexpr auto place = "/requestBody/content/application~1json/schema";
    return has(operation, place) ? at(operation, place) : json::value();
}

std::vector<ApiRoute> apiRoutes(const Daemon& daemon)
{
    std::vector<ApiRoute> routes;
    const auto description = daemon.client().expect(200, "GET", "/api/openapi.json");
    for (const auto& [path, methods] : at(description, "/paths").as_object())
        for (const auto& [name, operation] : methods.as_object()) {
            std::string method(name);
            std::transform(method.begin(), method.end(), method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            routes.push_back({std::move(method), std::string(path), textAt(operation, "/x-netbit-access"), operation});
        }
    return routes;
}

std::string filledPath(const std::string& path, const std::function<std::string(std::string_view, std::string_view)>& value)
{
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const auto open = std::min(path.find('{', at), path.size());
        out += path.substr(at, open - at);
        if (open == path.size())
            break;
        const auto close = path.find('}', open);
        out += value(std::string_view(path).substr(open + 1, close - open - 1), std::string_view(path).substr(0, open));
        at = close + 1;
    }
    return out;
}

json::object fittingBody(const json::value& schema, std::int64_t id)
{
    json::object body;
    if (const auto* const object = schema.if_object())
        if (const auto* const properties = object->if_contains("properties"))
            for (const auto& property : properties->as_object())
                body[property.key()] = fitting(property.value(), id);
    return body;
}

std::string tomorrow()
{
    const auto then = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + std::chrono::hours(24));
    std::tm parts{};
    gmtime_r(&then, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

} // namespace netbit::test
