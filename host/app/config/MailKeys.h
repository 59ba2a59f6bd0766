#pragma once
// What only all keys of the mail relay together can tell, and how it is written.

#include "base/Mail.h"
#include "base/Result.h"

#include <optional>
#include <string>
#include <string_view>

namespace netbit::app {

class HostSettings;

struct HostAndPort {
    std::string host; ///< a name, an IPv4 address, or an IPv6 address in brackets
    std::uint16_t port = 0;
};
/// "mail.example.org:587", "[::1]:25". Nothing: it is not of that form.
std::optional<HostAndPort> hostAndPort(std::string_view text);

/// Error: invalid / bad_setting naming file, line and key: a relay without what it needs, a password for one and no user, or one that is
/// not on this machine and is to be spoken to without TLS.
base::Result<void> checkMail(const HostSettings& settings);

/// The relay of settings that checkMail() found good. Nothing: there is none.
std::optional<base::MailRelay> mailRelay(const HostSettings& settings);

} // namespace netbit::app
