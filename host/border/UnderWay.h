#pragma once
// Which call into which plugin this thread is in: what a crash handler reads to name the culprit.

namespace netbit::border {

/// Both null outside of any plugin. The texts live as long as the call.
struct UnderWay {
    const char* plugin = nullptr;
    const char* call = nullptr; ///< "handler", "start"; a literal
};

/// Of the calling thread. Reading it is safe in a signal handler: it is a plain thread-local of the program.
inline UnderWay& underWay() noexcept
{
    static thread_local constinit UnderWay slot;
    return slot;
}

} // namespace netbit::border
