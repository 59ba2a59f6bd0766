#pragma once
// One direction of the shared memory: where large payloads lie while a message about them is on its way.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <netbit/result.h>

namespace netbit::isolation::wire {

/// A payload below this goes through the socket: two copies by the kernel cost less than a block that must be found and
/// given back. Measured, see the room's README.
inline constexpr std::size_t sharedFrom = 4 * 1024;

/// The memory that both processes have mapped, an Arena for each direction.
class SharedMemory {
public:
    static constexpr std::size_t arenaBytes = std::size_t{4} << 20;
    static constexpr std::size_t bytes = 2 * arenaBytes;

    /// A new sealed memfd; the number is the caller's to close. -1: there is none to be had.
    static int create() noexcept;
    /// Maps it. Nothing: it is no memory of ours.
    static std::optional<SharedMemory> map(int descriptor) noexcept;

    char* toChild() const noexcept { return _start.get(); }
    char* toParent() const noexcept { return _start.get() + arenaBytes; }

private:
    struct Unmap {
        void operator()(char* start) const noexcept;
    };
    explicit SharedMemory(char* start) : _start(start) {}
    std::unique_ptr<char, Unmap> _start;
};

/// The sender's side: a ring of blocks. What the other side writes into it can free a block too early or never, and spoil
/// what lies in it; the book about who has what is kept here. For one thread at a time.
class ArenaWriter {
public:
    explicit ArenaWriter(char* start) noexcept : _start(start) {}

    /// Copies the pieces into one block; nothing when there is no room now.
    std::optional<std::uint32_t> put(std::span<const nb_str> pieces, std::size_t length);

private:
    struct Block {
        std::size_t begin;
        std::size_t end;
    };
    char* const _start;
    std::deque<Block> _blocks; // in the order of the ring
};

/// The receiver's side. [any]
class ArenaReader {
public:
    explicit ArenaReader(char* start) noexcept : _start(start) {}

    /// The bytes of a block, or nothing if they would not lie within the arena.
    std::optional<std::string_view> at(std::uint32_t block, std::uint32_t length) const noexcept;
    /// Gives the block back. It must be one that at() has found.
    void free(std::uint32_t block) const noexcept;

private:
    char* const _start;
};

} // namespace netbit::isolation::wire
