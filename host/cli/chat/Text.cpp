#include "cli/chat/Text.h"

#include <algorithm>
#include <cwchar>

namespace netbit::cli::chat
{

namespace
{

constexpr char32_t replacement = 0xFFFD;
constexpr int mostMarks = 3; ///< on one letter; a cell of curses takes four
constexpr int tabColumns = 4;

void append(std::string& out, char32_t c)
{
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80)
        put(c);
    else if (c < 0x800) {
        put(0xC0U | c >> 6U);
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | c >> 12U);
        put(0x80U | (c >> 6U & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | c >> 18U);
        put(0x80U | (c >> 12U & 0x3FU));
        put(0x80U | (c >> 6U & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

/// Turns the direction of what follows, or breaks the line, or is no character.
bool moves(char32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C ||
        c == 0x2028 || c == 0x2029 || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF) ||
        (c & 0xFFFEU) == 0xFFFE;
}

} // namespace

std::u32string decoded(std::string_view utf8)
{
    std::u32string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const std::size_t more = lead < 0x80 ? 0
            : lead >= 0xC2 && lead < 0xE0    ? 1
            : lead >= 0xE0 && lead < 0xF0    ? 2
            : lead >= 0xF0 && lead < 0xF5    ? 3
                                             : 9;
        if (more == 9) {
            out += replacement;
            ++i;
            continue;
        }
        char32_t c = more == 0 ? lead : lead & (0x3FU >> more);
        std::size_t read = 1;
        for (; read <= more && i + read < utf8.size(); ++read) {
            const auto next = static_cast<unsigned char>(utf8[i + read]);
            if ((next & 0xC0U) != 0x80)
                break;
            c = c << 6U | (next & 0x3FU);
        }
        constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
        const bool good = read == more + 1 && c >= least[more] && c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
        out += good ? c : replacement;
        i += read;
    }
    return out;
}

std::string encodedUtf8(std::u32string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (const auto c : text)
        append(out, c);
    return out;
}

int columnsOf(char32_t c)
{
    if (c < 0x7F)
        return c < 0x20 ? 0 : 1;
    return std::max(0, ::wcwidth(static_cast<wchar_t>(c)));
}

int columnsOf(std::string_view cleanText)
{
    int columns = 0;
    for (const auto c : decoded(cleanText))
        columns += columnsOf(c);
    return columns;
}

std::string cleaned(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    int marks = mostMarks; // none before the first letter: they would go onto what stands before
    for (const auto c : decoded(text)) {
        if (c == '\t') {
            out.append(tabColumns, ' ');
            marks = 0;
        } else if (c < 0x20 || c == 0x7F) {
            append(out, c == 0x7F ? 0x2421 : 0x2400 + c);
            marks = 0;
        } else if (c < 0xA0 && c > 0x7F) {
            append(out, replacement);
            marks = 0;
        } else if (moves(c))
            continue;
        else if (c < 0x7F) {
            out += static_cast<char>(c);
            marks = 0;
        } else {
            const int width = ::wcwidth(static_cast<wchar_t>(c));
            if (width < 0) {
                append(out, replacement);
                marks = 0;
            } else if (width > 0) {
                append(out, c);
                marks = 0;
            } else if (marks++ < mostMarks)
                append(out, c);
        }
    }
    return out;
}

std::string fitted(std::string_view cleanText, int columns)
{
    if (columns <= 0)
        return {};
    if (columnsOf(cleanText) <= columns)
        return std::string(cleanText);
    std::string out;
    int used = 0;
    for (const auto c : decoded(cleanText)) {
        const int width = columnsOf(c);
        if (used + width > columns - 1)
            break;
        append(out, c);
        used += width;
    }
    return out + "…";
}

std::vector<std::string> wrapped(std::string_view text, int columns)
{
    columns = std::max(columns, 2); // the widest character
    std::vector<std::string> lines;
    for (std::size_t at = 0; at != std::string_view::npos;) {
        const auto end = text.find('\n', at);
        auto piece = text.substr(at, end == std::string_view::npos ? end : end - at);
        if (piece.ends_with('\r'))
            piece.remove_suffix(1);
        at = end == std::string_view::npos ? end : end + 1;
        const auto line = decoded(cleaned(piece));
        std::size_t from = 0;
        int used = 0;
        std::size_t space = std::u32string::npos; // behind which the line may be broken
        for (std::size_t i = 0; i < line.size(); ++i) {
            const int width = columnsOf(line[i]);
            if (used + width > columns) {
                const auto cut = space != std::u32string::npos && space > from ? space : i;
                auto part = std::u32string_view(line).substr(from, cut - from);
                while (!part.empty() && part.back() == ' ')
                    part.remove_suffix(1);
                lines.push_back(encodedUtf8(part));
                from = cut;
                space = std::u32string::npos;
                used = 0;
                for (std::size_t k = from; k < i; ++k)
                    used += columnsOf(line[k]);
            }
            used += width;
            if (line[i] == ' ')
                space = i + 1;
        }
        lines.push_back(encodedUtf8(std::u32string_view(line).substr(from)));
    }
    return lines;
}

} // namespace netbit::cli::chat
