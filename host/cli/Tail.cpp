#include "cli/Tail.h"

#include "cli/JsonFields.h"
#include "cli/PacketLogin.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <thread>
#include <tuple>

namespace netbit::cli
{

namespace
{

constexpr std::int64_t pageSize = 200;
constexpr std::size_t rememberedIds = 1'000;
constexpr std::chrono::milliseconds answerTimeout(15'000);
constexpr std::chrono::milliseconds quietTime(30'000); ///< then a Ping tells whether the server is still there
constexpr std::chrono::milliseconds longestPause(30'000);

/// By time, then by id: the server's order, whichever way round a page comes.
std::vector<boost::json::value> ordered(const boost::json::array& messages)
{
    std::vector<boost::json::value> sorted(messages.begin(), messages.end());
    std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) {
        return std::tuple(text(a, "created_at"), integer(a, "id")) <
            std::tuple(text(b, "created_at"), integer(b, "id"));
    });
    return sorted;
}

} // namespace

std::string shown(std::string_view given)
{
    std::string out;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto byte = static_cast<unsigned char>(given[i]);
        const bool c1 = byte == 0xC2 && i + 1 < given.size() && static_cast<unsigned char>(given[i + 1]) < 0xA0;
        if (c1) {
            out += ' ';
            ++i;
        } else
            out += byte < 0x20 || byte == 0x7F ? ' ' : given[i];
    }
    return out;
}

Tail::Tail(Person& person, ChatRef chat, Terminal& terminal, bool json)
    : _person(person)
    , _chat(std::move(chat))
    , _terminal(terminal)
    , _json(json)
{
}

void Tail::print(const boost::json::value& message)
{
    const auto id = integer(message, "id");
    if (!_printed.insert(id).second)
        return;
    if (_printed.size() > rememberedIds)
        _printed.erase(_printed.begin());
    _lastMessage = std::max(_lastMessage, id);
    write(message);
}

void Tail::write(const boost::json::value& message)
{
    if (_json) {
        _terminal.out << boost::json::serialize(message) << std::endl;
        return;
    }
    auto time = text(message, "created_at");
    if (time.size() >= 16) {
        time.resize(16);
        time[10] = ' ';
    }
    auto sender = text(message, "sender_name");
    if (sender.empty())
        sender = std::to_string(integer(message, "sender_id"));
    auto content = text(message, "deleted_at").empty() ? text(message, "content") : std::string("(deleted)");
    for (const auto& file : list(message, "attachments"))
        content.append(content.empty() ? "" : " ").append("[file: ").append(text(file, "name")).append("]");
    if (truth(message, "is_edited") && text(message, "deleted_at").empty())
        content += " (edited)";
    const bool system = text(message, "message_type") == "system";
    _terminal.out << time << ' ';
    if (system)
        _terminal.out << "-- ";
    else
        _terminal.out << '<' << shown(sender) << "> ";
    // A message of several lines goes on indented, so that no line of it looks like somebody else's message.
    for (std::size_t at = 0; at != std::string::npos;) {
        const auto end = content.find('\n', at);
        _terminal.out << (at == 0 ? "" : "\n    ") << shown(std::string_view(content).substr(at, end - at));
        at = end == std::string::npos ? end : end + 1;
    }
    _terminal.out << std::endl;
}

base::Result<void> Tail::history(std::int64_t count)
{
    std::vector<boost::json::value> newest;
    std::int64_t before = 0;
    while (static_cast<std::int64_t>(newest.size()) < count) {
        const auto limit = std::min(pageSize, count - static_cast<std::int64_t>(newest.size()));
        auto target = "/api/chats/" + std::to_string(_chat.id) + "/messages?limit=" + std::to_string(limit);
        if (before != 0)
            target += "&before=" + std::to_string(before);
        const auto answer = _person.ask("GET", target);
        if (!answer)
            return answer.error();
        auto page = ordered(list(*answer, "data"));
        if (page.empty())
            break;
        before = integer(page.front(), "id");
        const bool last = static_cast<std::int64_t>(page.size()) < limit;
        newest.insert(newest.begin(), page.begin(), page.end());
        if (last)
            break;
    }
    for (const auto& message : newest)
        print(message);
    return {};
}

base::Result<void> Tail::catchUp()
{
    for (;;) {
        const auto answer =
            _person.ask("GET",
                        "/api/chats/" + std::to_string(_chat.id) + "/messages?limit=" + std::to_string(pageSize) +
                            "&after=" + std::to_string(_lastMessage));
        if (!answer)
            return answer.error();
        const auto before = _lastMessage;
        const auto page = ordered(list(*answer, "data"));
        for (const auto& message : page)
            print(message);
        if (static_cast<std::int64_t>(page.size()) < pageSize || _lastMessage == before)
            return {};
    }
}

base::Result<void> Tail::subscribe(PacketConnection& connection)
{
    boost::json::object request{{"packet_type", "Subscribe"}};
    if (_lastEvent != 0)
        request["after"] = _lastEvent;
    if (auto sent = connection.send(packet(std::move(request))); !sent)
        return sent;
    for (;;) {
        const auto answer = connection.receive(answerTimeout);
        if (!answer)
            return answer.error();
        const auto* success = member(*answer, "success");
        if (!success) { // an event that overtook the answer
            if (auto done = handle(*answer); !done)
                return done;
            continue;
        }
        if (!truth(*answer, "success"))
            return base::fault(base::Status::forbidden, "refused",
                               "The server refused the subscription: " + text(*answer, "error"));
        return {};
    }
}

base::Result<void> Tail::handle(const boost::json::value& received)
{
    const auto* event = member(received, "event");
    const auto type = text(received, "packet_type");
    if (type == "Unsubscribed")
        return base::fault(base::Status::closed, "unsubscribed", "The server ended the subscription.");
    // The events between ours and the server's oldest are gone; the messages themselves are not.
    if (type == "Reset") {
        _lastEvent = std::max(_lastEvent, integer(received, "next_id") - 1);
        return _started ? catchUp() : base::Result<void>();
    }
    if (type != "Event" || !event)
        return {};
    const auto id = integer(*event, "id");
    const auto topic = text(*event, "topic");
    if (topic == "reset") {
        _lastEvent = std::max(_lastEvent, id);
        return _started ? catchUp() : base::Result<void>();
    }
    if (id != 0 && id <= _lastEvent)
        return {};
    _lastEvent = std::max(_lastEvent, id);
    const auto* message = member(*event, "data");
    if (topic == "message.created" && integer(*event, "chat_id") == _chat.id && message) {
        if (_started)
            print(*message);
        else
            _early.push_back(*message);
    }
    const bool changed = topic == "message.edited" || topic == "message.deleted";
    if (changed && _started && integer(*event, "chat_id") == _chat.id && message)
        write(*message);
    return {};
}

base::Result<void> Tail::connectOnce(std::int64_t count)
{
    const auto server = _person.ask("GET", "/api/server");
    if (!server)
        return server.error();
    const auto* ports = member(*server, "ports");
    const auto port = ports ? integer(*ports, "tcp") : 0;
    if (port <= 0 || port > 65'535)
        return base::fault(base::Status::unsupported, "no_tcp", "This server has no TCP port to follow a chat on.");
    auto connection = PacketConnection::open(_person.endpoint(), static_cast<std::uint16_t>(port));
    if (!connection)
        return connection.error();
    if (auto done = authenticate(*connection, _person); !done)
        return done;
    if (auto done = subscribe(*connection); !done)
        return done;
    // Subscribed first, then read: nothing falls between, and what comes twice is printed once.
    if (!_started || _lastEvent == 0) {
        if (auto done = _started ? catchUp() : history(count); !done)
            return done;
        _started = true;
        for (const auto& message : std::exchange(_early, {}))
            print(message);
    }
    bool pinged = false;
    while (!outputEnded()) {
        const auto received = connection->receive(pinged ? answerTimeout : quietTime);
        if (received) {
            pinged = false;
            if (auto done = handle(*received); !done)
                return done;
        } else if (received.status() == base::Status::wouldBlock && !pinged) {
            pinged = true;
            if (auto sent = connection->send(packet({{"packet_type", "Ping"}})); !sent)
                return sent;
        } else
            return base::fault(base::Status::closed, received.error().code, received.error().detail);
    }
    return {};
}

base::Result<void> Tail::follow(std::int64_t count)
{
    std::chrono::milliseconds pause(250);
    for (;;) {
        const auto began = std::chrono::steady_clock::now();
        const auto done = connectOnce(count);
        if (done)
            return done;
        const auto status = done.status();
        const bool passing = status == base::Status::closed || status == base::Status::unavailable ||
            status == base::Status::wouldBlock || status == base::Status::rateLimited;
        if (!_started || !passing)
            return done;
        if (std::chrono::steady_clock::now() - began > longestPause)
            pause = std::chrono::milliseconds(250);
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longestPause);
    }
}

} // namespace netbit::cli
