#pragma once
// Users, tokens and chats for a test, made through the doors that people use.

#include "support/Daemon.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace netbit::test {

struct User {
    std::int64_t id = 0;
    std::string name;
    std::string token;
};

inline constexpr std::string_view password = "correct horse battery";

/// Made by the admin, with an access token; role: "member" or "admin".
User makeUser(const Daemon& daemon, const std::string& name, std::string_view role = "member");
/// Signs in with `password`; the reply's document.
json::value login(const Daemon& daemon, const std::string& name);
/// The id of a new chat of `creator` and the others.
std::int64_t makeChat(const Daemon& daemon, const User& creator, std::string_view type, std::initializer_list<User> others,
                      std::string_view name = "a chat");
/// The id of a new message, sent over HTTP.
std::int64_t say(HttpClient& http, std::int64_t chatId, std::string_view content);

std::string messagesOf(std::int64_t chatId, std::string_view query = {});

} // namespace netbit::test
