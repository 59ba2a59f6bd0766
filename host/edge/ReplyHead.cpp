#include "edge/ReplyHead.h"

#include "base/Json.h"
#include "edge/Chars.h"
#include "edge/Problem.h"

#include <array>

namespace netbit::edge {

namespace {

/// The edge's own: a second one would let two readers disagree about where the reply ends.
bool reserved(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 8> names{"content-length", "transfer-encoding", "connection",
                                                           "date", "content-type", "keep-alive", "upgrade", "trailer"};
    for (const auto each : names)
        if (sameText(name, each))
            return true;
    return false;
}

} // namespace

void ReplyHead::refreshDate(std::time_t now)
{
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm time{};
    ::gmtime_r(&now, &time);
    char clock[32];
    std::strftime(clock, sizeof clock, "%Y %H:%M:%S GMT", &time); // numbers only: no locale's names
    _common = "\r\nDate: ";
    _common += days[time.tm_wday];
    _common += time.tm_mday < 10 ? ", 0" : ", ";
    base::appendJsonInt(_common, time.tm_mday);
    _common += ' ';
    _common += months[time.tm_mon];
    _common += ' ';
    _common += clock;
    _common += "\r\nX-Content-Type-Options: nosniff\r\n";
    _second = now;
}

std::string_view ReplyHead::write(const Reply& reply, Message message, const Complaint& complain)
{
    if (const auto now = ::time(nullptr); now != _second)
        refreshDate(now);

    const int status = reply.status >= 200 && reply.status <= 599 ? reply.status : 500;
    _text.clear();
    if (status == 200) {
        _text += "HTTP/1.1 200 OK";
    } else {
        _text += "HTTP/1.1 ";
        base::appendJsonInt(_text, status);
        _text += ' ';
        _text += reasonPhrase(status);
    }
    _text += _common;
    if (!reply.contentType.empty() && message.framing != Framing::none) {
        if (isFieldValue(reply.contentType)) {
            _text += "Content-Type: ";
            _text += reply.contentType;
            _text += "\r\n";
        } else {
            complain("a reply's content type may not be sent, and was left out");
        }
    }
    for (const auto& [name, value] : reply.headers) {
        if (!isToken(name) || !isFieldValue(value) || reserved(name)) {
            complain("a reply's header may not be sent, and was left out: " + (isToken(name) ? name : "(bad name)"));
            continue;
        }
        _text += name;
        _text += ": ";
        _text += value;
        _text += "\r\n";
    }
    if (message.strictSeconds > 0) {
        _text += "Strict-Transport-Security: max-age=";
        base::appendJsonInt(_text, message.strictSeconds);
        _text += "\r\n";
    }
    if (message.framing == Framing::length) {
        _text += "Content-Length: ";
        base::appendJsonInt(_text, static_cast<std::int64_t>(message.length));
        _text += "\r\n";
    } else if (message.framing == Framing::chunked) {
        _text += "Transfer-Encoding: chunked\r\n";
    }
    if (!message.keepAlive)
        _text += "Connection: close\r\n";
    else if (!message.http11)
        _text += "Connection: keep-alive\r\n";
    _text += "\r\n";
    return _text;
}

} // namespace netbit::edge
