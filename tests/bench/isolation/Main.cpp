// One payload at a time from one process to another, through the socket and through shared memory, by size: CPU of both
// per message. The receiver reads every byte, where it lies (as a child does) or from a copy (as the parent does).

#include "isolation/wire/Arena.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace netbit::isolation::wire;

enum class Way { socket, inPlace, copied };

constexpr int rounds = 7;

struct Message {
    std::uint32_t block;
    std::uint32_t length;
};

void all(bool sending, int descriptor, char* bytes, std::size_t length)
{
    while (length > 0) {
        const auto done = sending ? ::send(descriptor, bytes, length, MSG_NOSIGNAL) : ::recv(descriptor, bytes, length, 0);
        if (done <= 0)
            ::_exit(1);
        bytes += done;
        length -= static_cast<std::size_t>(done);
    }
}

/// Reads all of it, a word at a time. Not inlined: one code for all ways.
[[gnu::noinline]] std::uint64_t sum(std::string_view bytes)
{
    std::uint64_t out = 0;
    for (; bytes.size() >= sizeof out; bytes.remove_prefix(sizeof out)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof word);
        out += word;
    }
    return out;
}

void receive(int descriptor, const SharedMemory& memory, Way way, int messages)
{
    const ArenaReader arena(memory.toChild());
    std::vector<char> buffer(1 << 20);
    std::uint64_t seen = 0;
    for (int i = 0; i < messages; ++i) {
        // As much as there is in one call, as a channel does.
        const auto got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
        Message message;
        if (got < static_cast<ssize_t>(sizeof message))
            ::_exit(1);
        std::memcpy(&message, buffer.data(), sizeof message);
        if (way == Way::socket) {
            const auto whole = sizeof message + message.length;
            const auto have = static_cast<std::size_t>(got);
            all(false, descriptor, buffer.data() + have, whole - have);
            seen += sum({buffer.data() + sizeof message, message.length});
        } else {
            const auto bytes = *arena.at(message.block, message.length);
            if (way == Way::inPlace) {
                seen += sum(bytes);
            } else {
                const std::string copy(bytes);
                seen += sum(copy);
            }
            arena.free(message.block);
        }
        char answer = static_cast<char>(seen);
        all(true, descriptor, &answer, 1);
    }
}

double cpuMicroseconds(int whose)
{
    rusage used{};
    ::getrusage(whose, &used);
    const auto us = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); };
    return us(used.ru_utime) + us(used.ru_stime);
}

/// CPU of both processes per message.
double run(Way way, std::size_t size, int messages)
{
    int pair[2];
    const int descriptor = SharedMemory::create();
    const auto memory = SharedMemory::map(descriptor);
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || !memory)
        std::exit(1);
    const auto childBefore = cpuMicroseconds(RUSAGE_CHILDREN);
    const pid_t child = ::fork();
    if (child == 0) {
        receive(pair[1], *memory, way, messages);
        ::_exit(0);
    }
    ArenaWriter arena(memory->toChild());
    std::string payload(size, 'x');
    std::string whole;
    const auto before = cpuMicroseconds(RUSAGE_SELF);
    for (int i = 0; i < messages; ++i) {
        Message message{0, static_cast<std::uint32_t>(size)};
        whole.assign(reinterpret_cast<const char*>(&message), sizeof message);
        if (way == Way::socket) {
            whole += payload;
        } else {
            const nb_str piece{payload.data(), payload.size()};
            message.block = *arena.put({&piece, 1}, size);
            whole.assign(reinterpret_cast<const char*>(&message), sizeof message);
        }
        all(true, pair[0], whole.data(), whole.size());
        char answer = 0;
        all(false, pair[0], &answer, 1);
    }
    const auto mine = cpuMicroseconds(RUSAGE_SELF) - before;
    ::waitpid(child, nullptr, 0);
    const auto theirs = cpuMicroseconds(RUSAGE_CHILDREN) - childBefore;
    ::close(pair[0]);
    ::close(pair[1]);
    ::close(descriptor);
    return (mine + theirs) / messages;
}

} // namespace

int main()
{
    std::printf("One payload from process to process: CPU of both, us a message (median of %d)\n", rounds);
    std::printf("%10s %10s %18s %18s\n", "bytes", "socket", "shared, in place", "shared, copied");
    for (const std::size_t size : {256, 1024, 4096, 8192, 16384, 32768, 65536, 131072, 524288}) {
        const int messages = size <= 16384 ? 20'000 : static_cast<int>(300'000'000 / size / 2);
        std::array<std::vector<double>, 3> figures;
        for (int round = 0; round < rounds; ++round) // in turn
            for (std::size_t way = 0; way < figures.size(); ++way)
                figures[way].push_back(run(static_cast<Way>(way), size, messages));
        for (auto& each : figures)
            std::sort(each.begin(), each.end());
        std::printf("%10zu %10.2f %18.2f %18.2f\n", size, figures[0][rounds / 2], figures[1][rounds / 2],
                    figures[2][rounds / 2]);
        std::fflush(stdout);
    }
}
