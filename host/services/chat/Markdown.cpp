#include "services/chat/Markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <new>

namespace netbit::services::chat {

namespace {

struct Release {
    void operator()(cmark_parser* parser) const noexcept { cmark_parser_free(parser); }
    void operator()(cmark_node* node) const noexcept { cmark_node_free(node); }
    void operator()(cmark_iter* iter) const noexcept { cmark_iter_free(iter); }
    void operator()(char* text) const noexcept { cmark_get_default_mem_allocator()->free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// What a browser takes for a scheme, it takes after leaving out tabs, line breaks and what stands in front of it.
bool safeAddress(std::string_view address)
{
    std::string scheme;
    for (const char c : address) {
        if (static_cast<unsigned char>(c) <= 0x20)
            continue;
        if (c == '/' || c == '?' || c == '#')
            return true; // relative: no colon before it
        if (c == ':')
            return scheme == "http" || scheme == "https" || scheme == "mailto";
        scheme += lower(c);
    }
    return true;
}

void dropUnsafeAddresses(cmark_node* document)
{
    const Owned<cmark_iter> iter(cmark_iter_new(document));
    for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
        auto* const node = cmark_iter_get_node(iter.get());
        const auto type = cmark_node_get_type(node);
        if (event != CMARK_EVENT_ENTER || (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE))
            continue;
        const char* const address = cmark_node_get_url(node);
        if (address && !safeAddress(address))
            cmark_node_set_url(node, "");
    }
}

/// What in a text makes cmark-gfm 0.29 take time or room out of all proportion: a table fills each short row up to the width of
/// its head, each use of a reference repeats the address, links are looked for from each of their characters, and so is the end
/// of "<?" and "<!". 16 KiB of text took 37 s and became 74 MB.
struct Shape {
    std::size_t lines = 1;
    std::size_t mostPipes = 0; ///< of one line
    std::size_t longestWord = 0;
    std::size_t brackets = 0;
    std::size_t markup = 0; ///< "<?" and "<!"
    bool definitions = false; ///< "]:"

    explicit Shape(std::string_view text)
    {
        std::size_t pipes = 0;
        std::size_t word = 0;
        char before = 0;
        for (const char c : text) {
            word = static_cast<unsigned char>(c) <= ' ' ? 0 : word + 1;
            longestWord = std::max(longestWord, word);
            pipes = c == '\n' ? 0 : pipes + (c == '|' ? 1 : 0);
            mostPipes = std::max(mostPipes, pipes);
            lines += c == '\n' ? 1 : 0;
            brackets += c == '[' ? 1 : 0;
            markup += before == '<' && (c == '?' || c == '!') ? 1 : 0;
            definitions |= before == ']' && c == ':';
            before = c;
        }
    }
    bool wideTable() const { return mostPipes > 200 || mostPipes * lines > 10'000; }
    bool longLink() const { return longestWord > 2'000; }
};

constexpr std::size_t maxMarkdownBytes = 64 * 1024;
constexpr std::size_t maxReferenceBytes = 1024 * 1024;
constexpr std::size_t maxMarkup = 100;

/// As it was written.
std::string plainHtml(std::string_view text)
{
    std::string out = "<p>";
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\n': out += "<br />\n"; break;
        case '\0': out += "\xEF\xBF\xBD"; break;
        default: out += c;
        }
    }
    return out + "</p>\n";
}

} // namespace

std::string htmlOf(std::string_view markdown)
{
    const Shape shape(markdown);
    if (markdown.size() > maxMarkdownBytes || shape.markup > maxMarkup ||
        (shape.definitions && shape.brackets * markdown.size() > maxReferenceBytes))
        return plainHtml(markdown);
    static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true); // once, by one thread
    constexpr int options = CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_HARDBREAKS; // not CMARK_OPT_UNSAFE: no raw HTML
    const Owned<cmark_parser> parser(registered ? cmark_parser_new(options) : nullptr);
    if (!parser)
        throw std::bad_alloc();
    for (const std::string_view name : {"table", "strikethrough", "autolink", "tagfilter"}) {
        if ((name == "table" && shape.wideTable()) || (name == "autolink" && shape.longLink()))
            continue;
        if (auto* const extension = cmark_find_syntax_extension(name.data()))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    const Owned<cmark_node> document(cmark_parser_finish(parser.get()));
    dropUnsafeAddresses(document.get());
    const Owned<char> html(cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())));
    return std::string(html.get());
}

} // namespace netbit::services::chat
