#include "isolation/wire/Arena.h"

#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::isolation::wire {

namespace {

constexpr std::size_t headBytes = 16; // in front of each block: whether it is free; keeps payloads aligned
constexpr std::uint32_t inUse = 1;
constexpr std::uint32_t isFree = 0;

static_assert(std::atomic_ref<std::uint32_t>::is_always_lock_free);

std::atomic_ref<std::uint32_t> flagAt(char* start, std::size_t offset) noexcept
{
    return std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(start + offset));
}

} // namespace

int SharedMemory::create() noexcept
{
    const int descriptor = memfd_create("netbit-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0)
        return -1;
    // Sealed, so that the other side cannot shrink it under our feet (which would be a SIGBUS here).
    if (ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 &&
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

std::optional<SharedMemory> SharedMemory::map(int descriptor) noexcept
{
    struct stat facts {};
    if (fstat(descriptor, &facts) != 0 || static_cast<std::size_t>(facts.st_size) != bytes)
        return std::nullopt;
    void* const start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED)
        return std::nullopt;
    return SharedMemory(static_cast<char*>(start));
}

void SharedMemory::Unmap::operator()(char* start) const noexcept { munmap(start, bytes); }

std::optional<std::uint32_t> ArenaWriter::put(std::span<const nb_str> pieces, std::size_t length)
{
    constexpr auto capacity = SharedMemory::arenaBytes;
    if (length > capacity - headBytes)
        return std::nullopt;
    while (!_blocks.empty() && flagAt(_start, _blocks.front().begin).load(std::memory_order_acquire) == isFree)
        _blocks.pop_front();

    // When all was given back it begins at the front again: a quiet plugin touches few pages.
    const auto need = headBytes + (length + headBytes - 1) / headBytes * headBytes;
    std::size_t begin = 0;
    if (!_blocks.empty()) {
        const auto oldest = _blocks.front().begin;
        const auto head = _blocks.back().end;
        // Never up to the oldest block: full and empty would look alike.
        if (head > oldest && capacity - head >= need)
            begin = head;
        else if (head > oldest && oldest > need)
            begin = 0;
        else if (head < oldest && oldest - head > need)
            begin = head;
        else
            return std::nullopt;
    } else if (need > capacity) {
        return std::nullopt;
    }
    char* at = _start + begin + headBytes;
    for (const auto& piece : pieces) {
        if (piece.len > 0)
            std::memcpy(at, piece.ptr, piece.len);
        at += piece.len;
    }
    flagAt(_start, begin).store(inUse, std::memory_order_release);
    _blocks.push_back({begin, begin + need});
    return static_cast<std::uint32_t>(begin);
}

std::optional<std::string_view> ArenaReader::at(std::uint32_t block, std::uint32_t length) const noexcept
{
    constexpr auto capacity = SharedMemory::arenaBytes;
    if (block % headBytes != 0 || block > capacity - headBytes || length > capacity - headBytes - block)
        return std::nullopt;
    return std::string_view(_start + block + headBytes, length);
}

void ArenaReader::free(std::uint32_t block) const noexcept
{
    flagAt(_start, block).store(isFree, std::memory_order_release);
}

} // namespace netbit::isolation::wire
