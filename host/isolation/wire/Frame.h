#pragma once
// One message as it came in, and what keeps its views alive.

#include "isolation/wire/Arena.h"
#include "isolation/wire/Kind.h"

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace netbit::isolation::wire {

/// In front of each message on the socket. Both ends are one machine and one build: fields are in its byte order.
struct Head {
    std::uint32_t length = 0; ///< of what follows
    Kind kind = Kind::none;
    std::uint16_t reserved = 0;
    std::uint64_t call = 0; ///< of a call that waits for its result, or of that result; else 0
};
static_assert(sizeof(Head) == 16);

enum class Side : std::uint8_t { parent, child };

/// Longest message that this side may send: what a request's body may be, and what the parent puts up with.
constexpr std::uint32_t longestMessage(Side sender) noexcept
{
    return std::uint32_t{sender == Side::parent ? 256u : 64u} << 20;
}

/// Strings read out of a frame are views into it, and live as long.
class Frame {
public:
    Frame() = default;
    Frame(Head itsHead, std::vector<char> itsBytes) : head(itsHead), bytes(std::move(itsBytes)) {}
    ~Frame() { giveBack(); }
    Frame(Frame&& other) noexcept
        : head(other.head), bytes(std::move(other.bytes)), copies(std::move(other.copies)),
          blocks(std::exchange(other.blocks, {})), arena(other.arena)
    {
    }
    Frame& operator=(Frame&& other) noexcept
    {
        giveBack();
        head = other.head;
        bytes = std::move(other.bytes);
        copies = std::move(other.copies);
        blocks = std::exchange(other.blocks, {});
        arena = other.arena;
        return *this;
    }

    Head head;
    std::vector<char> bytes; ///< stays where it is when the frame is moved
    std::deque<std::string> copies;    ///< of payloads that a stranger could still change
    std::vector<std::uint32_t> blocks; ///< of payloads that are read where they lie
    const ArenaReader* arena = nullptr;

private:
    void giveBack() noexcept
    {
        for (const auto block : blocks)
            arena->free(block);
        blocks.clear();
    }
};

} // namespace netbit::isolation::wire
