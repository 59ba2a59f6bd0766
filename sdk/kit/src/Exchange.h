#pragma once
// A request and its answer: what the test sees of it, what the plugin sees of it, and the stream that may follow.

#include "Life.h"
#include "base/Result.h"
#include "edge/Exchange.h"
#include "services/auth/Principal.h"
#include <netbit/draft/bodies.h>
#include <netbit/http.h>
#include <netbit/kit.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::fake {

class World;

/// Routes, admits, runs. Nothing: no request that a client could send.
base::Result<nb_kit_exchange*> begin(World& world, const nb_kit_request& request);

} // namespace netbit::fake

struct nb_kit_exchange {
    explicit nb_kit_exchange(netbit::fake::World& in) : world(in) {}

    netbit::fake::World& world;

    // The request.
    std::string method;
    std::string target;
    std::string path;
    std::vector<std::pair<std::string, std::string>> fields;
    std::vector<std::pair<std::string, std::string>> params;
    std::vector<std::pair<std::string, std::string>> query;
    std::string body;
    std::string peer;
    std::uint64_t id = 0;
    netbit::services::auth::PrincipalPtr principal;
    std::string routeName; ///< "GET /api/hello/{name}"

    // The reply.
    std::int32_t status = 0;
    std::vector<std::pair<std::string, std::string>> replyFields;
    std::string content;
    std::uint32_t flags = 0; ///< NB_KIT_…
    nb_stream* stream = nullptr;
    std::string given; ///< in a replay: what the plugin has answered, described

    std::string_view field(std::string_view name) const;
    void take(netbit::edge::Reply reply); ///< the whole of it
    void takeHead(netbit::edge::Reply& reply);
};

struct nb_request {
    nb_request(netbit::fake::Life& by, nb_kit_exchange& of) : life(by), exchange(of) {}
    ~nb_request();

    netbit::fake::Life& life;
    nb_kit_exchange& exchange;
    bool worker = false;
    bool answered = false;
    bool deferred = false;
    bool streamed = false; ///< its route takes the body as it comes
    bool received = false; ///< and somebody takes it
    nb_principal* principal = nullptr; ///< lent to the plugin

    bool claim(); ///< false: it was answered before, which is a violation
    void problem(const netbit::base::Error& error); ///< by the plugin or for it
    void settled(); ///< nothing of it is lent any more
};

/// A body on its way to the plugin, in pieces of at most pieceBytes.
struct nb_intake {
    static constexpr std::size_t pieceBytes = 16 * 1024;

    nb_intake(netbit::fake::Life& by, std::string whole, const nb_intake_calls& wanted, void* argument)
        : life(by), body(std::move(whole)), calls(wanted), user(argument)
    {
    }
    void wake(); ///< the next call waits its turn
    void close();

    netbit::fake::Life& life;
    const std::string body;
    const nb_intake_calls calls;
    void* const user;
    std::size_t given = 0;
    bool waiting = false; ///< a call is in the queue, or under way
    bool held = false;    ///< the plugin has said NB_WOULD_BLOCK
    bool resumed = false; ///< resume() came while that was on its way
    bool over = false;    ///< no call but `ended` will come
    bool closed = false;

private:
    void step();
    void tellEnded();
};

/// A stream of replies: what the client reads, and what the plugin hears of it.
struct nb_stream {
    nb_stream(netbit::fake::Life& life, nb_kit_exchange& of, const nb_stream_calls& calls, void* user)
        : exchange(of), _life(&life), _calls(calls), _user(user)
    {
    }

    nb_kit_exchange& exchange;

    std::int32_t write(std::string_view bytes);
    void endByPlugin();
    void endByHost(); ///< the client sees its end; the plugin's end is still to come
    bool endedByPlugin() const { return _ended; }
    bool open() const { return !_ended && !_gone && !_over; }

    // The client.
    void stall(std::uint64_t highMark);
    void unstall();
    void hangUp();

    /// Handover: asks it to freeze; NB_OK: the next generation's, and this one is over.
    std::int32_t freeze(nb_keep_fn keep, void* keeper);
    const std::string& routeName() const { return exchange.routeName; }
    /// The next generation's, from here on: with what the client has not read yet.
    void goOn(const nb_stream& before, const nb_stream_calls& calls, void* user);
    void refuse(); ///< thaw said no: the client sees the end, the plugin hears no more of it

private:
    void tell(const char* name, void (*function)(void*));
    void tellEnded();

    netbit::fake::Life* _life;
    nb_stream_calls _calls;
    void* _user;
    bool _stalled = false;
    bool _full = false;   // write said NB_WOULD_BLOCK, and drained is owed
    bool _ended = false;  // by the plugin
    bool _gone = false;   // the client has hung up
    bool _over = false;   // ended by the host, or moved
    bool _telling = false;
    bool _endedTold = false;
    std::uint64_t _highMark = 0;
    std::uint64_t _waiting = 0;
};
