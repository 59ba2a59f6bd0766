#pragma once
// Typing and presence over UDP: signed packets out, and what others do in. Where no UDP comes through, the TCP
// connection does it.

#include "cli/Person.h"
#include "cli/chat/Shared.h"

#include <Poco/Net/DatagramSocket.h>
#include <optional>

namespace netbit::cli::chat
{

/// A packet with its MAC as the last member (plugins/udp/README.md); `members`: what stands between the braces.
/// Nothing: the key is not of 64 hex digits.
std::optional<std::string> signedPacket(std::string_view members, std::string_view session, std::string_view hexKey,
                                        std::uint64_t seq);

class Nearby
{
public:
    Nearby(Person person, Shared& shared, Mailbox<Wish>& live)
        : _person(std::move(person))
        , _shared(shared)
        , _live(live)
    {
    }

    Mailbox<Wish> wishes; ///< TypeNow
    Mailbox<bool> again; ///< rung when the server is there again

    void run(); ///< until shared.stop; says then that the person has gone

private:
    base::Result<void> open();
    base::Result<void> subscribe();
    void send(const std::string& members);
    void tellPresence(const char* state);
    std::optional<boost::json::value> receive(int milliseconds);
    void heard(const boost::json::value& packet);
    void listen();
    void setHears(bool hears);

    Person _person;
    Shared& _shared;
    Mailbox<Wish>& _live; ///< its bell is rung when what is heard by UDP changes
    std::optional<Poco::Net::DatagramSocket> _socket;
    std::string _session;
    std::string _key;
    std::uint64_t _seq = 0;
    Clock::time_point _expires{};
    Clock::time_point _toldAt{};
    Clock::time_point _tellAt = Clock::time_point::max(); ///< soon, to somebody who has just come
    std::map<Id, Clock::time_point> _known; ///< who was heard of, and when
    bool _subscribed = false;
};

} // namespace netbit::cli::chat
