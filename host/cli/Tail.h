#pragma once
// The newest messages of a chat, and what is written to it from then on.

#include "cli/Packets.h"
#include "cli/Person.h"
#include "cli/Terminal.h"

#include <boost/json/value.hpp>
#include <cstdint>
#include <set>
#include <vector>

namespace netbit::cli
{

class Tail
{
public:
    Tail(Person& person, ChatRef chat, Terminal& terminal, bool json);

    /// Prints the newest `count` messages, oldest first.
    base::Result<void> history(std::int64_t count);

    /// history(), then every new message until the output or the login ends. A lost connection is opened again, with
    /// growing pauses up to 30 s, and goes on behind the last event seen.
    base::Result<void> follow(std::int64_t count);

private:
    base::Result<void> connectOnce(std::int64_t count);
    base::Result<void> subscribe(PacketConnection& connection);
    base::Result<void> handle(const boost::json::value& packet);
    /// Messages behind the last one printed.
    base::Result<void> catchUp();
    void print(const boost::json::value& message); ///< unless it was printed already
    void write(const boost::json::value& message);
    bool outputEnded() const { return !_terminal.out; }

    Person& _person;
    ChatRef _chat;
    Terminal& _terminal;
    bool _json;
    std::int64_t _lastEvent = 0;
    std::int64_t _lastMessage = 0;
    std::set<std::int64_t> _printed; ///< ids of late; history and events overlap
    std::vector<boost::json::value> _early; ///< messages that came by event before the history was printed
    bool _started = false;
};

/// Text of others on a terminal: control characters become spaces, so that nobody's message moves the cursor.
std::string shown(std::string_view text);

} // namespace netbit::cli
