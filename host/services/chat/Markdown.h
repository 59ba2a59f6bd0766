#pragma once
// What a message looks like: CommonMark with tables, strikethrough and bare links, as HTML that is safe to put into a page.

#include <functional>
#include <string>
#include <string_view>

namespace netbit::services::chat {

/// [any] Raw HTML in it is left out, and so is the address of a link or image that is neither http, https, mailto nor
/// relative. What the parser would take time or room for out of all proportion (more than 64 KiB, tables of more than 200
/// columns or 10,000 cells, references by the hundred) is shown as it was written. `markdown` is UTF-8.
/// `address`: where a word of its text leads (@name, project#12, hexadecimal digits), or empty; asked for at most 500 words, and for
/// none within code or a link.
using AddressOf = std::function<std::string(std::string_view word)>;
std::string htmlOf(std::string_view markdown, const AddressOf& address = {});

} // namespace netbit::services::chat
