// Runs programs as the path says, by the C++ face, and answers with what became of them.

#include <netbit/draft/folder.hpp>
#include <netbit/draft/process.hpp>
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>

#include <atomic>
#include <fstream>
#include <mutex>

namespace {

using netbit::Status;

/// One program, and the request that is answered with its end.
class Run final : public netbit::ProcessListener, public std::enable_shared_from_this<Run> {
public:
    Run(const netbit::Exec& exec, std::atomic<int>& gone, netbit::Later request) : _exec(exec), _gone(gone), _request(std::move(request)) {}
    ~Run() override { ++_gone; }

    void start(const netbit::Processes& processes, const netbit::ProcessOptions& options, std::string input, bool waits)
    {
        _waits = waits;
        auto started = processes.start(options, shared_from_this());
        if (!started) {
            _request.text(200, started.error().code);
            return;
        }
        {
            const std::lock_guard lock(_mutex);
            if (!_over)
                _process = std::move(*started);
            _input = std::move(input);
        }
        drained();
    }
    void kill()
    {
        const std::lock_guard lock(_mutex);
        _process.kill();
    }

    Status output(std::string_view bytes) override
    {
        _bytes += bytes.size();
        if (_held.load())
            _late = true; // a piece came although the last one said wouldBlock
        if (!_waits)
            return bytes.find("enough") == bytes.npos ? Status::ok : Status::closed;
        _held = true;
        static_cast<void>(_exec.post([self = shared_from_this()] {
            const std::lock_guard lock(self->_mutex);
            self->_held = false;
            self->_process.resume();
        }));
        return Status::wouldBlock;
    }
    void drained() override
    {
        const std::lock_guard lock(_mutex);
        while (_written < _input.size()) {
            const auto piece = std::string_view(_input).substr(_written, 100'000);
            const auto state = _process.write(piece);
            _written = state == Status::closed ? _input.size() : _written + piece.size();
            if (state == Status::wouldBlock)
                return;
        }
        _process.endInput();
    }
    void exited(const netbit::ProcessEnd& end) override
    {
        _request.text(200, std::to_string(end.reason) + ' ' + std::to_string(end.status) + ' ' + std::to_string(_bytes) +
                               (_late ? " late" : "") + ' ' + std::string(end.errors));
        netbit::Process gone;
        const std::lock_guard lock(_mutex);
        _over = true;
        gone = std::move(_process);
    }

private:
    const netbit::Exec _exec;
    std::atomic<int>& _gone;
    netbit::Later _request;
    std::size_t _bytes = 0;
    bool _waits = false;
    bool _late = false;
    std::atomic<bool> _held{false};
    std::mutex _mutex; // guards what follows: the first calls come while start() runs
    netbit::Process _process;
    std::string _input;
    std::size_t _written = 0;
    bool _over = false;
};

class Runner final : public netbit::Plugin {
public:
    explicit Runner(netbit::Host host) : Plugin(host), _exec(host), _processes(host) {}

private:
    void start() override
    {
        get("/run/gone", netbit::anyone, [this](netbit::Request& request) { request.text(200, std::to_string(_gone)); });
        get("/run/kill", netbit::anyone, [this](netbit::Request& request) {
            if (const auto last = _last.lock())
                last->kill();
            request.text(200, "");
        });
        get("/run/folder", netbit::anyone, [this](netbit::Request& request) {
            std::ofstream(netbit::folderOf(host()) + "/note") << "kept";
            request.text(200, netbit::folderOf(host()));
        });
        get("/run/script", netbit::anyone, [this](netbit::Request& request) { run(request); });
    }

    void run(netbit::Request& request)
    {
        netbit::ProcessOptions options;
        options.program = request.query("program").value_or("/bin/sh");
        options.arguments = {"-c", std::string(request.query("script").value_or("exit 0"))};
        options.environment = {{"PATH", "/usr/bin:/bin"}, {"KNOWN", "yes"}};
        const auto wall = netbit::parseInteger<int>(request.query("wall").value_or("30000")).value_or(0);
        options.wallTime = std::chrono::milliseconds(wall);
        const auto input = netbit::parseInteger<std::size_t>(request.query("input").value_or("0")).value_or(0);
        const bool waits = request.query("waits").has_value();
        const auto made = std::make_shared<Run>(_exec, _gone, request.defer());
        _last = made;
        made->start(_processes, options, std::string(input, 'x'), waits);
    }

    netbit::Exec _exec;
    netbit::Processes _processes;
    std::atomic<int> _gone{0};
    std::weak_ptr<Run> _last;
};

} // namespace

NETBIT_PLUGIN(Runner, "runner", "1.0.0")
