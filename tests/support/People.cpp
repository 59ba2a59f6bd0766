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

std::string messagesOf(std::int64_t chatId, std::string_view query)
{
    return "/api/chats/" + std::to_string(chatId) + "/messages" + (query.empty() ? "" : "?" + std::string(query));
}

} // namespace netbit::test
