#pragma once
// Which topics a subscription wants.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::events {

/// Exact names, or "message.*" for all that begin with "message."; no name at all: every topic.
class TopicFilter {
public:
    explicit TopicFilter(const std::vector<std::string>& topics) : _all(topics.empty())
    {
        for (std::string_view topic : topics) {
            if (topic == "*")
                _all = true;
            else if (topic.ends_with(".*"))
                _beginnings.emplace_back(topic.substr(0, topic.size() - 1));
            else
                _names.emplace_back(topic);
        }
    }

    bool all() const noexcept { return _all; } ///< nothing is asked for by its name

    bool wants(std::string_view topic) const noexcept
    {
        if (_all)
            return true;
        const auto same = [&](const std::string& name) { return name == topic; };
        const auto begins = [&](const std::string& start) { return topic.starts_with(start); };
        return std::any_of(_names.begin(), _names.end(), same) ||
               std::any_of(_beginnings.begin(), _beginnings.end(), begins);
    }

private:
    std::vector<std::string> _names;
    std::vector<std::string> _beginnings; // with their dot
    bool _all;
};

} // namespace netbit::services::events
