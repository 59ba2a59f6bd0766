#pragma once
// The page at /api/docs: reads /api/openapi.json and shows it. It asks no other host for anything, and puts what it reads
// into the page as text only.

#include <string_view>

namespace netbit::app {

extern const std::string_view docsHtml;
extern const std::string_view docsScript;
extern const std::string_view docsStyle;

} // namespace netbit::app
