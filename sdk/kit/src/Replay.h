#pragma once
// A recording of a plugin's calls (host/border/Recorder.h), put in again.

#include "base/Result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nb_kit_options;

namespace netbit::fake {

/// The lines, and where in them the run is.
class Replay {
public:
    struct Line {
        std::size_t number = 0; ///< in the file, from 1
        boost::json::object members;
    };
    /// Error: not_found, malformed / bad_recording.
    static base::Result<Replay> read(const std::filesystem::path& file);

    const std::string& name() const noexcept { return _name; }
    const Line& head() const noexcept { return _lines.front(); }
    const std::vector<Line>& lines() const noexcept { return _lines; }
    /// A fast handler that could not go on, and was called once more on a worker.
    bool isRepeated(std::uint64_t piece) const { return _repeated.contains(piece); }

    std::uint64_t in = 0;                       ///< the piece that runs
    const boost::json::object* step = nullptr;  ///< its line, where that is the end of a write
    /// What a service said to this piece when it asked: each answer once, in order. nullptr: it did not ask then.
    const boost::json::object* take(std::string_view function);

private:
    std::string _name;
    std::vector<Line> _lines;
    std::set<std::uint64_t> _repeated;
    std::map<std::pair<std::uint64_t, std::string>, std::deque<const boost::json::object*>> _answers;
};

// Members of a line: 0 and empty where there is none of that type.
std::int64_t lineInteger(const boost::json::object& of, std::string_view key);
std::string lineText(const boost::json::object& of, std::string_view key);

/// How the plugin has answered a request, as it said it.
std::string described(const boost::json::object& head, std::optional<std::string> body);

/// Runs the library with what the recording says. The first difference in a sentence or more; empty: none.
base::Result<std::vector<std::string>> replay(const nb_kit_options& options, const std::filesystem::path& recording);

/// The table that a plugin gets in place of the real one while a recording is replayed.
const void* replayTable(std::string_view service, const void* real) noexcept;

} // namespace netbit::fake
