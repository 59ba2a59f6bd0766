// Chats from elsewhere, and to take elsewhere.

#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/transfer/ExportFiles.h"
#include "cli/transfer/Readers.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

using base::Result;
using transfer::ReaderPtr;
using Open = Result<ReaderPtr> (*)(const std::string& path);

template <Open open> ExitCode importWith(const Arguments& arguments, Terminal& terminal)
{
    const bool dry = arguments.has("dry-run");
    const auto reader = open(arguments.plain()[0]);
    if (!reader)
        return complain(terminal, reader.error());
    transfer::Report report;
    if (arguments.has("report"))
        if (auto writing = report.writeTo(arguments.value("report")); !writing)
            return complain(terminal, writing.error());
    const auto elsewhere = arguments.has("verbose") ? ProgressStyle::lines : ProgressStyle::none;
    Progress progress(terminal.err, terminal.errIsTerminal ? ProgressStyle::bar : elsewhere);

    const auto http = adminHttp(arguments);
    transfer::DrySink counting(report);
    transfer::Sender sending(http, (*reader)->source(), report);
    auto& sink = dry ? static_cast<transfer::Sink&>(counting) : sending;
    auto outcome = (*reader)->read({sink, report, progress, arguments.value("files")});
    // What was read before it went wrong is good, and stays.
    if (auto finished = sink.finish(); outcome && !finished)
        outcome = finished;
    progress.clear();
    report.print(terminal.out, arguments.has("json"), dry);
    if (auto written = report.finish(); outcome && !written)
        outcome = written;
    return outcome ? success : complain(terminal, outcome.error());
}

ExitCode exportTo(const Arguments& arguments, Terminal& terminal)
{
    const auto wrong = [&](std::string_view why) {
        return complain(terminal, base::fault(base::Status::invalid, "wrong_usage", why));
    };
    const auto& words = arguments.plain();
    const auto& scope = words[0];
    if (scope != "all" && scope != "chat" && scope != "user")
        return wrong("netbit export all FILE, netbit export chat NAME FILE, or netbit export user NAME FILE.");
    const bool named = scope != "all";
    if (words.size() != (named ? 3U : 2U))
        return wrong(named ? "netbit export " + scope + " NAME FILE." : "netbit export all FILE.");
    const bool days = arguments.has("by-day");
    if (days && scope != "chat")
        return wrong("--by-day is for one chat.");
    if (days && (arguments.has("with-passwords") || arguments.has("files")))
        return wrong("--with-passwords and --files are for an export into one file.");
    const auto& file = words.back();
    const auto name = named ? words[1] : std::string();
    const auto http = adminHttp(arguments);
    const auto done = days ? transfer::exportDays(http, name, file)
                           : transfer::exportFile(http, scope, name, arguments.has("with-passwords"), file);
    if (!done)
        return complain(terminal, done.error());
    const bool json = arguments.has("json");
    boost::json::object report{{days ? "files" : "records", *done}, {"in", file}};
    if (!json)
        terminal.out << *done << (days ? " files in " : " records in ") << file << '\n';
    if (!arguments.has("files")) {
        if (json)
            terminal.out << boost::json::serialize(report) << '\n';
        return success;
    }
    const auto fetched = transfer::fetchFiles(http, file, arguments.value("files"));
    if (!fetched)
        return complain(terminal, fetched.error());
    report["attachments"] = boost::json::object{{"files", fetched->files}, {"missing", fetched->missing}, {"in", arguments.value("files")}};
    if (json)
        terminal.out << boost::json::serialize(report) << '\n';
    else
        terminal.out << fetched->files << " files in " << arguments.value("files") << '\n';
    return fetched->missing == 0
        ? success
        : complain(terminal, base::fault(base::Status::notFound, "no_bytes",
                                         "The server has not the bytes of " + std::to_string(fetched->missing) + " files."));
}

Command importer(std::string_view name, std::string_view usage, std::string_view summary,
                 ExitCode (*run)(const Arguments&, Terminal&))
{
    std::vector<OptionSpec> options{{"dry-run", "", "", "read and count only, without a server"},
                                    {"verbose", "", "", "tell the progress also where there is no terminal"},
                                    {"report", "", "FILE", "write all that was left out to FILE, with the reason"},
                                    dataOption,
                                    jsonOption};
    if (name == "import jsonl")
        options.push_back({"files", "", "DIR", "where the bytes of its files are, as an export put them"});
    return {name, usage, summary, std::move(options), 1, 1, run};
}

} // namespace

std::vector<Command> transferCommands()
{
    return {importer("import jsonl", "FILE",
                     "Brings in what `netbit export` wrote: everything, as it was; again, and only what is new comes in.",
                     &importWith<&transfer::openJsonLines>),
            importer("import slack", "EXPORT.zip", "Brings in an export of Slack; no other host is asked for anything.",
                     &importWith<&transfer::openSlack>),
            importer("import mattermost", "FILE.jsonl|FILE.zip", "Brings in a bulk export of Mattermost.",
                     &importWith<&transfer::openMattermost>),
            importer("import seed", "FILE.db", "Brings in the database of the seed system.", &importWith<&transfer::openSeed>),
            {"export",
             "all FILE | chat NAME FILE | user NAME FILE",
             "Writes everything, one chat, or what is of one user, as lines of JSON.",
             {{"with-passwords", "", "", "with the stored passwords, so that people can sign in elsewhere as here"},
              {"files", "", "DIR", "the bytes of its files go into DIR, each under its SHA-256"},
              {"by-day", "", "", "of a chat: into the directory FILE, a file a day for programs and one for people"},
              dataOption,
              jsonOption},
             2,
             3,
             exportTo}};
}

} // namespace netbit::cli
