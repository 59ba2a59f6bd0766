#include "border/Child.h"

#include "border/Convert.h"
#include "border/OnWorker.h"

using netbit::border::Guard;
using netbit::net::ChildEnd;

namespace {

constexpr std::chrono::milliseconds mercy{2000};       // as the header says
constexpr std::chrono::milliseconds mercyOfAnEnd{400}; // less than a generation's end waits

} // namespace

struct nb_process::Handler final : netbit::net::ChildHandler {
    explicit Handler(std::shared_ptr<nb_process> of) : process(std::move(of)) {}
    bool onOutput(std::string bytes) override { return process->output(std::move(bytes)); }
    void onDrained() override { process->drained(); }
    void onExit(ChildEnd end) override { process->exit(std::move(end)); }
    const std::shared_ptr<nb_process> process;
};

nb_process::nb_process(netbit::border::Generation& owner, const nb_process_calls& wanted, void* argument)
    : generation(owner.shared_from_this()), _calls(wanted), _user(argument)
{
}

netbit::base::Result<void> nb_process::start(const netbit::net::ChildPlan& plan)
{
    using netbit::base::Status;
    auto owed = std::make_shared<netbit::border::Owed>(*generation);
    if (!*owed)
        return netbit::base::fault(Status::unavailable, "plugin_stopped", "The plugin is being stopped.");
    std::unique_lock lock(_mutex); // the first call of the child waits until all is set
    _owed = std::move(owed);
    auto started = netbit::net::Child::start(generation->services().reactors.next(), plan,
                                             std::make_shared<Handler>(shared_from_this()));
    if (!started) {
        _owed.reset();
        return started.error();
    }
    _child = std::move(*started);
    return {};
}

// From the reactor.

bool nb_process::output(std::string bytes)
{
    std::unique_lock lock(_mutex);
    if (_over || _refused)
        return true; // it is thrown away until the pipe is closed
    _waiting += bytes.size();
    _pieces.push_back(std::move(bytes));
    _full = _waiting > roomBytes;
    const bool more = !_full;
    wake(lock);
    return more;
}

void nb_process::drained()
{
    std::unique_lock lock(_mutex);
    _drained = true;
    wake(lock);
}

void nb_process::exit(ChildEnd end)
{
    std::unique_lock lock(_mutex);
    if (end.reason == ChildEnd::Reason::killed) {
        _pieces.clear();
        _waiting = 0;
        _held = false;
    }
    _end = std::move(end);
    const auto owed = _over ? std::move(_owed) : nullptr; // nobody is to be told: settled without the lock
    wake(lock);
}

// From the plugin.

std::int32_t nb_process::write(std::string_view bytes)
{
    if (bytes.empty())
        return NB_OK;
    switch (_child->write(bytes)) {
    case netbit::net::WriteState::ok: return NB_OK;
    case netbit::net::WriteState::full: return NB_WOULD_BLOCK;
    case netbit::net::WriteState::closed: break;
    }
    return NB_CLOSED;
}

void nb_process::endInput() { _child->endInput(); }

void nb_process::resume()
{
    std::unique_lock lock(_mutex);
    _resumed = true;
    _held = false;
    wake(lock);
}

void nb_process::kill()
{
    std::unique_lock lock(_mutex);
    _pieces.clear();
    _waiting = 0;
    _refused = true;
    _held = false;
    if (!_end)
        _child->kill(mercy);
    wake(lock);
}

void nb_process::endByHost()
{
    const std::lock_guard lock(_mutex); // it may be about to start
    if (_child && !_end)
        _child->kill(mercyOfAnEnd);
}

void nb_process::close()
{
    std::shared_ptr<netbit::border::Owed> owed; // settled without the lock
    {
        std::unique_lock lock(_mutex);
        _closed = _over = true;
        _pieces.clear();
        if (_end)
            owed = std::move(_owed);
        else if (_child)
            _child->kill(mercy);
        if (_running || _endedTold)
            return; // whoever is in there tells it
        _endedTold = true;
    }
    tellEnded();
}

// On a worker.

/// Gives the lock back, if there is anything to do.
void nb_process::wake(std::unique_lock<std::mutex>& lock)
{
    if (_running || _over || (_held && !_drained) || (_pieces.empty() && !_drained && !_end))
        return;
    _running = true;
    lock.unlock();
    netbit::border::onWorker(generation->services(), [self = shared_from_this(), owed = _owed] { self->run(); });
}

void nb_process::run()
{
    bool ends = false;
    bool again = false;
    std::shared_ptr<netbit::border::Owed> owed; // settled at the end, without the lock
    {
        std::unique_lock lock(_mutex);
        std::size_t done = 0;
        while (!_over && done < turnBytes && step(lock, done)) {
        }
        again = !_over && done >= turnBytes;
        _running = again;
        ends = _over && _closed && !std::exchange(_endedTold, true);
        if (_over && _end)
            owed = std::move(_owed);
    }
    if (ends)
        tellEnded();
    if (again)
        netbit::border::onWorker(generation->services(), [self = shared_from_this()] { self->run(); });
}

/// One call of the plugin, without the lock. False: there is nothing to tell now.
bool nb_process::step(std::unique_lock<std::mutex>& lock, std::size_t& done)
{
    if (std::exchange(_drained, false)) {
        if (!_calls.drained)
            return true;
        lock.unlock();
        Guard guard(*generation, "process drained", Guard::Kind::inside);
        guard.run([&] { _calls.drained(_user); });
        lock.lock();
        return true;
    }
    if (_held)
        return false;
    if (_pieces.empty()) {
        if (!_end)
            return false;
        _over = true;
        const auto end = *_end;
        lock.unlock();
        tellExit(end);
        lock.lock();
        return false;
    }
    const auto piece = std::move(_pieces.front());
    _pieces.pop_front();
    _resumed = false;
    lock.unlock();
    std::int32_t status = NB_INTERNAL;
    {
        Guard guard(*generation, "process output", Guard::Kind::inside);
        guard.run([&] { status = _calls.output(_user, netbit::border::str(piece)); });
    }
    lock.lock();
    done += piece.size();
    if (_over)
        return false;
    _waiting -= std::min(_waiting, piece.size());
    if (status == NB_WOULD_BLOCK && !_resumed) {
        _held = !_refused;
    } else if (status != NB_OK && status != NB_WOULD_BLOCK) {
        _refused = true;
        _pieces.clear();
        _waiting = 0;
        _child->stopOutput();
    }
    if (_full && _waiting <= roomBytes / 2) {
        _full = false;
        _child->resume();
    }
    return true;
}

void nb_process::tellExit(const ChildEnd& end)
{
    using Reason = ChildEnd::Reason;
    const nb_process_end told{.size = sizeof(nb_process_end),
                              .reason = end.reason == Reason::exited    ? NB_PROCESS_EXITED
                                        : end.reason == Reason::tooLong ? NB_PROCESS_TOO_LONG
                                        : end.reason == Reason::killed  ? NB_PROCESS_KILLED
                                                                        : NB_PROCESS_SIGNALLED,
                              .status = end.status,
                              .errors_cut = end.errorsCut ? 1u : 0u,
                              .errors = netbit::border::str(end.errors),
                              .cpu_ms = end.cpuMs,
                              .memory_bytes = end.memoryBytes};
    Guard guard(*generation, "process exited", Guard::Kind::inside);
    guard.run([&] { _calls.exited(_user, &told); });
}

void nb_process::tellEnded()
{
    if (!_calls.ended)
        return;
    Guard guard(*generation, "process ended", Guard::Kind::inside);
    guard.run([this] { _calls.ended(_user); });
}
