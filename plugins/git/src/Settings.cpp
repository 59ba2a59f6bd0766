#include "Settings.h"

namespace netbit::git {

Settings Settings::read(const Config& config)
{
    constexpr std::uint64_t mib = 1 << 20;
    const auto megabytes = [&](std::string_view key) { return static_cast<std::uint64_t>(config.integer(key)) * mib; };
    Settings out;
    out.program = config.text("program");
    out.transferTime = std::chrono::seconds(config.integer("transfer_s"));
    out.jobTime = std::chrono::seconds(config.integer("job_s"));
    out.cpuTime = std::chrono::seconds(config.integer("cpu_s"));
    out.memoryBytes = megabytes("memory_mb");
    out.maxRequestBytes = megabytes("max_request_mb");
    out.maxImportBytes = megabytes("max_import_mb");
    out.importPlain = config.flag("import_plain");
    out.importInside = config.flag("import_inside");
    out.upkeep = std::chrono::hours(config.integer("upkeep_hours"));
    out.prune = std::chrono::hours(24 * config.integer("prune_days"));
    out.mirror = std::chrono::minutes(config.integer("mirror_minutes"));
    out.browseTime = std::chrono::milliseconds(config.integer("browse_ms"));
    out.rawBytes = megabytes("raw_mb");
    out.browseAtOnce = static_cast<unsigned>(config.integer("browse_at_once"));
    return out;
}

} // namespace netbit::git
