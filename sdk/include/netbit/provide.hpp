#ifndef NETBIT_PROVIDE_HPP
#define NETBIT_PROVIDE_HPP
/* A plugin's own table for other plugins, in C++. */
#include "netbit/host.hpp"
#include "netbit/provide.h"

namespace netbit {

template <> struct ServiceOf<nb_provide_api> {
    static constexpr const char* id = NB_PROVIDE_SERVICE;
};

/* Another plugin's table, good for as long as this lives. Short: its owner cannot be stopped or exchanged meanwhile. */
template <class Table> class Lease {
public:
    Lease(const nb_provide_api& api, nb_lease* lease, const Table* table, void* user) noexcept
        : _api(&api)
        , _lease(lease)
        , _table(table)
        , _user(user)
    {
    }
    Lease(Lease&& other) noexcept
        : _api(other._api)
        , _lease(std::exchange(other._lease, nullptr))
        , _table(other._table)
        , _user(other._user)
    {
    }
    Lease& operator=(Lease&& other) noexcept
    {
        std::swap(_api, other._api);
        std::swap(_lease, other._lease);
        std::swap(_table, other._table);
        std::swap(_user, other._user);
        return *this;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease()
    {
        if (_lease != nullptr) {
            _api->release(_lease);
        }
    }

    const Table& operator*() const noexcept { return *_table; }
    const Table* operator->() const noexcept { return _table; }
    /* What its functions want as their first argument, if they want one. */
    void* user() const noexcept { return _user; }

private:
    const nb_provide_api* _api;
    nb_lease* _lease;
    const Table* _table;
    void* _user;
};

/* "netbit.provide/1". Copy it freely. A table is a C struct whose first member is its uint32_t size. */
class Provide {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Provide(Host host)
        : _host(host)
        , _api(&host.require<nb_provide_api>())
    {
    }

    /* [control], in start. The table, and what `user` points to, live until the plugin's destructor has run. No exception may
     * leave a function of the table. forbidden: the manifest's "provides" lacks the id; conflict: another plugin has it. */
    template <class Table> Result<void> offer(std::string_view id, const Table& table, void* user = nullptr) const
    {
        ErrorBuffer error;
        return toResult(_api->offer(_host.raw(), toStr(id), &table, user, error.get()), error);
    }
    /* [any] [fast] Take one for each use, and let it go. notFound: nobody provides it now; forbidden: the manifest does not
     * name the provider. The table may be older than the header that this plugin was compiled with: ask NB_HAS. */
    template <class Table> Result<Lease<Table>> acquire(std::string_view id) const
    {
        const void* table = nullptr;
        void* user = nullptr;
        nb_lease* lease = nullptr;
        ErrorBuffer error;
        const auto status = _api->acquire(_host.raw(), toStr(id), &table, &user, &lease, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Lease<Table>(*_api, lease, static_cast<const Table*>(table), user);
    }

private:
    Host _host;
    const nb_provide_api* _api;
};

} // namespace netbit
#endif
