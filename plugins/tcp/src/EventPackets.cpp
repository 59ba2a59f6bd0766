#include "tcp/src/EventPackets.h"

#include <string>

namespace netbit::tcp {

Body EventPackets::packetOf(const Event& event)
{
    // Ephemeral events have no id that tells them apart; they go to the few members of a chat.
    auto* const place = event.id > 0 ? &_recent[static_cast<std::size_t>(event.id) % _recent.size()] : nullptr;
    if (place && place->id == event.id)
        return place->packet;
    std::string text;
    text.reserve(event.json.size() + 40);
    text += R"({"packet_type":"Event","event":)";
    text += event.json;
    text += "}\n";
    auto made = Body::make(_host, text);
    if (!made)
        return {};
    if (place)
        *place = {event.id, *made};
    return std::move(*made);
}

} // namespace netbit::tcp
