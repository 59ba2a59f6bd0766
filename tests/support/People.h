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

/// The id of a new note in one's own inbox.
std::int64_t makeNote(HttpClient& http);
/// The id of a new webhook of one's own, to where nothing is.
std::int64_t makeWebhook(HttpClient& http);

/// The id of a new push subscription of one's own, to where nothing is.
std::int64_t makePushSubscription(HttpClient& http);

/// A project with something of everything in it.
struct Project {
    std::string owner, name, repository;
    std::int64_t number = 0, comment = 0, label = 0, milestone = 0, board = 0, column = 0;

    std::string path(const std::string& rest = {}) const { return "/api/projects/" + owner + "/" + name + rest; }
    /// What stands in a route for a parameter of this name, behind what stands before it; empty: it is none of a project's.
    /// `member`: a user's id.
    std::string part(std::string_view parameter, std::string_view before, std::int64_t member) const;
};
Project makeProject(const Daemon& daemon, const User& owner, const std::string& name, bool isPublic = false);

std::string messagesOf(std::int64_t chatId, std::string_view query = {});

} // namespace netbit::test
