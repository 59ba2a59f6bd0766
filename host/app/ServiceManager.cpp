#include "app/ServiceManager.h"

#include <systemd/sd-daemon.h>

namespace netbit::app {

using std::chrono::steady_clock;

std::vector<int> inheritedDescriptors()
{
    std::vector<int> out;
    const int count = sd_listen_fds(1);
    for (int i = 0; i < count; ++i)
        out.push_back(SD_LISTEN_FDS_START + i);
    return out;
}

ServiceManager::ServiceManager()
{
    std::uint64_t silence = 0;
    if (sd_watchdog_enabled(0, &silence) > 0)
        _silence = std::chrono::microseconds(silence);
}

void ServiceManager::ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }

void ServiceManager::stopping(std::chrono::milliseconds patience)
{
    // Requests under way have their patience, plugins theirs; then what is queued is written.
    const auto most = std::chrono::microseconds(2 * patience + std::chrono::seconds(30));
    sd_notify(0, ("STOPPING=1\nSTATUS=Shutting down\nEXTEND_TIMEOUT_USEC=" + std::to_string(most.count())).c_str());
}

void ServiceManager::alive()
{
    const auto now = steady_clock::now();
    if (_silence.count() == 0 || now - _said < _silence / 4)
        return;
    _said = now;
    sd_notify(0, "WATCHDOG=1");
}

} // namespace netbit::app
