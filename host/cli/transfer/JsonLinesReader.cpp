// An export of ours: its lines are records already.

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/transfer/Lines.h"
#include "cli/transfer/Readers.h"

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;

constexpr std::int64_t version = 1;

class JsonLinesReader final : public Reader
{
public:
    JsonLinesReader(std::string path, std::unique_ptr<FileBytes> bytes)
        : _path(std::move(path))
        , _bytes(std::move(bytes))
    {
    }

    std::string source() const override { return "netbit"; }

    Result<void> read(const Reading& reading) override
    {
        LineReader lines(*_bytes);
        std::string line;
        std::int64_t records = 0;
        bool ended = false;
        for (;;) {
            const auto state = lines.next(line);
            if (!state)
                return state.error();
            if (*state == LineState::end)
                break;
            reading.progress.update("KiB", lines.consumed() / 1024, _bytes->size() / 1024);
            const auto where = _path + ":" + std::to_string(lines.number());
            if (ended)
                return fault(Status::invalid, "after_end", where + " stands behind the end of the export.");
            if (*state == LineState::tooLong) {
                if (lines.number() == 1)
                    return noExport("its first line is longer than any of one");
                ++records;
                reading.report.leftOut("unknown", where, "line_too_long", "A line has at most 32 MiB.");
                continue;
            }
            const auto parsed = base::parseJson(line);
            const auto kind = parsed ? text(*parsed, "kind") : std::string();
            if (lines.number() == 1) {
                if (auto good = checkHead(kind, parsed); !good)
                    return good;
                ++records;
            } else if (!parsed) {
                ++records;
                reading.report.leftOut("unknown", where, "invalid_json", parsed.error().detail);
            } else if (kind == "end") {
                ended = true;
                if (const auto counted = integer(*parsed, "records", -1); counted != records)
                    return fault(Status::invalid, "wrong_count",
                                 where + " counts " + std::to_string(counted) + " records, but there are " +
                                     std::to_string(records) + ".");
            } else {
                ++records;
                auto bytes = kind == "file" ? bytesOf(reading.files, text(*parsed, "sha256")) : nullptr;
                const auto put = bytes ? reading.sink.putFile(std::move(line), where, *bytes, bytes->size())
                                       : reading.sink.put(kind.empty() ? "unknown" : kind, std::move(line), where);
                if (!put)
                    return put;
            }
        }
        if (lines.number() == 0)
            return noExport("it is empty");
        if (!ended)
            return fault(Status::invalid, "cut_short", _path + " ends too early: its last line is missing.");
        return {};
    }

private:
    static std::unique_ptr<FileBytes> bytesOf(const std::string& directory, const std::string& digest)
    {
        const auto path = directory.empty() ? std::string() : blobPath(directory, digest);
        auto bytes = path.empty() ? Result<std::unique_ptr<FileBytes>>(nullptr) : FileBytes::open(path);
        return bytes ? std::move(*bytes) : nullptr;
    }

    base::Error noExport(std::string_view why) const
    {
        return fault(Status::invalid, "no_export", _path + " is no export of NetBit: " + std::string(why) + ".");
    }

    Result<void> checkHead(const std::string& kind, const Result<boost::json::value>& head) const
    {
        if (kind != "netbit")
            return noExport("its first line does not say so");
        if (integer(*head, "version") != version)
            return fault(Status::unsupported, "other_version",
                         _path + " is of version " + std::to_string(integer(*head, "version")) +
                             "; this program reads version 1.");
        return {};
    }

    const std::string _path;
    const std::unique_ptr<FileBytes> _bytes;
};

} // namespace

Result<ReaderPtr> openJsonLines(const std::string& path)
{
    auto bytes = FileBytes::open(path);
    if (!bytes)
        return bytes.error();
    return ReaderPtr(std::make_unique<JsonLinesReader>(path, std::move(*bytes)));
}

} // namespace netbit::cli::transfer
