#pragma once
// Requests to other servers, by libcurl.

#include "base/Fetch.h"

#include <atomic>

namespace netbit::outgoing {

/// Certificates and host names are always checked, redirects never followed, proxies taken from nowhere. Each call has a
/// connection of its own. stop() ends those under way, within a second, and refuses all later ones.
class CurlFetch {
public:
    CurlFetch();
    /// [any] Waits: never on a reactor, the writer or a worker of requests.
    base::Result<base::FetchReply> operator()(const base::FetchRequest& request) const;
    void stop() noexcept { _stopped = true; }

private:
    std::atomic<bool> _stopped{false};
};

} // namespace netbit::outgoing
