#include "border/Convert.h"
#include "border/Tables.h"

namespace netbit::border {

namespace {

std::int32_t set(const nb_host* host, std::uint32_t state, nb_str why)
{
    return answer(nullptr, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        if (state > NB_HEALTH_FAILED)
            return base::fault(base::Status::invalid, "bad_state", "There is no such state of health.");
        generation.setHealth(static_cast<Health>(state), textOf(why, "why"));
        return {};
    });
}

} // namespace

const nb_health_api& healthTable() noexcept
{
    static constexpr nb_health_api table{
        .size = sizeof(nb_health_api),
        .reserved = 0,
        .set = &set,
    };
    return table;
}

} // namespace netbit::border
