#pragma once
// What a process has at a moment, and whether it grows from round to round.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace netbit::check {

std::int64_t heapBytes();     ///< in use, as the allocator counts
std::int64_t residentBytes(); ///< of all memory; 0 where a sanitizer makes that meaningless
std::size_t threads();
std::map<int, std::string> descriptors(); ///< with what they are

/// Waits until there are no more threads than that, up to two seconds: one that was joined may still be seen for a moment.
std::size_t threadsSettledTo(std::size_t most);

/// Bytes after each round. Growth that never pauses is a leak; one step is a cache that has found its size.
class Series {
public:
    explicit Series(std::size_t rounds) { _values.reserve(rounds); } // its own growth would be seen, too
    void add(std::int64_t bytes) { _values.push_back(bytes); }
    std::size_t rounds() const noexcept { return _values.size(); }
    /// Bytes per round in that quarter after the warm-up that has grown least; 0: one did not. Nothing: too few rounds to
    /// tell.
    std::optional<double> growth() const;
    /// In that which has grown most; 0 where there are too few.
    double mostGrowth() const;

private:
    std::vector<double> quarters() const; ///< bytes per round in each; empty: too few rounds

    std::vector<std::int64_t> _values;
};

} // namespace netbit::check
