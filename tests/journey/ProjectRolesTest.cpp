// The role table: who may call which route of a project, in a private and in a public one. The routes are the description's;
// what each asks for is a word of the table below.

#include "journey/ApiRoutes.h"
#include "journey/Callers.h"

#include <array>

namespace netbit::test {

namespace {

/// x: may, by caller as above.
struct Column {
    std::string_view inPrivate;
    std::string_view inPublic;
};

const std::map<std::string_view, Column> columns{
    {"see",     {"..xxxxxx", "xxxxxxxx"}},
    {"members", {"..xxxxxx", ".xxxxxxx"}},
    {"code",    {"...xxxxx", "xxxxxxxx"}},
    {"write",   {"..xxxxx.", ".xxxxxxx"}},
    {"author",  {"......x.", "......x."}},
    {"plan",    {"....xxxx", "....xxxx"}},
    {"manage",  {".....xxx", ".....xxx"}},
    {"dispose", {"......xx", "......xx"}},
};

struct Entry {
    std::string_view column;
    std::string body{};
    std::array<int, 8> leaving{}; ///< statuses of a route that is about the caller himself
};

/// What a call needs, of whom it is: MEMBER is somebody below all who manage, OTHER no member, COLUMN a column of the board.
const std::map<std::string, Entry, std::less<>> table{
    {"GET ", {"see"}},
    {"PATCH ", {"manage", R"({"description":"another"})"}},
    {"DELETE ", {"dispose"}},
    {"POST /restore", {"dispose"}},
    {"POST /transfer", {"dispose", R"({"user_id":MEMBER})"}},
    {"GET /config", {"see"}},
    {"PUT /config", {"manage", R"({"metadata":{"language":"C++"}})"}},
    {"GET /members", {"members"}},
    {"POST /members", {"manage", R"({"user_id":OTHER,"role":"guest"})"}},
    {"PUT /members/{member}", {"manage", R"({"role":"guest"})"}},
    {"DELETE /members/{member}", {"manage"}},
    {"POST /leave", {"", "", {401, 404, 204, 204, 204, 204, 409, 404}}},
    {"GET /repos", {"code"}},
    {"POST /repos/create", {"plan", R"({"name":"another"})"}},
    {"GET /{repo}", {"code"}},
    {"PATCH /{repo}", {"manage", R"({"description":"another"})"}},
    {"DELETE /{repo}", {"manage"}},
    {"POST /{repo}/restore", {"manage"}},
    {"GET /issues", {"see"}},
    {"POST /issues", {"write", R"({"title":"another"})"}},
    {"GET /issues/{number}", {"see"}},
    {"PATCH /issues/{number}", {"plan", R"({"state":"closed"})"}},
    {"GET /issues/{number}/comments", {"see"}},
    {"POST /issues/{number}/comments", {"write", R"({"body":"another"})"}},
    {"PATCH /issues/{number}/comments/{comment}", {"author", R"({"body":"another"})"}},
    {"DELETE /issues/{number}/comments/{comment}", {"plan"}},
    {"GET /issues/{number}/links", {"see"}},
    {"GET /labels", {"see"}},
    {"POST /labels", {"plan", R"({"name":"another"})"}},
    {"PATCH /labels/{label}", {"plan", R"({"name":"another"})"}},
    {"DELETE /labels/{label}", {"plan"}},
    {"GET /milestones", {"see"}},
    {"POST /milestones", {"plan", R"({"title":"another"})"}},
    {"PATCH /milestones/{milestone}", {"plan", R"({"title":"another"})"}},
    {"DELETE /milestones/{milestone}", {"plan"}},
    {"GET /boards", {"see"}},
    {"POST /boards", {"plan", R"({"name":"another","columns":["one"]})"}},
    {"GET /boards/{board}", {"see"}},
    {"DELETE /boards/{board}", {"plan"}},
    {"POST /boards/{board}/columns", {"plan", R"({"name":"more"})"}},
    {"PATCH /boards/{board}/columns/{column}", {"plan", R"({"name":"other"})"}},
    {"DELETE /boards/{board}/columns/{column}", {"plan"}},
    {"PUT /boards/{board}/cards/{number}", {"plan", R"({"column_id":COLUMN})"}},
    {"DELETE /boards/{board}/cards/{number}", {"plan"}},
    {"GET /activity", {"see"}},
    {"GET /templates", {"see"}},
};

constexpr std::string_view prefix = "/api/projects/{user}/{project}";

/// Routes of the plugin project alone: others have tables of their own.
bool ofProjects(const ApiRoute& route, const json::array& routes)
{
    for (const auto& one : routes)
        if (textAt(one, "/method") == route.method && textAt(one, "/pattern") == route.path)
            return route.path.starts_with(prefix) && textAt(one, "/plugin") == "project";
    return false;
}

void replaceAll(std::string& text, std::string_view what, std::int64_t by)
{
    if (const auto at = text.find(what); at != std::string::npos)
        text.replace(at, what.size(), std::to_string(by));
}

class ProjectRoles : public RoleTable {
protected:
    /// With each of the callers in the place that his name says, and bob as one more member.
    static Project peopled(bool isPublic)
    {
        static int made = 0;
        auto project = makeProject(daemon(), owner(), "p" + std::to_string(++made), isPublic);
        auto http = as(owner());
        const auto add = [&](const User& user, std::string_view role) {
            http.expect(201, "POST", project.path("/members"),
                        json::serialize(json::object{{"user_id", user.id}, {"role", role}}));
        };
        for (std::size_t i = 2; i < 6; ++i)
            add(person(i), callers[i]);
        add(bob(), "guest");
        return project;
    }
};

} // namespace

TEST_F(ProjectRoles, EveryRouteHoldsToTheTable)
{
    const auto routes = listAt(daemon().client().expect(200, "GET", "/api/routes"), "/data");
    std::size_t asked = 0;
    std::size_t entries = 0;
    for (const auto& route : apiRoutes(daemon())) {
        if (!ofProjects(route, routes))
            continue;
        const auto name = route.method + " " + route.path.substr(prefix.size());
        const auto entry = table.find(name);
        if (entry == table.end()) {
            ADD_FAILURE() << route.name() << " has no line in this test's table";
            continue;
        }
        ++entries;
        for (const bool isPublic : {false, true}) {
            auto project = peopled(isPublic);
            for (std::size_t caller = 0; caller < callers.size(); ++caller) {
                if (caller > 0 && route.method != "GET") // what one call did, the next need not see
                    project = peopled(isPublic);
                const auto target = filledPath(route.path, [&](auto parameter, auto before) {
                    return project.part(parameter, before, bob().id);
                });
                auto body = entry->second.body;
                replaceAll(body, "MEMBER", bob().id);
                replaceAll(body, "OTHER", eve().id);
                replaceAll(body, "COLUMN", project.column);
                SCOPED_TRACE(route.name() + " of a " + (isPublic ? "public" : "private") + " project by " + std::string(callers[caller]));
                auto http = caller == 0 ? daemon().client() : as(person(caller));
                const auto reply = http.request(route.method, target, body);
                ++asked;
                const auto may = [&](std::string_view column) {
                    const auto& marks = columns.at(column);
                    return (isPublic ? marks.inPublic : marks.inPrivate)[caller] == 'x';
                };
                if (entry->second.column.empty()) {
                    EXPECT_EQ(reply.status, entry->second.leaving[caller]) << reply.body;
                } else if (caller == 0 && route.access != "anyone") {
                    expectProblem(reply, 401);
                } else if (may(entry->second.column)) {
                    EXPECT_TRUE(reply.status >= 200 && reply.status < 300) << reply.status << " " << reply.body;
                } else {
                    const bool known = may(route.path.find("{repo}") != std::string::npos ? "code" : "see");
                    expectProblem(reply, known ? 403 : 404);
                }
            }
        }
    }
    EXPECT_EQ(entries, table.size()) << "the table has lines for routes that are not there";
    EXPECT_EQ(asked, 2 * callers.size() * table.size());
}

} // namespace netbit::test
