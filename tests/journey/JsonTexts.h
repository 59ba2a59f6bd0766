#pragma once
// Texts that are JSON (RFC 8259), and texts that are not.

#include <string>
#include <utility>
#include <vector>

namespace netbit::test {

using NamedText = std::pair<const char*, std::string>;

const std::vector<NamedText>& badJson();
const std::vector<NamedText>& goodJson();
/// Nested 100,000 deep, closed and unclosed.
const std::vector<NamedText>& deepJson();

} // namespace netbit::test
