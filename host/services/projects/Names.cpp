#include "services/projects/Names.h"

#include <algorithm>
#include <array>

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;

namespace {

constexpr std::array<std::string_view, 19> reserved{"config",   "repos",  "members",   "issues",   "labels", "milestones", "boards",
                                                    "pulls",    "activity", "search",  "public",   "create", "templates",  "settings",
                                                    "chat",     "restore",  "transfer", "leave",   "import"};

bool alphanumeric(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

bool wellFormed(std::string_view name)
{
    const auto plain = [](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    const auto small = lower(name);
    return !name.empty() && name.size() <= maxNameBytes && (alphanumeric(name[0]) || name[0] == '_') &&
           std::all_of(name.begin(), name.end(), plain) && name.find("..") == name.npos && !name.ends_with('.') &&
           !small.ends_with(".git") && !small.ends_with(".lock");
}

bool isReserved(std::string_view name)
{
    return std::find(reserved.begin(), reserved.end(), lower(name)) != reserved.end();
}

} // namespace

Result<void> checkName(std::string_view name, std::string_view pointer)
{
    if (!wellFormed(name))
        return fault(Status::invalid, "invalid_name",
                     "A name has 1 to 100 letters, digits, dots, dashes and underscores, begins with a letter, digit or "
                     "underscore, and does not end with a dot, \".git\" or \".lock\".",
                     pointer);
    if (isReserved(name))
        return fault(Status::invalid, "reserved_name", "This word has another meaning in URLs: choose another name.", pointer);
    return {};
}

std::string plainName(std::string_view name, std::string_view other)
{
    std::string out;
    for (const char c : name.substr(0, 4 * maxNameBytes)) {
        if (alphanumeric(c) || c == '_')
            out += c;
        else if (!out.empty() && out.back() != '-' && out.back() != '.')
            out += c == '.' ? '.' : '-';
    }
    out.resize(std::min(out.size(), maxNameBytes - 8)); // room for what makes it another
    for (bool again = true; again && !out.empty();) {
        const auto small = lower(out);
        again = out.back() == '.' || out.back() == '-' || small.ends_with(".git") || small.ends_with(".lock");
        if (again)
            out.erase(out.find_last_of(".-"));
    }
    if (isReserved(out))
        out += '_';
    return out.empty() ? std::string(other) : out;
}

} // namespace netbit::services::projects
