#include "app/RateLimits.h"

namespace netbit::app {

namespace {

using std::chrono::seconds;

template <class Key>
bool take(base::Buckets<Key>& buckets, const Key& key, std::int64_t quota, std::string_view policy,
          RateLimits::Clock::time_point now, RateLimits::Headers& headers)
{
    const auto verdict = buckets.take(key, quota, now);
    std::string name = "\"";
    name.append(policy).append("\"");
    headers.emplace_back("RateLimit-Policy", name + ";q=" + std::to_string(quota) + ";w=60");
    headers.emplace_back("RateLimit", name + ";r=" + std::to_string(verdict.remaining) + ";t=" +
                                          std::to_string(std::chrono::ceil<seconds>(verdict.untilFull).count()));
    if (!verdict.allowed)
        headers.emplace_back("Retry-After",
                             std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<seconds>(verdict.retryAfter).count())));
    return verdict.allowed;
}

} // namespace

void RateLimits::set(const RateOptions& options) noexcept
{
    _userWrites = options.userWrites;
    _userReads = options.userReads;
    _addressRequests = options.addressRequests;
}

bool RateLimits::takeForUser(std::int64_t userId, bool write, Clock::time_point now, Headers& headers)
{
    const auto quota = (write ? _userWrites : _userReads).load(std::memory_order_relaxed);
    return quota == 0 || take(write ? _writers : _readers, userId, quota, write ? "user-writes" : "user-reads", now, headers);
}

bool RateLimits::takeForAddress(std::string_view address, Clock::time_point now, Headers& headers)
{
    const auto quota = _addressRequests.load(std::memory_order_relaxed);
    return quota == 0 || take(_addresses, std::string(address), quota, "address", now, headers);
}

} // namespace netbit::app
