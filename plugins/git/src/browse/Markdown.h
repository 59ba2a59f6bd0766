#pragma once
// A file in Markdown as HTML that is safe to put into a page.

#include <functional>
#include <string>
#include <string_view>

namespace netbit::git {

/// Where a link or image inside the repository leads: its path from the repository's root, and what kind it is.
using InsideLink = std::function<std::string(std::string_view path, bool image)>;

/// To be called once before the first rendering, by one thread: cmark-gfm's extensions are registered without a lock.
void prepareMarkdown();

/// CommonMark with GitHub's extensions. Raw HTML is left out, and so is an address that is neither http, https, mailto nor inside
/// the repository; relative ones are taken from `folder`. A text that would take the parser time or room out of all proportion, or
/// of more than `most` bytes, is shown as it is written.
std::string markdownHtml(std::string_view markdown, std::string_view folder, const InsideLink& inside, std::size_t most);

/// A text as it is written.
std::string plainHtml(std::string_view text);

/// `address` as seen from `folder` ("a/b"): the path from the root without "." and ".."; nothing: it leads out.
/// An address that begins with '/' is taken from the root.
std::string pathInside(std::string_view folder, std::string_view address, bool& leadsOut);

} // namespace netbit::git
