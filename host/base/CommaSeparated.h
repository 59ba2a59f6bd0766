#pragma once
// A list as people write it: "alice, bob".

#include <sstream>
#include <string>
#include <vector>

namespace netbit::base {

/// Without the blanks around each; empty ones are left out.
inline std::vector<std::string> commaSeparated(const std::string& text)
{
    std::vector<std::string> names;
    std::istringstream input(text);
    for (std::string name; std::getline(input, name, ',');) {
        const auto first = name.find_first_not_of(' ');
        if (first != std::string::npos)
            names.push_back(name.substr(first, name.find_last_not_of(' ') - first + 1));
    }
    return names;
}

} // namespace netbit::base
