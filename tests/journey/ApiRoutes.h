#pragma once
// The routes of a server as its description has them, and requests that fit them.

#include "support/Daemon.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::test {

struct ApiRoute {
    std::string method; ///< "POST"
    std::string path;   ///< "/api/chats/{id}"
    std::string access; ///< anyone, user, admin
    json::value operation;

    std::string name() const { return method + ' ' + path; }
    bool hasBody() const { return has(operation, "/requestBody"); }
    bool hasParameters() const { return path.find('{') != std::string::npos; }
    /// Of an object in JSON; null: the route takes none.
    json::value bodySchema() const;
};

std::vector<ApiRoute> apiRoutes(const Daemon& daemon);

/// `value` is asked for each parameter, with its name and what stands before it in the path.
std::string filledPath(const std::string& path,
                       const std::function<std::string(std::string_view name, std::string_view before)>& value);

/// An object that fits the schema, with every member. `id` stands for every number.
json::object fittingBody(const json::value& schema, std::int64_t id);

std::string tomorrow(); ///< RFC 3339

} // namespace netbit::test
