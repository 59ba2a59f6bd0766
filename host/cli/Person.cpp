#include "cli/Person.h"

#include "cli/JsonFields.h"

#include <Poco/String.h>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <fstream>
#include <sodium.h>

namespace netbit::cli
{

std::string onceKey()
{
    unsigned char bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    char hex[sizeof bytes * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    return hex;
}

base::Result<Person> Person::stored()
{
    auto path = loginPath();
    if (!path)
        return path.error();
    auto login = loadLogin(*path);
    if (!login)
        return login.error();
    auto endpoint = Endpoint::fromUrl(login->server, login->caFile);
    if (!endpoint)
        return endpoint.error();
    return Person(std::move(*login), std::move(*endpoint), std::move(*path));
}

Person::Person(Login login, Endpoint endpoint, std::filesystem::path path)
    : _login(std::move(login))
    , _http(std::move(endpoint))
    , _path(std::move(path))
{
}

base::Result<boost::json::value> Person::ask(std::string_view method, const std::string& target, std::string_view body,
                                             Headers headers)
{
    headers.emplace_back("Authorization", "Bearer " + _login.accessToken);
    auto reply = _http.send(method, target, body, headers);
    if (!reply)
        return reply.error();
    if (reply->status == 401 && !_login.refreshToken.empty()) {
        if (auto renewed = renew(); !renewed)
            return renewed.error();
        headers.back().second = "Bearer " + _login.accessToken;
        reply = _http.send(method, target, body, headers);
        if (!reply)
            return reply.error();
    }
    return document(*reply);
}

base::Result<boost::json::value> Person::upload(const std::filesystem::path& file)
{
    std::error_code failure;
    const auto size = std::filesystem::is_regular_file(file, failure) ? std::filesystem::file_size(file, failure) : 0;
    std::ifstream in(file, std::ios::binary);
    if (failure || !in || !std::filesystem::is_regular_file(file, failure))
        return base::fault(base::Status::notFound, "no_such_file", file.string() + " is no file that can be read.");
    const auto source = [&in](char* to, std::size_t most) {
        in.read(to, static_cast<std::streamsize>(most));
        return static_cast<std::size_t>(in.gcount());
    };
    const auto target = std::string("/api/files?name=").append(encoded(file.filename().string()));
    const auto key = onceKey();
    for (bool renewed = false;; renewed = true) {
        in.clear();
        in.seekg(0);
        const auto reply = _http.post(target, size, source, {{"Authorization", "Bearer " + _login.accessToken}, {"Idempotency-Key", key}});
        if (!reply)
            return reply.error();
        if (reply->status != 401 || renewed || _login.refreshToken.empty())
            return document(*reply);
        if (auto done = renew(); !done)
            return done.error();
    }
}

base::Result<void> Person::renew()
{
    const LoginLock lock(_path);
    if (auto now = loadLogin(_path); now && now->accessToken != _login.accessToken && now->server == _login.server) {
        _login = std::move(*now);
        return {};
    }
    if (_login.refreshToken.empty())
        return base::fault(base::Status::unauthenticated, "token_refused",
                           "The server no longer takes this token; log in again.");
    const auto body = boost::json::serialize(boost::json::object{{"refresh_token", _login.refreshToken}});
    const auto reply = _http.send("POST", "/api/auth/refresh", body);
    if (!reply)
        return reply.error();
    const auto answer = document(*reply);
    if (!answer) {
        auto error = answer.error();
        if (error.status == base::Status::unauthenticated || error.status == base::Status::malformed)
            error.detail = "The login has ended; log in again. " + error.detail;
        return error;
    }
    _login.accessToken = text(*answer, "access_token");
    if (auto refresh = text(*answer, "refresh_token"); !refresh.empty())
        _login.refreshToken = std::move(refresh);
    if (_login.accessToken.empty())
        return base::fault(base::Status::malformed, "unexpected_answer", "The server gave no access token.");
    return saveLogin(_path, _login);
}

base::Result<boost::json::array> Person::chats()
{
    constexpr std::int64_t perPage = 200;
    boost::json::array all;
    for (std::int64_t page = 1;; ++page) {
        const auto answer =
            ask("GET", "/api/chats?page=" + std::to_string(page) + "&per_page=" + std::to_string(perPage));
        if (!answer)
            return answer.error();
        const auto& data = list(*answer, "data");
        all.insert(all.end(), data.begin(), data.end());
        const auto* pagination = member(*answer, "pagination");
        const auto pages = pagination ? integer(*pagination, "total_pages") : 0;
        if (data.empty() || page >= pages)
            return all;
    }
}

base::Result<ChatRef> Person::findChat(const std::string& given)
{
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), id);
    if (error == std::errc() && end == given.data() + given.size() && id > 0) {
        const auto answer = ask("GET", "/api/chats/" + std::to_string(id));
        if (answer)
            return ChatRef{id, text(*answer, "name")};
        if (answer.status() != base::Status::notFound)
            return answer.error();
    }
    const auto all = chats();
    if (!all)
        return all.error();
    for (const bool exact : {true, false}) {
        std::vector<ChatRef> found;
        for (const auto& chat : *all) {
            const auto name = text(chat, "name");
            if (exact ? name == given : Poco::icompare(name, given) == 0)
                found.push_back({integer(chat, "id"), name});
        }
        if (found.size() == 1)
            return found.front();
        if (found.size() > 1) {
            std::string ids;
            for (const auto& chat : found)
                ids += (ids.empty() ? "" : ", ") + std::to_string(chat.id);
            return base::fault(base::Status::conflict, "ambiguous_chat",
                               "More than one of your chats is called " + given + "; give an id: " + ids + ".");
        }
    }
    return base::fault(base::Status::notFound, "no_chat",
                       "None of your chats is called " + given + "; `netbit chats` lists them.");
}

} // namespace netbit::cli
