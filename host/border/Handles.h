#pragma once
// The opaque handles that any thread may count: bodies and principals.

#include "base/Body.h"
#include <netbit/auth.h>
#include "services/auth/Principal.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace netbit::border {

/// References held by a plugin in C, which can own nothing else.
template <class Handle>
class Counted {
public:
    void retain() noexcept { _references.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        if (_references.fetch_sub(1, std::memory_order_acq_rel) == 1)
            std::default_delete<Handle>()(static_cast<Handle*>(this));
    }

protected:
    Counted() = default;
    ~Counted() = default;

private:
    std::atomic<std::uint32_t> _references{1}; // the maker's
};

} // namespace netbit::border

struct nb_body final : netbit::border::Counted<nb_body> {
    explicit nb_body(netbit::base::Body content) : body(std::move(content)) {}
    const netbit::base::Body body;
};

struct nb_principal final : netbit::border::Counted<nb_principal> {
    explicit nb_principal(netbit::services::auth::PrincipalPtr proven) : principal(std::move(proven)) {}
    const netbit::services::auth::PrincipalPtr principal;
};

namespace netbit::border {

/// A handle with one reference, which is the plugin's from here on.
inline nb_body* handOver(base::Body body) { return std::make_unique<nb_body>(std::move(body)).release(); }
inline nb_principal* handOver(services::auth::PrincipalPtr principal)
{
    return std::make_unique<nb_principal>(std::move(principal)).release();
}

/// The bytes of a handle for a socket: no copy, and a reference until they are sent.
inline base::Body shareOf(nb_body& handle)
{
    handle.retain();
    std::shared_ptr<const void> owner(static_cast<const void*>(&handle), [&handle](const void*) { handle.release(); });
    base::Body out;
    out.reserve(handle.body.segments().size());
    for (const auto segment : handle.body.segments())
        out.view(segment);
    out.keep(std::move(owner));
    return out;
}

} // namespace netbit::border
