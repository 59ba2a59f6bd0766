#include "app/config/SettingsFile.h"

#include <algorithm>
#include <vector>

namespace netbit::app {

namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// The key of `key = value`; empty: the line sets nothing.
std::string_view keyOf(std::string_view line)
{
    const auto content = trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == '!')
        return {};
    return trimmed(content.substr(0, content.find_first_of("=:")));
}

/// Whether the line is `#key = …`, as the shipped files show what is set when nothing is.
bool showsDefault(std::string_view line, std::string_view key)
{
    const auto content = trimmed(line);
    return content.starts_with('#') && content.find('=') != std::string_view::npos && keyOf(content.substr(1)) == key;
}

/// Poco takes a backslash for the beginning of an escape.
std::string escaped(std::string_view value)
{
    std::string out;
    for (const char c : value) {
        if (c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

} // namespace

base::Result<EditedSettings> withSetting(std::string_view text, std::string_view key, std::string_view value)
{
    if (value != trimmed(value) || std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
        return base::fault(base::Status::invalid, "bad_setting",
                           std::string(key) + ": A value has no blanks around it, and no control characters.");
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    const auto written = std::string(key) + " = " + escaped(value);
    const auto set = std::find_if(lines.rbegin(), lines.rend(), [&](const std::string& line) { return keyOf(line) == key; });
    std::size_t at = lines.size();
    if (set != lines.rend()) {
        at = static_cast<std::size_t>(lines.rend() - set) - 1;
        if (trimmed(lines[at]).ends_with('\\'))
            return base::fault(base::Status::invalid, "bad_setting",
                               std::string(key) + ": Its value goes on in the next line; change it by hand.");
        lines[at] = written;
    } else {
        const auto shown =
            std::find_if(lines.begin(), lines.end(), [&](const std::string& line) { return showsDefault(line, key); });
        at = static_cast<std::size_t>(shown - lines.begin()) + (shown == lines.end() ? 0 : 1);
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), written);
    }
    EditedSettings out{{}, static_cast<int>(at) + 1};
    for (const auto& line : lines)
        out.text += line + '\n';
    return out;
}

} // namespace netbit::app
