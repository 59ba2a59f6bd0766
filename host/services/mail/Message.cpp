#include "services/mail/Message.h"

#include "base/Base64.h"
#include "base/Json.h"
#include "services/auth/Secrets.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace netbit::services::mail {

namespace {

constexpr std::size_t subjectCharacters = 150;
constexpr std::size_t plainBytes = 60; // of a header that needs no folding
constexpr std::size_t wordBytes = 42;  // of UTF-8 in one encoded word: 56 of base64 and 12 around them
constexpr std::size_t lineBytes = 76;
constexpr std::string_view digits = "0123456789ABCDEF";

bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
bool printable(char c) noexcept { return c >= ' ' && c <= '~'; }

/// One line of UTF-8 of at most so many characters.
std::string oneLine(std::string_view text, std::size_t characters)
{
    const bool good = base::validUtf8(text);
    std::string out;
    std::size_t count = 0;
    for (const char c : text) {
        if (!(good && continues(c)) && ++count > characters)
            return out + "...";
        const bool control = (c >= 0 && c < ' ') || c == '\x7f';
        out += control ? ' ' : c >= 0 || good ? c : '?';
    }
    return out;
}

} // namespace

std::string headerText(std::string_view given)
{
    const auto text = oneLine(given, subjectCharacters);
    // "=?" could be taken for an encoded word that nobody has written.
    if (text.size() <= plainBytes && std::all_of(text.begin(), text.end(), printable) && text.find("=?") == text.npos &&
        !text.starts_with(' ') && !text.ends_with(' '))
        return text;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto end = std::min(at + wordBytes, text.size());
        while (end < text.size() && continues(text[end]))
            --end;
        out += (at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base::toBase64(std::string_view(text).substr(at, end - at)) + "?=";
        at = end;
    }
    return out;
}

std::string quotedPrintable(std::string_view text)
{
    std::string out;
    std::size_t line = 0; // where the line began
    const auto put = [&](std::string_view what) {
        if (out.size() - line + what.size() > lineBytes - 1) {
            out += "=\r\n";
            line = out.size();
        }
        out += what;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            out += "\r\n";
            line = out.size();
        } else if ((printable(c) && c != '=' && c != ' ') || ((c == ' ' || c == '\t') && i + 1 < text.size() && text[i + 1] != '\n')) {
            put({&c, 1});
        } else { // a space at the end of a line would not arrive
            const std::array<char, 3> hex{'=', digits[byte >> 4U], digits[byte & 15U]};
            put({hex.data(), hex.size()});
        }
    }
    return out;
}

std::string escapedHtml(std::string_view text)
{
    std::string out;
    for (const char c : text)
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    return out;
}

std::string mailDate(base::Millis at)
{
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = at / 1'000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 64> out{};
    const auto size = std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000", days[utc.tm_wday], utc.tm_mday,
                                    months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return {out.data(), static_cast<std::size_t>(size)};
}

std::string newMessageId(std::string_view domain) { return auth::toHex(auth::randomBytes(16)) + '@' + std::string(domain); }

std::string written(const Letter& letter)
{
    // "=_" is in nothing quoted-printable, so the boundary is in no part.
    const auto boundary = "=_" + letter.messageId.substr(0, letter.messageId.find('@'));
    std::string out = "From: NetBit <" + letter.from + ">\r\nTo: <" + letter.to + ">\r\nSubject: " + headerText(letter.subject) +
                      "\r\nDate: " + mailDate(letter.at) + "\r\nMessage-ID: <" + letter.messageId + ">\r\n";
    if (!letter.thread.empty())
        out += "In-Reply-To: <" + letter.thread + ">\r\nReferences: <" + letter.thread + ">\r\n";
    if (!letter.unsubscribe.empty())
        out += "List-Unsubscribe: <" + letter.unsubscribe + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"" + boundary +
           "\"\r\n\r\n";
    const auto part = [&](std::string_view type, std::string_view text) {
        out += "--" + boundary + "\r\nContent-Type: " + std::string(type) +
               "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quotedPrintable(text) + "\r\n";
    };
    part("text/plain", letter.text);
    part("text/html", letter.html);
    return out + "--" + boundary + "--\r\n";
}

} // namespace netbit::services::mail
