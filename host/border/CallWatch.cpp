#include "border/CallWatch.h"

#include "border/UnderWay.h"

#include <algorithm>
#include <set>

namespace netbit::border {

namespace {

/// Never destroyed: threads may end after everything else has.
struct Slots {
    std::mutex mutex; // guards all
    std::set<CallSlot*> all;
};

Slots& slots()
{
    static auto& made = *std::make_unique<Slots>().release();
    return made;
}

class Membership {
public:
    explicit Membership(CallSlot& slot) : _slot(slot)
    {
        const std::lock_guard lock(slots().mutex);
        slots().all.insert(&_slot);
    }
    ~Membership()
    {
        const std::lock_guard lock(slots().mutex);
        slots().all.erase(&_slot);
    }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

private:
    CallSlot& _slot;
};

} // namespace

void CallSlot::makeKnown() noexcept
{
    try {
        static thread_local Membership membership(*this);
        _known.store(true, std::memory_order_relaxed);
    } catch (const std::exception&) {
        // no memory: the next call tries again
    }
}

const char* interned(std::string_view text)
{
    static auto& mutex = *std::make_unique<std::mutex>().release(); // guards texts
    static auto& texts = *std::make_unique<std::set<std::string, std::less<>>>().release();
    const std::lock_guard lock(mutex);
    auto found = texts.find(text);
    if (found == texts.end())
        found = texts.emplace(text).first;
    return found->c_str();
}

void CallWatch::look(Clock::time_point now)
{
    std::map<const CallSlot*, Seen> seen;
    {
        const std::lock_guard lock(slots().mutex); // so that no slot goes away meanwhile
        for (const auto* slot : slots().all) {
            const auto turn = slot->turn();
            const auto under = slot->get();
            // A call that began between the two reads is seen with its true number at the next look.
            if (under.plugin && under.call)
                seen[slot] = {turn, 0, now, {under.plugin, under.call, under.generation, {}, 0}};
        }
    }
    const std::lock_guard lock(_mutex);
    for (auto& [slot, one] : seen) {
        const auto before = _seen.find(slot);
        if (before != _seen.end() && before->second.turn == one.turn &&
            before->second.call.generation == one.call.generation)
            one = before->second;
        else
            one.number = ++_numbers;
    }
    _seen.swap(seen);
    _looked = now;
}

std::vector<LongCall> CallWatch::longerThan(std::chrono::milliseconds limit) const
{
    std::vector<LongCall> out;
    const std::lock_guard lock(_mutex);
    for (const auto& [slot, one] : _seen) {
        auto call = one.call;
        call.number = one.number;
        call.atLeast = std::chrono::duration_cast<std::chrono::milliseconds>(_looked - one.since);
        if (call.atLeast >= limit)
            out.push_back(std::move(call));
    }
    std::sort(out.begin(), out.end(),
              [](const LongCall& left, const LongCall& right) { return left.atLeast > right.atLeast; });
    return out;
}

} // namespace netbit::border
