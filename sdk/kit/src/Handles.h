#pragma once
// The opaque handles that any thread may count: bodies and principals. One that is left over is told when the plugin ends.

#include "Life.h"
#include "border/Convert.h"
#include "services/auth/Principal.h"
#include <netbit/auth.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace netbit::fake {

/// The plugin's references. At zero it goes, and a reference too many is the plugin's bug: found by a sanitizer.
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
    explicit Counted(Alive alive) : _alive(std::move(alive)) { ++*_alive; }
    ~Counted() { --*_alive; }

private:
    Alive _alive; // of its life; a leaked handle may outlive that
    std::atomic<std::uint32_t> _references{1};
};

} // namespace netbit::fake

struct nb_body final : netbit::fake::Counted<nb_body> {
    nb_body(netbit::fake::Alive alive, std::vector<std::string> content)
        : Counted(std::move(alive)), pieces(std::move(content))
    {
    }
    std::string str() const
    {
        std::string out;
        for (const auto& piece : pieces)
            out += piece;
        return out;
    }
    const std::vector<std::string> pieces;
};

struct nb_principal final : netbit::fake::Counted<nb_principal> {
    nb_principal(netbit::fake::Alive alive, netbit::services::auth::PrincipalPtr proven)
        : Counted(std::move(alive)), principal(std::move(proven))
    {
    }
    const netbit::services::auth::PrincipalPtr principal;
};

namespace netbit::fake {

/// A handle with one reference, which is the plugin's from here on.
nb_body* give(Life& life, std::vector<std::string> pieces);
nb_principal* give(Life& life, services::auth::PrincipalPtr principal);

inline const services::auth::PrincipalPtr& principalOf(const nb_principal* principal)
{
    if (!principal)
        border::refuseArgument("principal", "is null");
    return principal->principal;
}

} // namespace netbit::fake
