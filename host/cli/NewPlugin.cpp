#include "cli/NewPlugin.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

namespace netbit::cli
{

namespace fs = std::filesystem;
using base::fault;
using base::Result;
using base::Status;

namespace
{

constexpr std::array<std::string_view, 11> taken{"backup", "chat", "files", "git", "netbit", "notify", "project", "tcp", "udp", "user", "web"};

bool letter(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool mark(char c) noexcept { return c == '.' || c == '_' || c == '-'; }

/// Two marks in a row would make a double underscore, which C++ keeps for itself.
bool wellFormed(std::string_view id) noexcept
{
    if (id.empty() || id.size() > 64 || !letter(id.front()) || mark(id.back()))
        return false;
    return std::ranges::all_of(id, [](char c) { return letter(c) || digit(c) || mark(c); }) &&
        std::ranges::adjacent_find(id, [](char a, char b) { return mark(a) && mark(b); }) == id.end();
}

/// A template is a project that builds as it stands; its name is that of its manifest.
Result<PluginName> nameOf(const fs::path& source)
{
    std::error_code failure;
    for (fs::directory_iterator each(source, failure); !failure && each != fs::directory_iterator(); each.increment(failure))
        if (each->path().extension() == ".json")
            return pluginName(each->path().stem().string());
    return fault(Status::notFound, "no_template",
                 "There is no template in " + source.string() + ": is the SDK installed? --template says where it is.");
}

std::string renamed(std::string text, const PluginName& before, const PluginName& name)
{
    const std::array<std::pair<std::string_view, std::string_view>, 3> words{
        {{before.id, name.id}, {before.identifier, name.identifier}, {before.className, name.className}}};
    for (const auto& [from, to] : words)
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    return text;
}

base::Error cannot(std::string_view what, const fs::path& path, const std::error_code& why)
{
    return fault(Status::unavailable, "file", std::string(what) + " " + path.string() + ": " + why.message() + ".");
}

Result<void> copyFile(const fs::path& from, const fs::path& to, const PluginName& before, const PluginName& name)
{
    std::error_code failure;
    fs::create_directories(to.parent_path(), failure);
    if (failure)
        return cannot("Cannot make", to.parent_path(), failure);
    std::ifstream in(from, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in)
        return cannot("Cannot read", from, std::error_code(errno, std::generic_category()));
    std::ofstream out(to, std::ios::binary);
    out << renamed(text.str(), before, name);
    out.close();
    if (!out)
        return cannot("Cannot write", to, std::error_code(errno, std::generic_category()));
    return {};
}

bool partOfWord(char c) noexcept { return letter(c) || digit(c) || c == '_' || (c >= 'A' && c <= 'Z'); }

bool hasWord(std::string_view text, std::string_view word) noexcept
{
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !partOfWord(text[at - 1])) && (end == text.size() || !partOfWord(text[end])))
            return true;
    }
    return false;
}

/// A class that is called as another one in the template (Request, Plugin, MessageCounter) would not compile.
std::string freeClassName(const fs::path& source, std::string className)
{
    std::string all;
    std::error_code failure;
    for (fs::recursive_directory_iterator each(source, failure); !failure && each != fs::recursive_directory_iterator();
         each.increment(failure))
        if (each->is_regular_file(failure)) {
            std::ifstream in(each->path(), std::ios::binary);
            std::ostringstream text;
            text << in.rdbuf();
            all += text.str();
        }
    while (hasWord(all, className))
        className += "Plugin";
    return className;
}

} // namespace

Result<PluginName> pluginName(std::string_view id)
{
    if (!wellFormed(id))
        return fault(Status::invalid, "bad_name",
                     "A plugin's name has 1 to 64 of a-z, 0-9 and single . _ - between them, and begins with a letter: " +
                         std::string(id) + " does not.");
    if (std::ranges::find(taken, id) != taken.end())
        return fault(Status::invalid, "bad_name",
                     std::string(id) + " is a plugin of NetBit itself: take a name of your own, like org.example." +
                         std::string(id) + ".");
    PluginName name{std::string(id), {}, {}};
    bool begins = true;
    for (const char c : id) {
        name.identifier += mark(c) ? '_' : c;
        if (!mark(c))
            name.className += begins && letter(c) ? static_cast<char>(c - 'a' + 'A') : c;
        begins = mark(c);
    }
    return name;
}

Result<std::vector<fs::path>> writePlugin(const fs::path& source, const fs::path& target, const PluginName& wanted)
{
    const auto before = nameOf(source);
    if (!before)
        return before.error();
    auto name = wanted;
    if (name.className != before->className)
        name.className = freeClassName(source, name.className);
    std::error_code failure;
    if (fs::exists(target, failure) && (!fs::is_directory(target, failure) || !fs::is_empty(target, failure)))
        return fault(Status::conflict, "not_empty", target.string() + " is there already and is not an empty folder.");
    std::vector<fs::path> files;
    fs::recursive_directory_iterator each(source, failure);
    if (failure)
        return cannot("Cannot read the template", source, failure);
    for (; each != fs::recursive_directory_iterator(); each.increment(failure)) {
        if (failure)
            return cannot("Cannot read the template", source, failure);
        if (!each->is_regular_file(failure))
            continue;
        files.emplace_back(renamed(fs::relative(each->path(), source).string(), *before, name));
        if (auto copied = copyFile(each->path(), target / files.back(), *before, name); !copied)
            return copied.error();
    }
    std::ranges::sort(files);
    return files;
}

} // namespace netbit::cli
