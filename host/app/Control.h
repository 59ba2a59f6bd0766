#pragma once
// The control thread's post box. main waits here for signals, and for work that others want done on its thread.

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

namespace netbit::app {

class Control {
public:
    /// [control] Before any thread starts: all of them leave SIGTERM, SIGINT, SIGQUIT and SIGHUP to wait().
    /// Throws std::system_error when the system has no descriptors left.
    Control();
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    /// [any] The work will be run in wait() or close(). False: closed.
    bool post(std::function<void()> work);
    /// [control] Runs what was posted; gives a signal, or 0 when work was done or the time is over.
    int wait(std::chrono::milliseconds atMost);
    /// [control] Runs what was posted before; from here on post() refuses.
    void close();

private:
    void runPosted();

    int _signals;
    int _wake;
    std::mutex _mutex; // guards the two below
    std::vector<std::function<void()>> _posted;
    bool _closed = false;
};

} // namespace netbit::app
