#pragma once
// The write of an event that is nothing but an event.

#include "services/events/EventLog.h"
#include "storage/Writer.h"

namespace netbit::services::events {

class DurableJob final : public storage::Job {
public:
    DurableJob(EventLog& log, storage::EventRecord record, Done done)
        : _log(log), _record(std::move(record)), _done(std::move(done))
    {
    }

    base::Result<void> apply(storage::Connection& connection) override;
    void publish() override;
    void complete(const base::Result<void>& result) override;

private:
    EventLog& _log;
    storage::EventRecord _record;
    Done _done;
    std::string _json;
};

} // namespace netbit::services::events
