#pragma once
// A write of an operation as one object: what it does in the transaction, what readers see behind it, what it answers.

#include "services/Done.h"
#include "storage/Writer.h"

#include <memory>

namespace netbit::services {

class Act final : public storage::Job {
public:
    /// As storage::Job::apply: may be called twice, so what it hands on to `publish` is set anew each time.
    using Write = std::function<base::Result<Completed>(storage::Connection&)>;
    using Publish = std::function<void()>;

    Act(Write write, Publish publish, Done done)
        : _write(std::move(write)), _publish(std::move(publish)), _done(std::move(done))
    {
    }

    /// Error: unavailable / writer_busy; then nothing is called.
    static base::Result<void> submit(storage::Writer& writer, Write write, Publish publish, Done done)
    {
        std::unique_ptr<storage::Job> job =
            std::make_unique<Act>(std::move(write), std::move(publish), std::move(done));
        if (!writer.submit(job))
            return base::fault(base::Status::unavailable, "writer_busy", "The writer takes no more work at the moment.");
        return {};
    }

    base::Result<void> apply(storage::Connection& connection) override
    {
        auto written = _write(connection);
        if (!written)
            return written.error();
        _completed = std::move(*written);
        return {};
    }
    void publish() override
    {
        if (_publish)
            _publish();
    }
    void complete(const base::Result<void>& result) override
    {
        if (result)
            _done(std::move(_completed));
        else
            _done(result.error());
    }

private:
    Write _write;
    Publish _publish;
    Done _done;
    Completed _completed;
};

} // namespace netbit::services
