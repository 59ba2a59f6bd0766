#pragma once
// What netbitd tells systemd, and what it has from it. Without one (NOTIFY_SOCKET, LISTEN_FDS are not set) all of it is nothing.

#include <chrono>
#include <string>
#include <vector>

namespace netbit::app {

/// [main] Sockets that the service manager has bound; the caller closes them. Children do not see that there were any.
std::vector<int> inheritedDescriptors();

/// [control] One at a time, from main.
class ServiceManager {
public:
    ServiceManager();
    void ready(const std::string& status);
    void stopping(std::chrono::milliseconds patience);
    /// Says that all is well, when it is time to. Whoever stays silent for WatchdogSec is ended and started again.
    void alive();

private:
    std::chrono::microseconds _silence{0}; ///< 0: nobody watches
    std::chrono::steady_clock::time_point _said{};
};

} // namespace netbit::app
