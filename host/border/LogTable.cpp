#include "border/Convert.h"
#include "border/Tables.h"
#include "services/log/Log.h"

#include <vector>

namespace netbit::border {

namespace {

namespace log = services::log;

constexpr std::size_t mostFields = 32;

/// Out of range: the nearest. A wrong number must not lose a line.
log::Level levelOf(std::uint32_t level) noexcept
{
    return static_cast<log::Level>(std::clamp<std::uint32_t>(level, NB_LOG_ERROR, NB_LOG_DEBUG));
}

void write(const nb_host* host, std::uint32_t level, nb_str message, const nb_log_field* fields, std::size_t count)
{
    quietly([&] {
        const auto& generation = generationOf(host);
        const auto wanted = levelOf(level);
        if (!log::enabled(wanted))
            return;
        std::vector<log::Field> given;
        if (fields)
            for (std::size_t i = 0; i < std::min(count, mostFields); ++i)
                given.emplace_back(bytesOf(fields[i].name, "field.name"), bytesOf(fields[i].value, "field.value"));
        log::write(wanted, generation.id(), bytesOf(message, "message"), given);
    });
}

std::uint32_t enabled(const nb_host*, std::uint32_t level) { return log::enabled(levelOf(level)) ? 1 : 0; }

} // namespace

const nb_log_api& logTable() noexcept
{
    static constexpr nb_log_api table{
        .size = sizeof(nb_log_api),
        .reserved = 0,
        .write = &write,
        .enabled = &enabled,
    };
    return table;
}

} // namespace netbit::border
