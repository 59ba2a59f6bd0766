#pragma once
// By what push services know this server (VAPID, RFC 8292).

#include "base/Time.h"
#include "services/delivery/push/P256.h"

namespace netbit::services::delivery::push {

class Vapid {
public:
    /// `secret`: 32 random bytes, of which the key pair is made, always the same.
    explicit Vapid(std::string_view secret);

    /// What a browser is told when it subscribes: the public key in base64url.
    const std::string& publicKey() const noexcept { return _public; }

    /// [any] The header Authorization of a request to that push service, good for half a day. `contact`: a mailto: or https: address
    /// of who runs this server; empty: none is told.
    std::string header(std::string_view endpoint, std::string_view contact, base::Millis now) const;

private:
    P256Key _key;
    std::string _public;
};

/// "https://host" or "https://host:port", in lower case and without the scheme's own port. The address must be a good one.
std::string originOf(std::string_view address);

} // namespace netbit::services::delivery::push
