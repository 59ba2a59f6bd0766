#pragma once
// Files as texts.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace netbit::test {

inline std::filesystem::path sdk() { return SDK; }

inline std::string contentOf(const std::filesystem::path& file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

} // namespace netbit::test
