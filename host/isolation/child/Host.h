#pragma once
// The host as the plugin in this process sees it: a conversation with the real one, and the threads that the SDK promises.

#include "isolation/child/Handles.h"
#include "isolation/child/Lane.h"
#include "isolation/wire/Channel.h"
#include "isolation/wire/Messages.h"
#include "loader/Library.h"

#include <netbit/log.h>
#include <netbit/plugin.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::isolation::child {

using wire::Frame;
using wire::Id;
using wire::Kind;

/// Fills an error as the header says, and gives its status.
std::int32_t refuse(nb_error* out, std::int32_t status, std::string_view code, std::string_view detail) noexcept;

/// Ends the process: there is nobody to talk to, or nothing that would make sense.
[[noreturn]] void leave() noexcept;

/// One per process. Threads: the main thread is [control]; one thread reads the socket and is every reactor: fast handlers,
/// connections and datagrams run on it; workers, [event] and [writer] are lanes.
class Host {
public:
    Host(int socket, wire::SharedMemory memory);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    static Host& of(const nb_host* host) noexcept { return *static_cast<Host*>(host->implementation); }
    static Host& the() noexcept; ///< for tables whose functions get no host

    /// The main thread's: hello, then the calls of the plugin's life. Comes back only if the library cannot be loaded;
    /// the process ends with the conversation.
    void run();

    // For the tables.

    wire::Channel& channel() noexcept { return _channel; }
    bool onReactor() const noexcept;
    bool onControl() const noexcept;
    bool starting() const noexcept { return _starting.load(std::memory_order_relaxed); } ///< within start
    std::uint32_t logLevel() const noexcept { return _logLevel.load(std::memory_order_relaxed); }
    Lane& workers() noexcept { return *_workers; }
    Lane& events() noexcept { return _events; }

    /// [any] One call of the parent's tables; waits for its result. On the reactor it reads on meanwhile, and leaves what
    /// is for the reactor for later. `frame` keeps what the reply points to.
    template <class Arguments, class Reply>
    std::int32_t call(Kind kind, const Arguments& arguments, Reply& reply, nb_error* error, Frame& frame)
    {
        if (!exchange([&](std::uint64_t number) { return _channel.send(kind, arguments, number); }, frame))
            return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
        wire::Reader reader({frame.bytes.data(), frame.bytes.size()}, &frame, wire::Reader::Trust::inPlace);
        std::int32_t status = NB_INTERNAL;
        reader(status);
        if (status == NB_OK) {
            reader(reply);
            return reader.complete() ? NB_OK : refuse(error, NB_INTERNAL, "bad_reply", "The host's reply cannot be read.");
        }
        nb_error told{};
        reader(told);
        told.status = status;
        tell(error, told);
        return status;
    }
    template <class Arguments, class Reply>
    std::int32_t call(Kind kind, const Arguments& arguments, Reply& reply, nb_error* error)
    {
        Frame frame;
        return call(kind, arguments, reply, error, frame);
    }

    /// [any] The end of a write: a token that names it until the parent tells its end, [writer].
    Id promise(nb_done_fn done, void* user);
    /// It was not sent: nobody will tell.
    void breakPromise(Id token);

    /// [any] Runs on the reactor, never within another call there.
    void onReactorLater(std::function<void()> task);
    /// [reactor] At that time, at most 100 ms later. 0: not any more.
    void deadline(nb_conn& conn, std::uint32_t ms);

    /// [any] Numbers that the parent may forget, told in batches.
    void releasePrincipal(Id id) { release(id, &wire::Release::principals); }
    void releaseBody(Id id) { release(id, &wire::Release::bodies); }
    Id nextId() noexcept { return _ids.fetch_add(1, std::memory_order_relaxed); }

    Registry<nb_stream> streams;
    Registry<nb_conn> conns;
    Registry<nb_subscription> subscriptions;
    Registry<nb_timer> timers;
    Yard yard; ///< requests that were answered lately
    std::vector<Frame> settingTexts; ///< [control] texts that the plugin may read until its call returns

    void addRoute(std::uint32_t index, const nb_route& route);
    void addListener(std::uint32_t index, std::shared_ptr<nb_listener> listener);

    /// Around one call into the plugin. False: it threw, which is logged; nothing gets past it.
    template <class F>
    bool guarded(const char* call, F&& function) noexcept
    {
        try {
            function();
            return true;
        } catch (const std::exception& error) {
            failed(call, error.what());
        } catch (...) {
            failed(call, "something that is no std::exception");
        }
        return false;
    }
    /// A bug of the plugin, for the log.
    void complain(std::string_view line) noexcept;
    void failed(const char* call, std::string_view what) noexcept;

    static void tell(nb_error* out, const nb_error& error) noexcept;

private:
    struct Waiter {
        std::mutex mutex;
        std::condition_variable ready;
        std::atomic<bool> done{false};
        Frame frame;
    };
    struct Promise {
        nb_done_fn done;
        void* user;
    };
    struct Handler {
        nb_handler_fn function;
        void* user;
        bool fast;
    };
    using Clock = std::chrono::steady_clock;

    bool exchange(const std::function<bool(std::uint64_t)>& send, Frame& frame);
    void release(Id id, std::vector<Id> wire::Release::*which);
    void sendReleases();

    // The reactor.
    void react();
    void listen(int timeoutMs);
    void readOn(const std::atomic<bool>& until);
    bool routeElsewhere(Frame& frame);
    void here(Frame frame);
    void runDeferred();
    int untilNextDeadline() const;
    void runDeadlines();
    void wake() noexcept;

    // Requests.
    void request(Frame frame);
    void serve(std::unique_ptr<nb_request> request, const Handler& handler, bool worker);

    void take(Frame frame); // one of the control lane
    bool hello(Frame& frame);
    void control(Frame& frame);
    std::int32_t life(const char* call, nb_error& error, const std::function<std::int32_t(nb_error*)>& function);

    const int _wake; // an eventfd
    wire::Channel _channel;
    std::atomic<bool> _awake{false}; // _wake was written and not read yet
    std::atomic<std::uint64_t> _calls{1};
    std::atomic<Id> _ids{1};
    std::atomic<std::uint32_t> _logLevel{NB_LOG_INFO};
    std::atomic<bool> _starting{false};

    std::unique_ptr<Lane> _workers;
    Lane _events;
    Lane _writer;
    std::deque<Frame> _deferred; // the reactor's
    std::set<std::pair<Clock::time_point, Id>> _deadlines; // the reactor's

    nb_host _host{};
    std::string _hostVersion;
    std::string _pluginId;
    std::set<std::string, std::less<>> _services;
    std::unique_ptr<loader::Library> _library;
    nb_plugin_calls _table{};
    nb_plugin* _plugin = nullptr;

    std::mutex _mutex; // guards what follows
    std::condition_variable _forControl;
    std::deque<Frame> _controlFrames;
    std::unordered_map<std::uint64_t, Waiter*> _waiters;
    std::unordered_map<Id, Promise> _promises;
    std::vector<std::function<void()>> _tasks; // for the reactor
    wire::Release _releases;
    std::vector<std::optional<Handler>> _routes;
    std::vector<std::shared_ptr<nb_listener>> _listeners;
};

} // namespace netbit::isolation::child
