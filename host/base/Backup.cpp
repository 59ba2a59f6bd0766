#include "base/Backup.h"

#include "base/Digest.h"
#include "base/Json.h"
#include "base/JsonLine.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <boost/json/object.hpp>

namespace netbit::base {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t largestManifest = 1ULL << 31;

Error bad(std::string what) { return fault(Status::malformed, "bad_archive", std::move(what)); }

std::string textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string hex(std::string_view bytes)
{
    std::string out;
    boost::algorithm::hex_lower(bytes, std::back_inserter(out));
    return out;
}

/// Relative, and nowhere else than where it says.
bool goodPath(std::string_view path) noexcept
{
    if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos)
        return false;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        if (part.empty() || part == "." || part == "..")
            return false;
        at = end + 1;
    }
    return true;
}

Result<BackupManifest> readManifest(std::string_view text)
{
    BackupManifest out;
    bool headed = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos)
            break;
        const auto line = text.substr(at, end - at);
        const auto parsed = parseJson(line);
        const auto* const object = parsed ? parsed->if_object() : nullptr;
        if (!object)
            return bad("MANIFEST has a line that is no JSON object.");
        const auto kind = textOf(*object, "kind");
        if (kind == "end") {
            if (!headed || end + 1 != text.size() || textOf(*object, "sha256") != sha256Hex(text.substr(0, at)))
                return bad("MANIFEST is damaged.");
            return out;
        }
        if (!headed) {
            const auto* const format = object->if_contains("format");
            if (kind != "netbit-backup" || !format || !format->is_int64() || format->get_int64() != 1)
                return bad("MANIFEST is of no backup that this version can read.");
            out.madeAt = textOf(*object, "made_at");
            out.version = textOf(*object, "version");
            headed = true;
        } else {
            auto entry = readBackupEntry(line);
            if (!entry)
                return entry.error();
            out.entries.push_back(std::move(*entry));
        }
        at = end + 1;
    }
    return bad("MANIFEST is cut short.");
}

struct Opened {
    TarReader reader;
    std::map<std::string, TarEntry, std::less<>> entries;
    BackupManifest manifest;
};

Result<Opened> openBackup(const fs::path& archive)
{
    auto reader = TarReader::open(archive);
    if (!reader)
        return reader.error();
    Opened out{std::move(*reader), {}, {}};
    for (;;) {
        auto entry = out.reader.next();
        if (!entry)
            return entry.error();
        if (!*entry)
            break;
        auto name = (*entry)->name;
        if (!out.entries.emplace(std::move(name), std::move(**entry)).second)
            return bad(archive.string() + ": a file is in it twice.");
    }
    const auto list = out.entries.find(backupManifest);
    if (list == out.entries.end() || list->second.size > largestManifest)
        return bad(archive.string() + ": there is no MANIFEST in it, so it is no backup.");
    std::string text;
    if (auto read = out.reader.bytes(list->second, [&](std::string_view piece) { return text += piece, true; }); !read)
        return read.error();
    out.entries.erase(list);
    auto manifest = readManifest(text);
    if (!manifest)
        return bad(archive.string() + ": " + manifest.error().detail);
    out.manifest = std::move(*manifest);
    std::size_t here = 0;
    for (const auto& entry : out.manifest.entries) {
        if (!entry.in.empty())
            continue;
        ++here;
        const auto found = out.entries.find(entry.path);
        if (found == out.entries.end() || found->second.size != entry.size)
            return bad(archive.string() + ": " + entry.path + " is not in it as MANIFEST says.");
    }
    if (here != out.entries.size())
        return bad(archive.string() + ": there are files in it that MANIFEST does not list.");
    return out;
}

Result<void> walkOne(const Opened& archive, const BackupEntry& entry, const std::string& name, const BackupTake& take)
{
    const auto found = archive.entries.find(entry.path);
    if (found == archive.entries.end())
        return bad(name + ": " + entry.path + " is not in it.");
    Sha256 sum;
    Result<void> taken;
    auto read = archive.reader.bytes(found->second, [&](std::string_view piece) {
        sum.add(piece);
        taken = take(entry, piece);
        return taken.ok();
    });
    if (!read || !taken)
        return read ? taken : read;
    if (hex(sum.end()) != entry.sha256)
        return bad(name + ": " + entry.path + " is damaged: its SHA-256 is another.");
    return take(entry, {});
}

} // namespace

std::string backupEntryLine(const BackupEntry& entry)
{
    return JsonLine()
        .always("path", entry.path)
        .number("size", static_cast<std::int64_t>(entry.size))
        .text("sha256", entry.sha256)
        .text("in", entry.in)
        .line();
}

Result<BackupEntry> readBackupEntry(std::string_view line)
{
    const auto parsed = parseJson(line);
    const auto* const object = parsed ? parsed->if_object() : nullptr;
    if (!object)
        return bad("An entry is no JSON object.");
    BackupEntry out{textOf(*object, "path"), 0, textOf(*object, "sha256"), textOf(*object, "in")};
    if (const auto* const size = object->if_contains("size")) {
        if (!size->is_int64() || size->get_int64() < 0)
            return bad("The size of an entry is none.");
        out.size = static_cast<std::uint64_t>(size->get_int64());
    }
    if (!goodPath(out.path) || out.sha256.size() != 64 || out.in.find('/') != std::string::npos)
        return bad("An entry has no good path and digest.");
    return out;
}

std::string backupManifestText(const BackupManifest& manifest)
{
    auto out = JsonLine("netbit-backup").number("format", 1).text("made_at", manifest.madeAt).text("version", manifest.version).line();
    for (const auto& entry : manifest.entries)
        out += backupEntryLine(entry);
    return out += JsonLine("end").text("sha256", sha256Hex(out)).line();
}

bool backupImmutable(std::string_view path) noexcept
{
    return path.starts_with("files/") || (path.starts_with("repositories/") && path.find(".git/objects/") != std::string_view::npos &&
                                          path.find("/objects/info/") == std::string_view::npos && !path.ends_with("multi-pack-index"));
}

Result<BackupManifest> readBackup(const fs::path& archive)
{
    auto opened = openBackup(archive);
    if (!opened)
        return opened.error();
    return std::move(opened->manifest);
}

Result<void> walkBackup(const fs::path& archive, const BackupManifest& manifest, const BackupTake& take)
{
    std::map<std::string, Opened> earlier; // and this one, as ""
    for (const auto& entry : manifest.entries) {
        const auto file = entry.in.empty() ? archive : archive.parent_path() / entry.in;
        auto found = earlier.find(entry.in);
        if (found == earlier.end()) {
            std::error_code error;
            if (!fs::exists(file, error))
                return fault(Status::notFound, "no_archive",
                             file.string() + " is missing: it has files of " + archive.string() + ", such as " + entry.path + '.');
            auto opened = openBackup(file);
            if (!opened)
                return opened.error();
            found = earlier.emplace(entry.in, std::move(*opened)).first;
        }
        if (auto walked = walkOne(found->second, entry, file.string(), take); !walked)
            return walked;
    }
    return {};
}

} // namespace netbit::base
