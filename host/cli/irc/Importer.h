#pragma once
// Brings IRC logs into a chat. Running it again brings in only what is new.

#include "base/Result.h"
#include "cli/Progress.h"
#include "cli/irc/Batch.h"
#include "cli/irc/ImportServer.h"
#include "cli/irc/Log.h"
#include "cli/irc/NickTable.h"
#include "cli/irc/Report.h"

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netbit::cli::irc
{

/// One run. Each file is read twice: first for the nicks of all, since the chat and its people must be there before the
/// first message; then for the messages. One file is in memory at a time, and one request is on its way meanwhile.
class Importer
{
public:
    Importer(const ImportServer& server, std::string chat, std::vector<std::string> members, Progress& progress);

    /// What a run would bring in, without a server.
    static base::Result<Report> dryRun(const LogPaths& paths, Progress& progress);

    /// Error: when the work could not go on; report() then tells how far it came. A file that is refused is no error of
    /// the run: it is in Report::refused.
    base::Result<void> run(const LogPaths& paths);

    const Report& report() const noexcept { return _report; }

private:
    struct InFlight {
        Work* work = nullptr;
        Batch batch;
        std::size_t replies = 0;
        std::size_t unknownTargets = 0;
        std::future<base::Result<BatchAnswer>> answer;
    };

    base::Result<void> collectNicks(const LogPaths& paths);
    base::Result<void> importFile(const LogPath& path);
    base::Result<void> sendFrom(Work& work, std::size_t firstLine);
    /// Number of lines that the server has. Error: a sentence that says why the file is refused.
    base::Result<std::size_t> matchStored(Work& work, const std::vector<StoredBatch>& stored);
    /// Sends; the batch before it has been answered.
    void launch(Work& work, const Batch& batch);
    /// Waits for the batch that is on its way and counts it.
    base::Result<void> settle();
    void refuse(Work& work, std::size_t lines, const std::string& sentence);

    const ImportServer& _server;
    std::string _chat;
    std::vector<std::string> _members; // who may read it beside the nicks
    Progress& _progress;
    NickTable _nicks;
    Report _report;
    std::unique_ptr<Work> _current;
    std::unique_ptr<Work> _previous; // its last batch may still be on its way
    std::optional<InFlight> _inFlight;
};

} // namespace netbit::cli::irc
