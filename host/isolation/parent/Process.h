#pragma once
// Starting and ending the child's process.

#include "base/Result.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <utility>

namespace netbit::isolation::parent {

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : _number(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : _number(std::exchange(other._number, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset();
        _number = std::exchange(other._number, -1);
        return *this;
    }
    int get() const noexcept { return _number; }
    int release() noexcept { return std::exchange(_number, -1); }
    void reset() noexcept;

private:
    int _number = -1;
};

/// One child. It dies with the *thread* that started it, so that thread must be the one that looks after it.
class Process {
public:
    /// Starts the program with the socket as its descriptor 3, the memory as 4, standard output and error going to the
    /// returned pipe, and no other descriptor.
    /// Error: unavailable / no_process.
    static base::Result<Process> start(const std::filesystem::path& program, const std::string& name);

    Process(Process&& other) noexcept
        : socket(std::move(other.socket)), memory(std::move(other.memory)), output(std::move(other.output)),
          _pid(std::exchange(other._pid, 0))
    {
    }
    Process& operator=(Process&&) = delete;
    ~Process(); ///< kills it if it still runs

    Descriptor socket; ///< our end
    Descriptor memory;
    Descriptor output; ///< what it writes to standard output and error

    pid_t pid() const noexcept { return _pid; }
    void kill() const noexcept;
    /// Waits for its end, and kills it when that does not come in time. How it ended, as the rest of a sentence: "ended by
    /// signal 11 (Segmentation fault)".
    std::string reap(std::chrono::milliseconds patience);

private:
    explicit Process(pid_t pid) noexcept : _pid(pid) {}
    pid_t _pid = 0;
};

} // namespace netbit::isolation::parent
