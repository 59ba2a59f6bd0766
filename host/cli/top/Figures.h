#pragma once
// One look at /metrics, and what two of them say of the time between.

#include <chrono>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <boost/json/object.hpp>

namespace netbit::cli::top
{

/// Values by series as they are written: `name` or `name{label="value"}`. Lines that are none are left out.
class Figures
{
public:
    static Figures parse(std::string_view text, std::chrono::steady_clock::time_point taken);

    double value(std::string_view series) const; ///< 0 when it is not there
    double of(std::string_view name, std::string_view label, std::string_view value) const;
    /// The values of a label in the series of a name, sorted.
    std::vector<std::string> labels(std::string_view name) const;
    std::chrono::steady_clock::time_point taken() const noexcept { return _taken; }

private:
    std::map<std::string, double, std::less<>> _values;
    std::chrono::steady_clock::time_point _taken{};
};

/// Rates and levels; a counter that has gone down (the server was restarted) counts from zero.
boost::json::object between(const Figures& before, const Figures& now);

/// For people, at most 100 columns wide; busy plugins first.
void print(std::ostream& out, const boost::json::object& picture);

} // namespace netbit::cli::top
