#pragma once
// What the two load programs share: options, sockets on loopback, quantiles. Every failure ends the program with words.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& what); ///< with errno's text, when there is one

/// `--name value` pairs; a name that is not among `names` shows the usage and ends.
class Options {
public:
    Options(int argc, char** argv, std::string usage, std::initializer_list<std::string_view> names);
    std::string text(const std::string& name, const std::string& fallback) const;
    std::uint64_t number(const std::string& name, std::uint64_t fallback, std::uint64_t least, std::uint64_t most) const;
    double seconds(const std::string& name, double fallback) const;
    [[noreturn]] void usage() const;

private:
    std::string _usage;
    std::map<std::string, std::string> _values;
};

/// A connected socket of that type (SOCK_STREAM, SOCK_DGRAM) to 127.0.0.1.
int connectLoopback(int type, std::uint16_t port);

double microseconds(Clock::duration duration);
Clock::duration fromSeconds(double seconds);
/// `times` is sorted; 0 when it is empty.
double quantile(const std::vector<float>& times, double q);

} // namespace bench
