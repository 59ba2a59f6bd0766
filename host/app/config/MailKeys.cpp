#include "app/config/MailKeys.h"

#include "app/config/ConfigLoader.h"
#include "services/mail/Address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <filesystem>

namespace netbit::app {

using base::MailSecurity;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t mostBytes = 2'048;

bool isLoopback(std::string_view host)
{
    in_addr four{};
    if (::inet_pton(AF_INET, std::string(host).c_str(), &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return host == "localhost" || host == "[::1]";
}

bool validHost(std::string_view host)
{
    if (host.starts_with('[')) {
        in6_addr six{};
        return host.ends_with(']') && ::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &six) == 1;
    }
    return !host.empty() && host.size() <= 253 && host.front() != '-' && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

} // namespace

std::optional<HostAndPort> hostAndPort(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos || !validHost(text.substr(0, colon)))
        return std::nullopt;
    HostAndPort out{std::string(text.substr(0, colon))};
    const auto* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data() + colon + 1, end, out.port);
    if (fault != std::errc() || stop != end || out.port == 0)
        return std::nullopt;
    return out;
}

Result<void> checkMail(const HostSettings& settings)
{
    const auto refused = [&](std::string_view key, std::string_view why) {
        return base::fault(Status::invalid, "bad_setting", settingPlace(settings.at(key), key) + std::string(why));
    };
    for (const std::string_view key : {"mail.user", "mail.password"})
        if (const auto& value = settings.text(key);
            value.size() > mostBytes || std::any_of(value.begin(), value.end(), [](char c) { return c >= 0 && c < ' '; }))
            return refused(key, "Of at most 2048 bytes, without control characters.");
    const auto& server = settings.text("mail.server");
    if (server.empty())
        return {};
    const auto where = hostAndPort(server);
    if (!where)
        return refused("mail.server", "Write HOST:PORT, such as mail.example.org:587.");
    if (settings.text("mail.security") == "none" && !isLoopback(where->host))
        return refused("mail.security", "Without TLS only a relay on this machine is spoken to: 127.0.0.1, [::1], localhost.");
    if (!services::mail::mailable(settings.text("mail.from")))
        return refused("mail.from", "Mails come from an address, such as netbit@example.org.");
    if (settings.text("mail.user").empty() != settings.text("mail.password").empty())
        return refused("mail.user", "mail.user and mail.password go together.");
    if (settings.text("oidc.public_url").empty())
        return refused("oidc.public_url", "Mails have links: say where browsers reach this server.");
    std::error_code error;
    if (const auto& file = settings.text("mail.ca_file"); !file.empty() && !std::filesystem::is_regular_file(file, error))
        return refused("mail.ca_file", "There is no file " + file + ".");
    return {};
}

std::optional<base::MailRelay> mailRelay(const HostSettings& settings)
{
    const auto where = hostAndPort(settings.text("mail.server"));
    if (!where)
        return std::nullopt;
    const auto& security = settings.text("mail.security");
    return base::MailRelay{.host = where->host,
                           .port = where->port,
                           .security = security == "tls"    ? MailSecurity::tls
                                       : security == "none" ? MailSecurity::none
                                                            : MailSecurity::startTls,
                           .user = settings.text("mail.user"),
                           .password = settings.text("mail.password"),
                           .caFile = settings.text("mail.ca_file"),
                           .timeout = std::chrono::milliseconds(settings.integer("mail.timeout_ms"))};
}

} // namespace netbit::app
