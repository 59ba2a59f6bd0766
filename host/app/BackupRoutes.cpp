// A backup through the admin's door, as a stream.
#include "app/Pipe.h"
#include "app/Routes.h"

#include "services/backup/BackupService.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::app {

using base::fault;
using base::Result;
using base::Status;
using edge::Exchange;
using edge::Outcome;

namespace {

constexpr std::size_t mostBytes = 256 * 1024 * 1024; // of the list of an earlier one: a million files

/// Lines of an earlier MANIFEST, each with the archive that has the bytes.
Result<services::backup::Known> readKnown(std::string_view body)
{
    services::backup::Known known;
    std::size_t line = 1;
    for (std::size_t at = 0; at < body.size(); ++line) {
        const auto end = std::min(body.find('\n', at), body.size());
        auto entry = base::readBackupEntry(body.substr(at, end - at));
        if (!entry || entry->in.empty() || !base::backupImmutable(entry->path))
            return fault(Status::invalid, "invalid_entry",
                         "Line " + std::to_string(line) + ": " + (entry ? "it names no archive, or a file that may change." : entry.error().detail));
        auto path = entry->path;
        known.insert_or_assign(std::move(path), std::move(*entry));
        at = end + 1;
    }
    return known;
}

} // namespace

std::vector<edge::Route> backupRoutes(services::backup::BackupService& service)
{
    edge::Route route;
    route.method = "POST";
    route.pattern = "/admin/backup";
    route.access = edge::Access::local;
    route.owner = "netbit";
    route.summary = "A backup as a tar archive; the body lists what an earlier one has.";
    route.maxBodyBytes = mostBytes;
    route.handler = handler([&service](Exchange& exchange) {
        const auto known = readKnown(exchange.body());
        if (!known) {
            exchange.problem(known.error());
            return Outcome::replied;
        }
        const auto pipe = std::make_shared<Pipe>(exchange, "application/x-tar");
        const auto written = service.write(*known, [&](std::string_view bytes) { return pipe->put(bytes); });
        if (!written) // which the client may only see as an end that comes too early
            services::log::error("backup", "A backup was not written", {{"why", written.error().detail}});
        pipe->finish(written);
        return Outcome::replied;
    });
    std::vector<edge::Route> routes;
    routes.push_back(std::move(route));
    return routes;
}

} // namespace netbit::app
