#ifndef NETBIT_DRAFT_PROCESS_HPP
#define NETBIT_DRAFT_PROCESS_HPP
/* Programs that a plugin runs, for C++ plugins. What holds for each call stands in netbit/draft/process.h. */
#include "netbit/draft/process.h"
#include "netbit/http.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_process_api> {
    static constexpr const char* id = NB_PROCESS_SERVICE;
};

struct ProcessOptions {
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment;
    std::string directory;
    std::chrono::milliseconds wallTime{60'000};
    std::chrono::seconds cpuTime{60};
    std::uint64_t memoryBytes = 256u << 20;
    std::uint32_t stderrBytes = 4096;
    bool joined = false; /* stderr comes as output as well */
};

struct ProcessEnd {
    std::uint32_t reason = 0; /* NB_PROCESS_… */
    std::int32_t status = 0;
    std::string_view errors; /* borrowed for the call */
    bool errorsCut = false;
    std::uint64_t cpuMs = 0;
    std::uint64_t memoryBytes = 0;

    bool good() const noexcept { return reason == NB_PROCESS_EXITED && status == 0; }
};

/* Hears of a child. [worker], one call at a time; held by the child until its last call is over. */
class ProcessListener {
public:
    virtual ~ProcessListener() = default;
    /* ok: go on. wouldBlock: taken, but wait for Process::resume(). Anything else: no more of it is wanted. */
    virtual Status output(std::string_view bytes) = 0;
    virtual void drained() { }
    virtual void exited(const ProcessEnd& end) = 0;
};

/* The right to a child; kills it if it runs, and lets it go, when it is destroyed. */
class Process {
public:
    Process() = default;
    Process(Process&& other) noexcept
        : _api(other._api)
        , _process(std::exchange(other._process, nullptr))
    {
    }
    Process& operator=(Process&& other) noexcept
    {
        if (this != &other) {
            close();
            _api = other._api;
            _process = std::exchange(other._process, nullptr);
        }
        return *this;
    }
    ~Process() { close(); }

    explicit operator bool() const noexcept { return _process != nullptr; }
    /* ok; wouldBlock: taken, but wait for drained(); closed: it reads no more. */
    Status write(std::string_view bytes) const
    {
        return _process == nullptr ? Status::closed : toStatus(_api->write(_process, toStr(bytes)));
    }
    void endInput() const
    {
        if (_process != nullptr) {
            _api->end_input(_process);
        }
    }
    void resume() const
    {
        if (_process != nullptr) {
            _api->resume(_process);
        }
    }
    void kill() const
    {
        if (_process != nullptr) {
            _api->kill(_process);
        }
    }
    void close() noexcept
    {
        if (nb_process* const process = std::exchange(_process, nullptr)) {
            _api->close(process);
        }
    }

private:
    friend class Processes;
    Process(const nb_process_api* api, nb_process* process) noexcept
        : _api(api)
        , _process(process)
    {
    }

    const nb_process_api* _api = nullptr;
    nb_process* _process = nullptr;
};

class Processes {
public:
    /* Throws a Failure where the manifest does not want the service, or the host has none. */
    explicit Processes(const Host& host)
        : _host(host)
        , _api(&host.require<nb_process_api>())
    {
    }

    /* [worker] The first calls may come before this returns. */
    Result<Process> start(const ProcessOptions& options, std::shared_ptr<ProcessListener> listener) const
    {
        std::vector<nb_str> arguments;
        for (const auto& each : options.arguments) {
            arguments.push_back(toStr(each));
        }
        std::vector<nb_header> environment;
        for (const auto& [name, value] : options.environment) {
            environment.push_back({toStr(name), toStr(value)});
        }
        nb_process_options raw{};
        raw.size = sizeof raw;
        raw.stderr_bytes = options.stderrBytes;
        raw.program = toStr(options.program);
        raw.arguments = arguments.data();
        raw.argument_count = arguments.size();
        raw.environment = environment.data();
        raw.environment_count = environment.size();
        if (!options.directory.empty()) {
            raw.directory = toStr(options.directory);
        }
        raw.wall_ms = static_cast<std::uint64_t>(options.wallTime.count());
        raw.cpu_s = static_cast<std::uint64_t>(options.cpuTime.count());
        raw.memory_bytes = options.memoryBytes;
        raw.flags = options.joined ? NB_PROCESS_JOINED : 0u;
        auto share = std::make_unique<Share>(std::move(listener));
        nb_process* out = nullptr;
        ErrorBuffer error;
        const auto status = _api->start(_host.raw(), &raw, &calls, share.get(), &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        static_cast<void>(share.release()); /* ended() frees it */
        return Process(_api, out);
    }

private:
    using Share = std::shared_ptr<ProcessListener>;

    static std::int32_t output(void* user, nb_str bytes) noexcept
    {
        const Share listener = *static_cast<Share*>(user); /* it may close the process, and so itself */
        return detail::guarded("process output", std::int32_t{NB_INTERNAL},
                               [&] { return toNumber(listener->output(toView(bytes))); });
    }
    static void drained(void* user) noexcept
    {
        const Share listener = *static_cast<Share*>(user);
        detail::guardedRun("process drained", [&listener] { listener->drained(); });
    }
    static void exited(void* user, const nb_process_end* end) noexcept
    {
        const Share listener = *static_cast<Share*>(user);
        detail::guardedRun("process exited", [&] {
            ProcessEnd told;
            told.reason = end->reason;
            told.status = end->status;
            told.errors = toView(end->errors);
            told.errorsCut = end->errors_cut != 0;
            told.cpuMs = end->cpu_ms;
            told.memoryBytes = end->memory_bytes;
            listener->exited(told);
        });
    }
    static void ended(void* user) noexcept { const std::unique_ptr<Share> end(static_cast<Share*>(user)); }

    static constexpr nb_process_calls calls{sizeof(nb_process_calls), 0, &output, &drained, &exited, &ended};

    Host _host;
    const nb_process_api* _api;
};

} // namespace netbit
#endif
