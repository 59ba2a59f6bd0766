#ifndef NETBIT_HOST_HPP
#define NETBIT_HOST_HPP
/* The host as a C++ plugin sees it: services by type, and bodies that count themselves. */
#include "netbit/host.h"
#include "netbit/log.h"
#include "netbit/result.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>

namespace netbit {

/* The id under which a table is fetched: specialised beside each face, `static constexpr const char* id`. */
template <class Table> struct ServiceOf;
template <> struct ServiceOf<nb_body_api> {
    static constexpr const char* id = NB_BODY_SERVICE;
};
template <> struct ServiceOf<nb_log_api> {
    static constexpr const char* id = NB_LOG_SERVICE;
};

namespace detail {

/* The generation that this library serves: each generation is loaded from a copy of its own, so one is enough. */
NETBIT_HIDDEN inline std::atomic<const nb_host*> faultHost{nullptr};

/* What was reported lately. A timer that throws each second would fill the log: the same words of the same place are told
 * at most once a minute, and then with how often they were left out. */
class RecentFaults {
public:
    /* Whether it is to be told now; then `leftOut` is how often it was not since. `now` in seconds, of a steady clock. */
    bool admit(std::string_view where, std::string_view what, std::int64_t now, std::int64_t& leftOut) noexcept
    {
        const std::uint64_t key = hash(what, hash(where, 14695981039346656037ull)) | 1u; /* 0 is an empty slot */
        const Lock lock(_busy);
        Slot* oldest = &_slots[0];
        for (Slot& slot : _slots) {
            if (slot.key == key) {
                if (now - slot.told < period) {
                    ++slot.leftOut;
                    return false;
                }
                leftOut = slot.leftOut;
                slot = Slot{key, now, 0};
                return true;
            }
            if (slot.key == 0 || (oldest->key != 0 && slot.told < oldest->told)) {
                oldest = &slot;
            }
        }
        leftOut = 0;
        *oldest = Slot{key, now, 0};
        return true;
    }

private:
    static constexpr std::int64_t period = 60;
    struct Slot {
        std::uint64_t key = 0;
        std::int64_t told = 0;
        std::int64_t leftOut = 0;
    };
    struct Lock { /* held for some comparisons; a mutex would bring the thread library along */
        explicit Lock(std::atomic<bool>& flag) noexcept
            : _flag(flag)
        {
            while (_flag.exchange(true, std::memory_order_acquire)) {
            }
        }
        ~Lock() { _flag.store(false, std::memory_order_release); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        std::atomic<bool>& _flag;
    };
    static std::uint64_t hash(std::string_view text, std::uint64_t start) noexcept /* FNV-1a */
    {
        for (const char c : text) {
            start = (start ^ static_cast<unsigned char>(c)) * 1099511628211ull;
        }
        return start;
    }

    std::atomic<bool> _busy{false};
    std::array<Slot, 32> _slots{};
};
NETBIT_HIDDEN inline RecentFaults recentFaults;

/* Nothing that a plugin throws is lost: it goes to the host's log, or to stderr where the manifest does not want
 * "netbit.log/1"; the same at most once a minute. Never to a client. */
NETBIT_HIDDEN inline void reportFault(const char* where, const char* what) noexcept
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    std::int64_t leftOut = 0;
    if (!recentFaults.admit(where, what, std::chrono::duration_cast<std::chrono::seconds>(now).count(), leftOut)) {
        return;
    }
    const nb_host* host = faultHost.load(std::memory_order_acquire);
    const void* table = host == nullptr ? nullptr : host->service(host, NB_LOG_SERVICE);
    if (table == nullptr) {
        std::fprintf(stderr, "netbit plugin %s: %s: %s\n", host == nullptr ? "?" : host->plugin_id, where, what);
        return;
    }
    std::array<char, 24> digits{};
    std::snprintf(digits.data(), digits.size(), "%lld", static_cast<long long>(leftOut));
    const nb_log_field fields[] = {
        {toStr("where"), toStr(where)}, {toStr("what"), toStr(what)}, {toStr("left_out"), toStr(digits.data())}};
    static_cast<const nb_log_api*>(table)->write(host, NB_LOG_ERROR, toStr("An exception was caught at the border."),
                                                 fields, leftOut == 0 ? 2 : 3);
}

} // namespace detail

/* A view of the host; copy it freely, it is two words. Valid until the plugin's destructor has returned. */
class Host {
public:
    Host() = default;
    explicit Host(const nb_host* host) noexcept
        : _host(host)
    {
    }

    const nb_host* raw() const noexcept { return _host; }
    std::string_view version() const noexcept { return _host->version; }
    std::string_view pluginId() const noexcept { return _host->plugin_id; }

    /* [any] The table of a service, or null: unknown to this host, or not wanted in the manifest. */
    template <class Table> const Table* find(const char* id = ServiceOf<Table>::id) const noexcept
    {
        return _host == nullptr ? nullptr : static_cast<const Table*>(_host->service(_host, id));
    }
    /* The same as a result that says what to do about it. */
    template <class Table> Result<const Table*> service(const char* id = ServiceOf<Table>::id) const
    {
        if (const Table* table = find<Table>(id)) {
            return table;
        }
        return Error(Status::unavailable, "service_absent",
                     std::string("The service ") + id
                         + " is absent: add it to \"services\" in the manifest, or use a host that has it.");
    }
    /* The same, throwing a Failure: for create and start. */
    template <class Table> const Table& require(const char* id = ServiceOf<Table>::id) const
    {
        return *service<Table>(id).value();
    }

private:
    const nb_host* _host = nullptr;
};

/* A reference to immutable bytes of the host. Copying counts, moving does not; empty after a move. */
class Body {
public:
    Body() = default;
    /* Takes over a reference that a call of the host gave ("*out is a reference to release"). */
    static Body adopt(const nb_body_api& api, nb_body* body) noexcept { return Body(&api, body); }
    /* A body with a copy of the bytes. */
    static Result<Body> make(Host host, std::string_view bytes)
    {
        const auto api = host.service<nb_body_api>();
        if (!api) {
            return api.error();
        }
        nb_body* const body = (*api)->make(host.raw(), toStr(bytes));
        if (body == nullptr) {
            return Error(Status::unavailable, "no_memory", "There is no memory for a body.");
        }
        return adopt(**api, body);
    }

    Body(const Body& other) noexcept
        : _api(other._api)
        , _body(other._body)
    {
        if (_body != nullptr) {
            _api->retain(_body);
        }
    }
    Body(Body&& other) noexcept
        : _api(other._api)
        , _body(std::exchange(other._body, nullptr))
    {
    }
    Body& operator=(Body other) noexcept
    {
        std::swap(_api, other._api);
        std::swap(_body, other._body);
        return *this;
    }
    ~Body()
    {
        if (_body != nullptr) {
            _api->release(_body);
        }
    }

    explicit operator bool() const noexcept { return _body != nullptr; }
    nb_body* raw() const noexcept { return _body; }
    std::size_t size() const noexcept { return _body == nullptr ? 0 : _api->length(_body); }

    /* Calls visit(std::string_view) for each piece, in order; the views live as long as this body. */
    template <class Visit> void forEachPiece(Visit&& visit) const
    {
        if (_body == nullptr) {
            return;
        }
        std::array<nb_str, 16> few;
        const std::size_t count = _api->pieces(_body, few.data(), few.size());
        if (count <= few.size()) {
            for (std::size_t i = 0; i < count; ++i) {
                visit(toView(few[i]));
            }
            return;
        }
        const auto many = std::make_unique<nb_str[]>(count);
        const std::size_t filled = _api->pieces(_body, many.get(), count);
        for (std::size_t i = 0; i < (filled < count ? filled : count); ++i) {
            visit(toView(many[i]));
        }
    }
    /* A copy of the bytes in one string. */
    std::string str() const
    {
        std::string text;
        text.reserve(size());
        forEachPiece([&text](std::string_view piece) { text.append(piece); });
        return text;
    }

private:
    Body(const nb_body_api* api, nb_body* body) noexcept
        : _api(api)
        , _body(body)
    {
    }

    const nb_body_api* _api = nullptr;
    nb_body* _body = nullptr;
};

} // namespace netbit
#endif
