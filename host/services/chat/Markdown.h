#pragma once
// What a message looks like: CommonMark with tables, strikethrough and bare links, as HTML that is safe to put into a page.

#include <string>
#include <string_view>

namespace netbit::services::chat {

/// [any] Raw HTML in it is left out, and so is the address of a link or image that is neither http, https, mailto nor
/// relative. What the parser would take time or room for out of all proportion (more than 64 KiB, tables of more than 200
/// columns or 10,000 cells, references by the hundred) is shown as it was written. `markdown` is UTF-8.
std::string htmlOf(std::string_view markdown);

} // namespace netbit::services::chat
