#pragma once
// A request as a plugin sees it, and the reply that has no end yet.

#include "border/Frozen.h"
#include "border/Generation.h"
#include "border/Handles.h"
#include "edge/Exchange.h"
#include <netbit/http.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

struct nb_request final {
    nb_request(netbit::border::Generation& owner, netbit::edge::Exchange& served, bool worker)
        : generation(owner), exchange(&served), mayBlock(worker)
    {
    }
    ~nb_request() { dropPrincipal(); }
    nb_request(const nb_request&) = delete;
    nb_request& operator=(const nb_request&) = delete;

    // Who of the handler and the answer comes last puts it away; each learns from the others' bits.
    static constexpr unsigned answered = 1; ///< claimed by whoever answers
    static constexpr unsigned deferred = 2;
    static constexpr unsigned returned = 4; ///< the handler
    static constexpr unsigned given = 8;    ///< the answer is with the edge
    static constexpr unsigned broken = 16;  ///< the answer was that the plugin is broken: NB_INTERNAL

    netbit::border::Generation& generation;
    netbit::edge::Exchange* exchange; ///< alive until answered: by the edge, or by `kept`
    std::shared_ptr<netbit::edge::Exchange> kept; ///< from defer on
    std::atomic<unsigned> state{0};
    const bool mayBlock;
    std::uint64_t recorded = 0; ///< its number in a recording
    mutable nb_principal* principal = nullptr; ///< made when asked for; one reference is ours

    bool isAnswered() const noexcept { return (state.load(std::memory_order_acquire) & answered) != 0; }
    void dropPrincipal() noexcept
    {
        if (auto* const gone = std::exchange(principal, nullptr))
            gone->release();
    }
};

namespace netbit::border {

/// The deferred requests of one generation. [any]
/// Those that were answered stay here for a while: a plugin that answers a second time then finds a request that says so,
/// and not memory that is someone else's by now.
class RequestYard {
public:
    static constexpr std::size_t remembered = 256;

    void keep(nb_request& request);
    /// Answered and returned: nobody may use it any more. The last touch of the generation.
    void bury(nb_request& request);
    /// Answers what the plugin still owes, and at once what it defers from here on; returns how many it owed.
    std::size_t answerAll(const base::Error& error);
    void clear();
    std::size_t waiting() const;

private:
    mutable std::mutex _mutex; // guards what follows
    std::optional<base::Error> _over; // the answer to all that comes now
    std::unordered_set<nb_request*> _waiting;
    std::deque<std::unique_ptr<nb_request>> _buried;
};

/// [any] Claims the request for one answer. False: it had one already, which is told to the log.
bool claim(nb_request& request) noexcept;
/// [any] After the answer was given.
void settle(nb_request& request) noexcept;

} // namespace netbit::border

struct nb_stream final : std::enable_shared_from_this<nb_stream> {
    nb_stream(netbit::border::Generation& owner, std::string from, const nb_stream_calls& wanted, void* argument)
        : generation(owner.shared_from_this()), route(std::move(from)), calls(wanted), user(argument)
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;
    const std::string route; ///< "GET /a/{b}", which began it
    nb_stream_calls calls;   ///< set before the plugin may call; by thaw for one that moves in
    void* user;
    std::shared_ptr<netbit::edge::ReplyStream> reply;

    /// Sets what the edge shall tell; once, after `reply` is set.
    void listen();
    /// [control] Runs it on the stream's reactor thread; here and now where that has not begun yet.
    void onReactor(std::function<void()> task);
    /// [any] It is another generation's now.
    bool moved() const noexcept { return _moved.load(std::memory_order_acquire); }
    /// [reactor] Freezes it here and thaws it there. It is `notYet` as long as the plugin says that it would block.
    netbit::border::Moved moveTo(netbit::border::Generation& to);
    /// The plugin's end(): no call after it but `ended`, which comes from here or from the call that is under way.
    void endByPlugin() noexcept;
    /// The generation ends: the client gets its end, the plugin may still call end().
    void endByHost() noexcept;

private:
    void tellPlugin(void (*function)(void*), const char* call) noexcept;
    void tellEnded() noexcept;
    bool beginCall() noexcept { return (_state.fetch_add(1, std::memory_order_acq_rel) & over) == 0; }
    void endCall() noexcept;
    netbit::border::Moved freeze(netbit::border::Keeper& keeper);
    void thawIn(netbit::border::Generation& to, const netbit::border::Keeper& keeper) const;

    static constexpr std::uint32_t over = 0x8000'0000u;
    std::atomic<std::uint32_t> _state{0}; // calls under way, and the bit `over`
    std::atomic<bool> _endedTold{false};
    std::atomic<bool> _ready{false}; // `reply` is there
    std::atomic<bool> _moved{false};
    bool _stays = false; // [reactor] the plugin has said that it cannot move
};
