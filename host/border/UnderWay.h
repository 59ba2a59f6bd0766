#pragma once
// Which call into which plugin a thread is in: what a crash handler reads to name the culprit, and what the watch reads to
// find calls that do not come back.

#include <atomic>
#include <cstdint>
#include <string_view>

namespace netbit::border {

class Generation;

/// All null outside of any plugin.
struct UnderWay {
    const char* plugin = nullptr; ///< interned(): good for ever, also for a crash handler and for other threads
    const char* call = nullptr;   ///< "handler", "start"; a literal
    const Generation* generation = nullptr; ///< to compare; null while the library is only asked for its entry
};

/// Of one thread. Its own thread writes; the watch reads, so all of it is relaxed atomics: plain moves.
class CallSlot {
public:
    UnderWay get() const noexcept
    {
        constexpr auto relaxed = std::memory_order_relaxed;
        return {_plugin.load(relaxed), _call.load(relaxed), _generation.load(relaxed)};
    }
    void set(const UnderWay& now) noexcept
    {
        constexpr auto relaxed = std::memory_order_relaxed;
        _plugin.store(now.plugin, relaxed);
        _call.store(now.call, relaxed);
        _generation.store(now.generation, relaxed);
    }
    /// A new call from outside begins. Two looks that see one number have seen one call.
    void begin() noexcept
    {
        if (!_known.load(std::memory_order_relaxed))
            makeKnown();
        _turn.store(_turn.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    std::uint64_t turn() const noexcept { return _turn.load(std::memory_order_relaxed); }

private:
    void makeKnown() noexcept; // to the watch, until the thread ends

    std::atomic<const char*> _plugin{nullptr};
    std::atomic<const char*> _call{nullptr};
    std::atomic<const Generation*> _generation{nullptr};
    std::atomic<std::uint64_t> _turn{0};
    std::atomic<bool> _known{false};
};

/// Of the calling thread. Reading it is safe in a signal handler: it is a plain thread-local of the program.
inline CallSlot& callSlot() noexcept
{
    static thread_local constinit CallSlot slot;
    return slot;
}

inline UnderWay underWay() noexcept { return callSlot().get(); }

/// A copy that is never freed; the same text gives the same pointer. For the few ids that there are.
const char* interned(std::string_view text);

} // namespace netbit::border
