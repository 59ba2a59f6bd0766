#pragma once
// A client's place in the event log, on its way from one generation of a plugin to the next.

#include "support/Fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::support {

struct LogPlace {
    std::int64_t after = -1; ///< the client has had everything up to this id; -1: from now on
    std::vector<std::string> topics; ///< none: all

    /// They point into this.
    std::vector<std::string_view> topicViews() const { return {topics.begin(), topics.end()}; }
};

/// Appends {"after":1,"topics":["message.*"]}.
void appendLogPlace(std::string& out, const LogPlace& place);
/// Reads its members; nothing, and a fault in `fields`, where they make no sense.
std::optional<LogPlace> readLogPlace(Fields& fields);

} // namespace netbit::support
