#include "base/CommaSeparated.h"
#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/irc/Importer.h"

#include <fstream>
#include <limits>

namespace netbit::cli
{

namespace
{

ExitCode importIrc(const Arguments& arguments, Terminal& terminal)
{
    const bool dry = arguments.has("dry-run");
    const auto chat = arguments.value("chat");
    if (chat.empty() && !dry)
        return complain(
            terminal, base::fault(base::Status::invalid, "wrong_usage", "--chat NAME says which chat the logs go to."));
    const auto paths = irc::findLogs(arguments.plain());
    if (!paths)
        return complain(terminal, paths.error());
    std::ofstream entries;
    if (arguments.has("report")) {
        entries.open(arguments.value("report"), std::ios::trunc);
        if (!entries)
            return complain(
                terminal,
                base::fault(base::Status::invalid, "unwritable", arguments.value("report") + " cannot be written."));
    }

    const auto elsewhere = arguments.has("verbose") ? ProgressStyle::lines : ProgressStyle::none;
    Progress progress(terminal.err, terminal.errIsTerminal ? ProgressStyle::bar : elsewhere);
    irc::Report report;
    base::Result<void> outcome;
    if (dry) {
        auto counted = irc::Importer::dryRun(*paths, progress);
        if (!counted)
            return complain(terminal, counted.error());
        report = std::move(*counted);
    } else {
        const auto http = adminHttp(arguments);
        const irc::ImportServer server(http);
        irc::Importer importer(server, chat, base::commaSeparated(arguments.value("members")), progress);
        outcome = importer.run(*paths);
        report = importer.report();
    }
    progress.clear();
    irc::print(terminal.out, report, {arguments.has("json"), arguments.has("verbose"), arguments.has("report")});
    if (arguments.has("report")) {
        irc::printEntries(entries, report, std::numeric_limits<std::size_t>::max());
        if (!entries.flush())
            return complain(terminal,
                            base::fault(base::Status::storageFull, "unwritable",
                                        arguments.value("report") + " could not be written to its end."));
    }
    if (!outcome)
        return complain(terminal, outcome.error());
    return report.refused.empty() ? success : failed;
}

} // namespace

std::vector<Command> importCommands()
{
    return {{"import irc",
             "PATH... --chat NAME",
             "Brings IRC logs into a chat; again, and only what is new comes in.",
             {{"chat", "", "NAME", "the group or channel; a channel is made when it is not there"},
              {"members", "", "USER,USER", "who may read it, beside those who wrote in it"},
              {"dry-run", "", "", "read and count only, without a server"},
              {"verbose", "", "",
               "list every line that was left out, and tell the progress also where there is no terminal"},
              {"report", "", "FILE", "write every line that was left out to FILE"},
              dataOption,
              jsonOption},
             1,
             anyNumber,
             importIrc}};
}

} // namespace netbit::cli
