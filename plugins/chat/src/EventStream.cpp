#include "EventStream.h"

#include "support/JsonText.h"

#include <algorithm>

namespace netbit::chat {

namespace {

constexpr std::size_t maxTopics = 32;
constexpr std::size_t maxTopicBytes = 128;
constexpr std::uint32_t form = 1; // of what freeze gives: a LogPlace as JSON

bool isTopicChar(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '*';
}

} // namespace

Result<std::int64_t> readAfter(std::optional<std::string_view> lastEventId, std::optional<std::string_view> after)
{
    // A browser that comes back keeps the query it began with, and Last-Event-ID is the newer of the two.
    const bool byHeader = lastEventId && !lastEventId->empty();
    if (!byHeader && !after)
        return -1;
    const auto id = parseInteger<std::int64_t>(byHeader ? *lastEventId : *after);
    if (!id || *id < 0)
        return Error(Status::invalid, "bad_parameter",
                     byHeader ? "Last-Event-ID must be the id of an event." : "It must be the id of an event, from 0.",
                     byHeader ? "" : "/after");
    return *id;
}

Result<std::vector<std::string_view>> readTopics(std::optional<std::string_view> topics)
{
    std::vector<std::string_view> out;
    if (!topics)
        return out;
    auto rest = *topics;
    for (;;) {
        const auto comma = rest.find(',');
        const auto topic = rest.substr(0, comma);
        const bool star = topic.find('*') != std::string_view::npos;
        const bool starAtEnd = topic.size() > 2 && topic.substr(topic.size() - 2) == ".*"
            && topic.find('*') == topic.size() - 1;
        if (topic.empty() || topic.size() > maxTopicBytes || !std::all_of(topic.begin(), topic.end(), isTopicChar)
            || (star && !starAtEnd) || out.size() == maxTopics)
            return Error(Status::invalid, "bad_parameter",
                         "It must be up to 32 topics with commas between, such as message.created,chat.*.", "/topics");
        out.push_back(topic);
        if (comma == std::string_view::npos)
            return out;
        rest.remove_prefix(comma + 1);
    }
}

void appendEvent(std::string& out, const Event& event)
{
    if (event.id != 0) {
        out += "id: ";
        support::appendInt(out, event.id);
        out += '\n';
    }
    out += "event: ";
    out += event.topic;
    out += "\ndata: "; // JSON from the host has no line breaks: they are escaped within strings
    out += event.json;
    out += "\n\n";
}

void appendReset(std::string& out, std::int64_t nextId)
{
    // As id the one before, so that a client that comes back asks for what follows it.
    out += "id: ";
    support::appendInt(out, nextId > 0 ? nextId - 1 : 0);
    out += "\nevent: reset\ndata: {\"next_id\":";
    support::appendInt(out, nextId);
    out += "}\n\n";
}

Result<void> EventStream::subscribe(const Events& events, const Principal& principal, support::LogPlace from)
{
    if (from.after < 0)
        from.after = events.lastId(); // now; a place to go on from has a number
    SubscribeOptions options;
    options.principal = principal;
    options.after = from.after;
    options.topics = from.topicViews();
    options.ephemeral = true;
    {
        const std::lock_guard lock(_mutex);
        _principal = principal;
        _place = from;
    }
    auto subscription = events.subscribe(options, shared_from_this());
    if (!subscription)
        return subscription.error();
    const std::lock_guard lock(_mutex);
    if (!_over)
        _subscription = std::move(*subscription);
    return {};
}

void EventStream::attach(Stream stream)
{
    const auto self = shared_from_this();
    const std::lock_guard lock(_mutex);
    if (_over)
        return; // the stream ends with its handle
    _stream = std::move(stream);
    if (send(_kept) && !_kept.empty())
        _subscription.resume();
    _kept = std::string();
}

bool EventStream::send(std::string_view bytes)
{
    if (bytes.empty())
        return !_full;
    _full = true; // first, so that a drained() from within the write is the last word
    switch (_stream.write(bytes)) {
    case Status::ok:
        _full = false;
        break;
    case Status::wouldBlock:
        break;
    default:
        end();
        break;
    }
    return !_full && !_over;
}

Take EventStream::event(const Event& event)
{
    const std::lock_guard lock(_mutex);
    if (_over)
        return Take::hold; // cancelled already, or about to be
    if (event.id != 0)
        _place.after = event.id;
    if (!_stream) {
        appendEvent(_kept, event);
        return Take::hold;
    }
    _text.clear();
    appendEvent(_text, event);
    return send(_text) ? Take::next : Take::hold;
}

void EventStream::reset(std::int64_t nextId)
{
    const std::lock_guard lock(_mutex);
    if (_over)
        return;
    _place.after = nextId - 1;
    if (!_stream) {
        appendReset(_kept, nextId);
        return;
    }
    _text.clear();
    appendReset(_text, nextId);
    send(_text);
}

void EventStream::revoked() { end(); }

void EventStream::drained()
{
    const std::lock_guard lock(_mutex);
    _full = false;
    _subscription.resume();
}

void EventStream::closed() { end(); }

Result<Frozen> EventStream::freeze()
{
    const std::lock_guard lock(_mutex);
    if (_over)
        return Error(Status::closed, "over", "The stream is over.");
    if (!_stream)
        return Error(Status::wouldBlock, "beginning", "The stream is being begun.");
    Frozen piece;
    piece.form = form;
    piece.principal = _principal.raw();
    support::appendLogPlace(piece.bytes, _place);
    _over = true; // from here on nothing is written, so nothing comes twice
    _subscription.cancel();
    return piece;
}

std::optional<support::LogPlace> EventStream::thaw(const Frozen& piece)
{
    support::JsonDocument document;
    if (piece.form != form || document.parse(piece.bytes, 4) || !document.root().is_object())
        return std::nullopt;
    support::Fields fields(document.root().get_object());
    return support::readLogPlace(fields);
}

void EventStream::heartbeat()
{
    const auto self = shared_from_this();
    const std::lock_guard lock(_mutex);
    if (_over || !_stream || _full)
        return; // a client that does not read gets no more; its connection times out
    send(": alive\n\n");
}

void EventStream::end()
{
    const auto self = shared_from_this(); // both handles may hold the last share
    const std::lock_guard lock(_mutex);
    _over = true;
    _subscription.cancel();
    _stream.end();
}

} // namespace netbit::chat
