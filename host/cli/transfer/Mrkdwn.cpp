#include "cli/transfer/Mrkdwn.h"

#include <algorithm>

namespace netbit::cli::transfer
{

namespace
{

constexpr std::size_t longestAngle = 8'192; // a URL
constexpr std::size_t longestEmphasis = 2'000;

bool wordChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

bool space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

class Translator
{
public:
    Translator(std::string_view text, const MrkdwnNames& names, std::vector<MentionItem>& mentions)
        : _text(text)
        , _names(names)
        , _mentions(mentions)
    {
    }

    std::string run()
    {
        while (_at < _text.size()) {
            const char c = _text[_at];
            if (c == '`')
                code();
            else if (c == '<')
                angle();
            else if (c == '&')
                entity();
            else if ((c == '*' || c == '~') && emphasis(c))
                continue;
            else {
                _out += c;
                ++_at;
            }
        }
        return std::move(_out);
    }

private:
    /// A span or block of code: only its entities change.
    void code()
    {
        const bool block = _text.substr(_at).starts_with("```");
        const std::string_view fence = block ? "```" : "`";
        const auto begin = _at + fence.size();
        auto end = _text.find(fence, begin);
        if (!block && end != std::string_view::npos && _text.substr(begin, end - begin).find('\n') != std::string_view::npos)
            end = std::string_view::npos;
        if (end == std::string_view::npos || end == begin) {
            _out += fence;
            _at = begin;
            return;
        }
        _out += fence;
        // In Markdown what stands behind the fence names a language, and the fence stands alone.
        if (block && _text[begin] != '\n')
            _out += '\n';
        _at = begin;
        while (_at < end)
            if (_text[_at] == '&')
                entity();
            else if (_text[_at] == '<') // links are marked up even here
                angleInCode(end);
            else
                _out += _text[_at++];
        if (block && _out.back() != '\n')
            _out += '\n';
        _out += fence;
        _at = end + fence.size();
        if (block && _at < _text.size() && _text[_at] != '\n')
            _out += '\n';
    }

    /// Of what begins here; a long way off it is none, so that a text of nothing but beginnings is read in linear time.
    std::size_t closing() const
    {
        const auto found = _text.substr(_at, longestAngle).find('>');
        return found == std::string_view::npos ? found : _at + found;
    }

    void angleInCode(std::size_t codeEnd)
    {
        const auto end = closing();
        if (end == std::string_view::npos || end >= codeEnd) {
            _out += _text[_at++];
            return;
        }
        const auto inside = _text.substr(_at + 1, end - _at - 1);
        const auto bar = inside.find('|');
        _out += unescaped(bar == std::string_view::npos ? inside : inside.substr(bar + 1));
        _at = end + 1;
    }

    void entity()
    {
        const auto rest = _text.substr(_at);
        for (const auto& [name, sign] : {std::pair<std::string_view, char>("&amp;", '&'), {"&lt;", '<'}, {"&gt;", '>'}})
            if (rest.starts_with(name)) {
                _out += sign;
                _at += name.size();
                return;
            }
        _out += '&';
        ++_at;
    }

    static std::string unescaped(std::string_view text)
    {
        const MrkdwnNames none;
        std::vector<MentionItem> nobody;
        Translator inner(text, none, nobody);
        while (inner._at < text.size())
            if (text[inner._at] == '&')
                inner.entity();
            else
                inner._out += text[inner._at++];
        return std::move(inner._out);
    }

    void angle()
    {
        const auto end = closing();
        if (end == std::string_view::npos) {
            _out += '<';
            ++_at;
            return;
        }
        const auto inside = _text.substr(_at + 1, end - _at - 1);
        _at = end + 1;
        const auto bar = std::min(inside.find('|'), inside.size());
        const auto target = inside.substr(0, bar);
        const auto label = bar < inside.size() ? inside.substr(bar + 1) : std::string_view();
        if (target.starts_with('@'))
            user(target.substr(1), label);
        else if (target.starts_with('#'))
            channel(target.substr(1), label);
        else if (target.starts_with('!'))
            special(target.substr(1), label);
        else
            link(target, label);
    }

    void user(std::string_view id, std::string_view label)
    {
        auto name = _names.user ? _names.user(id) : std::string();
        if (!name.empty())
            addMention(_mentions, "user", std::string(id));
        else
            name = unescaped(label.empty() ? id : label);
        _out += '@' + name;
    }

    void channel(std::string_view id, std::string_view label)
    {
        auto name = _names.channel ? _names.channel(id) : std::string();
        if (!name.empty())
            addMention(_mentions, "chat", std::string(id));
        else
            name = unescaped(label.empty() ? id : label);
        _out += '#' + name;
    }

    void special(std::string_view what, std::string_view label)
    {
        if (what == "here" || what == "channel" || what == "everyone") {
            const std::string type = what == "everyone" ? "all" : std::string(what);
            addMention(_mentions, type);
            _out += '@' + type;
        } else {
            _out += unescaped(label.empty() ? what.substr(0, what.find('^')) : label); // a group, a date in words
        }
    }

    void link(std::string_view target, std::string_view label)
    {
        const auto url = unescaped(target);
        auto words = unescaped(label);
        const auto plain = target.starts_with("mailto:") ? url.substr(7) : url;
        if (words.empty() || words == url || words == plain) {
            _out += plain;
            return;
        }
        std::string escaped;
        for (const char c : words) {
            if (c == '[' || c == ']' || c == '\\')
                escaped += '\\';
            escaped += c == '\n' ? ' ' : c;
        }
        const bool odd = url.find_first_of(" ()<>") != std::string::npos;
        std::string destination;
        for (const char c : url)
            destination += c == ' ' ? "%20" : c == '<' ? "%3C" : c == '>' ? "%3E" : std::string(1, c);
        _out += '[' + escaped + "](" + (odd ? "<" + destination + ">" : destination) + ')';
    }

    /// One sign around words of one line, which neither begin nor end with a space: doubled. False: it is only a sign.
    bool emphasis(char sign)
    {
        const bool opens = _at == 0 || !(wordChar(_text[_at - 1]) || _text[_at - 1] == sign);
        if (!opens || _at + 1 >= _text.size() || space(_text[_at + 1]) || _text[_at + 1] == sign)
            return false;
        const auto last = std::min(_text.size(), _at + longestEmphasis);
        for (auto end = _at + 1; end < last && _text[end] != '\n' && _text[end] != '`'; ++end) {
            if (_text[end] != sign || space(_text[end - 1]))
                continue;
            if (end + 1 < _text.size() && (wordChar(_text[end + 1]) || _text[end + 1] == sign))
                continue;
            const auto inside = _text.substr(_at + 1, end - _at - 1);
            Translator inner(inside, _names, _mentions);
            const std::string twice(2, sign);
            _out += twice + inner.run() + twice;
            _at = end + 1;
            return true;
        }
        return false;
    }

    const std::string_view _text;
    const MrkdwnNames& _names;
    std::vector<MentionItem>& _mentions;
    std::size_t _at = 0;
    std::string _out;
};

} // namespace

std::string markdownOf(std::string_view mrkdwn, const MrkdwnNames& names, std::vector<MentionItem>& mentions)
{
    return Translator(mrkdwn, names, mentions).run();
}

} // namespace netbit::cli::transfer
