#pragma once
// For each repository: what adds objects and then names them (a push, a merge), or what takes away those that nothing names, but not
// both at once. Whoever adds may rely on an object that nothing leads to yet; git's own grace time makes it unlikely that it goes in
// between, and this makes it impossible.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace netbit::git {

class Gate {
public:
    /// The right to be in; goes with it. The gate outlives it.
    class Pass {
    public:
        Pass() = default;
        Pass(Pass&& other) noexcept : _gate(std::exchange(other._gate, nullptr)), _id(other._id), _alone(other._alone) {}
        Pass& operator=(Pass&& other) noexcept
        {
            if (this != &other) {
                leave();
                _gate = std::exchange(other._gate, nullptr);
                _id = other._id;
                _alone = other._alone;
            }
            return *this;
        }
        ~Pass() { leave(); }
        void leave() noexcept
        {
            if (auto* const gate = std::exchange(_gate, nullptr))
                gate->left(_id, _alone);
        }

    private:
        friend class Gate;
        Pass(Gate* gate, std::int64_t id, bool alone) : _gate(gate), _id(id), _alone(alone) {}

        Gate* _gate = nullptr;
        std::int64_t _id = 0;
        bool _alone = false;
    };
    using Then = std::function<void(Pass)>;

    /// [any] To add. `then` is called once: at once, or in the thread of whoever was alone and has gone.
    void enter(std::int64_t repository, Then then);
    /// [any] To add now, or not; no pass: somebody is alone.
    std::optional<Pass> tryEnter(std::int64_t repository);
    /// [any] To take away. `then` is called when nobody is in: at once, or in the thread of the last who has gone. Nobody who wants to
    /// add waits for it before: a push that takes an hour must not keep others out. The number is for cancel(); 0: it was called.
    std::uint64_t alone(std::int64_t repository, Then then);
    /// [any] True: it was not called, and will not be.
    bool cancel(std::int64_t repository, std::uint64_t number);

private:
    struct Place {
        unsigned adding = 0;
        bool alone = false;
        std::deque<Then> toAdd;
        std::deque<std::pair<std::uint64_t, Then>> toBeAlone;
    };
    void left(std::int64_t repository, bool alone) noexcept;

    std::mutex _mutex; // guards what follows
    std::map<std::int64_t, Place> _places;
    std::uint64_t _last = 0;
};

} // namespace netbit::git
