#include "services/files/FileOperations.h"

#include "base/Json.h"
#include "services/Act.h"
#include "services/files/FileCore.h"

namespace netbit::services::files {

using base::fault;
using base::Result;
using base::Status;
using operations::Call;
using operations::Kind;
using storage::Connection;
using storage::FileRepository;

namespace {

constexpr std::string_view fileSchema = R"({"type":"object","properties":{
"id":{"type":"integer","format":"int64"},"owner_id":{"type":"integer","format":"int64"},
"name":{"type":"string","description":"for people; never a path"},"size":{"type":"integer","format":"int64","description":"bytes"},
"media_type":{"type":"string","description":"what the bytes say, whatever the client said"},
"width":{"type":["integer","null"],"description":"pixels; null where it is no image that can be read"},
"height":{"type":["integer","null"]},"sha256":{"type":"string","description":"hexadecimal"},
"created_at":{"type":"string","format":"date-time"}},
"required":["id","owner_id","name","size","media_type","width","height","sha256","created_at"]})";

constexpr std::string_view fileListSchema = R"({"type":"object","properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/File"}},
"pagination":{"type":"object","properties":{"limit":{"type":"integer"},"next_before":{"type":["integer","null"]}}},
"usage":{"type":"object","properties":{"used_bytes":{"type":"integer","format":"int64"},
"quota_bytes":{"type":["integer","null"],"format":"int64","description":"null: no bound"}}}},
"required":["data","pagination","usage"]})";

Id fileOf(const Call& call) { return call.arguments.integerOr("id", 0); }

Result<void> listFiles(FileCore& core, const Call& call, const Done& done)
{
    const auto limit = call.arguments.integerOr("limit", 50);
    std::vector<FileRecord> files;
    std::int64_t used = 0;
    auto read = core.read([&](Connection& connection) {
        files = FileRepository::of(connection, call.principal->userId(), call.arguments.integerOr("before", 0),
                                   static_cast<std::size_t>(limit) + 1);
        used = FileRepository::usedBy(connection, call.principal->userId());
    });
    if (!read)
        return read;
    const bool more = files.size() > static_cast<std::size_t>(limit);
    if (more)
        files.pop_back();
    std::string out = "{\"data\":[";
    for (const auto& file : files) {
        out += &file == files.data() ? "" : ",";
        out += fileJson(file);
    }
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, limit);
    out += ",\"next_before\":";
    if (more)
        base::appendJsonInt(out, files.back().id);
    else
        out += "null";
    out += "},\"usage\":{\"used_bytes\":";
    base::appendJsonInt(out, used);
    out += ",\"quota_bytes\":";
    if (const auto quota = core.options().quotaBytes; quota != 0)
        base::appendJsonInt(out, static_cast<std::int64_t>(quota));
    else
        out += "null";
    out += "}}";
    done(Completed{more ? files.back().id : 0, std::move(out), false});
    return {};
}

Result<void> tellFile(FileCore& core, const Call& call, const Done& done)
{
    const auto file = core.readable(*call.principal, fileOf(call));
    if (!file)
        return file.error();
    done(Completed{file->id, fileJson(*file), false});
    return {};
}

Result<void> deleteFile(FileCore& core, const Call& call, Done done)
{
    return Act::submit(
        core.writer,
        [id = fileOf(call), by = call.principal](Connection& connection) -> Result<Completed> {
            if (!by->valid())
                return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
            const auto file = FileRepository::byId(connection, id);
            if (!file || file->ownerId != by->userId() || file->avatar)
                return fault(Status::notFound, "file_not_found", "You have no such file.");
            if (FileRepository::attached(connection, id))
                return fault(Status::conflict, "file_attached",
                             "A message has this file: delete the message, and the file goes with it.");
            FileRepository::remove(connection, id);
            return Completed{id, {}, false};
        },
        {}, std::move(done));
}

Result<void> removeAvatar(FileCore& core, const Call& call, Done done)
{
    return Act::submit(
        core.writer,
        [by = call.principal](Connection& connection) -> Result<Completed> {
            if (!by->valid())
                return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
            FileRepository::removeAvatar(connection, by->userId());
            return Completed{by->userId(), {}, false};
        },
        {}, std::move(done));
}

} // namespace

void addFileOperations(operations::Operations& operations, FileService& files)
{
    auto& core = files.core();
    const operations::Parameter fileId{.name = "id", .kind = Kind::integer, .what = "The file.", .required = true, .least = 1};
    operations.addSchema("File", fileSchema);
    operations.addSchema("FileList", fileListSchema);
    operations.add({.name = "files.list",
                    .summary = "The caller's files, the newest first, and how much of the quota they take",
                    .parameters = {{.name = "limit", .kind = Kind::integer, .what = "How many at most.", .least = 1, .most = 200},
                                   {.name = "before", .kind = Kind::integer, .what = "Files older than this one.", .least = 1}},
                    .result = "FileList",
                    .handler = bound(core, &listFiles),
                    .reads = true});
    operations.add({.name = "files.info",
                    .summary = "What is known of a file that the caller may read",
                    .parameters = {fileId},
                    .result = "File",
                    .handler = bound(core, &tellFile),
                    .reads = true});
    operations.add({.name = "files.delete",
                    .summary = "Delete a file of one's own that no message has",
                    .parameters = {fileId},
                    .result = {},
                    .handler = bound(core, &deleteFile)});
    operations.add({.name = "files.remove_avatar",
                    .summary = "Take the own avatar away",
                    .parameters = {},
                    .result = {},
                    .handler = bound(core, &removeAvatar)});
}

} // namespace netbit::services::files
