#include "cli/transfer/Report.h"

#include "base/JsonLine.h"

namespace netbit::cli::transfer
{

namespace
{

constexpr std::int64_t firstOfEach = 10;

void printRemark(std::ostream& out, const Remark& remark)
{
    out << remark.where << ": " << (remark.record ? "left out: " : "") << remark.reason << ": " << remark.detail << '\n';
}

std::string countsJson(const std::map<std::string, std::int64_t>& counts)
{
    base::JsonLine out;
    for (const auto& [name, count] : counts)
        out.number(name, count);
    return out.object();
}

void printCounts(std::ostream& out, std::string_view title, const std::map<std::string, std::int64_t>& counts,
                 std::int64_t total)
{
    out << title << std::string(title.size() < 17 ? 17 - title.size() : 1, ' ') << total;
    const char* sign = " (";
    for (const auto& [name, count] : counts) {
        if (count == 0)
            continue;
        out << sign << name << ' ' << count;
        sign = ", ";
    }
    out << (*sign == ',' ? ")\n" : "\n");
}

} // namespace

base::Result<void> Report::writeTo(const std::string& path)
{
    _path = path;
    _file.open(path, std::ios::trunc);
    if (!_file)
        return base::fault(base::Status::invalid, "unwritable", path + " cannot be written.");
    return {};
}

base::Result<void> Report::finish()
{
    if (!_path.empty() && !_file.flush())
        return base::fault(base::Status::storageFull, "unwritable", _path + " could not be written to its end.");
    return {};
}

void Report::remark(Remark remark)
{
    const auto count = ++(remark.record ? _leftOut : _notes)[remark.reason];
    if (_file.is_open())
        printRemark(_file, remark);
    if (count <= firstOfEach)
        _first.push_back(std::move(remark));
}

std::int64_t Report::sum(const Counts& counts) noexcept
{
    std::int64_t total = 0;
    for (const auto& [name, count] : counts)
        total += count;
    return total;
}

void Report::printJson(std::ostream& out, bool dryRun) const
{
    base::JsonList first;
    for (const auto& remark : _first)
        first.add(base::JsonLine()
                      .text("where", remark.where)
                      .text("reason", remark.reason)
                      .text("detail", remark.detail)
                      .flag("left_out", remark.record)
                      .object());
    out << base::JsonLine()
               .flag("dry_run", dryRun)
               .raw("read", countsJson(_read))
               .raw("added", countsJson(_added))
               .raw("already", countsJson(_already))
               .number("matched", _matched)
               .raw("left_out", countsJson(_leftOut))
               .raw("notes", countsJson(_notes))
               .raw("first", std::move(first).json())
               .line();
}

void Report::print(std::ostream& out, bool json, bool dryRun) const
{
    if (json)
        return printJson(out, dryRun);
    printCounts(out, "records read", _read, total());
    if (!dryRun) {
        printCounts(out, "added", _added, totalAdded());
        printCounts(out, "already there", _already, totalAlready());
        if (_matched != 0)
            out << "                 of those " << _matched << " known here by name, now also by where they come from\n";
    }
    printCounts(out, "left out", _leftOut, totalLeftOut());
    if (!_notes.empty())
        printCounts(out, "parts left out", _notes, sum(_notes));
    for (const auto& remark : _first)
        printRemark(out, remark);
    const auto all = totalLeftOut() + sum(_notes);
    if (static_cast<std::size_t>(all) > _first.size())
        out << "… and " << static_cast<std::size_t>(all) - _first.size() << " more; --report FILE lists them all.\n";
}

} // namespace netbit::cli::transfer
