#include "services/cache/KeyValueCache.h"

#include <charconv>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace netbit::services::cache {

using base::fault;
using base::Result;
using base::Status;
using std::chrono::milliseconds;

namespace {

base::Error noSuchKey() { return fault(Status::notFound, "no_such_key", "There is no value under this key."); }

/// One name space. Its mutex guards all of it: entries are few and every get moves one to the front.
class Space {
public:
    using Value = KeyValueCache::Value;

    explicit Space(std::size_t quota) : _quota(quota) {}

    Value get(std::string_view key, milliseconds now)
    {
        const std::lock_guard lock(_mutex);
        const auto entry = find(key, now);
        return entry == _order.end() ? nullptr : entry->value;
    }

    void set(std::string_view key, Value value, milliseconds ends)
    {
        const std::lock_guard lock(_mutex);
        put(key, std::move(value), ends);
    }

    bool add(std::string_view key, Value value, milliseconds ends, milliseconds now)
    {
        const std::lock_guard lock(_mutex);
        if (find(key, now) != _order.end())
            return false;
        put(key, std::move(value), ends);
        return true;
    }

    Result<std::int64_t> incr(std::string_view key, std::int64_t by, milliseconds ends, milliseconds now)
    {
        const std::lock_guard lock(_mutex);
        std::int64_t number = 0;
        if (const auto entry = find(key, now); entry != _order.end()) {
            const auto& text = *entry->value;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (error != std::errc() || end != text.data() + text.size())
                return fault(Status::invalid, "not_a_number", "The value under this key is not a decimal number.");
            ends = entry->ends;
        }
        if (__builtin_add_overflow(number, by, &number))
            return fault(Status::invalid, "out_of_range", "The number would not fit 64 bits.");
        put(key, std::make_shared<const std::string>(std::to_string(number)), ends);
        return number;
    }

    bool remove(std::string_view key, milliseconds now)
    {
        const std::lock_guard lock(_mutex);
        const auto entry = find(key, now);
        if (entry == _order.end())
            return false;
        erase(entry);
        return true;
    }

    std::size_t bytes() const
    {
        const std::lock_guard lock(_mutex);
        return _bytes;
    }

private:
    struct Entry {
        std::string key;
        Value value;
        milliseconds ends; // max: never
    };
    using Order = std::list<Entry>;

    static std::size_t cost(const Entry& entry)
    {
        return entry.key.size() + entry.value->size() + KeyValueCache::overheadBytes;
    }

    Order::iterator find(std::string_view key, milliseconds now)
    {
        const auto found = _byKey.find(key);
        if (found == _byKey.end())
            return _order.end();
        if (found->second->ends <= now) {
            erase(found->second);
            return _order.end();
        }
        _order.splice(_order.begin(), _order, found->second);
        return found->second;
    }

    void put(std::string_view key, Value value, milliseconds ends)
    {
        if (const auto found = _byKey.find(key); found != _byKey.end())
            erase(found->second);
        _order.push_front({std::string(key), std::move(value), ends});
        _byKey.emplace(_order.front().key, _order.begin());
        _bytes += cost(_order.front());
        while (_bytes > _quota && _order.size() > 1)
            erase(std::prev(_order.end()));
    }

    void erase(Order::iterator entry)
    {
        _bytes -= cost(*entry);
        _byKey.erase(entry->key);
        _order.erase(entry);
    }

    const std::size_t _quota;
    mutable std::mutex _mutex; // guards all that follows
    Order _order;              // most recently used first
    std::unordered_map<std::string_view, Order::iterator> _byKey; // views of the entries' keys
    std::size_t _bytes = 0;
};

milliseconds steadyNow()
{
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace

struct KeyValueCache::Impl {
    std::shared_ptr<Space> find(std::string_view name) const
    {
        const std::shared_lock lock(mutex); // spaces
        const auto found = spaces.find(name);
        return found == spaces.end() ? nullptr : found->second;
    }

    std::shared_ptr<Space> findOrMake(std::string_view name)
    {
        if (auto space = find(name))
            return space;
        const std::unique_lock lock(mutex); // spaces
        auto& space = spaces[std::string(name)];
        if (!space)
            space = std::make_shared<Space>(quota);
        return space;
    }

    Result<void> check(std::string_view key, std::size_t valueBytes, milliseconds ttl) const
    {
        if (key.empty() || key.size() > maxKeyBytes)
            return fault(Status::invalid, "invalid_key", "A key has 1 to 256 bytes.");
        if (ttl.count() < 0)
            return fault(Status::invalid, "invalid_ttl", "A time to live cannot be negative.");
        if (key.size() + valueBytes + overheadBytes > quota / 4)
            return fault(Status::tooLarge, "value_too_large", "One entry may take a quarter of the quota.");
        return {};
    }

    milliseconds ends(milliseconds ttl) const
    {
        const auto at = clock();
        return ttl.count() == 0 || ttl > milliseconds::max() - at ? milliseconds::max() : at + ttl;
    }

    std::size_t quota;
    Clock clock;
    mutable std::shared_mutex mutex; // guards spaces
    std::map<std::string, std::shared_ptr<Space>, std::less<>> spaces;
};

KeyValueCache::KeyValueCache(std::size_t quotaBytes, Clock clock) : _impl(std::make_unique<Impl>())
{
    _impl->quota = quotaBytes;
    _impl->clock = clock ? std::move(clock) : Clock(steadyNow);
}

KeyValueCache::~KeyValueCache() = default;

Result<KeyValueCache::Value> KeyValueCache::get(std::string_view space, std::string_view key)
{
    if (auto good = _impl->check(key, 0, {}); !good && good.status() == Status::invalid)
        return good.error();
    const auto found = _impl->find(space);
    auto value = found ? found->get(key, _impl->clock()) : nullptr;
    if (!value)
        return noSuchKey();
    return value;
}

Result<void> KeyValueCache::set(std::string_view space, std::string_view key, std::string_view value, milliseconds ttl)
{
    if (auto good = _impl->check(key, value.size(), ttl); !good)
        return good;
    _impl->findOrMake(space)->set(key, std::make_shared<const std::string>(value), _impl->ends(ttl));
    return {};
}

Result<void> KeyValueCache::add(std::string_view space, std::string_view key, std::string_view value, milliseconds ttl)
{
    if (auto good = _impl->check(key, value.size(), ttl); !good)
        return good;
    auto held = std::make_shared<const std::string>(value);
    if (!_impl->findOrMake(space)->add(key, std::move(held), _impl->ends(ttl), _impl->clock()))
        return fault(Status::conflict, "key_exists", "There is a value under this key.");
    return {};
}

Result<std::int64_t> KeyValueCache::incr(std::string_view space, std::string_view key, std::int64_t by, milliseconds ttl)
{
    constexpr std::size_t longestNumber = 20;
    if (auto good = _impl->check(key, longestNumber, ttl); !good)
        return good.error();
    return _impl->findOrMake(space)->incr(key, by, _impl->ends(ttl), _impl->clock());
}

Result<void> KeyValueCache::remove(std::string_view space, std::string_view key)
{
    if (auto good = _impl->check(key, 0, {}); !good && good.status() == Status::invalid)
        return good;
    const auto found = _impl->find(space);
    if (!found || !found->remove(key, _impl->clock()))
        return noSuchKey();
    return {};
}

void KeyValueCache::drop(std::string_view space)
{
    std::shared_ptr<Space> dropped; // its values go after the lock
    const std::unique_lock lock(_impl->mutex); // spaces
    if (const auto found = _impl->spaces.find(space); found != _impl->spaces.end()) {
        dropped = std::move(found->second);
        _impl->spaces.erase(found);
    }
}

std::size_t KeyValueCache::bytes(std::string_view space) const
{
    const auto found = _impl->find(space);
    return found ? found->bytes() : 0;
}

} // namespace netbit::services::cache
