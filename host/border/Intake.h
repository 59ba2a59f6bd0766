#pragma once
// A request's body on its way to a plugin: from the connection's reactor, through a short queue, to calls on a worker.

#include "border/Guard.h"
#include "edge/Exchange.h"
#include <netbit/draft/bodies.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

struct nb_intake final : netbit::edge::BodySink, std::enable_shared_from_this<nb_intake> {
    nb_intake(netbit::border::Generation& owner, std::shared_ptr<netbit::edge::Exchange> of, const nb_intake_calls& wanted,
              void* argument);

    // [reactor] From the edge.
    bool data(std::string bytes) override;
    void end() override;
    void failed(const netbit::base::Error& error) override;

    // [any] From the plugin.
    void resume();
    void close();

    const std::shared_ptr<netbit::border::Generation> generation;

private:
    static constexpr std::size_t roomBytes = 256 * 1024;     ///< more than this waiting: the client has to
    static constexpr std::size_t turnBytes = 1024 * 1024;    ///< then others have their turn on the worker

    void wake(std::unique_lock<std::mutex>& lock);
    void run(const std::shared_ptr<netbit::border::Owed>& owed);
    bool step(std::unique_lock<std::mutex>& lock, std::size_t& done);
    std::int32_t tellData(std::string_view bytes);
    void tellEnded();

    const std::shared_ptr<netbit::edge::Exchange> _exchange;
    const nb_intake_calls _calls;
    void* const _user;

    std::mutex _mutex; // guards what follows; never held while the plugin is called
    std::deque<std::string> _pieces;
    std::size_t _waiting = 0; // bytes in them
    std::optional<netbit::base::Error> _failure;
    bool _whole = false;    // no piece will follow
    bool _full = false;     // the edge was told to wait
    bool _held = false;     // the plugin has said NB_WOULD_BLOCK
    bool _resumed = false;  // resume() came while that was on its way
    bool _running = false;  // a task is on a worker, or on its way there
    bool _over = false;     // no call but `ended` will come
    bool _closed = false;   // by the plugin
    bool _endedTold = false;
};
