#pragma once
// What /metrics says of the host itself.

#include "app/Routes.h"
#include "services/exec/WorkerPool.h"
#include "services/metrics/Registry.h"
#include "storage/Writer.h"
#include "trace/Exporter.h"

#include <filesystem>

namespace netbit::edge {
class Server;
}
namespace netbit::services::delivery {
class DeliveryService;
}
namespace netbit::services::mail {
class MailService;
}

namespace netbit::app {

/// All outlive what is asked of the registry. `data`: the data directory, for the room on its disk.
void addHostSeries(services::metrics::Registry& registry, AskFacts facts, const edge::Server& server, const storage::Writer& writer,
                   const services::exec::WorkerPool& workers, const std::filesystem::path& database);

/// What waits for other servers.
void addOutboxSeries(services::metrics::Registry& registry, const services::mail::MailService& mail,
                     const services::delivery::DeliveryService& delivery);

/// How long commits take; for Writer::onCommit.
std::function<void(std::chrono::nanoseconds)> commitSeries(services::metrics::Registry& registry);

/// What became of the spans.
void addTraceSeries(services::metrics::Registry& registry, const trace::Recorder& recorder, const trace::Exporter& exporter);

} // namespace netbit::app
