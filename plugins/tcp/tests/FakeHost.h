#pragma once
// A host of one connection, one thread and no disk: the tables that the plugin asks for, as far as it uses them.

#include <netbit/auth.h>
#include <netbit/chat.h>
#include <netbit/config.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/plugin.h>
#include <netbit/transport.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct nb_body {
    std::string text;
    int references = 1;
};
struct nb_principal {
    std::int64_t userId = 0;
    bool valid = true;
    int references = 0;
};
struct nb_conn {
    std::string sent;
    int references = 1;
    int sends = 0;
    std::int32_t sendStatus = NB_OK;
    bool closed = false;
    bool paused = false;
    bool resumed = false;
    bool loopback = false;
    std::uint32_t deadlineMs = 0;
};
struct nb_subscription {
    nb_event_calls calls{};
    void* user = nullptr;
    std::int64_t after = 0;
    std::size_t topics = 0;
    int resumes = 0;
    bool cancelled = false;
};

namespace netbit::tcp::testing {

struct Write { ///< a SendMessage under way
    std::int64_t senderId;
    std::string content;
    std::string key;
    nb_done_fn done;
    void* user;
};

/// Loads nothing: the plugin is linked into the test. One at a time.
class FakeHost {
public:
    explicit FakeHost(std::map<std::string, std::int64_t> settings = {});
    ~FakeHost(); ///< stops the plugin; fails the test when it has kept a reference

    void connect(bool loopback = false);
    void disconnect(); ///< the session hears `closed`
    /// Bytes from the peer; what is not consumed is offered again with what follows, or after resume().
    void feed(std::string_view bytes);
    void end();
    /// Freezes the session and, where it lets itself be frozen, thaws it over the same connection: what the next
    /// generation does, whose settings are these. Gives what freeze said.
    std::int32_t handOver();
    std::string frozen; ///< the piece
    void drain();
    void timeOut();
    /// What was sent since the last time.
    std::string take();

    void finish(std::size_t index, std::int64_t id); ///< a write is on disk
    void refuse(std::size_t index, std::int32_t status, const char* code);
    std::int32_t deliver(std::int64_t id, std::string_view json);
    void revoke();
    void runPosted();

    nb_conn conn;
    std::map<std::string, nb_principal> tokens; ///< by token
    std::map<std::int64_t, nb_principal> known; ///< for impersonate
    std::vector<Write> writes;
    std::vector<nb_subscription*> subscriptions;
    std::vector<std::string> published;
    std::int32_t subscribeStatus = NB_OK;
    bool pageBlocks = false;
    int pagesRead = 0;

    // for the tables
    std::map<std::string, std::int64_t> settings;
    std::vector<std::pair<nb_task_fn, void*>> posted;
    nb_tcp_calls calls{};
    void* user = nullptr;
    void* session = nullptr;
    nb_host host{};

private:
    void offer();
    nb_plugin* _plugin = nullptr;
    std::string _held;
    bool _connected = false;
};

} // namespace netbit::tcp::testing
