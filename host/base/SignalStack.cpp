#include "base/SignalStack.h"

#include <csignal>
#include <sys/mman.h>

namespace netbit::base {

SignalStack::SignalStack() noexcept
{
    stack_t now{};
    if (sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0)
        return;
    auto* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    stack_t ours{};
    ours.ss_sp = memory;
    ours.ss_size = bytes;
    if (sigaltstack(&ours, nullptr) == 0)
        _memory = memory;
    else
        munmap(memory, bytes);
}

SignalStack::~SignalStack()
{
    if (!_memory)
        return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    munmap(_memory, bytes);
}

} // namespace netbit::base
