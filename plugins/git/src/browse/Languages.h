#pragma once
// In which languages a commit's files are written, by their names.

#include "browse/Answer.h"

namespace netbit::git {

/// {"languages":[{"name","bytes"}],"bytes","complete"}: the most bytes first. Files that no language is known of do not count.
Answer languages(const Repository& repository, const git_commit* commit, const Limits& limits);

/// "": none is known.
std::string_view languageOf(std::string_view path);

} // namespace netbit::git
