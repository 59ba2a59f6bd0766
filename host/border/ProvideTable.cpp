#include "border/Border.h"
#include "border/Convert.h"
#include "border/Holdings.h"
#include "border/Provided.h"
#include "border/Tables.h"

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t longestId = 128;

/// "org.example.dictionary/1": a name, and the major version of its table.
bool goodId(std::string_view id) noexcept
{
    const auto slash = id.find('/');
    if (slash == 0 || slash == std::string_view::npos || id.size() > longestId)
        return false;
    const auto version = id.substr(slash + 1);
    return id.substr(0, slash).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string_view::npos &&
           !version.empty() && version.front() != '0' &&
           version.find_first_not_of("0123456789") == std::string_view::npos;
}

base::Result<void> offer(const nb_host* host, nb_str given, const void* table, void* user)
{
    auto& generation = generationOf(host);
    if (!generation.mayRegister())
        return fault(Status::invalid, "not_in_start", "Tables are offered in start.");
    const std::string id(textOf(given, "id"));
    if (!goodId(id) || id.starts_with("netbit."))
        return fault(Status::invalid, "bad_id", "The id of a table is a name of the plugin's own and a major version, "
                                                "like \"org.example.dictionary/1\".");
    if (!table)
        refuseArgument("table", "is null");
    if (!generation.provides(id))
        return fault(Status::forbidden, "not_declared", id + " does not stand under \"provides\" in the manifest.");
    if (const auto owner = generation.border().ownerOfTable(id); !owner.empty() && owner != generation.id())
        return fault(Status::conflict, "provided_already", id + " is provided by " + owner + " already.");
    auto& offers = generation.holdings().offers;
    for (const auto& other : offers)
        if (other->id == id)
            return fault(Status::conflict, "provided_already", id + " was offered before.");
    offers.push_back(std::make_unique<nb_lease>(generation, id, table, user));
    return {};
}

base::Result<void> acquire(const nb_host* host, nb_str given, const void** table, void** user, nb_lease** out)
{
    auto& generation = generationOf(host);
    notNull(table, "table");
    notNull(out, "out");
    const auto id = bytesOf(given, "id");
    const auto provided = generation.border().provided();
    const auto found = provided->byId.find(id);
    if (found == provided->byId.end())
        return fault(Status::notFound, "not_provided", "Nobody provides " + std::string(id) + " now.");
    auto& provider = *found->second.generation;
    if (!generation.uses(provider.id()))
        return fault(Status::forbidden, "not_declared",
                     provider.id() + " provides it, but the manifest names it neither under \"requires\" nor \"optional\".");
    if (!provider.enter())
        return fault(Status::notFound, "not_provided", "Nobody provides " + std::string(id) + " now.");
    const auto& lease = *found->second.lease;
    *table = lease.table;
    if (user)
        *user = lease.user;
    *out = found->second.lease;
    return {};
}

void release(nb_lease* lease)
{
    if (lease)
        lease->generation.leave();
}

} // namespace

const nb_provide_api& provideTable() noexcept
{
    static constexpr nb_provide_api table{
        .size = sizeof(nb_provide_api),
        .reserved = 0,
        .offer = [](const nb_host* host, nb_str id, const void* offered, void* user,
                    nb_error* error) { return answer(error, [&] { return offer(host, id, offered, user); }); },
        .acquire =
            [](const nb_host* host, nb_str id, const void** found, void** user, nb_lease** out, nb_error* error) {
                return answer(error, [&] { return acquire(host, id, found, user, out); });
            },
        .release = &release,
    };
    return table;
}

} // namespace netbit::border
