#include "Answers.h"

#include "Load.h"

#include <charconv>

namespace bench {

Answer httpAnswer(std::string_view held)
{
    const auto headEnd = held.find("\r\n\r\n");
    if (headEnd == std::string_view::npos)
        return {};
    const auto head = held.substr(0, headEnd);
    constexpr std::string_view field = "\r\nContent-Length: ";
    const auto at = head.find(field);
    std::size_t length = 0;
    if (at == std::string_view::npos ||
        std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length).ec != std::errc())
        die("an answer without a Content-Length: " + std::string(head));
    const auto whole = headEnd + 4 + length;
    return held.size() < whole ? Answer{} : Answer{whole, head.substr(8, 5) == " 201 "};
}

Answer tcpAnswer(std::string_view held)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < held.size(); ++i) {
        const char c = held[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '{') {
            ++depth;
        } else if (c == '}' && --depth == 0) {
            return {i + 1, held.substr(0, i).find("\"success\":true") != std::string_view::npos};
        }
    }
    return {};
}

} // namespace bench
