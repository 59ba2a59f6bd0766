// What plugin authors do; no server is needed.

#include "cli/Commands.h"
#include "cli/NewPlugin.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

namespace fs = std::filesystem;

/// PREFIX/share/netbit/template beside PREFIX/bin/netbit, wherever PREFIX is.
fs::path templateFolder()
{
    std::error_code failure;
    return fs::read_symlink("/proc/self/exe", failure).parent_path().parent_path() / "share" / "netbit" / "template";
}

ExitCode pluginNew(const Arguments& arguments, Terminal& terminal)
{
    const auto& id = arguments.plain()[0];
    const auto language = arguments.value("lang", "cpp");
    if (language != "c" && language != "cpp")
        return complain(terminal, base::fault(base::Status::invalid, "wrong_usage", "--lang is c or cpp, not " + language + "."));
    const auto name = pluginName(id);
    if (!name)
        return complain(terminal, name.error());
    const fs::path folder = arguments.value("dir", id);
    const auto source = fs::path(arguments.value("template", templateFolder().string())) / language;
    const auto files = writePlugin(source, folder, *name);
    if (!files)
        return complain(terminal, files.error());
    if (arguments.has("json")) {
        boost::json::array written;
        for (const auto& file : *files)
            written.emplace_back((folder / file).string());
        terminal.out << boost::json::serialize(boost::json::object{{"files", std::move(written)}}) << '\n';
        return success;
    }
    for (const auto& file : *files)
        terminal.out << (folder / file).string() << '\n';
    terminal.err << "Next: cd " << folder.string() << " && cmake -B build && cmake --build build && ctest --test-dir build\n";
    return success;
}

} // namespace

std::vector<Command> authorCommands()
{
    return {
        {"plugin new",
         "NAME [--lang c|cpp] [--dir DIR]",
         "Writes the project of a new plugin: it builds, has a test, and is yours to change.",
         {{"lang", "", "LANG", "c or cpp (default: cpp)"},
          {"dir", "", "DIR", "where to write it (default: ./NAME); must be new or empty"},
          {"template", "", "DIR", "the folder with the templates (default: share/netbit/template of this installation)"},
          jsonOption},
         1,
         1,
         pluginNew},
    };
}

} // namespace netbit::cli
