#include "app/HostSeries.h"

#include "app/Process.h"
#include "app/Version.h"
#include "edge/Server.h"
#include "services/delivery/DeliveryService.h"
#include "services/mail/MailService.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace netbit::app {

namespace metrics = services::metrics;
namespace fs = std::filesystem;

namespace {

constexpr auto counter = metrics::Kind::counter;
constexpr auto gauge = metrics::Kind::gauge;

double sizeOf(const fs::path& file)
{
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    return error ? 0.0 : static_cast<double>(bytes);
}

void addStorage(metrics::Registry& registry, const storage::Writer& writer, const fs::path& database)
{
    registry.sampled(counter, "netbit_writer_jobs_total", "Writes taken.",
                     [&writer] { return static_cast<double>(writer.counts().jobs.load()); });
    registry.sampled(counter, "netbit_writer_commits_total", "Transactions committed.",
                     [&writer] { return static_cast<double>(writer.counts().commits.load()); });
    registry.sampled(counter, "netbit_writer_failures_total", "Writes that ended with an error, refused ones too.",
                     [&writer] { return static_cast<double>(writer.counts().failures.load()); });
    registry.sampled(gauge, "netbit_writer_queued", "Writes that wait for their commit.",
                     [&writer] { return static_cast<double>(writer.queued()); });
    registry.sampled(gauge, "netbit_writer_healthy", "0 after a commit that failed for want of disk or by an I/O error.",
                     [&writer] { return writer.healthy() ? 1.0 : 0.0; });
    registry.sampled(gauge, "netbit_database_bytes", "The database's file.", [database] { return sizeOf(database); });
    registry.sampled(gauge, "netbit_database_wal_bytes", "The database's write-ahead log.",
                     [wal = fs::path(database) += "-wal"] { return sizeOf(wal); });
    registry.sampled(gauge, "netbit_disk_free_bytes", "Room on the disk of the data directory.", [database] {
        std::error_code error;
        const auto room = fs::space(database, error);
        return error ? 0.0 : static_cast<double>(room.available);
    });
}

/// By the names that Prometheus' client libraries give every process.
void addProcess(metrics::Registry& registry)
{
    registry.sampled(counter, "process_cpu_seconds_total", "User and system CPU time.", [] { return cpuSeconds(); });
    registry.sampled(gauge, "process_resident_memory_bytes", "Resident memory.",
                     [] { return static_cast<double>(residentBytes()); });
    registry.sampled(gauge, "process_open_fds", "Open file descriptors.", [] { return static_cast<double>(openDescriptors()); });
    registry.sampled(gauge, "process_max_fds", "Most that may be open.", [] { return static_cast<double>(mostDescriptors()); });
    const auto started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    registry.sampled(gauge, "process_start_time_seconds", "Since 1970-01-01 UTC.", [started] { return started; });
}

} // namespace

void addHostSeries(metrics::Registry& registry, AskFacts facts, const edge::Server& server, const storage::Writer& writer,
                   const services::exec::WorkerPool& workers, const fs::path& database)
{
    registry.sampledBy(gauge, "netbit_build_info", "Always 1.", "version",
                       [] { return std::vector<std::pair<std::string, double>>{{NETBIT_VERSION, 1.0}}; });
    registry.sampled(gauge, "netbit_ready", "What /readyz says.", [facts] { return notReady(facts()).empty() ? 1.0 : 0.0; });
    registry.sampled(gauge, "netbit_users", "Users.", [facts] { return static_cast<double>(facts().users); });
    registry.sampled(gauge, "netbit_chats", "Chats.", [facts] { return static_cast<double>(facts().chats); });
    registry.sampled(counter, "netbit_http_requests_total", "HTTP requests read.",
                     [&server] { return static_cast<double>(server.counts().requests.load()); });
    registry.sampledBy(counter, "netbit_http_responses_total", "HTTP answers by the class of their status.", "class", [&server] {
        const auto& counts = server.counts();
        std::vector<std::pair<std::string, double>> out;
        for (int i = 1; i < 6; ++i)
            out.emplace_back(std::to_string(i) + "xx", static_cast<double>(counts.byClass[i].load()));
        return out;
    });
    registry.sampled(gauge, "netbit_http_connections", "Open HTTP connections.",
                     [&server] { return static_cast<double>(server.openConnections()); });
    registry.sampled(gauge, "netbit_workers_queued", "Tasks that wait for a worker.",
                     [&workers] { return static_cast<double>(workers.queued()); });
    addStorage(registry, writer, database);
    addProcess(registry);
}

std::function<void(std::chrono::nanoseconds)> commitSeries(metrics::Registry& registry)
{
    auto* const seconds = registry.histogram("netbit_commit_seconds", "From the end of a transaction's work until it is on the disk.",
                                             {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5});
    return [seconds](std::chrono::nanoseconds time) { seconds->observe(std::chrono::duration<double>(time).count()); };
}

void addOutboxSeries(metrics::Registry& registry, const services::mail::MailService& mail,
                     const services::delivery::DeliveryService& delivery)
{
    registry.sampledBy(gauge, "netbit_outbox_pending", "Notifications that are still to be sent: mail, and http for webhooks and push.", "outbox",
                       [&mail, &delivery] {
                           return std::vector<std::pair<std::string, double>>{
                               {"mail", static_cast<double>(mail.pending())}, {"http", static_cast<double>(delivery.pending())}};
                       });
}

void addTraceSeries(metrics::Registry& registry, const trace::Recorder& recorder, const trace::Exporter& exporter)
{
    registry.sampledBy(counter, "netbit_trace_spans_total", "Spans that ended, by what became of them.", "outcome",
                       [&recorder, &exporter] {
                           return std::vector<std::pair<std::string, double>>{
                               {"exported", static_cast<double>(exporter.exported())},
                               {"refused", static_cast<double>(exporter.refused())},
                               {"dropped", static_cast<double>(recorder.dropped())}};
                       });
}

} // namespace netbit::app
