#ifndef NETBIT_EXEC_HPP
#define NETBIT_EXEC_HPP
/* Work and time, for C++ plugins. What each call promises stands in netbit/exec.h. */
#include "netbit/exec.h"
#include "netbit/guard.hpp"
#include "netbit/host.hpp"
#include "netbit/result.hpp"

#include <chrono>
#include <functional>

namespace netbit {

template <> struct ServiceOf<nb_exec_api> {
    static constexpr const char* id = NB_EXEC_SERVICE;
};

/* Owns a timer: destroyed or cancelled, no run starts any more, and one under way has ended (unless it is that run which
 * destroys it). So what the callable uses may go right behind it. */
class Timer {
public:
    Timer() = default;
    Timer(Timer&& other) noexcept
        : _api(other._api)
        , _timer(std::exchange(other._timer, nullptr))
        , _task(std::move(other._task))
    {
    }
    Timer& operator=(Timer&& other) noexcept
    {
        if (this != &other) {
            cancel();
            _api = other._api;
            _timer = std::exchange(other._timer, nullptr);
            _task = std::move(other._task);
        }
        return *this;
    }
    ~Timer() { cancel(); }

    explicit operator bool() const noexcept { return _timer != nullptr; }
    void cancel() noexcept
    {
        if (nb_timer* const timer = std::exchange(_timer, nullptr)) {
            _api->cancel(timer);
        }
        _task.reset();
    }

private:
    friend class Exec;
    struct Task : std::enable_shared_from_this<Task> {
        explicit Task(std::function<void()> callable)
            : run(std::move(callable))
        {
        }
        std::function<void()> run;
    };
    static void call(void* user) noexcept
    {
        const auto task = static_cast<Task*>(user)->shared_from_this(); /* the run may cancel its own timer */
        detail::guardedRun("timer", [&task] { task->run(); });
    }

    const nb_exec_api* _api = nullptr;
    nb_timer* _timer = nullptr;
    std::shared_ptr<Task> _task;
};

/* "netbit.exec/1". Copy it freely. */
class Exec {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Exec(Host host)
        : _host(host)
        , _api(&host.require<nb_exec_api>())
    {
    }

    /* [any] Runs `task` once on a worker; refused, it is freed unrun. Moving it must be enough. */
    template <class F> Result<void> post(F&& task) const
    {
        using Task = std::decay_t<F>;
        auto owned = std::make_unique<Task>(std::forward<F>(task));
        ErrorBuffer error;
        const auto status = _api->post(_host.raw(), &callOnce<Task>, owned.get(), error.get());
        if (status == NB_OK) {
            static_cast<void>(owned.release());
        }
        return toResult(status, error);
    }
    /* [any] Keep the timer: destroying it cancels. */
    Result<Timer> after(std::chrono::milliseconds delay, std::function<void()> task) const
    {
        return arm(_api->after, delay, std::move(task));
    }
    Result<Timer> every(std::chrono::milliseconds period, std::function<void()> task) const
    {
        return arm(_api->every, period, std::move(task));
    }

    std::int64_t monotonicMs() const noexcept { return _api->monotonic_ms(_host.raw()); } /* [any] */
    std::int64_t nowMs() const noexcept { return _api->now_ms(_host.raw()); }             /* [any] UTC since 1970 */

private:
    template <class Task> static void callOnce(void* user) noexcept
    {
        const std::unique_ptr<Task> task(static_cast<Task*>(user));
        detail::guardedRun("task", [&task] { (*task)(); });
    }
    using Arm = std::int32_t (*)(const nb_host*, std::uint64_t, nb_task_fn, void*, nb_timer**, nb_error*);
    Result<Timer> arm(Arm call, std::chrono::milliseconds time, std::function<void()> task) const
    {
        Timer timer;
        timer._task = std::make_shared<Timer::Task>(std::move(task));
        ErrorBuffer error;
        const auto ms = time.count() < 1 ? 1 : static_cast<std::uint64_t>(time.count());
        nb_timer* out = nullptr;
        const auto status = call(_host.raw(), ms, &Timer::call, timer._task.get(), &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        timer._api = _api;
        timer._timer = out;
        return timer;
    }

    Host _host;
    const nb_exec_api* _api;
};

} // namespace netbit
#endif
