#include "services/chat/Markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
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

} // namespace

std::string htmlOf(std::string_view markdown)
{
    static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true); // once, by one thread
    constexpr int options = CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_HARDBREAKS; // not CMARK_OPT_UNSAFE: no raw HTML
    const Owned<cmark_parser> parser(registered ? cmark_parser_new(options) : nullptr);
    if (!parser)
        throw std::bad_alloc();
    for (const auto* const name : {"table", "strikethrough", "autolink", "tagfilter"})
        if (auto* const extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    const Owned<cmark_node> document(cmark_parser_finish(parser.get()));
    dropUnsafeAddresses(document.get());
    const Owned<char> html(cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())));
    return std::string(html.get());
}

} // namespace netbit::services::chat
