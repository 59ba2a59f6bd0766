#include "services/users/TimeZones.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace netbit::services::users {

namespace {

/// "Area/Place": letters, digits, - + _ between slashes. No dot, so that no name leads out of the database's folder.
bool zoneShaped(std::string_view name) noexcept
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '_';
    };
    return !name.empty() && name.size() <= 64 && name.front() != '/' && name.back() != '/' &&
           name.find("//") == name.npos &&
           std::all_of(name.begin(), name.end(), [&](char c) { return c == '/' || plain(c); });
}

} // namespace

bool knownTimeZone(std::string_view name)
{
    if (!zoneShaped(name))
        return false;
    const std::filesystem::path folder = "/usr/share/zoneinfo";
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
        return true;
    const auto file = folder / name;
    if (!std::filesystem::is_regular_file(file, error))
        return false;
    char magic[4] = {}; // RFC 8536 section 3.1
    return std::ifstream(file, std::ios::binary).read(magic, sizeof magic) && std::string_view(magic, sizeof magic) == "TZif";
}

} // namespace netbit::services::users
