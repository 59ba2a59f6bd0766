#pragma once
// How often one user or one address may ask.

#include "base/Buckets.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::app {

/// Requests a minute; 0: no limit.
struct RateOptions {
    std::int64_t userWrites = 0;
    std::int64_t userReads = 0;
    std::int64_t addressRequests = 0; ///< by whoever is not signed in
};

class RateLimits {
public:
    using Clock = std::chrono::steady_clock;
    using Headers = std::vector<std::pair<std::string, std::string>>;

    void set(const RateOptions& options) noexcept; ///< [any]

    /// [any] Counts one request, and adds RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers) where there is
    /// a limit, and Retry-After where it is over: then the answer is false.
    bool takeForUser(std::int64_t userId, bool write, Clock::time_point now, Headers& headers);
    bool takeForAddress(std::string_view address, Clock::time_point now, Headers& headers);

private:
    std::atomic<std::int64_t> _userWrites{0};
    std::atomic<std::int64_t> _userReads{0};
    std::atomic<std::int64_t> _addressRequests{0};
    base::Buckets<std::int64_t> _writers;
    base::Buckets<std::int64_t> _readers;
    base::Buckets<std::string> _addresses;
};

} // namespace netbit::app
