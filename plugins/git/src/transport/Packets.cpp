#include "transport/Packets.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace netbit::git {

namespace {

constexpr std::size_t longestPacket = 65520;
constexpr std::size_t idLength = 40;

int digit(char c) noexcept
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The length that four hex digits say; nothing: they say none.
std::optional<std::size_t> lengthOf(std::string_view digits) noexcept
{
    std::size_t out = 0;
    for (const char c : digits.substr(0, 4)) {
        const int value = digit(c);
        if (value < 0)
            return std::nullopt;
        out = out * 16 + static_cast<std::size_t>(value);
    }
    return out;
}

bool isId(std::string_view text) noexcept
{
    return text.size() == idLength &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string_view withoutNewline(std::string_view text) noexcept
{
    if (!text.empty() && text.back() == '\n')
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string packet(std::string_view payload)
{
    std::array<char, 8> length{};
    std::snprintf(length.data(), length.size(), "%04zx", payload.size() + 4);
    return std::string(length.data(), 4).append(payload);
}

std::string banded(char band, std::string_view payload)
{
    std::string out;
    constexpr std::size_t room = longestPacket - 5;
    for (std::size_t at = 0; at < payload.size(); at += room)
        out += packet(std::string(1, band).append(payload.substr(at, room)));
    return out;
}

// What a push asks for.

CommandReader::State CommandReader::fail(std::string why)
{
    _fault = std::move(why);
    return _state = State::broken;
}

CommandReader::State CommandReader::feed(std::string_view& bytes)
{
    while (_state == State::more && !bytes.empty()) {
        // As much as the packet at hand lacks, so that nothing of the pack is taken.
        const std::size_t have = _bytes.size() - _at;
        std::size_t wanted = 4;
        if (have >= 4)
            wanted = *lengthOf(std::string_view(_bytes).substr(_at));
        const auto taken = bytes.substr(0, wanted - have);
        _bytes += taken;
        bytes.remove_prefix(taken.size());
        if (_bytes.size() > mostBytes)
            return fail("These are more refs than can be pushed at once.");
        if (_bytes.size() - _at < wanted)
            return _state;
        if (wanted == 4) { // the length itself
            const auto length = lengthOf(std::string_view(_bytes).substr(_at));
            if (!length || (*length != 0 && *length < 4) || *length > longestPacket)
                return fail("The request does not begin with git's list of refs.");
            if (*length == 0)
                return _state = State::whole;
            if (*length > 4)
                continue;
        }
        const auto text = std::string_view(_bytes).substr(_at + 4, wanted - 4);
        _at += wanted;
        if (!line(text))
            return fail(_fault.empty() ? "The request's list of refs is not as git writes it." : _fault);
    }
    return _state;
}

bool CommandReader::line(std::string_view text)
{
    if (_commands.empty() && _capabilities.empty()) {
        const auto end = text.find('\0');
        if (end != text.npos) {
            auto rest = withoutNewline(text.substr(end + 1));
            while (!rest.empty()) {
                const auto space = std::min(rest.find(' '), rest.size());
                if (space > 0)
                    _capabilities.emplace_back(rest.substr(0, space));
                rest.remove_prefix(std::min(space + 1, rest.size()));
            }
            text = text.substr(0, end);
        }
    }
    text = withoutNewline(text);
    if (text.starts_with("shallow ") && isId(text.substr(8)))
        return true;
    constexpr std::size_t names = 2 * (idLength + 1);
    if (text.size() <= names || text[idLength] != ' ' || text[names - 1] != ' ')
        return false;
    Command command{std::string(text.substr(names)), std::string(text.substr(0, idLength)),
                    std::string(text.substr(idLength + 1, idLength))};
    // Control characters are in no ref that git takes; refused here, since the ref goes into a list of lines.
    const bool plain = std::all_of(command.ref.begin(), command.ref.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
    if (!isId(command.from) || !isId(command.to) || !plain || command.ref.size() > 1024)
        return false;
    if (_commands.size() == mostCommands) {
        _fault = "These are more refs than can be pushed at once: " + std::to_string(mostCommands) + " are allowed.";
        return false;
    }
    _commands.push_back(std::move(command));
    return true;
}

bool CommandReader::can(std::string_view capability) const
{
    return std::find(_capabilities.begin(), _capabilities.end(), capability) != _capabilities.end();
}

// What became of it.

template <class Take>
bool ReportReader::split(std::string& buffer, Take&& take)
{
    std::size_t at = 0;
    bool good = true;
    while (good && buffer.size() - at >= 4) {
        const auto length = lengthOf(std::string_view(buffer).substr(at));
        if (!length || (*length != 0 && *length < 4)) {
            good = false;
        } else if (*length == 0) {
            take(std::string_view(), true);
            at += 4;
        } else if (buffer.size() - at < *length) {
            break;
        } else {
            take(std::string_view(buffer).substr(at + 4, *length - 4), false);
            at += *length;
        }
    }
    buffer.erase(0, at);
    return good;
}

void ReportReader::feed(std::string_view bytes)
{
    if (_broken || _whole)
        return;
    if (!_banded) {
        inner(bytes);
        return;
    }
    _outer += bytes;
    _broken = !split(_outer, [&](std::string_view payload, bool) {
        if (!payload.empty() && payload.front() == 1)
            inner(payload.substr(1));
    });
}

void ReportReader::inner(std::string_view bytes)
{
    _inner += bytes;
    _broken = !split(_inner, [&](std::string_view payload, bool flush) {
        if (flush)
            _whole = true;
        else
            line(withoutNewline(payload));
    }) || _broken;
}

void ReportReader::line(std::string_view text)
{
    if (text.starts_with("ok "))
        _refs[std::string(text.substr(3))] = true;
    else if (text.starts_with("ng "))
        _refs[std::string(text.substr(3, text.find(' ', 3) - 3))] = false;
}

std::string refusal(const CommandReader& reader, std::string_view words, std::string_view reason)
{
    const bool onBands = reader.can("side-band-64k");
    std::string report;
    if (reader.can("report-status") || reader.can("report-status-v2")) {
        report = packet("unpack ok\n");
        for (const auto& command : reader.commands())
            report += packet("ng " + command.ref + ' ' + std::string(reason) + '\n');
        report += flushPacket;
    }
    if (!onBands)
        return report;
    auto out = banded(2, std::string(words) + '\n');
    out += banded(1, report);
    return out.append(flushPacket);
}

} // namespace netbit::git
