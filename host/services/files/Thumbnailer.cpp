#include "services/files/Thumbnailer.h"

#include "base/Descriptor.h"
#include "base/Spawn.h"
#include "services/log/Log.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <vector>

namespace netbit::services::files {

using base::Descriptor;
using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t mostWaiting = 64;
constexpr std::chrono::seconds mostTime(15);

base::Error unreadable()
{
    return fault(Status::invalid, "unreadable_image", "This is no image that can be read, or one with too many pixels.");
}

} // namespace

struct Thumbnailer::Impl {
    explicit Impl(Options wanted) : options(std::move(wanted))
    {
        for (unsigned i = 0; i < options.processes; ++i)
            threads.emplace_back([this] { loop(); });
    }

    void loop()
    {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex); // waiting, stopping
                changed.wait(lock, [this] { return !waiting.empty() || stopping; });
                if (stopping)
                    return;
                task = std::move(waiting.front());
                waiting.pop_front();
            }
            try {
                task();
            } catch (const std::exception& error) {
                log::error("files", "A picture could not be made", {{"error", error.what()}});
            }
        }
    }

    const Options options;
    std::mutex mutex; // guards waiting and stopping
    std::condition_variable changed;
    std::deque<std::function<void()>> waiting;
    std::atomic<bool> stopping{false};
    std::vector<std::thread> threads;
};

Thumbnailer::Thumbnailer(Options options) : _impl(std::make_unique<Impl>(std::move(options))) {}

Thumbnailer::~Thumbnailer() { stop(); }

bool Thumbnailer::enabled() const noexcept { return _impl->options.processes > 0; }

bool Thumbnailer::submit(std::function<void()> task)
{
    const std::lock_guard lock(_impl->mutex); // waiting, stopping
    if (_impl->stopping || _impl->threads.empty() || _impl->waiting.size() >= mostWaiting)
        return false;
    _impl->waiting.push_back(std::move(task));
    _impl->changed.notify_one();
    return true;
}

void Thumbnailer::stop()
{
    std::deque<std::function<void()>> dropped; // destroyed without the lock
    {
        const std::lock_guard lock(_impl->mutex); // waiting, stopping
        _impl->stopping = true;
        dropped.swap(_impl->waiting);
    }
    _impl->changed.notify_all();
    for (auto& thread : _impl->threads)
        if (thread.joinable())
            thread.join();
}

Result<PictureSize> Thumbnailer::make(int from, int to, Shape shape, int edge) const
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fault(Status::unavailable, "too_busy", "The server has too much to do at the moment.");
    const Descriptor answer(ends[0]);
    Descriptor told(ends[1]);
    const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));

    base::Spawn spawn; // ours are all above 3: what is dup'ed first does not cover what comes later
    spawn.give(from, 0);
    spawn.give(to, 1);
    spawn.give(nothing.get(), 2);
    spawn.give(told.get(), 3);
    spawn.closeFrom(4);
    pid_t process = 0;
    if (const int failed = spawn.run(_impl->options.program.string(),
                                     {"netbit-thumbnail", shape == Shape::square ? "square" : "fit", std::to_string(edge),
                                      std::to_string(_impl->options.maxPixels)},
                                     std::vector<std::string>(), process);
        failed != 0) {
        log::error("files", "netbit-thumbnail could not be started", {{"error", std::strerror(failed)}});
        return fault(Status::unavailable, "too_busy", "The server cannot look at images at the moment.");
    }
    told.reset();

    // Its end of the pipe closes when it ends.
    std::string text;
    const auto deadline = std::chrono::steady_clock::now() + mostTime;
    bool late = false;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (late = left <= 0 || _impl->stopping; late)
            break;
        pollfd waiting{answer.get(), POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(std::min<long>(left, 250))) <= 0)
            continue; // stop() wants to be seen
        char piece[64];
        const auto got = ::read(answer.get(), piece, sizeof piece);
        if (got <= 0 || text.size() > sizeof piece)
            break;
        text.append(piece, static_cast<std::size_t>(got));
    }
    if (late)
        ::kill(process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        log::warn("files", "netbit-thumbnail was ended", {{"signal", std::to_string(WTERMSIG(status))}});
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return unreadable();
    PictureSize out;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, out.width);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ' ||
        std::from_chars(first.ptr + 1, end, out.height).ec != std::errc() || out.width <= 0 || out.height <= 0)
        return unreadable();
    return out;
}

} // namespace netbit::services::files
