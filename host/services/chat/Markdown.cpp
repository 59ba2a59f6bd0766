#include "services/chat/Markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

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

bool wordChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("_-.#@/&").find(c) != std::string_view::npos;
}

/// Whether a word may lead somewhere: what is asked of others is bounded.
bool mayLead(std::string_view word) noexcept
{
    const bool sign = word.front() == '@' ? word.size() > 1 : word.find('#') != word.npos && word.back() >= '0' && word.back() <= '9';
    const bool hex = word.size() >= 7 && word.size() <= 40 && word.find_first_not_of("0123456789abcdef") == word.npos;
    return sign || hex;
}

cmark_node* newText(std::string_view text)
{
    auto* const node = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(node, std::string(text).c_str());
    return node;
}

/// Puts links into one run of text.
void linkText(cmark_node* node, const AddressOf& address, std::size_t& room)
{
    const char* const literal = cmark_node_get_literal(node);
    const std::string text(literal ? literal : "");
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size() && room > 0;) {
        if (!wordChar(text[at])) {
            ++at;
            continue;
        }
        auto end = at;
        while (end < text.size() && wordChar(text[end]))
            ++end;
        const auto behind = end;
        while (end > at && std::string_view(".-/&@#").find(text[end - 1]) != std::string_view::npos)
            --end;
        const auto word = std::string_view(text).substr(at, end - at);
        std::string to;
        if (!word.empty() && mayLead(word)) {
            --room;
            to = address(word);
        }
        if (!to.empty()) {
            if (at > done)
                cmark_node_insert_before(node, newText(std::string_view(text).substr(done, at - done)));
            auto* const link = cmark_node_new(CMARK_NODE_LINK);
            cmark_node_set_url(link, to.c_str());
            cmark_node_append_child(link, newText(word));
            cmark_node_insert_before(node, link);
            done = end;
        }
        at = behind;
    }
    if (done > 0)
        cmark_node_set_literal(node, text.substr(done).c_str());
}

void linkWords(cmark_node* document, const AddressOf& address)
{
    constexpr std::size_t mostWords = 500;
    cmark_consolidate_text_nodes(document);
    std::vector<cmark_node*> texts; // first all: new nodes are no place for the iterator
    const Owned<cmark_iter> iter(cmark_iter_new(document));
    std::size_t inLinks = 0;
    for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
        auto* const node = cmark_iter_get_node(iter.get());
        const auto type = cmark_node_get_type(node);
        if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
            inLinks += event == CMARK_EVENT_ENTER ? 1 : std::size_t(-1);
        else if (type == CMARK_NODE_TEXT && inLinks == 0)
            texts.push_back(node);
    }
    std::size_t room = mostWords;
    for (auto* const node : texts)
        linkText(node, address, room);
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

std::string htmlOf(std::string_view markdown, const AddressOf& address)
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
    if (address)
        linkWords(document.get(), address);
    const Owned<char> html(cmark_render_html(document.get(), options, cmark_parser_get_syntax_extensions(parser.get())));
    return std::string(html.get());
}

} // namespace netbit::services::chat
