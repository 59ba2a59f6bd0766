#include "disk/Jobs.h"

#include "browse/Text.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace netbit::git {

namespace {

namespace json = boost::json;

constexpr std::size_t atOnce = 2;
constexpr std::size_t mostWaiting = 1000;
constexpr std::size_t mostKnown = 2000;
constexpr std::size_t longestLine = 300;
constexpr std::chrono::minutes longestWait{1}; // to be alone: a push may take long, and a job takes one of few places

} // namespace

class Jobs::Run final : public ProcessListener, public std::enable_shared_from_this<Run> {
public:
    Run(Jobs& jobs, std::int64_t number, Plan plan) : id(number), repository(plan.repository), _jobs(jobs), _plan(std::move(plan)) {}

    const std::int64_t id;
    const std::int64_t repository;

    /// [worker]
    void begin()
    {
        {
            const std::lock_guard lock(_mutex);
            _state = "running";
            _startedAt = _jobs._tools.exec.nowMs() / 1000;
        }
        step();
    }
    void kill()
    {
        std::uint64_t waits = 0;
        {
            const std::lock_guard lock(_mutex);
            _killed = true;
            _process.kill();
            waits = _waits;
        }
        if (waits != 0 && _jobs._tools.gate.cancel(repository, waits))
            close("failed");
    }
    json::object describe() const
    {
        const std::lock_guard lock(_mutex);
        json::object out{{"id", id}, {"kind", _plan.kind}, {"state", _state}};
        out["step"] = _at < _plan.steps.size() ? json::value(_plan.steps[_at].what) : json::value(nullptr);
        out["percent"] = _percent < 0 ? json::value(nullptr) : json::value(_percent);
        out["message"] = lossyUtf8(_message);
        out["started_at"] = _startedAt == 0 ? json::value(nullptr) : json::value(rfc3339(_startedAt));
        out["ended_at"] = _endedAt == 0 ? json::value(nullptr) : json::value(rfc3339(_endedAt));
        return out;
    }

    Status output(std::string_view bytes) override
    {
        const std::lock_guard lock(_mutex);
        for (const char c : bytes) {
            if (c == '\r' || c == '\n')
                hear();
            else if (_line.size() < longestLine)
                _line += c;
        }
        return Status::ok;
    }
    void exited(const ProcessEnd& end) override
    {
        Process gone;
        Gate::Pass pass; // let go behind the lock: others may come in by it
        bool good = end.good();
        {
            const std::lock_guard lock(_mutex);
            hear();
            gone = std::move(_process);
            pass = std::move(_pass);
            _percent = -1;
            const bool again = !good && !_killed && end.reason == NB_PROCESS_EXITED && --_plan.steps[_at].tries > 0;
            if (!again)
                ++_at;
            good = good || again;
            if (!good && end.reason == NB_PROCESS_TOO_LONG)
                _message = "It took too long.";
            good = good && !_killed;
        }
        pass.leave();
        if (!good)
            return close("failed");
        step();
    }

private:
    /// A line of git's progress: "Receiving objects:  42% (42/100)". With the lock held.
    void hear()
    {
        if (_line.empty())
            return;
        const auto percent = _line.find('%');
        if (percent != _line.npos && percent > 0) {
            auto from = percent;
            while (from > 0 && _line[from - 1] >= '0' && _line[from - 1] <= '9')
                --from;
            if (const auto number = parseInteger<int>(std::string_view(_line).substr(from, percent - from)); number && *number <= 100)
                _percent = *number;
        }
        _message = std::exchange(_line, {});
    }

    void step()
    {
        Step next;
        {
            const std::lock_guard lock(_mutex);
            if (_at < _plan.steps.size())
                next = _plan.steps[_at];
        }
        if (next.alone)
            return waitToBeAlone(std::move(next));
        if (next.arguments.empty()) {
            const auto finished = _plan.finish ? _plan.finish() : Result<void>();
            if (!finished) {
                const std::lock_guard lock(_mutex);
                _message = finished.error().detail;
            }
            return close(finished ? "done" : "failed");
        }
        run(std::move(next), {});
    }

    void waitToBeAlone(Step next)
    {
        auto& gate = _jobs._tools.gate;
        const auto waits = gate.alone(repository, [self = shared_from_this(), next](Gate::Pass pass) { self->run(next, std::move(pass)); });
        if (waits == 0)
            return;
        auto timer = _jobs._tools.exec.after(longestWait, [weak = weak_from_this(), waits] {
            if (const auto self = weak.lock(); self && self->_jobs._tools.gate.cancel(self->repository, waits))
                self->skip();
        });
        if (!timer && gate.cancel(repository, waits))
            return skip();
        const std::lock_guard lock(_mutex);
        if (!_process && _at < _plan.steps.size()) {
            _waits = waits;
            if (timer)
                _timer = std::move(*timer);
        }
    }

    void skip()
    {
        {
            const std::lock_guard lock(_mutex);
            _waits = 0;
            ++_at;
        }
        step();
    }

    void run(Step next, Gate::Pass pass)
    {
        if (next.before)
            next.before();
        auto options = _jobs._tools.git.job(std::move(next.arguments));
        options.joined = true;
        std::unique_lock lock(_mutex); // its first calls wait
        _waits = 0;
        auto started = _jobs._tools.processes.start(options, shared_from_this());
        if (!started) {
            _message = started.error().detail;
            lock.unlock();
            pass.leave();
            return close("failed");
        }
        _process = std::move(*started);
        _pass = std::move(pass);
        _process.endInput();
        if (_killed)
            _process.kill();
    }

    void close(const char* state)
    {
        if (_plan.clear)
            _plan.clear();
        _jobs.ended(shared_from_this());
        const std::lock_guard lock(_mutex); // the last: who sees the end may begin anew
        _state = state;
        _endedAt = _jobs._tools.exec.nowMs() / 1000;
    }

    Jobs& _jobs;
    Plan _plan;
    mutable std::mutex _mutex; // guards what follows
    Process _process;
    Gate::Pass _pass;          // of a step that is alone
    Timer _timer;              // until then
    std::uint64_t _waits = 0;  // for the gate; 0: it does not
    std::string _state = "waiting";
    std::string _line;
    std::string _message;
    std::size_t _at = 0;
    int _percent = -1;
    std::int64_t _startedAt = 0; // s since 1970; 0: not yet
    std::int64_t _endedAt = 0;
    bool _killed = false;
};

Result<std::int64_t> Jobs::start(Plan plan)
{
    const auto refused = [&](Error error) -> Result<std::int64_t> {
        if (plan.clear)
            plan.clear();
        return error;
    };
    std::int64_t id = 0;
    {
        const std::lock_guard lock(_mutex);
        if (isBusy(plan.repository))
            return refused(Error(Status::conflict, "job_running", "There is work on this repository under way; see its jobs."));
        if (_stopped || _waiting.size() >= mostWaiting)
            return refused(Error(Status::unavailable, "too_many_jobs", "There is too much to do; try again later."));
        id = ++_last;
        const auto run = std::make_shared<Run>(*this, id, std::move(plan));
        _waiting.push_back(run);
        _known.push_front(run);
        if (_known.size() > mostKnown)
            _known.pop_back();
    }
    next();
    return id;
}

void Jobs::next()
{
    for (;;) {
        std::shared_ptr<Run> run;
        {
            const std::lock_guard lock(_mutex);
            if (_stopped || _running.size() >= atOnce || _waiting.empty())
                return;
            run = _waiting.front();
            _waiting.pop_front();
            _running.push_back(run);
        }
        if (!_tools.exec.post([run] { run->begin(); })) {
            const std::lock_guard lock(_mutex);
            std::erase(_running, run);
            _waiting.push_front(run);
            return; // whoever ends next, or the next tick, goes on
        }
    }
}

void Jobs::ended(const std::shared_ptr<Run>& run)
{
    {
        const std::lock_guard lock(_mutex);
        std::erase(_running, run);
    }
    next();
}

bool Jobs::busy(std::int64_t repository) const
{
    const std::lock_guard lock(_mutex);
    return isBusy(repository);
}

/// With the lock held.
bool Jobs::isBusy(std::int64_t repository) const
{
    const auto is = [&](const auto& run) { return run->repository == repository; };
    return std::any_of(_waiting.begin(), _waiting.end(), is) || std::any_of(_running.begin(), _running.end(), is);
}

std::string Jobs::json(std::int64_t repository) const
{
    constexpr std::size_t shown = 20;
    std::vector<std::shared_ptr<Run>> found;
    {
        const std::lock_guard lock(_mutex);
        for (const auto& run : _known)
            if (run->repository == repository && found.size() < shown)
                found.push_back(run);
    }
    json::array data;
    for (const auto& run : found)
        data.push_back(run->describe());
    return json::serialize(json::object{{"data", std::move(data)}});
}

void Jobs::stop()
{
    std::vector<std::shared_ptr<Run>> running;
    {
        const std::lock_guard lock(_mutex);
        _stopped = true;
        _waiting.clear();
        running = _running;
    }
    for (const auto& run : running)
        run->kill();
}

} // namespace netbit::git
