#pragma once
// Talking to the server as a person, with the stored login.

#include "base/Result.h"
#include "cli/Http.h"
#include "cli/Login.h"

#include <boost/json/value.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace netbit::cli
{

struct ChatRef {
    std::int64_t id = 0;
    std::string name;
};

/// A key that makes a request one: however often it is sent, it is done once.
std::string onceKey();

class Person
{
public:
    /// With the stored login. Error: unauthenticated when there is none.
    static base::Result<Person> stored();

    Person(Login login, Endpoint endpoint, std::filesystem::path path);

    /// A 2xx answer as JSON. An access token that has expired is renewed once, and the new one stored.
    base::Result<boost::json::value> ask(std::string_view method, const std::string& target, std::string_view body = {},
                                         Headers headers = {});

    /// Uploads a file; what the server knows of it then. Error: notFound, when it cannot be read.
    base::Result<boost::json::value> upload(const std::filesystem::path& file);

    /// Gets a new access token, or takes the one that another process got meanwhile.
    base::Result<void> renew();

    /// By id, by name, by name without regard to case when that is one chat only.
    base::Result<ChatRef> findChat(const std::string& given);

    /// Every chat of the person, in the server's order.
    base::Result<boost::json::array> chats();

    const Login& login() const noexcept { return _login; }
    const Endpoint& endpoint() const noexcept { return _http.endpoint(); }

private:
    Login _login;
    Http _http;
    std::filesystem::path _path;
};

} // namespace netbit::cli
