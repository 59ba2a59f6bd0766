#include "border/Child.h"
#include "border/Convert.h"
#include "border/Holdings.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Threads.h"

#include <algorithm>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

constexpr std::uint64_t longestMs = 7ull * 24 * 3600 * 1000; // as the header says
constexpr std::size_t mostArguments = 4096;
constexpr std::size_t mostVariables = 256;
constexpr std::size_t mostErrorBytes = 1 << 20;
constexpr std::uint64_t leastMemory = 1 << 20;

std::string wordOf(nb_str text, std::string_view name)
{
    const auto bytes = bytesOf(text, name);
    if (bytes.find('\0') != bytes.npos)
        refuseArgument(name, "has a NUL byte");
    return std::string(bytes);
}

std::string absoluteOf(nb_str text, std::string_view name)
{
    auto path = wordOf(text, name);
    if (path.empty() || path.front() != '/')
        refuseArgument(name, "is no absolute path");
    return path;
}

net::ChildPlan planOf(const nb_process_options& in, const Services& services)
{
    net::ChildPlan plan;
    plan.launcher = services.launcher;
    plan.program = absoluteOf(in.program, "options.program");
    if (in.argument_count > mostArguments)
        refuseArgument("options.argument_count", "is more than 4096");
    if (in.argument_count > 0)
        notNull(in.arguments, "options.arguments");
    for (std::size_t i = 0; i < in.argument_count; ++i)
        plan.arguments.push_back(wordOf(in.arguments[i], "options.arguments"));
    if (in.environment_count > mostVariables)
        refuseArgument("options.environment_count", "is more than 256");
    if (in.environment_count > 0)
        notNull(in.environment, "options.environment");
    for (std::size_t i = 0; i < in.environment_count; ++i) {
        const auto name = wordOf(in.environment[i].name, "options.environment.name");
        if (name.empty() || name.find('=') != name.npos)
            refuseArgument("options.environment.name", "is empty or has a =");
        plan.environment.push_back(name + '=' + wordOf(in.environment[i].value, "options.environment.value"));
    }
    if (in.directory.ptr)
        plan.directory = absoluteOf(in.directory, "options.directory");
    if (in.wall_ms == 0 || in.wall_ms > longestMs)
        refuseArgument("options.wall_ms", "is not 1 ms to 7 days");
    plan.wallTime = std::chrono::milliseconds(in.wall_ms);
    if (in.cpu_s == 0)
        refuseArgument("options.cpu_s", "is 0");
    plan.cpuSeconds = in.cpu_s;
    if (in.memory_bytes < leastMemory)
        refuseArgument("options.memory_bytes", "is less than 1 MiB");
    plan.memoryBytes = in.memory_bytes;
    if (in.stderr_bytes > mostErrorBytes)
        refuseArgument("options.stderr_bytes", "is more than 1 MiB");
    plan.errorBytes = in.stderr_bytes;
    if ((in.flags & ~NB_PROCESS_JOINED) != 0)
        refuseArgument("options.flags", "are none that this host knows");
    plan.joined = in.flags == NB_PROCESS_JOINED;
    return plan;
}

std::int32_t start(const nb_host* host, const nb_process_options* options, const nb_process_calls* calls, void* user,
                   nb_process** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto wanted = structOf(calls, "calls");
        if (!wanted.output || !wanted.exited)
            refuseArgument("calls", "lacks output or exited");
        notNull(out, "out");
        if (!generation.permits("process.run"))
            return fault(Status::forbidden, "permission_missing",
                         "To run programs, the manifest's permissions must have process.run.");
        const auto& services = generation.services();
        const auto plan = planOf(structOf(options, "options"), services);
        if (onReactor(services))
            return fault(Status::wouldBlock, "would_block", "Programs are started on a worker.");
        auto& running = generation.holdings().processesRunning;
        if (running.fetch_add(1) >= services.mostProcesses) {
            running.fetch_sub(1);
            return fault(Status::unavailable, "too_many_processes",
                         "The plugin runs as many programs as it may (plugins.max_processes); try again soon.");
        }
        // Counted until the process itself is gone: its handle is kept by the child.
        const std::shared_ptr<nb_process> process(new nb_process(generation, wanted, user), [&running](nb_process* gone) {
            const auto alive = gone->generation; // whose counter it is
            std::default_delete<nb_process>()(gone);
            running.fetch_sub(1);
        });
        *out = generation.holdings().processes.put(process);
        auto started = process->start(plan);
        if (!started) {
            generation.holdings().processes.take(*out);
            *out = nullptr;
        }
        return started;
    });
}

/// Nothing is done for a handle that was given back.
template <class F>
void with(nb_process* handle, const char* call, F&& function)
{
    quietly([&] {
        if (const auto known = TokenShelf<nb_process>::find(handle))
            function(*known);
        else
            complainOfToken("process", call);
    });
}

std::int32_t write(nb_process* process, nb_str bytes)
{
    std::int32_t out = NB_CLOSED;
    with(process, "write", [&](nb_process& known) { out = known.write(bytesOf(bytes, "bytes")); });
    return out;
}

void close(nb_process* process)
{
    quietly([&] {
        const auto known = TokenShelf<nb_process>::find(process);
        if (const auto taken = known ? known->generation->holdings().processes.take(process) : nullptr)
            taken->close();
        else
            complainOfToken("process", "close");
    });
}

} // namespace

const nb_process_api& processTable() noexcept
{
    static constexpr nb_process_api table{
        .size = sizeof(nb_process_api),
        .reserved = 0,
        .start = &start,
        .write = &write,
        .end_input = [](nb_process* process) { with(process, "end_input", [](nb_process& known) { known.endInput(); }); },
        .resume = [](nb_process* process) { with(process, "resume", [](nb_process& known) { known.resume(); }); },
        .kill = [](nb_process* process) { with(process, "kill", [](nb_process& known) { known.kill(); }); },
        .close = &close,
    };
    return table;
}

} // namespace netbit::border
