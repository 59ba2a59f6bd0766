#ifndef NETBIT_GUARD_HPP
#define NETBIT_GUARD_HPP
/* What stands between a callback of the host and the plugin's code: no exception gets past it. */
#include "netbit/result.hpp"

#include <exception>

namespace netbit {
namespace detail {

/* Runs `body` and returns what it returns; what it throws is reported under `where`, and `otherwise` returned. */
template <class R, class F> R guarded(const char* where, R otherwise, F&& body) noexcept
{
    try {
        return body();
    } catch (const std::exception& fault) {
        reportFault(where, fault.what());
    } catch (...) {
        reportFault(where, "an exception of unknown type");
    }
    return otherwise;
}

/* The same for what returns nothing. True: it did not throw. */
template <class F> bool guardedRun(const char* where, F&& body) noexcept
{
    return guarded(where, false, [&body] {
        body();
        return true;
    });
}

} // namespace detail
} // namespace netbit
#endif
