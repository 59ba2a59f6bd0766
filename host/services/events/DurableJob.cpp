#include "services/events/DurableJob.h"

#include "storage/Repositories.h"

namespace netbit::services::events {

base::Result<void> DurableJob::apply(storage::Connection& connection)
{
    _record.id = _log.nextId();
    _record.createdAt = base::now();
    storage::EventRepository::insert(connection, _record);
    return {};
}

void DurableJob::publish()
{
    auto event = EventLog::shown(_record, _record.data);
    _json = event->json;
    _log.append(std::move(event));
}

void DurableJob::complete(const base::Result<void>& result)
{
    if (!_done)
        return;
    if (result)
        _done(Completed{_record.id, std::move(_json), false});
    else
        _done(result.error());
}

} // namespace netbit::services::events
