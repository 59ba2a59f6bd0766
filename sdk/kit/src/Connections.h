#pragma once
// Listeners, connections and the test's ends of them: no network, the bytes go from hand to hand.

#include "Life.h"
#include <netbit/kit.h>
#include <netbit/transport.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::fake {

/// "127.0.0.1:4711", "[::1]:4711". False: not numeric.
bool parseAddress(std::string_view text, nb_address& out);
std::string textOf(const nb_address& address);
bool same(const nb_address& left, const nb_address& right) noexcept;

/// A client of that listener. Error: notFound, closed.
base::Result<nb_kit_peer*> connect(World& world, std::string_view listener, std::optional<std::string_view> address);

} // namespace netbit::fake

/// The test's end.
struct nb_kit_peer {
    nb_kit_peer(nb_listener& of, const nb_address& from) : listener(&of), address(from) {}

    nb_listener* listener; ///< of the live generation
    const nb_address address;
    std::vector<std::unique_ptr<nb_conn>> conns; ///< one for each generation; the last is the one that counts
    std::string received;
    std::vector<std::string> datagrams;
    bool stalled = false;
    bool ended = false; ///< sends no more
    std::uint32_t closed = 0;

    nb_conn* conn() const { return conns.empty() ? nullptr : conns.back().get(); }
};

struct nb_listener {
    nb_listener(netbit::fake::Life& life, std::string name, const nb_listen_options& options, std::uint32_t port,
                void* user);

    netbit::fake::Life& life;
    const std::string name;
    const nb_listen_options options; ///< defaults filled in; its strings are not to be used
    const std::uint32_t port;
    void* const user;
    nb_tcp_calls tcp{}; ///< accepted null: it is one of UDP
    nb_udp_calls udp{};

    bool isTcp() const { return tcp.accepted != nullptr; }
    std::vector<nb_conn*> open() const;
    void closeAll(std::uint32_t reason);
    std::optional<std::int64_t> nextDue() const;
    void fireDue(std::int64_t now);
    void receive(const nb_address& from, std::string_view bytes);
};

struct nb_conn {
    nb_conn(nb_listener& listener, nb_kit_peer& peer);

    nb_listener& listener;
    nb_kit_peer& peer;
    const std::string peerText;
    void* session = nullptr;

    netbit::fake::Life& life() const { return listener.life; }
    bool gone() const { return _gone; }

    // The plugin.
    std::int32_t send(std::string_view bytes);
    void close(bool now);
    void run(void (*function)(void*, nb_conn*), void* user);
    void pause() { _paused = true; }
    void resume();
    void deadline(std::uint32_t ms);
    void retain();
    void release();
    bool paused() const { return _paused; }
    std::size_t queued() const { return _queued.size(); }

    // The client.
    void take(std::string_view bytes); ///< from it
    void peerEnds();
    void peerReads(); ///< again
    void finish(std::uint32_t reason); ///< `closed`, once

    std::optional<std::int64_t> due() const;
    void fire(std::int64_t now);

    /// Handover. NB_OK: it is the next generation's, and this one is told that it moved.
    std::int32_t freeze(nb_keep_fn keep, void* keeper);
    void hold(bool yes) { _held = yes; } ///< no data while it is asked to freeze
    /// What was not consumed and not read yet goes along.
    void goOn(nb_conn& before);
    void refuse() { _gone = true; } ///< thaw said no: the plugin hears no more of it

private:
    void offer();

    std::int64_t _references = 0;
    std::string _inbox;
    std::string _queued; // sent, and not read by a client that stalls
    std::optional<std::int64_t> _deadline;
    std::int64_t _lastProgress = 0;
    bool _paused = false;
    bool _held = false;
    bool _closing = false;
    bool _full = false; // send said NB_WOULD_BLOCK, and drained is owed
    bool _gone = false;
};
