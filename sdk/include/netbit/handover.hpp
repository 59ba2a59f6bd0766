#ifndef NETBIT_HANDOVER_HPP
#define NETBIT_HANDOVER_HPP
/* What one generation of a plugin hands to the next, for C++ plugins. What the host promises stands in netbit/handover.h.
 * All of it is optional: a plugin that overrides neither freeze nor thaw keeps what it has until it is ended. */
#include "netbit/guard.hpp"
#include "netbit/handover.h"
#include "netbit/result.hpp"

#include <string>

namespace netbit {

/* One piece of state. The bytes are the plugin's own; `form` says which layout they have, and a thaw refuses a form that it
 * does not know: both generations may be of different versions. */
struct Frozen {
    std::uint32_t form = 0;
    std::string bytes;
    /* For whom it acts, or null. Borrowed: in freeze() from what is frozen, in thaw() for the call. It may have been revoked
     * meanwhile. Principal::share makes a reference of one's own. */
    nb_principal* principal = nullptr;
};

namespace detail {

inline Frozen toFrozen(const nb_frozen& piece)
{
    return Frozen{piece.form, std::string(toView(piece.bytes)), const_cast<nb_principal*>(piece.principal)};
}

inline std::int32_t keepPiece(const Frozen& piece, nb_keep_fn keep, void* keeper) noexcept
{
    const nb_frozen raw{sizeof(nb_frozen), piece.form, toStr(piece.bytes), piece.principal};
    return keep(keeper, &raw);
}

/* What a freeze of one thing tells the host. */
template <class F> std::int32_t freezeOne(const char* where, nb_keep_fn keep, void* keeper, F&& freeze) noexcept
{
    return guarded(where, std::int32_t{NB_INTERNAL}, [&]() -> std::int32_t {
        const Result<Frozen> piece = freeze();
        return piece ? keepPiece(*piece, keep, keeper) : toNumber(piece.status());
    });
}

inline Error notMovable() { return Error(Status::unsupported, "not_movable", "It stays with this generation."); }

} // namespace detail
} // namespace netbit
#endif
