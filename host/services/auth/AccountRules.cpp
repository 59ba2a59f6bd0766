#include "services/auth/AccountRules.h"

#include "base/Json.h"
#include "services/auth/Passwords.h"

#include <algorithm>
#include <string>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;

namespace {

bool control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool letterOrDigit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// /git/chat/NAME is a chat's history.
bool isChatWord(std::string_view username) noexcept
{
    constexpr std::string_view word = "chat";
    return std::equal(username.begin(), username.end(), word.begin(), word.end(), [](char a, char b) { return (a | 0x20) == b; });
}

} // namespace

bool validUsername(std::string_view username) noexcept
{
    return !username.empty() && username.size() <= 64 && letterOrDigit(username[0]) &&
           std::all_of(username.begin(), username.end(),
                       [](char c) { return letterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

bool validEmail(std::string_view email) noexcept
{
    const auto at = email.find('@');
    return email.size() <= 254 && at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
           email.find('@', at + 1) == std::string_view::npos && base::validUtf8(email) &&
           std::none_of(email.begin(), email.end(), [](char c) { return control(c) || c == ' '; });
}

Result<void> checkUsername(std::string_view username)
{
    if (validUsername(username) && isChatWord(username))
        return fault(Status::invalid, "reserved_username", "This word has another meaning in URLs: choose another name.", "/username");
    if (validUsername(username))
        return {};
    return fault(Status::invalid, "invalid_username",
                 "A username has 1 to 64 letters, digits, dots, hyphens or underscores and starts with a letter or digit.",
                 "/username");
}

Result<void> checkEmail(std::string_view email)
{
    if (validEmail(email))
        return {};
    return fault(Status::invalid, "invalid_email", "This is not an e-mail address of at most 254 bytes.", "/email");
}

Result<void> checkPassword(std::string_view password, std::size_t minBytes)
{
    minBytes = std::clamp<std::size_t>(minBytes, 1, maxPasswordBytes);
    if (password.size() >= minBytes && password.size() <= maxPasswordBytes && base::validUtf8(password))
        return {};
    return fault(Status::invalid, "weak_password",
                 "A password has " + std::to_string(minBytes) + " to " + std::to_string(maxPasswordBytes) +
                     " bytes of UTF-8.",
                 "/password");
}

Result<void> checkRole(std::string_view role)
{
    if (role == "admin" || role == "member" || role == "guest" || role == "bot")
        return {};
    return fault(Status::invalid, "invalid_role", "A role is admin, member, guest or bot.", "/role");
}

Result<void> checkTokenName(std::string_view name)
{
    if (!name.empty() && name.size() <= 100 && base::validUtf8(name) && std::none_of(name.begin(), name.end(), control))
        return {};
    return fault(Status::invalid, "invalid_name", "A token's name has 1 to 100 bytes of text.", "/name");
}

std::string clientName(std::string_view client)
{
    constexpr std::size_t maxBytes = 200;
    auto end = std::min(client.size(), maxBytes);
    if (end < client.size())
        while (end > 0 && (static_cast<unsigned char>(client[end]) & 0xc0U) == 0x80U)
            --end;
    std::string name(client.substr(0, end));
    const bool text = base::validUtf8(name);
    for (auto& c : name)
        if (control(c) || (!text && static_cast<unsigned char>(c) >= 0x80))
            c = '?';
    return name;
}

} // namespace netbit::services::auth
