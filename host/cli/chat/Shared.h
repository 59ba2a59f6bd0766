#pragma once
// What the threads of the client share beside their mailboxes.

#include "base/Result.h"
#include "cli/chat/Mailbox.h"
#include "cli/chat/Types.h"

#include <atomic>

namespace netbit::cli::chat
{

struct Shared {
    Mailbox<News> news; ///< read by the thread of the terminal
    std::atomic<Id> lastEvent{0}; ///< the newest event in `news`, or before it
    std::atomic<unsigned> epoch{0}; ///< grows whenever events were lost
    std::atomic<bool> live{false}; ///< the TCP connection stands
    std::atomic<bool> udpHears{false}; ///< typing and presence come by UDP, and need not come by TCP
    std::atomic<std::int64_t> touchedAt{0}; ///< when a key was pressed last: ms of the steady clock
    std::atomic<bool> stop{false};
};

inline std::int64_t steadyMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}

/// "online", or "away" when nobody was at the keyboard for ten minutes.
inline const char* presenceNow(const Shared& shared)
{
    return steadyMs() - shared.touchedAt.load() > 600'000 ? "away" : "online";
}

/// Whether it may well go better a little later.
inline bool passing(const base::Error& error)
{
    using base::Status;
    return error.status == Status::closed || error.status == Status::unavailable ||
        error.status == Status::wouldBlock || error.status == Status::rateLimited || error.status == Status::internal ||
        error.code == "http_502" || error.code == "http_504" || error.code == "not_json" ||
        error.code == "unexpected_answer" || error.code == "bad_packet" || error.code == "packet_too_long";
}

} // namespace netbit::cli::chat
