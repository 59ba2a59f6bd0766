#include "net/Child.h"

#include "base/SignalStack.h"
#include "base/Spawn.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <future>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

namespace netbit::net {

namespace {

using base::Descriptor;
using base::fault;
using base::Status;

constexpr std::size_t roomBytes = 256 * 1024; // waiting for stdin: more, and the writer has to wait
constexpr int pipeBytes = 256 * 1024;         // fewer turns of us and of the child; the default is 64 KiB
constexpr int readsAtOnce = 4;                // then others of the reactor have their turn
constexpr std::chrono::milliseconds mercyAfterTime{2000};

base::Error noProcess(int why)
{
    return fault(Status::unavailable, "no_process", std::string("The program cannot be started: ") + std::strerror(why) + '.');
}

/// Ours lie above those that the child gets: none is overwritten before it is copied.
Descriptor above(int number)
{
    Descriptor low(number);
    return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 3));
}

struct Ends {
    Descriptor ours;
    Descriptor theirs;
};

/// `ours` reads and never blocks.
bool makePipe(Ends& out)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return false;
    out.ours = above(ends[0]);
    out.theirs = above(ends[1]);
    if (!out.ours || !out.theirs)
        return false;
    static_cast<void>(::fcntl(out.ours.get(), F_SETPIPE_SZ, pipeBytes)); // where the system has room
    return ::fcntl(out.ours.get(), F_SETFL, O_NONBLOCK) == 0;
}

/// For what we write: a socket can be told to raise no SIGPIPE, a pipe cannot.
bool makeSocket(Ends& out)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    out.ours = above(ends[0]);
    out.theirs = above(ends[1]);
    if (!out.ours || !out.theirs)
        return false;
    return ::fcntl(out.ours.get(), F_SETFL, O_NONBLOCK) == 0 && ::shutdown(out.ours.get(), SHUT_RD) == 0;
}

/// One thread starts all children: it is the thread that has started it whose end a child is told of (PR_SET_PDEATHSIG in
/// netbit-launch), and workers come and go.
class Starter {
public:
    static Starter& one()
    {
        static Starter starter;
        return starter;
    }
    int run(const std::function<int()>& start)
    {
        std::packaged_task<int()> task(start);
        auto done = task.get_future();
        {
            const std::lock_guard lock(_mutex); // _tasks
            _tasks.push_back(std::move(task));
        }
        _changed.notify_one();
        return done.get();
    }

private:
    Starter() : _thread([this] { loop(); }) {}
    ~Starter()
    {
        {
            const std::lock_guard lock(_mutex); // _ending
            _ending = true;
        }
        _changed.notify_one();
        _thread.join();
    }
    void loop()
    {
        const base::SignalStack room;
        std::unique_lock lock(_mutex); // _tasks, _ending
        for (;;) {
            _changed.wait(lock, [this] { return !_tasks.empty() || _ending; });
            if (_tasks.empty())
                return;
            auto task = std::move(_tasks.front());
            _tasks.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
    }

    std::mutex _mutex; // guards _tasks and _ending
    std::condition_variable _changed;
    std::deque<std::packaged_task<int()>> _tasks;
    bool _ending = false;
    std::thread _thread; // the last: it uses all of the above
};

std::uint64_t milliseconds(const timeval& time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
}

} // namespace

Child::Child(Reactor& reactor, std::shared_ptr<ChildHandler> handler, std::size_t errorBytes)
    : _reactor(reactor), _errorBytes(errorBytes), _handler(std::move(handler))
{
}

base::Result<std::shared_ptr<Child>> Child::start(Reactor& reactor, const ChildPlan& plan, std::shared_ptr<ChildHandler> handler)
{
    if (::access(plan.program.c_str(), X_OK) != 0)
        return fault(Status::notFound, "program_not_found", "There is no program " + plan.program + " that may be run.");
    const std::shared_ptr<Child> child(new Child(reactor, std::move(handler), plan.errorBytes));
    if (auto spawned = child->spawn(plan); !spawned)
        return spawned.error();
    child->_self = child;
    reactor.post([child, wall = plan.wallTime] { child->watch(wall); });
    return child;
}

base::Result<void> Child::spawn(const ChildPlan& plan)
{
    Ends input;
    Ends output;
    Ends errors;
    if (!makeSocket(input) || !makePipe(output) || !makePipe(errors))
        return noProcess(errno);
    base::Spawn spawn;
    spawn.give(input.theirs.get(), 0);
    spawn.give(output.theirs.get(), 1);
    spawn.give(plan.joined ? output.theirs.get() : errors.theirs.get(), 2);
    spawn.closeFrom(3);
    spawn.ownGroup();
    std::vector<std::string> words{"netbit-launch", std::to_string(::getpid()), std::to_string(plan.cpuSeconds),
                                   std::to_string(plan.memoryBytes), plan.directory, plan.program};
    words.insert(words.end(), plan.arguments.begin(), plan.arguments.end());
    pid_t pid = 0;
    const int failed = Starter::one().run(
        [&] { return spawn.run(plan.launcher.string(), std::move(words), plan.environment, pid); });
    if (failed != 0)
        return noProcess(failed);
    _pid = pid;
    _process = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!_process) {
        const int why = errno;
        ::kill(-pid, SIGKILL);
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
            ;
        return noProcess(why);
    }
    _input = std::move(input.ours);
    _output = std::move(output.ours);
    _errors = std::move(errors.ours);
    return {};
}

void Child::watch(std::chrono::milliseconds wallTime)
{
    const auto alive = shared_from_this();
    if (listen(_endEar, _process.get(), EPOLLIN) && listen(_outputEar, _output.get(), EPOLLIN) &&
        listen(_errorsEar, _errors.get(), EPOLLIN))
        _reactor.arm(*this, wallTime);
    else
        killHere(std::chrono::milliseconds(0), ChildEnd::Reason::killed); // it may not go on unseen
}

/// False: the system has no memory for it.
bool Child::listen(Ear& ear, int descriptor, std::uint32_t events)
{
    if (ear.watched)
        _reactor.modify(descriptor, events, &ear);
    else
        ear.watched = _reactor.watch(descriptor, events, &ear);
    return ear.watched;
}

void Child::forget(Ear& ear, int descriptor)
{
    if (std::exchange(ear.watched, false))
        _reactor.forget(descriptor, &ear);
}

WriteState Child::write(std::string_view bytes)
{
    const std::lock_guard lock(_mutex); // all of the input
    if (!_input || _inputOver)
        return WriteState::closed;
    while (_queue.empty() && !bytes.empty()) {
        const auto sent = ::send(_input.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN)
            return WriteState::closed;
        if (sent < 0)
            break;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (bytes.empty() && _queue.empty())
        return WriteState::ok;
    if (!bytes.empty()) {
        _queue.emplace_back(bytes);
        _queued += bytes.size();
    }
    if (!std::exchange(_flushing, true))
        _reactor.post([self = shared_from_this()] { self->onInput(0); });
    if (_queued < roomBytes)
        return WriteState::ok;
    _wantsDrained = true;
    return WriteState::full;
}

void Child::endInput()
{
    const std::lock_guard lock(_mutex); // all of the input
    _inputOver = true;
    if (_queue.empty())
        _reactor.post([self = shared_from_this()] { self->onInput(0); });
}

void Child::onInput(std::uint32_t)
{
    bool drained = false;
    {
        const std::lock_guard lock(_mutex); // all of the input
        if (!_input)
            return;
        while (!_queue.empty()) {
            const auto& first = _queue.front();
            const auto sent = ::send(_input.get(), first.data() + _at, first.size() - _at, MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent < 0 && errno == EAGAIN && listen(_inputEar, _input.get(), EPOLLOUT))
                return;
            if (sent < 0) { // it reads no more: what is queued is for nobody
                _queue.clear();
                _queued = 0;
                _inputOver = true;
                break;
            }
            _queued -= static_cast<std::size_t>(sent);
            _at += static_cast<std::size_t>(sent);
            if (_at == first.size()) {
                _queue.pop_front();
                _at = 0;
            }
        }
        _flushing = false;
        forget(_inputEar, _input.get());
        if (_inputOver)
            _input.reset();
        drained = std::exchange(_wantsDrained, false);
    }
    if (drained && _handler)
        _handler->onDrained();
}

void Child::onOutput(std::uint32_t)
{
    for (int turn = 0; turn < readsAtOnce && _output && (!_held || _dropping); ++turn) {
        const auto scratch = _reactor.scratch();
        const auto got = ::read(_output.get(), scratch.data, scratch.size);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            closeOutput();
            break;
        }
        if (!_dropping && !_handler->onOutput(std::string(scratch.data, static_cast<std::size_t>(got))))
            _held = true;
    }
    if (_output && _held && !_dropping)
        forget(_outputEar, _output.get()); // a level-triggered hang-up would be told again and again
    finishIfOver();
}

void Child::onErrors(std::uint32_t)
{
    char piece[4096];
    for (;;) {
        const auto got = ::read(_errors.get(), piece, sizeof piece);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0)
            break;
        const auto room = std::min(_errorBytes - _end.errors.size(), static_cast<std::size_t>(got));
        _end.errors.append(piece, room);
        _end.errorsCut = _end.errorsCut || room < static_cast<std::size_t>(got);
    }
    forget(_errorsEar, _errors.get());
    _errors.reset();
    finishIfOver();
}

void Child::onEnd(std::uint32_t)
{
    const auto alive = shared_from_this();
    // Not reaped yet, so the group's number is nobody else's.
    signalGroup(SIGKILL);
    int status = 0;
    rusage used{};
    while (::wait4(_pid, &status, 0, &used) < 0 && errno == EINTR)
        ;
    _pid = 0;
    _reaped = true;
    forget(_endEar, _process.get());
    _process.reset();
    _reactor.arm(*this, mercyAfterTime);
    if (!_ending)
        _end.reason = WIFSIGNALED(status) ? ChildEnd::Reason::signalled : ChildEnd::Reason::exited;
    _end.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    _end.cpuMs = milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
    _end.memoryBytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    closeInput();
    finishIfOver();
}

void Child::closeInput()
{
    bool drained = false;
    {
        const std::lock_guard lock(_mutex); // all of the input
        if (_input)
            forget(_inputEar, _input.get());
        _input.reset();
        _queue.clear();
        _queued = 0;
        drained = std::exchange(_wantsDrained, false);
    }
    if (drained)
        _handler->onDrained(); // so that the writer finds that it is closed
}

void Child::closeOutput()
{
    if (!_output)
        return;
    forget(_outputEar, _output.get());
    _output.reset();
}

void Child::resume()
{
    _reactor.post([self = shared_from_this()] {
        if (std::exchange(self->_held, false) && self->_output && !self->listen(self->_outputEar, self->_output.get(), EPOLLIN))
            self->killHere(std::chrono::milliseconds(0), ChildEnd::Reason::killed);
    });
}

void Child::stopOutput()
{
    _reactor.post([self = shared_from_this()] {
        self->closeOutput();
        self->finishIfOver();
    });
}

void Child::kill(std::chrono::milliseconds mercy)
{
    _reactor.post([self = shared_from_this(), mercy] { self->killHere(mercy, ChildEnd::Reason::killed); });
}

void Child::killHere(std::chrono::milliseconds mercy, ChildEnd::Reason why)
{
    if (!_handler)
        return; // its end was told
    _dropping = true;
    if (_output && !listen(_outputEar, _output.get(), EPOLLIN))
        closeOutput();
    if (_reaped) {
        closeOutput(); // whatever still holds the other end
        finishIfOver();
        return;
    }
    if (!std::exchange(_ending, true))
        _end.reason = why;
    signalGroup(mercy.count() > 0 ? SIGTERM : SIGKILL);
    if (mercy.count() > 0)
        _reactor.arm(*this, mercy);
    else if (!_endEar.watched)
        onEnd(0);
}

void Child::signalGroup(int number)
{
    if (_pid > 0)
        ::kill(-_pid, number);
}

void Child::onDeadline()
{
    const auto alive = shared_from_this();
    if (_reaped) { // a process that has left the group holds our pipes, unless it is the handler who makes us wait
        if (!_held)
            closeOutput();
        else
            _reactor.arm(*this, mercyAfterTime);
        finishIfOver();
    } else if (_ending) {
        signalGroup(SIGKILL);
    } else {
        killHere(mercyAfterTime, ChildEnd::Reason::tooLong);
    }
}

void Child::finishIfOver()
{
    if (!_reaped || !_handler || (_output && !_dropping))
        return;
    const auto alive = shared_from_this();
    closeOutput();
    if (_errors) {
        onErrors(0);
        if (!_handler) // it was told in there
            return;
        if (_errors) {
            forget(_errorsEar, _errors.get());
            _errors.reset();
        }
    }
    _reactor.disarm(*this);
    _self.reset();
    const auto handler = std::move(_handler);
    handler->onExit(std::move(_end));
}

} // namespace netbit::net
