#pragma once
// What the who-may-call test must know of each route beside what /api/openapi.json says. A route that is not in here fails
// the test, so that nobody adds one without a thought of who may call it.

#include <map>
#include <string>
#include <string_view>

namespace netbit::test {

struct RouteEntry {
    /// chat: {id} is one, and only its members may. own: only its owner knows of it, and the test's callers own none.
    enum class About { nothing, chat, own } about = About::nothing;
    std::string_view query{};                                  ///< that a good call needs
    bool anyQuery = false;                                     ///< others may add to the query what they like
    bool endless = false;                                      ///< the reply has no end
    bool notForMembers = false; ///< as the server is set, members are refused with admin_only
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
    {"PATCH /api/user/profile", {}},
    {"PUT /api/user/status", {}},
    {"DELETE /api/user/status", {}},
    {"GET /api/users", {}},
    {"GET /api/user/sessions", {}},
    {"DELETE /api/user/sessions", {}},
    {"DELETE /api/user/sessions/{id}", {RouteEntry::About::own}},
    {"GET /api/user/tokens", {}},
    {"POST /api/user/tokens", {}},
    {"DELETE /api/user/tokens/{id}", {RouteEntry::About::own}},
    {"POST /api/user/password", {}},
    {"POST /api/auth/reset", {}},
    {"POST /api/invites", {.notForMembers = true}},
    {"GET /api/invites", {}},
    {"DELETE /api/invites/{id}", {RouteEntry::About::own}},
    {"GET /api/user/export", {}},
    {"DELETE /api/user", {}},
    {"GET /api/user/second-factor", {}},
    {"POST /api/user/second-factor", {}},
    {"DELETE /api/user/second-factor", {}},
    {"POST /api/user/second-factor/confirm", {}},
    {"POST /api/user/second-factor/recovery-codes", {}},
    {"POST /api/auth/second-factor", {}},
    {"DELETE /api/admin/users/{id}/second-factor", {}},
    {"GET /api/auth/oidc", {}},
    {"GET /api/auth/oidc/{provider}/start", {RouteEntry::About::own}}, // a name that no provider has is there for nobody
    {"GET /api/auth/oidc/{provider}/callback", {.about = RouteEntry::About::own, .anyQuery = true}},
    {"POST /api/auth/oidc/token", {}},
    {"GET /api/user/identities", {}},
    {"POST /api/user/identities/{provider}", {}},
    {"DELETE /api/user/identities/{id}", {RouteEntry::About::own}},
    {"POST /api/admin/users/{id}/identities", {}},
    {"GET /api/admin/users", {}},
    {"POST /api/admin/users", {}},
    {"PATCH /api/admin/users/{id}", {}},
    {"POST /api/admin/users/{id}/deactivate", {}},
    {"POST /api/admin/users/{id}/reactivate", {}},
    {"POST /api/admin/users/{id}/reset", {}},
    {"GET /api/admin/audit", {}},
    {"GET /api/chats", {}},
    {"POST /api/chats", {}},
    {"GET /api/chats/{id}", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/messages", {RouteEntry::About::chat}},
    {"GET /api/chats/public", {}},
    {"PATCH /api/chats/{id}", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/members", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/members", {RouteEntry::About::chat}},
    {"PUT /api/chats/{id}/members/{user}", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/members/{user}", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/join", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/leave", {RouteEntry::About::chat}},
    {"PUT /api/chats/{id}/read", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/pins", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages/{message}", {RouteEntry::About::chat}},
    {"PATCH /api/chats/{id}/messages/{message}", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/messages/{message}", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages/{message}/history", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages/{message}/thread", {RouteEntry::About::chat}},
    {"PUT /api/chats/{id}/messages/{message}/reactions/{emoji}", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/messages/{message}/reactions/{emoji}", {RouteEntry::About::chat}},
    {"PUT /api/chats/{id}/messages/{message}/pin", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/messages/{message}/pin", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/messages/html", {.about = RouteEntry::About::chat, .query = "?ids=1"}},
    {"GET /api/chats/{id}/draft", {RouteEntry::About::chat}},
    {"PUT /api/chats/{id}/draft", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/draft", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/scheduled", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/scheduled", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/scheduled/{scheduled}", {RouteEntry::About::chat}},
    {"GET /api/chats/{id}/hooks", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/hooks", {RouteEntry::About::chat}},
    {"DELETE /api/chats/{id}/hooks/{hook}", {RouteEntry::About::chat}},
    {"POST /hooks/{secret}", {}},
    {"PUT /api/chats/{id}/settings", {RouteEntry::About::chat}},
    {"POST /api/chats/{id}/typing", {RouteEntry::About::chat}},
    {"PUT /api/user/presence", {}},
    {"GET /api/events", {.endless = true}},
    {"GET /api/search", {.query = "?q=word"}},
    {"GET /api/files", {}},
    {"POST /api/files", {}},
    {"GET /api/files/{id}", {RouteEntry::About::own}},
    {"DELETE /api/files/{id}", {RouteEntry::About::own}},
    {"GET /api/files/{id}/info", {RouteEntry::About::own}},
    {"GET /api/files/{id}/thumbnail", {RouteEntry::About::own}},
    {"PUT /api/user/avatar", {}},
    {"DELETE /api/user/avatar", {}},
    {"GET /api/users/{id}/avatar", {RouteEntry::About::own}}, // nobody here has one
    {"POST /api/realtime/udp-session", {}},
    {"GET /", {}},
    {"GET /web/{file}", {RouteEntry::About::own}}, // a name that no file has is there for nobody
    {"GET /web/lang/{file}", {RouteEntry::About::own}},
    {"POST /web/session", {}},
    {"DELETE /web/session", {}},
};

} // namespace netbit::test
