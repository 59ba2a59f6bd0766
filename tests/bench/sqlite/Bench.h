#pragma once
// One measured run: so many clients, each with one message on its way.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <semaphore>
#include <string>
#include <vector>

namespace bench
{

using Clock = std::chrono::steady_clock;

constexpr std::int64_t chats = 16;

struct Settings {
    std::string database;
    unsigned clients = 1;
    std::chrono::milliseconds warmUp{1000}; ///< until the log has its size and is overwritten in place
    std::chrono::milliseconds measured{5000};
};

struct Figures {
    double rate = 0; ///< messages a second
    double p50Us = 0, p99Us = 0; ///< from the insert's begin to its acknowledgement
    double perCommit = 0; ///< messages in one transaction
};

struct Message {
    std::int64_t chatId, senderId, createdAt;
    std::string content;
};

/// Makes the database with the host's tables, 16 chats and a user for each client; gives nothing back, exits on
/// failure.
void prepareDatabase(const Settings& settings);

/// Runs the clients as threads; send(client, message) returns when the message is durable.
Figures runClients(const Settings& settings, const std::function<void(unsigned, Message&&)>& send,
                   const std::atomic<std::uint64_t>& commits);

Figures runLimit(const Settings& settings); ///< the C API; a waiting client commits for all
Figures runHandedOver(const Settings& settings); ///< the C API; one thread commits for all, as in a server
Figures runWriter(const Settings& settings); ///< host/storage

} // namespace bench
