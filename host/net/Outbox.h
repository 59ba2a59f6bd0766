#pragma once
// What a connection still has to write: copied text and shared bodies, in order, gathered into few system calls.

#include "base/Body.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::net {

/// A body of many short segments is copied: 32 KiB are copied sooner than the kernel walks 50 segments. One of few
/// long segments, or a large one, is kept and written from where it lies. (Figures: tests/bench/reactor/README.md.)
class Outbox {
public:
    static constexpr std::size_t copiedBodyBytes = 32 * 1024;
    static constexpr std::size_t longSegmentBytes = 4 * 1024;

    enum class Progress { done, blocked, failed };

    void add(std::string_view text);
    void add(base::Body body);

    /// Writes until all is written or the socket takes no more.
    Progress write(int descriptor);

    /// The first bytes, at most `most`; put together in `room` (of that size) where they do not lie in one piece. Adding
    /// more only makes it longer.
    std::string_view front(char* room, std::size_t most) const;
    void advance(std::size_t written) noexcept; ///< so many of the first bytes are written

    std::size_t size() const noexcept { return _size; }
    bool empty() const noexcept { return _size == 0; }
    /// Forgets all of it. Keeps a moderate buffer, so that the next user of a pooled outbox need not allocate.
    void clear() noexcept;

private:
    struct Part {
        std::size_t textBytes = 0; ///< from _text, before the body
        base::Body body;
    };

    Progress writeText(int descriptor);
    Progress writeParts(int descriptor);

    std::string _text;            // all copied bytes, of all parts
    std::size_t _textAt = 0;      // written of it
    std::vector<Part> _parts;
    std::size_t _part = 0;        // the first one not wholly written
    std::size_t _segment = 0;     // in that part's body
    std::size_t _segmentAt = 0;   // written of that segment
    std::size_t _size = 0;
};

} // namespace netbit::net
