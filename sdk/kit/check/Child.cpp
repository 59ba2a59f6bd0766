#include "Child.h"

#include "services/log/Log.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <new>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace netbit::check {

namespace {

[[noreturn]] void refuse(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// In memory that both processes see: where the child is. It is read when that has gone, or does not move.
struct Place {
    std::atomic<std::uint64_t> turn{0};
    std::atomic<std::uint64_t> round{0};
    char what[200] = "";
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constexpr char endOfText = '\n'; // Findings keeps it out of a sentence
constexpr std::string_view allTold = "end";

/// Findings as lines: "0 check text" or "1 check text"; the last is allTold.
class Pipe final : public Outside {
public:
    Pipe(int descriptor, Place& place) : _descriptor(descriptor), _place(place) {}

    void doing(std::size_t round, std::string_view what) override
    {
        _place.round.store(round, std::memory_order_relaxed);
        const auto length = std::min(what.size(), sizeof _place.what - 1);
        std::memcpy(_place.what, what.data(), length);
        _place.what[length] = '\0';
        _place.turn.fetch_add(1, std::memory_order_release);
    }
    void tell(const Finding& finding) override
    {
        Findings clean; // of line breaks
        clean.add(finding);
        write((finding.good ? "1 " : "0 ") + finding.check + ' ' + clean.all().front().text + endOfText);
    }
    [[noreturn]] void leave() override
    {
        write(std::string(allTold) + endOfText);
        _exit(0);
    }

private:
    void write(std::string_view text) const
    {
        while (!text.empty()) {
            const auto count = ::write(_descriptor, text.data(), text.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                _exit(2); // nobody listens any more
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    int _descriptor;
    Place& _place;
};

[[noreturn]] void beChild(const RoundOptions& options, const loader::Manifest& manifest, int out, Place& place)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(STDERR_FILENO, STDOUT_FILENO); // what the plugin prints is no finding
    services::log::setLevel(services::log::Level::error); // what the loader would warn of is among the findings
    Pipe pipe(out, place);
    try {
        runRounds(options, manifest, pipe);
    } catch (const std::exception& error) {
        pipe.tell({"start", false, std::string("It could not be looked at further: ") + error.what() + '.'});
    }
    pipe.leave();
}

void take(std::string_view line, Findings& findings)
{
    const auto space = line.find(' ', 2);
    if (space == std::string_view::npos)
        return;
    findings.add({std::string(line.substr(2, space - 2)), line.front() == '1', std::string(line.substr(space + 1))});
}

std::string where(const Place& place)
{
    return std::string("in ") + place.what + ", in round " + std::to_string(place.round);
}

} // namespace

void runRoundsInChild(const RoundOptions& options, const loader::Manifest& manifest, std::chrono::seconds patience,
                      Findings& findings)
{
    void* const shared = mmap(nullptr, sizeof(Place), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        refuse("mmap");
    auto& place = *new (shared) Place;
    const auto unmap = [](void* memory) { munmap(memory, sizeof(Place)); };
    const std::unique_ptr<void, decltype(unmap)> mapped(shared, unmap);
    int ends[2];
    if (pipe(ends) != 0)
        refuse("pipe");
    const pid_t child = fork();
    if (child < 0)
        refuse("fork");
    if (child == 0) {
        close(ends[0]);
        beChild(options, manifest, ends[1], place);
    }
    close(ends[1]);

    std::string held;
    bool whole = false;
    bool hangs = false;
    std::uint64_t turn = 0;
    for (;;) {
        pollfd readable{ends[0], POLLIN, 0};
        const int ready = poll(&readable, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0) {
            const auto now = place.turn.load(std::memory_order_acquire);
            if (std::exchange(turn, now) != now)
                continue;
            hangs = true;
            kill(child, SIGKILL);
            break;
        }
        char bytes[4096];
        const auto count = read(ends[0], bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        held.append(bytes, static_cast<std::size_t>(count));
        for (auto end = held.find(endOfText); end != std::string::npos; end = held.find(endOfText)) {
            const std::string_view line(held.data(), end);
            if (line == allTold)
                whole = true;
            else
                take(line, findings);
            held.erase(0, end + 1);
        }
    }
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) { }
    if (hangs)
        findings.fault("hang", "It does not come back from a call within " + std::to_string(patience.count()) + " s: " +
                                   where(place) + ". Calls of a plugin return at once; what takes long belongs to "
                                   "netbit.exec/1. --patience gives it more time.");
    else if (WIFSIGNALED(status))
        findings.fault("crash", "It was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
                                    strsignal(WTERMSIG(status)) + ") " + where(place) +
                                    ". Build it with -g and run a test of the kit in a debugger.");
    else if (!whole)
        findings.fault("crash", "It ended the process (exit code " + std::to_string(WEXITSTATUS(status)) + ") " + where(place) +
                                    ". A plugin never calls exit or abort: return an error, and the host says it.");
}

} // namespace netbit::check
