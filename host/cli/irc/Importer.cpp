#include "cli/irc/Importer.h"

namespace netbit::cli::irc
{

namespace
{

/// Counts lines [first, first + count) as brought in, and lists what of them was left out.
void countLines(Report& report, const std::string& file, const Log& log, const Batch& batch)
{
    for (std::size_t i = batch.firstRecord; i < batch.firstRecord + batch.recordCount; ++i)
        report.count(log.records[i].kind);
    // Records and left out lines together are all lines, each in order.
    for (std::size_t i = batch.firstLine - batch.firstRecord; i < log.leftOut.size(); ++i) {
        const auto& left = log.leftOut[i];
        if (left.line >= batch.firstLine + batch.lineCount)
            break;
        ++report.leftOut[static_cast<std::size_t>(left.reason)];
        report.entries.push_back({file, left.line + 1, reasonText(left.reason)});
    }
}

/// Links of lines from `firstLine` on that were left out; those before were told by an earlier run.
void countLinks(Report& report, const Log& log, std::size_t firstLine)
{
    for (const auto& left : log.links.leftOut) {
        if (left.answering < firstLine)
            continue;
        ++report.linksLeftOut[static_cast<std::size_t>(left.fault)];
        report.entries.push_back({log.annotation, left.line + 1, faultText(left.fault)});
    }
}

void noteSkipped(Report& report, const LogPaths& paths)
{
    for (const auto& path : paths.covered)
        report.notes.push_back(path.string() + " is not read: the .raw.txt beside it holds the same lines.");
    for (const auto& path : paths.sameName)
        report.refused.push_back(path.string() +
                                 ": another file of this run has the same name, and names tell files apart.");
}

/// Whether the fault lies with this one file, so that the others can go on.
bool ofOneFile(base::Status status) noexcept
{
    switch (status) {
    case base::Status::malformed:
    case base::Status::conflict:
    case base::Status::tooLarge:
    case base::Status::invalid:
    case base::Status::preconditionFailed:
        return true;
    default:
        return false;
    }
}

} // namespace

Importer::Importer(const ImportServer& server, std::string chat, std::vector<std::string> members, Progress& progress)
    : _server(server)
    , _chat(std::move(chat))
    , _members(std::move(members))
    , _progress(progress)
{
}

base::Result<Report> Importer::dryRun(const LogPaths& paths, Progress& progress)
{
    Report report;
    NickTable nicks;
    noteSkipped(report, paths);
    for (const auto& path : paths.logs) {
        progress.update("read", report.files, paths.logs.size());
        const auto log = readLog(path);
        ++report.files;
        if (!log) {
            report.refused.push_back(path.path.string() + ": " + log.error().detail + ".");
            continue;
        }
        report.lines += log->lines.size();
        for (const auto& record : log->records)
            nicks.add(record.nick);
        countLines(report, path.path.string(), *log, {0, log->lines.size(), 0, log->records.size()});
        countLinks(report, *log, 0);
        for (const auto answered : log->links.answers)
            report.replies += answered != noLine ? 1 : 0;
    }
    report.nicks = nicks.spellings().size();
    progress.clear();
    return report;
}

base::Result<void> Importer::run(const LogPaths& paths)
{
    noteSkipped(_report, paths);
    if (auto done = collectNicks(paths); !done)
        return done;
    for (const auto& path : paths.logs) {
        _progress.update("imported", _report.files, paths.logs.size());
        ++_report.files;
        if (auto done = importFile(path); !done)
            return done;
    }
    auto done = settle();
    _progress.clear();
    return done;
}

base::Result<void> Importer::collectNicks(const LogPaths& paths)
{
    std::size_t read = 0;
    for (const auto& path : paths.logs) {
        _progress.update("read", read++, paths.logs.size());
        auto bytes = readBytes(path.path);
        const auto log = bytes ? parseLog(std::move(*bytes), path.name) : base::Result<Log>(bytes.error());
        if (!log)
            continue; // told when the file's turn comes
        for (const auto& record : log->records)
            _nicks.add(record.nick);
    }
    _report.nicks = _nicks.spellings().size();
    auto begun = _server.begin(_chat, _members, _nicks.spellings());
    if (!begun)
        return begun.error();
    _report.usersCreated = begun->usersCreated;
    _report.chatCreated = begun->chatCreated;
    _report.chatId = begun->chatId;
    _nicks.setIds(std::move(begun->userIds));
    return {};
}

base::Result<void> Importer::importFile(const LogPath& path)
{
    if (_inFlight && _inFlight->work == _previous.get())
        if (auto done = settle(); !done)
            return done;
    _previous = std::move(_current);
    _current = std::make_unique<Work>();
    auto& work = *_current;
    work.file = path.path.string();
    work.source = "irc:" + path.path.filename().string();

    auto log = readLog(path);
    if (!log) {
        refuse(work, 0, log.error().detail + ".");
        return {};
    }
    work.log = std::move(*log);
    const auto lines = work.log.lines.size();
    _report.lines += lines;
    work.ids.assign(work.log.records.size(), 0);
    work.recordOfLine.assign(lines, noLine);
    bool known = true;
    for (std::size_t i = 0; i < work.log.records.size(); ++i) {
        work.recordOfLine[work.log.records[i].line] = i;
        known = known && _nicks.id(work.log.records[i].nick) != 0;
    }
    if (!known) {
        refuse(work, lines, "it changed while it was read; run the import again.");
        return {};
    }
    if (work.log.records.empty()) {
        countLines(_report, work.file, work.log, {0, lines, 0, 0});
        return {};
    }

    const auto stored = _server.state(_report.chatId, work.source);
    if (!stored)
        return stored.error();
    const auto there = matchStored(work, *stored);
    if (!there) {
        refuse(work, lines, there.error().detail);
        return {};
    }
    _report.alreadyThere += *there;
    if (*there == lines) {
        ++_report.filesUnchanged;
        return {};
    }
    return sendFrom(work, *there);
}

base::Result<void> Importer::sendFrom(Work& work, std::size_t firstLine)
{
    const auto lines = work.log.lines.size();
    countLinks(_report, work.log, firstLine);
    std::size_t record = 0;
    while (record < work.log.records.size() && work.log.records[record].line < firstLine)
        ++record;
    for (auto line = firstLine; line < lines;) {
        const auto batch = nextBatch(work.log, line, record);
        if (auto done = settle(); !done)
            return done;
        if (work.refused) {
            _report.linesRefused += lines - line;
            return {};
        }
        if (batch.recordCount == 0)
            countLines(_report, work.file, work.log, batch);
        else
            launch(work, batch);
        line += batch.lineCount;
        record += batch.recordCount;
    }
    return {};
}

base::Result<std::size_t> Importer::matchStored(Work& work, const std::vector<StoredBatch>& stored)
{
    const auto refused = [](const std::string& why) {
        return base::fault(base::Status::conflict, "changed_source", why);
    };
    const auto& records = work.log.records;
    std::size_t line = 0;
    std::size_t record = 0;
    for (const auto& batch : stored) {
        const auto range =
            "lines " + std::to_string(batch.firstLine + 1) + " to " + std::to_string(batch.firstLine + batch.lineCount);
        if (batch.firstLine != line)
            return refused("what the server has of it leaves a gap before " + range + ".");
        if (batch.lineCount > work.log.lines.size() - line)
            return refused("it has fewer lines than were imported from it before.");
        if (digestOf(work.log, line, batch.lineCount) != batch.digest)
            return refused("its " + range + " are not the ones that were imported before.");
        line += batch.lineCount;
        const auto first = record;
        while (record < records.size() && records[record].line < line)
            ++record;
        // Another version may have kept other lines; then nobody knows which message is which line.
        if (record - first == batch.messageCount)
            for (auto i = first; i < record; ++i)
                work.ids[i] = batch.firstMessageId + static_cast<std::int64_t>(i - first);
    }
    return line;
}

void Importer::launch(Work& work, const Batch& batch)
{
    auto body = writeBatch(work, batch, _report.chatId, _nicks);
    _inFlight = InFlight{&work, batch, body.replies, body.unknownTargets,
                         std::async(std::launch::async,
                                    [&server = _server, json = std::move(body.json)] { return server.batch(json); })};
}

base::Result<void> Importer::settle()
{
    if (!_inFlight)
        return {};
    const auto answer = _inFlight->answer.get();
    const auto sent = std::move(*_inFlight);
    _inFlight.reset();
    auto& work = *sent.work;
    const auto& batch = sent.batch;
    if (!answer) {
        if (!ofOneFile(answer.status()))
            return answer.error();
        refuse(work, batch.lineCount, sentence(answer.error()));
        return {};
    }
    if (answer->messageCount == batch.recordCount)
        for (std::size_t i = 0; i < batch.recordCount; ++i)
            work.ids[batch.firstRecord + i] = answer->firstMessageId + static_cast<std::int64_t>(i);
    if (answer->already) {
        _report.alreadyThere += batch.lineCount;
        return {};
    }
    countLines(_report, work.file, work.log, batch);
    _report.replies += sent.replies;
    _report.linksToOtherVersion += sent.unknownTargets;
    return {};
}

void Importer::refuse(Work& work, std::size_t lines, const std::string& sentence)
{
    work.refused = true;
    _report.linesRefused += lines;
    _report.refused.push_back(work.file + ": " + sentence);
}

} // namespace netbit::cli::irc
