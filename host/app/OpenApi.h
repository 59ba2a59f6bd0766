#pragma once
// The API's description for programs and people, put together from the routes that are loaded.

#include "edge/Router.h"

#include <string>
#include <vector>

namespace netbit::services::operations {
class Operations;
}

namespace netbit::app {

/// OpenAPI 3.1: every route that the network can reach, with "x-netbit-access" (anyone, user, admin) and "x-netbit-plugin".
std::string openApiJson(const edge::RouteTable& table, const services::operations::Operations& operations);

/// GET /api/openapi.json; GET /api/docs, a page that reads it, and the two files of that page. For anyone.
std::vector<edge::Route> docsRoutes(edge::Router& router, const services::operations::Operations& operations);

} // namespace netbit::app
