#include "app/config/Layers.h"

#include "base/WholeFile.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <Poco/StringTokenizer.h>

namespace netbit::app {

using base::Result;
using base::Status;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "NETBIT_";
constexpr std::string_view fileReference = "file:";
constexpr std::string_view credentialReference = "credential:";
constexpr std::size_t mostSecretBytes = 4'096;
constexpr std::array<std::string_view, 8> secretEnds{"password",   "passwd", "passphrase", "secret",
                                                     "credential", "token",  "api_key",    "apikey"};

bool namesFile(std::string_view key) noexcept { return key == "tls.certificate" || key == "tls.key" || key.ends_with("_file"); }

Result<fs::path> credential(std::string_view name)
{
    if (name.empty() || name.find('/') != std::string_view::npos || name.starts_with('.'))
        return base::fault(Status::invalid, "bad_setting", "A credential's name is that of a file in $CREDENTIALS_DIRECTORY.");
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (!folder || !*folder)
        return base::fault(Status::invalid, "bad_setting",
                           "There is no $CREDENTIALS_DIRECTORY: systemd sets it for a unit with LoadCredential=.");
    return fs::path(folder) / name;
}

Result<std::string> firstLine(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > mostSecretBytes)
        return base::fault(Status::invalid, "bad_setting", "There is no file " + file.string() + " of at most 4096 bytes.");
    const auto text = base::readWhole(file);
    if (!text)
        return base::fault(Status::invalid, "bad_setting", text.error().detail);
    auto line = text->substr(0, text->find_first_of("\r\n"));
    if (line.empty())
        return base::fault(Status::invalid, "bad_setting", "The first line of " + file.string() + " is empty.");
    return line;
}

} // namespace

std::optional<std::string> keyOfVariable(std::string_view name)
{
    if (!name.starts_with(prefix) || name.find("__") == std::string_view::npos)
        return std::nullopt;
    name.remove_prefix(prefix.size());
    std::string key;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (name.substr(i).starts_with("__")) {
            key += '.';
            ++i;
        } else if (c >= 'A' && c <= 'Z') {
            key += static_cast<char>(c - 'A' + 'a');
        } else {
            key += c; // a digit; anything else makes a key that there is not, and is told of
        }
    }
    return key;
}

std::vector<std::string> settingVariables(const char* const* environment)
{
    std::vector<std::string> found;
    for (; environment && *environment; ++environment) {
        const std::string_view each(*environment);
        if (keyOfVariable(each.substr(0, each.find('='))))
            found.emplace_back(each);
    }
    return found;
}

bool isSecretKey(std::string_view key) noexcept
{
    return std::any_of(secretEnds.begin(), secretEnds.end(), [&](std::string_view end) { return key.ends_with(end); });
}

bool isReference(std::string_view value) noexcept
{
    return value.starts_with(fileReference) || value.starts_with(credentialReference);
}

Result<std::string> meantBy(std::string_view key, const std::string& value)
{
    const bool secret = isSecretKey(key);
    if (secret && value.starts_with(credentialReference)) {
        const auto file = credential(std::string_view(value).substr(credentialReference.size()));
        return file ? firstLine(*file) : file.error();
    }
    if (namesFile(key) && value.find(credentialReference) != std::string::npos) {
        std::string files; // of TLS there may be several
        for (const auto& each : Poco::StringTokenizer(value, ",", Poco::StringTokenizer::TOK_TRIM)) {
            const auto file = each.starts_with(credentialReference) ? credential(std::string_view(each).substr(credentialReference.size())) : Result<fs::path>(each);
            if (!file)
                return file.error();
            files += (files.empty() ? "" : ", ") + file->string();
        }
        return files;
    }
    if (secret && value.starts_with(fileReference))
        return firstLine(value.substr(fileReference.size()));
    return value;
}

} // namespace netbit::app
