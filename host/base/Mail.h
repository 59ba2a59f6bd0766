#pragma once
// What a service may ask of a mail relay: to take one mail (RFC 5321). Who can do it derives from Mailer (host/outgoing); so a service
// knows no sockets, and its tests need none.

#include <chrono>
#include <cstdint>
#include <string>

namespace netbit::base {

enum class MailSecurity : std::uint8_t {
    tls,      ///< from the first byte on (RFC 8314)
    startTls, ///< before anything else is said (RFC 3207); a relay that cannot is told nothing
    none,     ///< for one on this machine
};

struct MailRelay {
    std::string host; ///< a name, an IPv4 address, or an IPv6 address in brackets
    std::uint16_t port = 587;
    MailSecurity security = MailSecurity::startTls;
    std::string user{}; ///< empty: it asks for none
    std::string password{};
    std::string caFile{}; ///< PEM; empty: the system's certificate authorities
    std::chrono::milliseconds timeout{30'000}; ///< of one mail: name, connection, answers
};

struct Mail {
    std::string from; ///< addresses as they stand in an envelope: printable ASCII without spaces and angle brackets
    std::string to;
    std::string text; ///< header and body (RFC 5322), lines with CRLF, ASCII
};

struct MailOutcome {
    enum class Fate : std::uint8_t {
        taken,         ///< the relay answers for it from now on
        refused,       ///< this mail, for good: a 5xx to its receiver or its text
        refusedForNow, ///< this mail: a 4xx
        relayFailed,   ///< it was not there, not to be trusted, or took nothing at all
    };
    Fate fate = Fate::relayFailed;
    bool reached = false; ///< the relay had heard of the receiver: what failed may be due to this mail
    std::string said{};   ///< the relay's words or the reason, for people; never a secret
};

class Mailer {
public:
    virtual ~Mailer() = default;
    /// [any that may wait, one at a time] The connection stays for the next mail.
    virtual MailOutcome send(const MailRelay& relay, const Mail& mail) = 0;
    /// [as send] There is nothing more for now.
    virtual void hangUp() = 0;
};

} // namespace netbit::base
