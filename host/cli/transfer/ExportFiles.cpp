#include "cli/transfer/ExportFiles.h"

#include "base/Json.h"
#include "base/Digest.h"
#include "cli/JsonFields.h"
#include "cli/transfer/Lines.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unordered_set>

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;
namespace fs = std::filesystem;

base::Error unwritable(const std::string& file)
{
    return fault(Status::storageFull, "unwritable",
                 file + " cannot be written: " + std::strerror(errno != 0 ? errno : EIO) + ".");
}

base::Error cutShort()
{
    return fault(Status::closed, "cut_short", "The server ended the export before its end; its log may say why.");
}

/// use(line) for each line of what the server sends; false ends it.
template <class Use> Result<void> eachLine(const Http& http, const std::string& target, Use use)
{
    std::string rest;
    bool going = true;
    auto reply = http.receive(target, [&](std::string_view piece) {
        rest += piece;
        std::size_t at = 0;
        for (auto end = rest.find('\n'); going && end != std::string::npos; end = rest.find('\n', at)) {
            going = use(std::string_view(rest).substr(at, end + 1 - at));
            at = end + 1;
        }
        rest.erase(0, at);
        return going;
    });
    if (!reply)
        return reply.error();
    if (reply->status != 200) {
        const auto problem = document(*reply);
        return problem ? cutShort() : problem.error();
    }
    return {};
}

} // namespace

Result<std::int64_t> exportFile(const Http& http, const std::string& scope, const std::string& name, bool passwords,
                                const std::string& file)
{
    const auto part = file + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    if (!out)
        return unwritable(part);
    fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write); // it holds what people said to each other
    std::int64_t records = -1;
    const auto target = "/admin/export?scope=" + scope + (name.empty() ? "" : "&name=" + encoded(name)) +
        (passwords ? "&passwords=true" : "");
    const auto done = eachLine(http, target, [&](std::string_view line) {
        if (line.starts_with("{\"kind\":\"end\""))
            if (const auto parsed = base::parseJson(line.substr(0, line.size() - 1)))
                records = integer(*parsed, "records", -1);
        return static_cast<bool>(out.write(line.data(), static_cast<std::streamsize>(line.size())));
    });
    const bool written = static_cast<bool>(out.flush());
    out.close();
    std::error_code error;
    if (done && written && records >= 0) {
        fs::rename(part, file, error);
        if (!error)
            return records;
    }
    fs::remove(part, error);
    if (!done)
        return done.error();
    return written ? (records < 0 ? cutShort() : unwritable(file)) : unwritable(part);
}

namespace
{

/// Into a file that is there whole or not at all.
Result<void> fetchFile(const Http& http, const std::string& key, const std::string& digest, const std::string& path)
{
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    const auto part = path + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    if (!out)
        return unwritable(part);
    base::Sha256 sum;
    const auto reply = http.receive("/admin/export/file?key=" + encoded(key), [&](std::string_view piece) {
        sum.add(piece);
        return static_cast<bool>(out.write(piece.data(), static_cast<std::streamsize>(piece.size())));
    });
    const bool written = static_cast<bool>(out.flush());
    out.close();
    Result<void> done;
    if (!reply)
        done = reply.error();
    else if (reply->status != 200)
        done = document(*reply).error();
    else if (!written)
        done = unwritable(part);
    else if (boost::algorithm::hex_lower(sum.end()) != digest)
        done = fault(Status::malformed, "wrong_bytes", "The server's bytes of " + key + " are not those of its digest.");
    else if (fs::rename(part, path, error); error)
        done = unwritable(path);
    if (!done)
        fs::remove(part, error);
    return done;
}

} // namespace

Result<FetchedFiles> fetchFiles(const Http& http, const std::string& exportFile, const std::string& directory)
{
    auto bytes = FileBytes::open(exportFile);
    if (!bytes)
        return bytes.error();
    LineReader lines(**bytes);
    FetchedFiles out;
    std::string line;
    for (;;) {
        const auto state = lines.next(line);
        if (!state)
            return state.error();
        if (*state == LineState::end || line.starts_with("{\"kind\":\"chat\""))
            return out; // files stand before chats
        if (!line.starts_with("{\"kind\":\"file\""))
            continue;
        const auto parsed = base::parseJson(line);
        const auto digest = parsed ? text(*parsed, "sha256") : std::string();
        const auto path = blobPath(directory, digest);
        if (path.empty())
            return fault(Status::malformed, "no_digest", "A file of the export has no SHA-256.");
        std::error_code error;
        if (fs::file_size(path, error) != static_cast<std::uintmax_t>(integer(*parsed, "size")) || error) {
            const auto fetched = fetchFile(http, text(*parsed, "id"), digest, path);
            if (!fetched && fetched.status() != Status::notFound)
                return fetched.error();
            out.missing += fetched ? 0 : 1;
            out.files -= fetched ? 0 : 1;
        }
        ++out.files;
    }
}

bool goodDayPath(std::string_view path) noexcept
{
    if (path == "README.md" || path == "chat.jsonl")
        return true;
    constexpr std::string_view form = "0000/00/0000-00-00.";
    if (path.size() < form.size() + 2 || (path.substr(form.size()) != "md" && path.substr(form.size()) != "jsonl"))
        return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? path[i] < '0' || path[i] > '9' : path[i] != form[i])
            return false;
    return true;
}

Result<std::int64_t> exportDays(const Http& http, const std::string& chat, const std::string& directory)
{
    std::unordered_set<std::string> begun;
    std::string failed;
    bool ended = false;
    const auto done = eachLine(http, "/admin/export/days?name=" + encoded(chat), [&](std::string_view line) {
        const auto parsed = base::parseJson(line.substr(0, line.size() - 1));
        const auto path = parsed ? text(*parsed, "path") : std::string();
        if (parsed && truth(*parsed, "end")) {
            ended = true;
            return true;
        }
        if (!goodDayPath(path)) // it comes from a server, and is to stay in the directory
            return false;
        const auto file = fs::path(directory) / path;
        std::error_code error;
        fs::create_directories(file.parent_path(), error);
        std::ofstream out(file, std::ios::binary | (begun.insert(path).second ? std::ios::trunc : std::ios::app));
        out << text(*parsed, "bytes") << std::flush;
        if (!out)
            failed = file.string();
        return failed.empty();
    });
    if (!failed.empty())
        return unwritable(failed);
    if (!done)
        return done.error();
    if (!ended)
        return cutShort();
    return static_cast<std::int64_t>(begun.size());
}

} // namespace netbit::cli::transfer
