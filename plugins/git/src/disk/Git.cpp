#include "disk/Git.h"

#include "hooks/Rules.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;

/// Every repository's, by GIT_CONFIG_GLOBAL. No repository here has a configuration of a client's making.
constexpr std::string_view configuration = R"(# Written by NetBit at each start: what git does in its repositories.
[safe]
	directory = *
[user]
	name = NetBit
	email = git@netbit.invalid
[core]
	hooksPath = /nonexistent
	logAllRefUpdates = false
	fsync = committed,reference,loose-object
	packedGitWindowSize = 32m
	packedGitLimit = 512m
	deltaBaseCacheLimit = 64m
	bigFileThreshold = 32m
	alternateRefsCommand = true
[protocol]
	allow = never
[transfer]
	fsckObjects = true
	hideRefs = refs/netbit
	credentialsInUrl = die
[receive]
	autogc = false
	denyDeleteCurrent = ignore
	hideRefs = refs/pull
	updateServerInfo = false
	keepAlive = 5
[receive "fsck"]
	badTimezone = ignore
	missingSpaceBeforeDate = ignore
	zeroPaddedFilemode = ignore
[fetch "fsck"]
	badTimezone = ignore
	missingSpaceBeforeDate = ignore
	zeroPaddedFilemode = ignore
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
	keepAlive = 5
[pack]
	threads = 2
	windowMemory = 64m
	deltaCacheSize = 64m
	writeBitmapHashCache = true
[repack]
	writeBitmaps = true
[gc]
	auto = 0
	autoDetach = false
[maintenance]
	auto = false
[http]
	followRedirects = false
)";

void writeFile(const fs::path& path, std::string_view content, fs::perms mode)
{
    const auto beside = path.string() + ".new";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    std::error_code failed;
    if (out)
        fs::permissions(beside, mode, failed);
    if (out && !failed)
        fs::rename(beside, path, failed);
    if (!out || failed)
        throw Failure(Error(Status::unavailable, "folder_unusable", path.string() + " cannot be written."));
}

/// What gitprotocol-v2 allows in the header: key=value with colons. Anything else says nothing to git either.
bool isProtocol(std::string_view text)
{
    return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '=' || c == ':' || c == '.' ||
               c == '-' || c == '/';
    });
}

} // namespace

Git::Git(fs::path folder) : _ours(std::move(folder) / ".netbit") {}

void Git::prepare(bool first) const
{
    std::error_code failed;
    if (first)
        fs::remove_all(room(), failed);
    for (const auto& path : {_ours, room(), hooks()})
        if (fs::create_directories(path, failed); failed)
            throw Failure(Error(Status::unavailable, "folder_unusable", path.string() + " cannot be made: " + failed.message() + '.'));
    constexpr auto own = fs::perms::owner_read | fs::perms::owner_write;
    writeFile(_ours / "gitconfig", configuration, own);
    writeFile(hooks() / "update", updateHook, own | fs::perms::owner_exec);
}

void Git::use(Settings settings)
{
    auto made = std::make_shared<const Settings>(std::move(settings));
    const std::lock_guard lock(_mutex); // _settings
    _settings = std::move(made);
}

std::shared_ptr<const Settings> Git::settings() const
{
    const std::lock_guard lock(_mutex); // _settings
    return _settings;
}

ProcessOptions Git::command(std::vector<std::string> arguments, std::chrono::seconds time) const
{
    const auto now = settings();
    ProcessOptions out;
    out.program = now->program;
    out.arguments = std::move(arguments);
    out.environment = {{"PATH", "/usr/bin:/bin"},
                       {"HOME", _ours.string()},
                       {"TMPDIR", room().string()},
                       {"LANG", "C.UTF-8"},
                       {"GIT_CONFIG_NOSYSTEM", "1"},
                       {"GIT_CONFIG_GLOBAL", (_ours / "gitconfig").string()},
                       {"GIT_ATTR_NOSYSTEM", "1"},
                       {"GIT_TERMINAL_PROMPT", "0"},
                       {"GIT_ASKPASS", "/bin/false"}};
    out.directory = room().string();
    out.wallTime = time;
    out.cpuTime = now->cpuTime;
    out.memoryBytes = now->memoryBytes;
    return out;
}

ProcessOptions Git::transfer(std::vector<std::string> arguments, std::string_view protocol) const
{
    auto out = command(std::move(arguments), settings()->transferTime);
    if (isProtocol(protocol))
        out.environment.emplace_back("GIT_PROTOCOL", std::string(protocol));
    return out;
}

ProcessOptions Git::job(std::vector<std::string> arguments) const { return command(std::move(arguments), settings()->jobTime); }

} // namespace netbit::git
