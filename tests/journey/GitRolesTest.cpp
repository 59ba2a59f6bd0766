// The role table of git's routes: who may call which, of a repository in a project and of a personal one, private and public. The
// routes are the server's; what each asks for is a word of the table below.

#include "journey/ApiRoutes.h"
#include "journey/Callers.h"
#include "journey/Git.h"

#include <array>

namespace netbit::test {

namespace {

/// x: may, by caller as above. Of a personal repository the four in the middle are strangers.
struct Column {
    std::string_view inPrivate, inPublic, inPersonal, inPersonalPublic;
};

const std::map<std::string_view, Column> columns{
    {"read",    {"...xxxxx", "xxxxxxxx", "......xx", "xxxxxxxx"}}, // clone and browse
    {"take",    {"...xxxxx", ".xxxxxxx", "......xx", ".xxxxxxx"}}, // and have a name
    {"speak",   {"...xxxx.", ".xxxxxxx", "......x.", ".xxxxxxx"}}, // open pull requests, and comment on them
    {"push",    {"....xxx.", "....xxx.", "......x.", "......x."}}, // and approve, and merge
    {"author",  {"......x.", "......x.", "......x.", "......x."}},
    {"manage",  {".....xxx", ".....xxx", "......xx", "......xx"}},
};

struct Entry {
    std::string_view column;
    std::string body{};
    std::string query{};
    std::string type = "application/json";
};

/// Behind the repository's place; where the column has another right than reading. N is a number that no call before has
/// had.
const std::map<std::string, Entry, std::less<>> table{
    {"GET /info/refs", {"read", "", "?service=git-upload-pack"}},
    {"POST /git-upload-pack", {"read", "0000", "", "application/x-git-upload-pack-request"}},
    {"POST /git-receive-pack", {"push", "0000", "", "application/x-git-receive-pack-request"}},
    {"GET /contents", {"read"}},
    {"GET /raw", {"read", "", "?path=readme.txt"}},
    {"GET /commits", {"read"}},
    {"GET /commits/{commit}", {"read"}},
    {"GET /compare", {"read", "", "?base=main&head=topic-0"}},
    {"GET /branches", {"read"}},
    {"GET /tags", {"read"}},
    {"GET /blame", {"read", "", "?path=readme.txt"}},
    {"GET /archive", {"read"}},
    {"GET /readme", {"read"}},
    {"GET /languages", {"read"}},
    {"GET /search", {"read", "", "?q=begun"}},
    {"GET /why", {"read", "", "?path=readme.txt&line=1"}},
    {"GET /pulls", {"read"}},
    {"GET /pulls/{number}", {"read"}},
    {"GET /pulls/{number}/diff", {"read"}},
    {"GET /pulls/{number}/commits", {"read"}},
    {"GET /pulls/{number}/comments", {"read"}},
    {"GET /pulls/{number}/reviews", {"read"}},
    {"GET /commits/{commit}/statuses", {"read"}},
    {"POST /pulls", {"speak", R"({"title":"another","base":"main","head":"topic-N"})"}},
    {"PATCH /pulls/{number}", {"push", R"({"title":"another"})"}},
    {"PUT /pulls/{number}/reviewers", {"push", R"({"users":[]})"}},
    {"POST /pulls/{number}/reviews", {"push", R"({"verdict":"approve"})"}},
    {"POST /pulls/{number}/comments", {"speak", R"({"body":"another"})"}},
    {"PATCH /pulls/{number}/comments/{comment}", {"author", R"({"body":"another"})"}},
    {"DELETE /pulls/{number}/comments/{comment}", {"author"}},
    {"PUT /pulls/{number}/merge", {"push", R"({"method":"merge"})"}},
    {"POST /commits/{commit}/statuses", {"push", R"({"context":"ci","state":"success"})"}},
    {"GET /jobs", {"take"}},
    {"POST /fork", {"take", R"({"name":"fork-N"})"}},
    {"POST /import", {"manage", "no bundle", "", "application/octet-stream"}},
    {"POST /import-url", {"manage", R"({"url":"https://127.0.0.1/x"})"}},
    {"PUT /mirror", {"manage", R"({"mirror_url":""})"}},
    {"POST /upkeep", {"manage"}},
};

constexpr std::array<std::string_view, 4> places{"/api/projects/{user}/{project}/{repo}", "/git/{user}/{project}/{repo}",
                                                 "/api/git/{user}/{repo}", "/git/{user}/{repo}"};

std::string_view placeOf(std::string_view path)
{
    for (const auto place : places)
        if (path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/'))
            return place;
    return {};
}

void replaceAll(std::string& text, std::string_view what, std::string_view by)
{
    if (const auto at = text.find(what); at != std::string::npos)
        text.replace(at, what.size(), by);
}

/// A repository with something of everything that git's routes speak of.
struct Furnished {
    std::string project; ///< empty: a personal one
    std::string name;
    std::string base;    ///< of its routes
    std::string head;    ///< a commit
    std::int64_t pull = 0;
};

class GitRoles : public RoleTable {
protected:
    static constexpr int topics = 40;

    static Furnished furnish(bool inProject, bool isPublic)
    {
        const std::string truth = isPublic ? "true" : "false";
        Furnished out;
        out.name = isPublic ? "open" : "closed";
        auto http = as(owner());
        if (inProject) {
            out.project = isPublic ? "public" + out.name : "private" + out.name;
            out.base = "/api/projects/" + owner().name + "/" + out.project;
            http.expect(201, "POST", "/api/projects/create", R"({"name":")" + out.project + R"(","is_public":)" + truth + "}");
            for (std::size_t i = 2; i < 6; ++i)
                http.expect(201, "POST", out.base + "/members",
                            json::serialize(json::object{{"user_id", person(i).id}, {"role", callers[i]}}));
            http.expect(201, "POST", out.base + "/repos/create", R"({"name":")" + out.name + R"(","is_public":)" + truth + "}");
            out.base += "/" + out.name;
        } else {
            makeRepository(daemon(), owner(), out.name, isPublic);
            out.base = "/api/git/" + owner().name + "/" + out.name;
        }
        const GitClient git(daemon());
        git.begin("work", git.url(owner().name + "/" + (inProject ? out.project + "/" : "") + out.name, &owner()));
        out.head = git.head("work");
        for (int i = 0; i < topics; ++i) {
            git.good("work", {"checkout", "-q", "-b", "topic-" + std::to_string(i), "main"});
            git.commit("work", "topic" + std::to_string(i), "x");
        }
        git.good("work", {"push", "-q", "origin", "--all"});
        out.pull = makePull(out, 0);
        return out;
    }
    static std::int64_t makePull(const Furnished& in, int topic)
    {
        return integerAt(as(owner()).expect(201, "POST", in.base + "/pulls",
                                            R"({"title":"a change","base":"main","head":"topic-)" + std::to_string(topic) + "\"}"),
                         "/number");
    }
    static std::int64_t makeComment(const Furnished& in)
    {
        return integerAt(as(owner()).expect(201, "POST", in.base + "/pulls/" + std::to_string(in.pull) + "/comments", R"({"body":"said"})"), "/id");
    }

    struct Counted {
        std::size_t entries = 0;
        std::size_t asked = 0;
    };
    void hold(bool inProject, Counted& counted);
};

void GitRoles::hold(bool inProject, Counted& counted)
{
    const auto routes = listAt(daemon().client().expect(200, "GET", "/api/routes"), "/data");
    for (const bool isPublic : {false, true}) {
        auto on = furnish(inProject, isPublic);
        int next = 1;
        for (const auto& route : routes) {
            const auto path = textAt(route, "/pattern");
            const auto place = placeOf(path);
            if (textAt(route, "/plugin") != "git")
                continue;
            ASSERT_FALSE(place.empty()) << path << " is at no place that this test knows";
            if ((place.find("{project}") != place.npos) != inProject)
                continue;
            const auto method = textAt(route, "/method");
            const auto name = method + " " + path.substr(place.size());
            const auto entry = table.find(name);
            if (entry == table.end()) {
                ADD_FAILURE() << method << " " << path << " has no line in this test's table";
                continue;
            }
            ++counted.entries;
            const bool merges = path.ends_with("/merge");
            for (std::size_t caller = 0; caller < callers.size(); ++caller) {
                SCOPED_TRACE(method + " " + path + " of a " + (isPublic ? "public" : "private") + " one by " + std::string(callers[caller]));
                if (merges) // each has one of his own
                    on.pull = makePull(on, next++);
                const auto comment = path.find("{comment}") != path.npos ? makeComment(on) : 0;
                const auto target = [&](const std::string& repository) {
                    return filledPath(path, [&](std::string_view parameter, std::string_view) -> std::string {
                               return parameter == "user"      ? owner().name
                                      : parameter == "project" ? on.project
                                      : parameter == "repo"    ? repository
                                      : parameter == "number"  ? std::to_string(on.pull)
                                      : parameter == "commit"  ? on.head
                                                               : std::to_string(comment);
                           }) +
                           entry->second.query;
                };
                auto body = entry->second.body;
                if (body.find("-N\"") != std::string::npos)
                    replaceAll(body, "-N\"", "-" + std::to_string(next++) + "\"");
                auto http = caller == 0 ? daemon().client() : as(person(caller));
                Headers headers{{"Content-Type", entry->second.type}};
                if (merges)
                    headers.emplace_back("If-Match", '"' + textAt(as(owner()).expect(200, "GET", on.base + "/pulls/" + std::to_string(on.pull)), "/head/id") + '"');
                const auto& column = columns.at(entry->second.column);
                const auto& read = columns.at("read");
                const auto marks = inProject ? (isPublic ? column.inPublic : column.inPrivate) : (isPublic ? column.inPersonalPublic : column.inPersonal);
                const auto known = inProject ? (isPublic ? read.inPublic : read.inPrivate) : (isPublic ? read.inPersonalPublic : read.inPersonal);
                const bool ofGit = place.starts_with("/git/");
                const auto reply = http.request(method, target(on.name), body, headers);
                ++counted.asked;
                if (marks[caller] == 'x') {
                    if (method == "GET" || ofGit) {
                        EXPECT_EQ(reply.status, 200) << reply.body;
                    } else { // what runs, or ran before, may be in the way; who may is known all the same
                        EXPECT_TRUE(reply.status < 300 || reply.status == 409 || reply.status == 422) << reply.status << reply.body;
                    }
                } else if (caller == 0 && (ofGit || textAt(route, "/access") != "anyone")) {
                    EXPECT_EQ(reply.status, 401) << reply.body;
                } else if (known[caller] == 'x') {
                    EXPECT_EQ(reply.status, 403) << reply.body;
                } else {
                    EXPECT_EQ(reply.status, 404) << reply.body;
                }
                // What may not be known of answers as what is not there.
                if (known[caller] != 'x') {
                    const auto nothing = http.request(method, target("nothing"), body, headers);
                    EXPECT_EQ(nothing.status, reply.status);
                    if (reply.status == 404 && !ofGit) {
                        EXPECT_EQ(textAt(nothing.document(), "/code"), textAt(reply.document(), "/code"));
                        EXPECT_EQ(textAt(nothing.document(), "/detail"), textAt(reply.document(), "/detail"));
                    } else if (reply.status == 404) {
                        EXPECT_EQ(nothing.body, reply.body);
                    }
                }
            }
            if (merges)
                on.pull = makePull(on, next++);
        }
    }
}

} // namespace

TEST_F(GitRoles, EveryRouteOfARepositoryInAProjectHoldsToTheTable)
{
    Counted counted;
    hold(true, counted);
    EXPECT_EQ(counted.entries, 2 * table.size()) << "the table has lines for routes that are not there";
    EXPECT_EQ(counted.asked, counted.entries * callers.size());
    showLogOnFailure(daemon());
}

TEST_F(GitRoles, EveryRouteOfAPersonalRepositoryHoldsToTheTable)
{
    Counted counted;
    hold(false, counted);
    EXPECT_EQ(counted.entries, 2 * table.size()) << "the table has lines for routes that are not there";
    EXPECT_EQ(counted.asked, counted.entries * callers.size());
}

} // namespace netbit::test
