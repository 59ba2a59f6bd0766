#pragma once
// The plugins' small key-value store: name spaces with a quota each, least recently used first out.

#include "base/Result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::services::cache {

class KeyValueCache {
public:
    /// A monotonic clock, so that a set wall clock ends no value early.
    using Clock = std::function<std::chrono::milliseconds()>;

    /// `quotaBytes` of each name space: keys, values and overheadBytes for each entry.
    explicit KeyValueCache(std::size_t quotaBytes, Clock clock = {});
    ~KeyValueCache();
    static constexpr std::size_t overheadBytes = 128; ///< what an entry costs besides its bytes
    static constexpr std::size_t maxKeyBytes = 256;
    using Value = std::shared_ptr<const std::string>;

    // All [any]. ttl 0: no end. Errors as in netbit/cache.h: invalid / invalid_key, invalid_ttl, not_a_number or
    // out_of_range; notFound / no_such_key; tooLarge / value_too_large; conflict / key_exists.
    base::Result<Value> get(std::string_view space, std::string_view key);
    base::Result<void> set(std::string_view space, std::string_view key, std::string_view value, std::chrono::milliseconds ttl);
    base::Result<void> add(std::string_view space, std::string_view key, std::string_view value, std::chrono::milliseconds ttl);
    base::Result<std::int64_t> incr(std::string_view space, std::string_view key, std::int64_t by, std::chrono::milliseconds ttl);
    base::Result<void> remove(std::string_view space, std::string_view key);
    void drop(std::string_view space); ///< everything of one name space
    std::size_t bytes(std::string_view space) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::cache
