#pragma once
// Addresses of other people's repositories: what may be fetched from, and how, so that no one reaches what is inside by us.

#include "Settings.h"

#include <netbit/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

struct RemoteUrl {
    std::string scheme; ///< "https", "http"
    std::string host;   ///< a name, or a numeric address without brackets
    std::string port;
};

/// Error: invalid / bad_url with the pointer "/url": another scheme, a user or password in it, characters that a URL has not.
Result<RemoteUrl> readUrl(std::string_view url, bool plain);

/// Whether a numeric address is one of the public Internet (IANA's special-purpose registries).
bool isPublic(std::string_view address);

/// [worker] Asks where the name leads (this may take some seconds), and gives git's options for exactly those addresses: what the
/// name says a moment later does not matter. Error: as readUrl; invalid / address_inside, address_unknown.
Result<std::vector<std::string>> optionsFor(std::string_view url, const Settings& settings);

} // namespace netbit::git
