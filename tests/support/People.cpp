#include "support/People.h"

namespace netbit::test {

User makeUser(const Daemon& daemon, const std::string& name, std::string_view role)
{
    auto admin = daemon.admin();
    const auto made = admin.expect(201, "POST", "/admin/users",
                                   json::serialize(json::object{{"username", name}, {"password", password}, {"role", role}}));
    const auto issued = admin.expect(201, "POST", "/admin/users/" + name + "/tokens", R"({"name":"test"})");
    return {integerAt(made, "/id"), name, textAt(issued, "/token")};
}

json::value login(const Daemon& daemon, const std::string& name)
{
    return daemon.client().expect(200, "POST", "/api/auth/login",
                                  json::serialize(json::object{{"username", name}, {"password", password}}));
}

std::int64_t makeChat(const Daemon& daemon, const User& creator, std::string_view type, std::initializer_list<User> others,
                      std::string_view name)
{
    json::array participants;
    for (const auto& user : others)
        participants.emplace_back(user.id);
    const auto body = json::serialize(json::object{{"name", name}, {"chat_type", type}, {"participants", participants}});
    return integerAt(daemon.client(creator.token).expect(201, "POST", "/api/chats", body), "/id");
}

std::int64_t say(HttpClient& http, std::int64_t chatId, std::string_view content)
{
    return integerAt(http.expect(201, "POST", messagesOf(chatId), json::serialize(json::object{{"content", content}})), "/id");
}

std::int64_t makeWebhook(HttpClient& http)
{
    return integerAt(http.expect(201, "POST", "/api/webhooks", R"({"name":"a hook","url":"https://hooks.invalid/"})"), "/id");
}

std::int64_t makePushSubscription(HttpClient& http)
{
    static int made = 0;
    // The keys of RFC 8291, appendix A.
    const auto subscription =
        R"({"endpoint":"https://push.invalid/)" + std::to_string(++made) + R"(","keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}})";
    return integerAt(http.expect(201, "POST", "/api/push/subscriptions", subscription), "/id");
}

std::int64_t makeNote(HttpClient& http)
{
    return integerAt(http.expect(201, "POST", "/api/notifications", R"({"name":"a note"})"), "/id");
}

Project makeProject(const Daemon& daemon, const User& owner, const std::string& name, bool isPublic)
{
    auto http = daemon.client(owner.token);
    const auto make = [&](const std::string& target, const json::object& body) {
        return http.expect(201, "POST", target, json::serialize(body));
    };
    make("/api/projects/create", {{"name", name}, {"is_public", isPublic}});
    Project out{owner.name, name, "code"};
    make(out.path("/repos/create"), {{"name", out.repository}, {"is_public", isPublic}});
    out.label = integerAt(make(out.path("/labels"), {{"name", "bug"}}), "/id");
    out.milestone = integerAt(make(out.path("/milestones"), {{"title", "one"}}), "/id");
    out.number = integerAt(make(out.path("/issues"), {{"title", "an issue"}, {"labels", json::array{"bug"}}}), "/number");
    out.comment = integerAt(make(out.path("/issues/" + std::to_string(out.number) + "/comments"), {{"body", "a comment"}}), "/id");
    const auto board = make(out.path("/boards"), {{"name", "plan"}, {"columns", json::array{"to do", "done"}}});
    out.board = integerAt(board, "/id");
    out.column = integerAt(board, "/columns/0/id");
    http.expect(200, "PUT", out.path("/boards/" + std::to_string(out.board) + "/cards/" + std::to_string(out.number)),
                json::serialize(json::object{{"column_id", integerAt(board, "/columns/1/id")}})); // the first column may go
    return out;
}

std::string Project::part(std::string_view parameter, std::string_view before, std::int64_t member) const
{
    if (!before.starts_with("/api/projects/") && !before.starts_with("/api/repos/") && !before.starts_with("/api/git/"))
        return {};
    if (parameter == "user")
        return owner;
    if (parameter == "project")
        return name;
    if (parameter == "repo")
        return repository;
    const std::int64_t id = parameter == "number" ? number
        : parameter == "comment"                  ? comment
        : parameter == "label"                    ? label
        : parameter == "milestone"                ? milestone
        : parameter == "board"                    ? board
        : parameter == "column"                   ? column
                                                  : member;
    return std::to_string(id);
}

std::string messagesOf(std::int64_t chatId, std::string_view query)
{
    return "/api/chats/" + std::to_string(chatId) + "/messages" + (query.empty() ? "" : "?" + std::string(query));
}

} // namespace netbit::test
