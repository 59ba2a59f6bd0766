#pragma once
// The one way into a plugin: counted, named for a crash, and no exception gets past it.

#include "border/Generation.h"
#include "border/UnderWay.h"

#include <exception>
#include <utility>

namespace netbit::border {

/// Around one call into the plugin. gcc's unwinder passes through C frames, so an exception of a plugin in C++ that has
/// no guard of its own ends here and not in std::terminate.
class Guard {
public:
    enum class Kind {
        gated,  ///< refused once the generation has stopped
        inside, ///< part of something already counted, or of the plugin's own call into the host: never refused
    };

    Guard(Generation& generation, const char* call, Kind kind = Kind::gated) noexcept
        : _generation(generation), _call(call), _counted(kind == Kind::gated), _entered(!_counted || generation.enter()),
          _before(underWay())
    {
        if (!_entered)
            return;
        auto& slot = callSlot();
        if (outermost())
            slot.begin();
        slot.set({generation.name(), call, &generation});
    }
    ~Guard()
    {
        if (!_entered)
            return;
        callSlot().set(_before);
        if (_counted)
            _generation.leave();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// False: stopped; nothing may be called.
    explicit operator bool() const noexcept { return _entered; }

    /// True: it returned. False: it threw, which is counted and logged.
    template <class F>
    bool run(F&& function) noexcept
    {
        const Ledger::Call counted(_generation.ledger(), _call, outermost());
        try {
            std::forward<F>(function)();
            return true;
        } catch (const std::exception& error) {
            _generation.failed(_call, error.what());
        } catch (...) {
            _generation.failed(_call, "something that is no std::exception");
        }
        return false;
    }

private:
    /// No other call into a plugin is further out on this thread.
    bool outermost() const noexcept { return _before.plugin == nullptr; }

    Generation& _generation;
    const char* _call;
    const bool _counted;
    const bool _entered;
    const UnderWay _before;
};

/// Something that is owed to the plugin, or by it: keeps the generation from being stopped until it is settled.
class Owed {
public:
    explicit Owed(Generation& generation) : _generation(generation.shared_from_this())
    {
        if (!generation.enter())
            _generation.reset();
    }
    ~Owed() { settle(); }
    Owed(Owed&& other) noexcept : _generation(std::move(other._generation)) {}
    Owed& operator=(Owed&& other) noexcept
    {
        settle();
        _generation = std::move(other._generation);
        return *this;
    }

    explicit operator bool() const noexcept { return _generation != nullptr; }
    Generation& generation() const noexcept { return *_generation; }
    void settle() noexcept
    {
        if (const auto generation = std::move(_generation))
            generation->leave();
    }

private:
    std::shared_ptr<Generation> _generation;
};

} // namespace netbit::border
