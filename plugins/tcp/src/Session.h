#pragma once
// One connection: bytes in, packets, answers in order.

#include "tcp/src/Context.h"
#include "tcp/src/EventStream.h"
#include "tcp/src/FrozenSession.h"
#include "tcp/src/OrderedReplies.h"
#include "tcp/src/Packet.h"
#include "tcp/src/PacketScanner.h"
#include "tcp/src/PagesBehindSends.h"

#include <netbit/transport.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <variant>

namespace netbit::tcp {

/// Counted: an answer that comes when the peer has gone finds its session still there. Everything happens on the
/// connection's reactor, but answer(), which comes from the writer and from workers.
class Session final : public TcpSession, public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Context> context, Conn conn, const ScanPlace& place = {});
    ~Session() override;
    /// Of a connection that the generation before has frozen, before anything else comes.
    void goOn(const FrozenSession& from, const Principal& principal);

    std::size_t data(std::string_view bytes) override;
    void ended() override;
    void drained() override;
    void timedOut() override;
    void closed(CloseReason reason) override;
    Result<Frozen> freeze() override;

private:
    struct Reply {
        std::string text;
        Body body;                          // behind the text
        std::shared_ptr<EventStream> opens; // may send once this has left
        bool closes = false;                // the connection is closed behind this
    };
    using Replies = OrderedReplies<Reply>;
    struct Page {
        Replies::Ticket ticket;
        Principal who;
        PageQuery query;
    };

    // Reading
    void handle(std::string_view text);
    void perform(Packet& packet);
    void reply(std::string text);
    void ack(const Packet& packet);
    void refuse(const Nack& nack, bool closes = false);
    void refuse(const Packet& packet, const Error& error);
    std::string refusal(const Packet& packet, const Error& error) const;
    static std::string unsubscribed(std::string_view code);
    void finishInput();

    // Who it is
    Result<Principal> callerOf(const Packet& packet, std::optional<std::int64_t> claimed);
    Result<void> adopt(const Principal& principal);
    Result<std::shared_ptr<EventStream>> follow(const Principal& who, support::LogPlace from);
    void forget(std::string_view code);

    // What a packet asks for; each opens exactly one place for its answer, but a confirmation
    void on(const Packet& packet, const Principal& who, const SendMessage& send);
    void on(const Packet& packet, const Principal& who, const GetMessages& get);
    void on(const Packet& packet, const Principal& who, const Subscribe& subscribe);
    void on(const Packet& packet, const Principal& who, const Unsubscribe& unsubscribe);
    void on(const Packet& packet, const Principal& who, const Confirm& confirm);
    void on(const Packet& packet, const Principal& who, const Status& status);
    void on(const Packet& packet, const Principal& who, const Typing& typing);
    void answerPage(const Page& wanted, Blocking blocking);
    void sendEnded(Replies::Ticket ticket); // [any]

    // Writing
    void answer(Replies::Ticket ticket, Reply reply); // [any]
    void flush();                                     // [any]
    void hand(std::vector<Reply>& ready);             // [any]
    void put(std::string& text);                      // [any]
    void note(netbit::Status sent, std::uint64_t drains);
    bool mustWait() const;
    bool hasRoom() const;
    void goOn();
    void closeWhenDone();

    const std::shared_ptr<Context> _context;
    const std::shared_ptr<const Settings> _settings;
    const Conn _conn;
    PacketScanner _scanner;
    Replies _replies;
    PagesBehindSends<Page> _behindSends;
    Principal _principal;
    std::shared_ptr<EventStream> _events;
    std::int64_t _confirmed = -1;           // the newest event that the client has confirmed
    std::atomic<std::uint64_t> _drains{0};  // how often drained() came
    std::atomic<bool> _congested{false};    // the peer does not read what is sent
    std::atomic<bool> _waiting{false};      // reading stopped until there is room
    std::atomic<bool> _peerEnded{false};
    bool _unread = false;  // there are bytes that were offered and not looked at
    bool _closing = false;
};

} // namespace netbit::tcp
