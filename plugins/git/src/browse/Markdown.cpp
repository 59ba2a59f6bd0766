#include "browse/Markdown.h"

#include "browse/Text.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <dlfcn.h>
#include <memory>
#include <new>
#include <vector>

namespace netbit::git {

namespace {

struct Release {
    void operator()(cmark_parser* it) const noexcept { cmark_parser_free(it); }
    void operator()(cmark_node* it) const noexcept { cmark_node_free(it); }
    void operator()(cmark_iter* it) const noexcept { cmark_iter_free(it); }
    void operator()(char* it) const noexcept { cmark_get_default_mem_allocator()->free(it); }
};
template <class T>
using Cmark = std::unique_ptr<T, Release>;

/// What makes cmark-gfm 0.29 take time or room out of all proportion: tables are filled up to the width of their head, each use of
/// a reference repeats its address, links are looked for from each of their characters, and so is the end of "<?" and "<!".
struct Shape {
    std::size_t lines = 1;
    std::size_t mostPipes = 0; // of one line
    std::size_t longestWord = 0;
    std::size_t brackets = 0;
    std::size_t markup = 0; // "<?" and "<!"
    bool definitions = false; // "]:"

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
    bool wideTable() const { return mostPipes > 200 || mostPipes * lines > 50'000; }
    bool longLink() const { return longestWord > 2'000; }
    bool bad(std::size_t bytes) const { return markup > 200 || (definitions && brackets * bytes > (8u << 20)); }
};

/// What a browser takes for a scheme, after leaving out what it leaves out; "": the address is relative.
std::string schemeOf(std::string_view address)
{
    std::string scheme;
    for (const char c : address) {
        if (static_cast<unsigned char>(c) <= 0x20)
            continue;
        if (c == '/' || c == '?' || c == '#' || c == '\\')
            return {};
        if (c == ':')
            return folded(scheme);
        scheme += c;
    }
    return {};
}

std::string percentDecoded(std::string_view text)
{
    const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && value(text[i + 1]) >= 0 && value(text[i + 2]) >= 0) {
            out += static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string resolved(std::string_view address, std::string_view folder, bool image, const InsideLink& inside)
{
    const auto scheme = schemeOf(address);
    if (scheme == "http" || scheme == "https" || scheme == "mailto")
        return std::string(address);
    const bool plain = std::all_of(address.begin(), address.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!scheme.empty() || !plain || address.starts_with("//") || address.find('\\') != std::string_view::npos)
        return {};
    if (address.empty() || address.starts_with('#'))
        return std::string(address);
    const auto hash = std::min(address.find('#'), address.size());
    const auto path = address.substr(0, std::min(address.find('?'), hash));
    bool out = false;
    const auto from = pathInside(folder, percentDecoded(path), out);
    return out ? std::string() : inside(from, image) + std::string(address.substr(hash));
}

void resolveAddresses(cmark_node* document, std::string_view folder, const InsideLink& inside)
{
    const Cmark<cmark_iter> iter(cmark_iter_new(document));
    for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
        auto* const node = cmark_iter_get_node(iter.get());
        const auto type = cmark_node_get_type(node);
        if (event != CMARK_EVENT_ENTER || (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE))
            continue;
        if (const char* const address = cmark_node_get_url(node))
            cmark_node_set_url(node, resolved(address, folder, type == CMARK_NODE_IMAGE, inside).c_str());
    }
}

} // namespace

namespace {

/// The library that has the symbol is never unmapped again.
void keepMapped(const void* symbol)
{
    Dl_info found{};
    if (::dladdr(symbol, &found) != 0)
        ::dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace

// cmark's list of extensions is made once and never freed, so each new load of it would leave one behind.
void prepareMarkdown()
{
    cmark_gfm_core_extensions_ensure_registered();
    keepMapped(reinterpret_cast<const void*>(&cmark_parser_new));
    keepMapped(reinterpret_cast<const void*>(&cmark_gfm_core_extensions_ensure_registered));
}

std::string plainHtml(std::string_view text)
{
    std::string out = "<pre>";
    for (const char c : lossyUtf8(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\0': out += "\xEF\xBF\xBD"; break;
        default: out += c;
        }
    }
    return out + "</pre>\n";
}

std::string pathInside(std::string_view folder, std::string_view address, bool& leadsOut)
{
    std::vector<std::string_view> parts;
    leadsOut = false;
    const auto add = [&](std::string_view text) {
        for (std::size_t at = 0; at <= text.size();) {
            const auto end = std::min(text.find('/', at), text.size());
            const auto part = text.substr(at, end - at);
            at = end + 1;
            if (part == "..") {
                if (parts.empty())
                    leadsOut = true;
                else
                    parts.pop_back();
            } else if (!part.empty() && part != ".") {
                parts.push_back(part);
            }
        }
    };
    if (!address.starts_with('/'))
        add(folder);
    add(address);
    leadsOut |= address.find('\0') != std::string_view::npos;
    std::string out;
    for (const auto part : parts)
        out += (out.empty() ? "" : "/") + std::string(part);
    return out;
}

std::string markdownHtml(std::string_view markdown, std::string_view folder, const InsideLink& inside, std::size_t most)
{
    const Shape shape(markdown);
    if (markdown.size() > most || shape.bad(markdown.size()))
        return plainHtml(markdown);
    constexpr int options = CMARK_OPT_VALIDATE_UTF8; // not CMARK_OPT_UNSAFE: no raw HTML
    const Cmark<cmark_parser> parser(cmark_parser_new(options));
    if (!parser)
        throw std::bad_alloc();
    for (const std::string_view name : {"table", "strikethrough", "autolink", "tagfilter", "tasklist"}) {
        if ((name == "table" && shape.wideTable()) || (name == "autolink" && shape.longLink()))
            continue;
        if (auto* const extension = cmark_find_syntax_extension(name.data()))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    const Cmark<cmark_node> document(cmark_parser_finish(parser.get()));
    resolveAddresses(document.get(), folder, inside);
    const Cmark<char> html(cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())));
    return html.get();
}

} // namespace netbit::git
