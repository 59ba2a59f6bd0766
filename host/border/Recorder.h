#pragma once
// Writes down what goes into one generation of a plugin and what comes out of it, as lines of JSON that netbit::kit replays.
//
// A plugin that is recorded is given other tables (RecordTables.cpp), which call the real ones and tell a Recorder; one that
// is not has nothing to do with any of this. Lines are put together on a thread of the recorder's own.
//
// Each piece that the host runs in the plugin (a request, a timer, an event, the end of a write, a posted task) has a number,
// "in"; start has 0. What the plugin was told meanwhile that another run would not tell it again (the time, answers of
// chats) carries the number of the piece that asked.

#include "base/Result.h"
#include "border/Settings.h"

#include <boost/json/object.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

struct nb_timer;

namespace netbit::storage {
class Database;
}

namespace netbit::border {

struct RecordOptions {
    std::filesystem::path file;
    std::size_t mostBytes = 64 * 1024 * 1024;
};

class Recorder {
public:
    static constexpr int form = 1; ///< of the lines

    /// Begins the file, mode 0600, with the settings and the tables as they are. One that is there is kept as FILE.old.
    /// Error: what keeps it from being written or the tables from being read.
    static base::Result<std::shared_ptr<Recorder>> begin(const RecordOptions& options, storage::Database& database,
                                                         const std::string& id, const std::string& version,
                                                         const Settings& settings);
    ~Recorder(); ///< waits until all is written
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// [any] A line of that kind: "request". `body`: bytes that may be anything; secrets are left out of them.
    void line(std::string_view kind, std::uint64_t in, boost::json::object members,
              std::optional<std::string> body = std::nullopt);
    std::uint64_t nextPiece() noexcept { return _pieces.fetch_add(1, std::memory_order_relaxed) + 1; } ///< [any]
    std::uint64_t nextTimer() noexcept { return _timers.fetch_add(1, std::memory_order_relaxed); }     ///< from 0
    std::uint64_t nextSubscription() noexcept { return _subscriptions.fetch_add(1, std::memory_order_relaxed); }
    void end(); ///< [any] the plugin is about to be stopped: what the host does then is no part of it
    std::uint64_t configured(const Settings& settings); ///< [control] new settings, before it hears of them: the piece

    /// The piece that this thread is in.
    static std::uint64_t here() noexcept { return current(); }
    class Scope {
    public:
        explicit Scope(std::uint64_t in) noexcept : _before(std::exchange(current(), in)) {}
        ~Scope() { current() = _before; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        std::uint64_t _before;
    };

    // What the tables keep here, freed with the recorder at the latest.
    void keep(std::shared_ptr<void> what);                         ///< [any]
    void keepFor(const nb_timer* timer, std::shared_ptr<void> what); ///< [any]
    void forget(const nb_timer* timer);                            ///< [any]

private:
    struct Line {
        boost::json::object members;
        std::optional<std::string> body;
    };
    Recorder(int file, std::size_t mostBytes, std::string id);
    static std::uint64_t& current() noexcept;
    void write();
    void put(Line line);
    bool send(std::string_view text);

    const int _file;
    const std::size_t _mostBytes;
    const std::string _id;
    std::atomic<std::uint64_t> _pieces{0};
    std::atomic<std::uint64_t> _timers{0};
    std::atomic<std::uint64_t> _subscriptions{0};
    std::atomic<bool> _over{false}; // ended, or it is full, or the disk

    std::mutex _mutex; // guards what follows
    std::condition_variable _more;
    std::deque<Line> _lines;
    std::size_t _waitingBytes = 0;
    bool _end = false;
    std::deque<std::shared_ptr<void>> _kept;
    std::unordered_map<const nb_timer*, std::shared_ptr<void>> _keptForTimers;

    std::thread _writer; // last: it uses all of the above
};

/// The table that a recorded plugin gets in place of the real one.
const void* recordingTable(std::string_view service, const void* real) noexcept;

} // namespace netbit::border
