#include "services/transfer/DayText.h"

#include "base/Time.h"

#include <algorithm>

namespace netbit::services::transfer {

std::string dayName(std::int64_t at) { return base::rfc3339(at).substr(0, 10); }

std::string dayPath(std::string_view day, std::string_view ending)
{
    std::string out(day.substr(0, 4));
    out += '/';
    out += day.substr(5, 2);
    out += '/';
    out += day;
    return out += ending;
}

std::string escapedMarkdown(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>()#+!|~").find(c) != std::string_view::npos)
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

void appendQuoted(std::string& out, std::string_view content)
{
    for (std::size_t at = 0; at <= content.size();) {
        const auto end = std::min(content.find('\n', at), content.size());
        auto line = content.substr(at, end - at);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        out += line.empty() ? ">" : "> ";
        out += line;
        out += '\n';
        at = end + 1;
    }
}

std::string messageProse(std::string_view sender, std::int64_t at, const Marks& marks, std::string_view content)
{
    std::string out = "**" + escapedMarkdown(sender) + "** " + base::rfc3339(at).substr(11, 8);
    if (marks.reply)
        out += " (a reply)";
    if (marks.edited)
        out += " (edited)";
    if (marks.pinned)
        out += " (pinned)";
    out += "\n\n";
    if (marks.deleted)
        out += "*deleted*\n";
    else
        appendQuoted(out, content);
    return out + "\n";
}

} // namespace netbit::services::transfer
