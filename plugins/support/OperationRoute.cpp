#include "support/OperationRoute.h"

#include "support/RequestBody.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace netbit::support {

namespace {

/// Names of the query, as they are written: one that is percent-encoded is no name of ours, and is refused as unknown.
std::vector<std::string_view> queryNames(std::string_view target)
{
    std::vector<std::string_view> names;
    const auto mark = target.find('?');
    auto query = mark == target.npos ? std::string_view() : target.substr(mark + 1);
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto name = query.substr(0, std::min(query.substr(0, end).find('='), end));
        if (!name.empty())
            names.push_back(name);
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return names;
}

using Params = std::vector<std::pair<std::string, std::string>>;

std::string filled(std::string_view pattern, std::int64_t id, const Params& params)
{
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = std::min(pattern.find('{', at), pattern.size());
        out += pattern.substr(at, open - at);
        if (open == pattern.size())
            break;
        const auto close = pattern.find('}', open);
        const auto name = pattern.substr(open + 1, close - open - 1);
        const auto known = std::find_if(params.begin(), params.end(), [&](const auto& param) { return param.first == name; });
        if (name == "id" && known == params.end())
            out += std::to_string(id);
        else if (known != params.end())
            out += known->second;
        at = close + 1;
    }
    return out;
}

/// The member "url" of a JSON object; empty: it has none.
std::string urlOf(std::string_view json)
{
    JsonDocument document;
    if (document.parse(json, RequestBody::maxDepth))
        return {};
    const auto* const object = document.root().if_object();
    const auto* const url = object ? object->if_contains("url") : nullptr;
    return url && url->is_string() ? std::string(url->get_string()) : std::string();
}

/// The target with another value of one query parameter, as far as its "=".
std::string targetUpTo(std::string_view target, std::string_view name)
{
    const auto mark = std::min(target.find('?'), target.size());
    std::string out(target.substr(0, mark));
    auto query = target.substr(std::min(mark + 1, target.size()));
    char join = '?';
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        if (!part.empty() && part.substr(0, part.find('=')) != name) {
            out += join;
            out += part;
            join = '&';
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return out + join + std::string(name) + '=';
}

/// The path's words that name a place; where the first of them stands in the target.
struct Place {
    std::vector<std::string_view> names{};
    std::size_t at = 0;
};

Place placeOf(const OperationRoute& route, std::string_view target)
{
    Place out;
    for (const auto& prefix : {std::string_view("/api/projects/"), std::string_view("/api/git/"), std::string_view("/api/repos/")})
        if (target.starts_with(prefix))
            out.at = prefix.size();
    for (const std::string_view name : {"user", "project", "repo"})
        if (out.at != 0 && std::find(route.params.begin(), route.params.end(), name) != route.params.end())
            out.names.push_back(name);
    return out;
}

/// Leads on to where the project or repository that the target names by a name of before is now. In a process of the plugin's own
/// the answer comes after the call has returned, so nothing is borrowed but what lives as long as the plugin.
void leadOn(const Place& place, const Operations& operations, const Principal& caller, const std::string& target, bool reading,
            Later later)
{
    OperationCall call;
    call.operation = "projects.place";
    auto behind = std::string_view(target).substr(place.at);
    for (const auto name : place.names) {
        const auto end = std::min(behind.find_first_of("/?"), behind.size());
        call.text(name, behind.substr(0, end));
        behind.remove_prefix(name == place.names.back() ? end : std::min(end + 1, behind.size()));
    }
    operations.call(caller, call, [names = place.names, location = target.substr(0, place.at), rest = std::string(behind), reading,
                                   later = std::move(later)](Result<Done> found) mutable {
        if (!found)
            return later.problem(found.error());
        JsonDocument document;
        if (document.parse(found->json, RequestBody::maxDepth))
            return later.problem(Error(Status::internal, "bad_answer", "The host's answer names no place."));
        for (const auto name : names)
            location += (name == names.front() ? "" : "/") + std::string(document.root().get_object().at(name).get_string());
        location += rest;
        later.reply(Reply(reading ? 301 : 308).header("Location", location).type("text/plain; charset=utf-8").bytes("It has another name now.\n"));
    });
}

} // namespace

Result<void> operate(const OperationRoute& route, const Operations& operations, const Principal& caller, Request& request)
{
    OperationCall call;
    call.operation = route.operation;
    if (!route.bodyless)
        call.arguments = request.body();
    if (!call.arguments.empty()) { // the host takes any JSON of the last of two members; a client is told of its mistake
        RequestBody body(request.header("Content-Type"));
        if (auto fields = body.read(call.arguments); !fields)
            return fields.error();
    }
    Params params;
    for (const auto name : route.params) {
        call.text(name, request.param(name));
        if (!route.location.empty())
            params.emplace_back(name, request.param(name));
    }
    for (const auto name : queryNames(request.target()))
        call.text(name, request.query(name).value_or(std::string_view()));
    call.key = request.header("Idempotency-Key").value_or(std::string_view());
    call.ifMatch = request.header("If-Match");
    call.peer = request.peer();
    call.client = request.header("User-Agent").value_or(std::string_view());

    const auto place = placeOf(route, request.target());
    const auto target = place.names.empty() ? std::string() : std::string(request.target());
    const bool reading = request.method() == "GET" || request.method() == "HEAD";
    auto next = route.next.empty() ? std::string() : targetUpTo(request.target(), route.next);
    // The request's bytes live until it is answered, and that is not before the call below has copied them.
    auto answer = request.defer();
    operations.call(caller, call,
                    [later = std::move(answer), status = route.status, location = route.location, made = std::move(params),
                     next = std::move(next), secret = route.secret, place, target, reading, &operations,
                     caller](Result<Done> done) mutable {
                        if (!done && done.error().code == "moved" && !place.names.empty())
                            return leadOn(place, operations, caller, target, reading, std::move(later));
                        if (!done)
                            return later.problem(done.error());
                        if (status == 204)
                            return later.noContent();
                        Reply reply(status == 201 && done->replayed ? 200 : status);
                        const auto where = location.empty()     ? std::string()
                                           : location == "{url}" ? urlOf(done->json)
                                                                 : filled(location, done->id, made);
                        if (!where.empty())
                            reply.header("Location", where);
                        const auto link = "<" + next + std::to_string(done->id) + ">; rel=\"next\"";
                        if (!next.empty() && done->id != 0)
                            reply.header("Link", link);
                        if (secret)
                            reply.header("Cache-Control", "no-store");
                        later.reply(reply.bytes(done->json));
                    });
    return {};
}

RouteOptions documented(const OperationRoute& route, RouteOptions options)
{
    return options.operation(route.operation)
        .schema(route.status == 201   ? R"({"status":201})"
                : route.status == 204 ? R"({"status":204})"
                                      : "");
}

} // namespace netbit::support
