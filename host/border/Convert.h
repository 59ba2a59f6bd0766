#pragma once
// Between what crosses the border and what the host works with. What a plugin passes is looked at here first.

#include "base/Result.h"
#include "border/Generation.h"
#include "border/Sizes.h"
#include <netbit/result.h>
#include "storage/Database.h"

#include <cstring>
#include <exception>
#include <string_view>

namespace netbit::border {

/// A bug of the plugin: an argument that the header does not allow. Thrown by the readers below, turned into a status by
/// answer() before it could leave the host.
struct BadArgument {
    base::Error error;
};

[[noreturn]] void refuseArgument(std::string_view name, std::string_view why);

inline std::int32_t number(base::Status status) noexcept { return static_cast<std::int32_t>(status); }
base::Status statusOf(std::int32_t number) noexcept; ///< an unknown number is `internal`

inline nb_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline nb_str absent() noexcept { return {nullptr, 0}; }

/// Fills what `out->size` covers, cut at a character's edge, and gives the number. `out` may be null.
std::int32_t tell(nb_error* out, const base::Error& error) noexcept;
base::Error errorOf(const nb_error& error, std::int32_t status);

/// The generation behind a host pointer.
inline Generation& generationOf(const nb_host* host)
{
    if (!host || !host->implementation)
        refuseArgument("host", "is null");
    return Generation::of(host);
}

template <class T>
T& notNull(T* pointer, std::string_view name)
{
    if (!pointer)
        refuseArgument(name, "is null");
    return *pointer;
}

/// Bytes as they are; {NULL, n} is refused.
std::string_view bytesOf(nb_str text, std::string_view name);
/// Well-formed UTF-8.
std::string_view textOf(nb_str text, std::string_view name);

/// The part of a struct that the plugin knows, the rest zero.
template <class T>
T structOf(const T* in, std::string_view name)
{
    if (const auto out = knownPart(&notNull(in, name)))
        return *out;
    refuseArgument(name, "has a size that is too small");
}

/// What runs inside a table's function: nothing that it throws crosses the border.
template <class F>
std::int32_t answer(nb_error* error, F&& function) noexcept
{
    try {
        const base::Result<void> result = function();
        return result ? NB_OK : tell(error, result.error());
    } catch (const BadArgument& bad) {
        return tell(error, bad.error);
    } catch (const storage::DatabaseError& failure) {
        return tell(error, {failure.status(), "storage", failure.what(), {}});
    } catch (const std::exception& bug) {
        return tell(error, {base::Status::internal, "internal_error", bug.what(), {}});
    }
}

/// The same where there is nothing to return.
template <class F>
void quietly(F&& function) noexcept
{
    static_cast<void>(answer(nullptr, [&]() -> base::Result<void> {
        function();
        return {};
    }));
}

} // namespace netbit::border
