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
    _json = EventLog::envelope(_record.id, _record.topic, _record.chatId, _record.actorId, _record.createdAt,
                               _record.data);
    _log.append(std::make_shared<const Event>(
        Event{_record.id, _record.topic, _record.chatId, _record.actorId, _record.createdAt, _json}));
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
