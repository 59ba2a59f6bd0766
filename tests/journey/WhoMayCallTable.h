#pragma once
// What the who-may-call test must know of each route beside what /api/openapi.json says. A route that is not in here fails
// the test, so that nobody adds one without a thought of who may call it.

#include <map>
#include <string>
#include <string_view>

namespace netbit::test {

struct RouteEntry {
    enum class About { nothing, chat } about = About::nothing; ///< chat: {id} is one, and only its members may
    std::string_view query{};                                  ///< that a good call needs
    bool endless = false;                                      ///< the reply has no end
};

inline const std::map<std::string, RouteEntry, std::less<>> routeTable{
    {"GET /healthz", {}},
    {"GET /readyz", {}},
    {"GET /metrics", {}},
    {"GET /docs/problems", {}},
    {"GET /api/server", {}},
    {"GET /api/routes", {}},
    {"GET /api/openapi.json", {}},
    {"GET /api/docs", {}},
    {"GET /api/docs/docs.js", {}},
    {"GET /api/docs/docs.css", {}},
    {"POST /api/auth/register", {}},
    {"POST /api/auth/login", {}},
    {"POST /api/auth/refresh", {}},
    {"POST /api/auth/logout", {}},
    {"GET /api/user/profile", {}},
    {"GET /api/users/{id}", {}},
    {"GET /api/chats", {}},
    {"POST /api/chats", {}},
    {"GET /api/chats/{id}", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/messages", {RouteEntry::About::chat}},
    {"GET /api/events", {.endless = true}},
    {"GET /api/search", {.query = "?q=word"}},
    {"POST /api/realtime/udp-session", {}},
};

} // namespace netbit::test
