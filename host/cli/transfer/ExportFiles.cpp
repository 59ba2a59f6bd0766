#include "cli/transfer/ExportFiles.h"

#include "base/Json.h"
#include "cli/JsonFields.h"

#include <algorithm>
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
