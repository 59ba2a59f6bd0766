#pragma once
// The README of a folder, as a page shows it.

#include "browse/Answer.h"
#include "browse/Markdown.h"

namespace netbit::git {

/// {"path","id","size","html"}; Markdown is rendered, anything else is shown as it is written. `folder`: "" is the root.
/// Failure: notFound / no_readme, path_not_found; tooLarge / file_too_large.
Answer readme(const Repository& repository, const git_commit* commit, std::string_view folder, const InsideLink& inside,
              const Limits& limits);

} // namespace netbit::git
