#pragma once
// The TCP connection: events come in, messages go out. It is opened again whenever it is lost, and goes on behind the
// last event.

#include "cli/Packets.h"
#include "cli/Person.h"
#include "cli/chat/Shared.h"

#include <deque>

namespace netbit::cli::chat
{

class Live
{
public:
    Live(Person person, Shared& shared)
        : _person(std::move(person))
        , _shared(shared)
    {
    }

    Mailbox<Wish> wishes; ///< Say, TypeNow, TryNow; a bell alone when something shared has changed
    Mailbox<bool>* udp = nullptr; ///< rung when the server is there again

    void run(); ///< until shared.stop

private:
    struct Unanswered {
        Say say;
        Clock::time_point after{}; ///< not sent again before
        bool sent = false; ///< over this connection
    };

    base::Result<void> connectOnce();
    base::Result<void> greet();
    base::Result<void> subscribe(PacketConnection& connection);
    base::Result<void> stay(PacketConnection& connection);
    base::Result<void> send(PacketConnection& connection);
    base::Result<void> handle(PacketConnection& connection, const boost::json::value& packet);
    void answered(const boost::json::value& ack);
    void takeWishes();
    void pause(const base::Error& error, std::chrono::milliseconds time);
    std::chrono::milliseconds untilNext() const;

    Person _person;
    Shared& _shared;
    std::deque<Unanswered> _outbox;
    Id _lastEvent = 0;
    Id _confirmed = 0;
    Id _typing = 0; ///< a chat to tell of
    Clock::time_point _toldPresence{};
    bool _greeted = false;
    bool _tryNow = false;
    bool _subscribedForUdp = false; ///< the subscription leaves typing and presence out
    bool _lost = false; ///< events: the server's log begins later
};

} // namespace netbit::cli::chat
