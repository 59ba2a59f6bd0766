#include "cli/chat/Live.h"

#include "cli/JsonFields.h"
#include "cli/PacketLogin.h"
#include "cli/chat/Parsing.h"

#include <algorithm>

namespace netbit::cli::chat
{

namespace
{

namespace json = boost::json;
using base::Result;
using base::Status;
using std::chrono::milliseconds;

constexpr milliseconds answerTimeout(15'000);
constexpr milliseconds quietTime(30'000); ///< then a Ping tells whether the server is still there
constexpr milliseconds firstPause(250);
constexpr milliseconds longestPause(15'000);
constexpr milliseconds nackPause(2'000); ///< before a message is sent again that the server had no time for
constexpr std::chrono::seconds presencePause(60);
constexpr Id confirmEvery = 50;
constexpr std::string_view subscribing = "subscribe"; ///< tells the answer from those to other packets

base::Error lost(std::string_view code, std::string_view why) { return base::fault(Status::closed, code, why); }

} // namespace

void Live::run()
{
    auto wait = firstPause;
    while (!_shared.stop) {
        _shared.news.post(LinkNews{Link::connecting, {}, {}});
        const auto began = Clock::now();
        const auto done = connectOnce();
        _shared.live = false;
        for (auto& one : _outbox)
            one.sent = false;
        if (done || _shared.stop)
            continue;
        if (!passing(done.error())) {
            _shared.news.post(LinkNews{Link::ended, sentence(done.error()), {}});
            while (!_shared.stop) { // there is nothing to come back for; what is typed stays unsent, and is told so
                awaitBell(wishes.bell(), 60'000);
                takeWishes();
            }
            return;
        }
        if (Clock::now() - began > longestPause)
            wait = firstPause;
        pause(done.error(), wait);
        wait = _tryNow ? firstPause : std::min(wait * 2, longestPause);
        _tryNow = false;
    }
}

void Live::pause(const base::Error& error, milliseconds time)
{
    const auto until = Clock::now() + time;
    _shared.news.post(LinkNews{Link::away, sentence(error), until});
    while (!_shared.stop && !_tryNow) {
        const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
        if (left <= 0)
            break;
        awaitBell(wishes.bell(), static_cast<int>(left));
        takeWishes();
    }
}

void Live::takeWishes()
{
    for (auto& wish : wishes.take()) {
        if (auto* const say = std::get_if<Say>(&wish))
            _outbox.push_back({std::move(*say), {}, false});
        else if (const auto* const typing = std::get_if<TypeNow>(&wish))
            _typing = typing->chat;
        else if (std::holds_alternative<TryNow>(wish))
            _tryNow = true;
    }
}

Result<void> Live::greet()
{
    const auto profile = _person.ask("GET", "/api/user/profile");
    if (!profile)
        return profile.error();
    if (integer(*profile, "id") <= 0)
        return base::fault(Status::malformed, "unexpected_answer", "The server does not say who you are.");
    _shared.news.post(Greeting{integer(*profile, "id"), text(*profile, "username")});
    _greeted = true;
    return {};
}

Result<void> Live::connectOnce()
{
    if (!_greeted)
        if (auto done = greet(); !done)
            return done;
    const auto server = _person.ask("GET", "/api/server");
    if (!server)
        return server.error();
    const auto* const ports = member(*server, "ports");
    if (!ports)
        return base::fault(Status::malformed, "unexpected_answer", "The server does not name its ports.");
    const auto port = integer(*ports, "tcp");
    if (port <= 0 || port > 65'535)
        return base::fault(Status::unsupported, "no_tcp", "This server has no TCP port to chat over.");
    auto connection = PacketConnection::open(_person.endpoint(), static_cast<std::uint16_t>(port));
    if (!connection)
        return connection.error();
    if (auto done = authenticate(*connection, _person); !done)
        return done;
    if (auto done = subscribe(*connection); !done)
        return done;
    _tryNow = false;
    _shared.live = true;
    _shared.news.post(LinkNews{Link::live, {}, {}});
    if (udp)
        udp->ring();
    return stay(*connection);
}

Result<void> Live::subscribe(PacketConnection& connection)
{
    _subscribedForUdp = _shared.udpHears;
    json::object request{{"packet_type", "Subscribe"}, {"client_id", subscribing}};
    if (_subscribedForUdp)
        request["topics"] = json::array{"message.*", "reaction.*", "chat.*", "read.*"};
    else
        request["topics"] = json::array{"message.*", "reaction.*", "chat.*", "read.*", "typing", "presence.*"};
    const bool resumes = _lastEvent != 0;
    if (resumes)
        request["after"] = _lastEvent;
    if (auto sent = connection.send(packet(std::move(request))); !sent)
        return sent;
    for (bool done = false; !done;) {
        const auto answer = connection.receive(answerTimeout);
        if (!answer)
            return answer.error();
        const auto* const success = member(*answer, "success");
        if (!success ||
            text(*answer, "client_id") != subscribing) { // an event that overtook the answer, or an earlier answer
            if (auto handled = handle(connection, *answer); !handled)
                return handled;
        } else if (!truth(*answer, "success"))
            return mayBeTaken(text(*answer, "code"))
                ? lost("refused", text(*answer, "error"))
                : base::fault(Status::forbidden, "refused",
                              "The server refused the subscription: " + text(*answer, "error"));
        else
            done = true;
    }
    // From now on nothing is missed; what happened before has to be asked for where no event says where that was.
    if (!resumes || _lost)
        _shared.news.post(StartAfresh{++_shared.epoch});
    _lost = false;
    return {};
}

Result<void> Live::send(PacketConnection& connection)
{
    for (auto& one : _outbox) {
        if (one.sent || one.after > Clock::now())
            continue;
        json::object message{{"chat_id", one.say.chat}, {"content", one.say.content}, {"message_type", "text"}};
        if (one.say.replyTo != 0)
            message["reply_to"] = one.say.replyTo;
        if (auto sent = connection.send(
                packet({{"packet_type", "SendMessage"}, {"client_id", one.say.key}, {"message", std::move(message)}}));
            !sent)
            return sent;
        one.sent = true;
    }
    if (const auto chat = std::exchange(_typing, 0); chat != 0)
        if (auto sent = connection.send(packet({{"packet_type", "Typing"}, {"chat_id", chat}})); !sent)
            return sent;
    if (!_shared.udpHears && Clock::now() >= _toldPresence + presencePause) {
        _toldPresence = Clock::now();
        const json::object state{{"state", presenceNow(_shared)}};
        if (auto sent = connection.send(packet({{"packet_type", "Status"}, {"status_data", state}})); !sent)
            return sent;
    }
    return {};
}

milliseconds Live::untilNext() const
{
    auto wait = quietTime;
    for (const auto& one : _outbox)
        if (!one.sent)
            wait = std::min(wait, std::max(milliseconds(1), std::chrono::ceil<milliseconds>(one.after - Clock::now())));
    return wait;
}

Result<void> Live::stay(PacketConnection& connection)
{
    auto heard = Clock::now();
    bool pinged = false;
    while (!_shared.stop) {
        takeWishes();
        if (auto sent = send(connection); !sent)
            return sent;
        if (_subscribedForUdp != _shared.udpHears && _lastEvent != 0)
            if (auto done = subscribe(connection); !done)
                return done;
        const auto received = connection.receive(pinged ? answerTimeout : untilNext(), wishes.bell());
        if (received) {
            heard = Clock::now();
            pinged = false;
            if (auto done = handle(connection, *received); !done)
                return done;
            continue;
        }
        if (received.status() != Status::wouldBlock)
            return received.error();
        if (pinged && Clock::now() - heard > quietTime + answerTimeout)
            return lost("timeout", "The server does not answer any more.");
        if (!pinged && Clock::now() - heard >= quietTime) {
            pinged = true;
            if (auto sent = connection.send(packet({{"packet_type", "Ping"}})); !sent)
                return sent;
        }
    }
    return {};
}

void Live::answered(const json::value& ack)
{
    const auto key = text(ack, "client_id");
    const auto found = std::ranges::find_if(_outbox, [&](const Unanswered& one) { return one.say.key == key; });
    if (key.empty() || found == _outbox.end())
        return; // of Typing, Status
    if (truth(ack, "success")) {
        _shared.news.post(AckNews{key, integer(ack, "message_id")});
        _outbox.erase(found);
    } else if (mayBeTaken(text(ack, "code"))) {
        found->sent = false;
        found->after = Clock::now() + nackPause;
    } else {
        _shared.news.post(NackNews{key, text(ack, "error")});
        _outbox.erase(found);
    }
}

Result<void> Live::handle(PacketConnection& connection, const json::value& received)
{
    if (member(received, "success")) {
        answered(received);
        return text(received, "code") == "unauthenticated" ? lost("unauthenticated", "The login has to be renewed.")
                                                           : Result<void>();
    }
    const auto type = text(received, "packet_type");
    if (type == "Unsubscribed")
        return lost("unsubscribed", "The subscription ended.");
    auto event = eventOf(received);
    if (type == "Reset" || (event && event->topic == "reset")) {
        _lastEvent = std::max(_lastEvent, event ? event->id : integer(received, "next_id") - 1);
        _shared.lastEvent = _lastEvent;
        if (_shared.live)
            _shared.news.post(StartAfresh{++_shared.epoch});
        else
            _lost = true;
        return {};
    }
    if (!event || (event->id != 0 && event->id <= _lastEvent))
        return {};
    const auto id = event->id;
    // The event first: whoever sees its number finds it, or what came of it, in the mailbox.
    _shared.news.post(std::move(*event));
    if (id != 0) {
        _lastEvent = id;
        _shared.lastEvent = id;
        if (id >= _confirmed + confirmEvery) {
            _confirmed = id;
            return connection.send(packet({{"packet_type", "Ack"}, {"event_id", id}}));
        }
    }
    return {};
}

} // namespace netbit::cli::chat
