#pragma once
// Room for a signal handler on a thread that has used up its stack.

#include <cstddef>

namespace netbit::base {

/// At the start of a thread's function, in threads that call plugins. A thread that has one already (sanitizers give theirs)
/// keeps it. Where there is no memory for it, it does without: then a stack overflow ends the process untold.
class SignalStack {
public:
    SignalStack() noexcept;
    ~SignalStack();
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

private:
    void* _memory = nullptr;
    static constexpr std::size_t bytes = 64 * 1024;
};

} // namespace netbit::base
