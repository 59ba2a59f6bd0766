#include "Load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

void die(const std::string& what)
{
    const int error = errno;
    std::fprintf(stderr, "%s%s%s\n", what.c_str(), error ? ": " : "", error ? std::strerror(error) : "");
    std::exit(1);
}

Options::Options(int argc, char** argv, std::string usage, std::initializer_list<std::string_view> names)
    : _usage(std::move(usage))
{
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name.substr(0, 2) != "--" || i + 1 == argc ||
            std::find(names.begin(), names.end(), name.substr(2)) == names.end())
            this->usage();
        _values[std::string(name.substr(2))] = argv[i + 1];
    }
}

std::string Options::text(const std::string& name, const std::string& fallback) const
{
    const auto found = _values.find(name);
    return found == _values.end() ? fallback : found->second;
}

std::uint64_t Options::number(const std::string& name, std::uint64_t fallback, std::uint64_t least,
                              std::uint64_t most) const
{
    const auto given = text(name, std::to_string(fallback));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error != std::errc() || end != given.data() + given.size() || value < least || value > most)
        usage();
    return value;
}

double Options::seconds(const std::string& name, double fallback) const
{
    const auto given = text(name, std::to_string(fallback));
    char* end = nullptr;
    const double value = std::strtod(given.c_str(), &end);
    if (*end != '\0' || !(value >= 0 && value <= 3600))
        usage();
    return value;
}

void Options::usage() const
{
    std::fprintf(stderr, "usage: %s\n", _usage.c_str());
    std::exit(2);
}

int connectLoopback(int type, std::uint16_t port)
{
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        die("connect to 127.0.0.1:" + std::to_string(port));
    const int on = 1;
    if (type == SOCK_STREAM)
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

Clock::duration fromSeconds(double seconds)
{
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double quantile(const std::vector<float>& times, double q)
{
    if (times.empty())
        return 0;
    return static_cast<double>(times[static_cast<std::size_t>(q * static_cast<double>(times.size() - 1))]);
}

} // namespace bench
