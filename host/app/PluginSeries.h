#pragma once
// What /metrics says of plugins.

#include "loader/Loader.h"
#include "services/metrics/Registry.h"

namespace netbit::app {

/// What each plugin costs and holds, by its id. Both outlive what is asked of the registry.
void addPluginSeries(services::metrics::Registry& registry, const loader::Loader& loader);

} // namespace netbit::app
