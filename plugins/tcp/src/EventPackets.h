#pragma once
// Event packets, made once for all who get them.

#include <netbit/events.hpp>
#include <netbit/host.hpp>

#include <array>

namespace netbit::tcp {

/// A message to a thousand subscribers is one body with a thousand references. [event] only, so nothing is locked.
class EventPackets {
public:
    explicit EventPackets(Host host) : _host(host) {}

    /// {"packet_type":"Event","event":{…}} and a line feed; empty where there is no memory.
    Body packetOf(const Event& event);

private:
    struct Made {
        std::int64_t id = 0;
        Body packet;
    };
    Host _host;
    std::array<Made, 16> _recent; // by id: subscribers are at the same place, or nearly
};

} // namespace netbit::tcp
