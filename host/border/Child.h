#pragma once
// A program that a plugin runs: from the reactor that watches it, through a short queue, to calls on a worker.

#include "border/Guard.h"
#include "net/Child.h"
#include <netbit/draft/process.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct nb_process final : std::enable_shared_from_this<nb_process> {
    nb_process(netbit::border::Generation& owner, const nb_process_calls& wanted, void* argument);

    netbit::base::Result<void> start(const netbit::net::ChildPlan& plan); ///< [worker], once, before it is known to anyone

    // [any] From the plugin.
    std::int32_t write(std::string_view bytes);
    void endInput();
    void resume();
    void kill();
    void close();
    /// From the host: the generation ends.
    void endByHost();

    const std::shared_ptr<netbit::border::Generation> generation;

private:
    struct Handler;
    static constexpr std::size_t roomBytes = 256 * 1024; ///< more than this waiting: the child has to
    static constexpr std::size_t turnBytes = 1024 * 1024; ///< then others have their turn on the worker

    bool output(std::string bytes);
    void drained();
    void exit(netbit::net::ChildEnd end);
    void wake(std::unique_lock<std::mutex>& lock);
    void run();
    bool step(std::unique_lock<std::mutex>& lock, std::size_t& done);
    void tellExit(const netbit::net::ChildEnd& end);
    void tellEnded();

    const nb_process_calls _calls;
    void* const _user;
    std::shared_ptr<netbit::net::Child> _child; // not changed after start
    std::shared_ptr<netbit::border::Owed> _owed; // until its end was told, so that the generation is not stopped before

    std::mutex _mutex; // guards what follows; never held while the plugin is called
    std::deque<std::string> _pieces;
    std::size_t _waiting = 0; // bytes in them
    std::optional<netbit::net::ChildEnd> _end;
    bool _drained = false; // to be told
    bool _full = false;    // the child was told to wait
    bool _held = false;    // the plugin has said NB_WOULD_BLOCK
    bool _resumed = false; // resume() came while that was on its way
    bool _refused = false; // no more output is wanted
    bool _running = false; // a task is on a worker, or on its way there
    bool _over = false;    // no call but `ended` will come
    bool _closed = false;  // by the plugin
    bool _endedTold = false;
};
