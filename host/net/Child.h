#pragma once
// A program that runs beside us: its pipes and its end are watched by a reactor, so no thread waits for it.

#include "base/Descriptor.h"
#include "base/Result.h"
#include "net/Reactor.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::net {

struct ChildPlan {
    std::filesystem::path launcher; ///< netbit-launch
    std::string program;            ///< absolute
    std::vector<std::string> arguments;
    std::vector<std::string> environment; ///< NAME=value
    std::string directory = "/";
    std::chrono::milliseconds wallTime{0};
    std::uint64_t cpuSeconds = 0;
    std::uint64_t memoryBytes = 0;
    std::size_t errorBytes = 0; ///< so much of stderr is kept
    bool joined = false;        ///< stderr is part of the output
};

struct ChildEnd {
    enum class Reason : std::uint8_t { exited, signalled, tooLong, killed };
    Reason reason = Reason::exited;
    int status = 0; ///< the exit status, or the signal
    std::string errors;
    bool errorsCut = false;
    std::uint64_t cpuMs = 0;
    std::uint64_t memoryBytes = 0; ///< the most that was resident
};

/// Every call comes on the child's reactor; none after onExit.
class ChildHandler {
public:
    virtual ~ChildHandler() = default;
    virtual bool onOutput(std::string bytes) = 0; ///< false: no more until resume()
    virtual void onDrained() = 0;                 ///< after write() said `full`
    virtual void onExit(ChildEnd end) = 0;        ///< behind all output, unless it was killed
};

enum class WriteState : std::uint8_t { ok, full, closed };

/// Owns itself from start() until onExit has returned.
class Child final : public std::enable_shared_from_this<Child>, private Deadline {
public:
    /// [any but a reactor] Error: notFound / program_not_found, unavailable / no_process.
    static base::Result<std::shared_ptr<Child>> start(Reactor& reactor, const ChildPlan& plan,
                                                      std::shared_ptr<ChildHandler> handler);

    // [any], one at a time.
    WriteState write(std::string_view bytes);
    void endInput();

    void resume();                             ///< [any]
    void stopOutput();                         ///< [any] no more of it is wanted: what it writes then fails
    void kill(std::chrono::milliseconds mercy); ///< [any] SIGTERM to the group, SIGKILL after that time; output is thrown away

private:
    /// What epoll calls for one descriptor.
    struct Ear final : Pollable {
        Ear(Child& owner, void (Child::*call)(std::uint32_t)) : child(owner), ready(call) {}
        void onReady(std::uint32_t events) override { (child.*ready)(events); }
        Child& child;
        void (Child::*ready)(std::uint32_t);
        bool watched = false;
    };

    Child(Reactor& reactor, std::shared_ptr<ChildHandler> handler, std::size_t errorBytes);
    base::Result<void> spawn(const ChildPlan& plan);
    void watch(std::chrono::milliseconds wallTime);
    void onInput(std::uint32_t events);
    void onOutput(std::uint32_t events);
    void onErrors(std::uint32_t events);
    void onEnd(std::uint32_t events);
    void onDeadline() override;
    bool listen(Ear& ear, int descriptor, std::uint32_t events);
    void forget(Ear& ear, int descriptor);
    void closeInput();
    void closeOutput();
    void signalGroup(int number);
    void killHere(std::chrono::milliseconds mercy, ChildEnd::Reason why);
    void finishIfOver();

    Reactor& _reactor;
    const std::size_t _errorBytes;
    std::shared_ptr<Child> _self; // from here on [reactor] only, until _mutex
    std::shared_ptr<ChildHandler> _handler;
    base::Descriptor _output;
    base::Descriptor _errors;
    base::Descriptor _process; // pidfd
    Ear _inputEar{*this, &Child::onInput};
    Ear _outputEar{*this, &Child::onOutput};
    Ear _errorsEar{*this, &Child::onErrors};
    Ear _endEar{*this, &Child::onEnd};
    pid_t _pid = 0; // 0: it is no more
    ChildEnd _end;
    bool _held = false;     // the handler wants no more output for now
    bool _dropping = false; // nor ever
    bool _ending = false;   // SIGTERM was sent
    bool _reaped = false;

    std::mutex _mutex; // guards what follows
    base::Descriptor _input;
    std::deque<std::string> _queue;
    std::size_t _queued = 0; // bytes
    std::size_t _at = 0;     // written of the first
    bool _inputOver = false; // endInput was called
    bool _wantsDrained = false;
    bool _flushing = false;  // the reactor waits for room
};

} // namespace netbit::net
