#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/JsonFields.h"

#include "base/Json.h"

#include <Poco/Exception.h>
#include <Poco/PipeStream.h>
#include <Poco/Process.h>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <iterator>

namespace netbit::cli
{

namespace
{

/// netbitd is installed beside netbit; only it knows its configuration. What it prints goes where ours goes, or into `said`.
ExitCode askNetbitd(Poco::Process::Args words, const Arguments& arguments, Terminal& terminal, std::string* said = nullptr)
{
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto server = error ? std::filesystem::path("netbitd") : self.parent_path() / "netbitd";
    auto file = arguments.value("config");
    if (file.empty()) {
        const auto home = self.parent_path();
        for (const auto& usual : {home / "../../../conf/netbit.properties", home / "../etc/netbit/netbit.properties",
                                  std::filesystem::path("/etc/netbit/netbit.properties")})
            if (file.empty() && std::filesystem::exists(usual, error))
                file = std::filesystem::weakly_canonical(usual, error).string();
        if (file.empty())
            return complain(terminal, base::fault(base::Status::invalid, "wrong_usage",
                                                  "There is no configuration in the usual places; --config FILE names it."));
        error.clear();
    }
    words.insert(words.end(), {"--config", file});
    if (arguments.has("data"))
        words.insert(words.end(), {"--data", arguments.value("data")});
    if (arguments.has("json"))
        words.emplace_back("--json");
    if (!error && !std::filesystem::exists(server, error))
        return complain(terminal,
                        base::fault(base::Status::notFound, "no_server",
                                    "There is no netbitd beside this program, at " + server.string() + "."));
    terminal.out.flush();
    try {
        Poco::Pipe output;
        auto process = said ? Poco::Process::launch(server.string(), words, nullptr, &output, nullptr) : Poco::Process::launch(server.string(), words);
        if (said) {
            Poco::PipeInputStream in(output);
            said->assign(std::istreambuf_iterator<char>(in), {});
        }
        return static_cast<ExitCode>(process.wait());
    } catch (const Poco::Exception& failure) {
        return complain(terminal,
                        base::fault(base::Status::internal, "not_started",
                                    server.string() + " could not be started: " + failure.displayText() + "."));
    }
}

ExitCode configCheck(const Arguments& arguments, Terminal& terminal)
{
    return askNetbitd({"--check-config"}, arguments, terminal);
}

ExitCode configGet(const Arguments& arguments, Terminal& terminal)
{
    return askNetbitd({"--get", arguments.plain()[0]}, arguments, terminal);
}

ExitCode configSet(const Arguments& arguments, Terminal& terminal)
{
    return askNetbitd({"--write", arguments.plain()[0] + "=" + arguments.plain()[1]}, arguments, terminal);
}

/// {"changed": […], "in_force": […] or null, where no server runs}
ExitCode configDiffJson(const Arguments& arguments, Terminal& terminal)
{
    std::string said;
    if (const auto told = askNetbitd({"--changed"}, arguments, terminal, &said); told != success)
        return told;
    const auto changed = base::parseJson(said);
    if (!changed)
        return complain(terminal, changed.error());
    const auto answer = ask(arguments, "GET", "/admin/settings");
    if (!answer && answer.status() != base::Status::closed)
        return complain(terminal, answer.error());
    boost::json::object out{{"changed", list(*changed, "data")}, {"in_force", nullptr}};
    if (answer)
        out["in_force"] = list(*answer, "data");
    terminal.out << boost::json::serialize(out) << '\n';
    return success;
}

/// What is not as it is by itself; then, where a server runs, what it has in force and the files say otherwise.
ExitCode configDiff(const Arguments& arguments, Terminal& terminal)
{
    if (arguments.has("json"))
        return configDiffJson(arguments, terminal);
    if (const auto told = askNetbitd({"--changed"}, arguments, terminal); told != success)
        return told;
    const auto answer = ask(arguments, "GET", "/admin/settings");
    if (!answer && answer.status() == base::Status::closed) {
        terminal.out << "No server runs on " << dataDirectory(arguments) << ", so nothing is in force.\n";
        return success;
    }
    if (!answer)
        return complain(terminal, answer.error());
    const auto* const data = member(*answer, "data");
    const auto* const gaps = data ? data->if_array() : nullptr;
    if (!gaps || gaps->empty()) {
        terminal.out << "The server that runs has the same in force.\n";
        return success;
    }
    const auto shown = [](const std::string& value) { return value.empty() ? std::string("(not set)") : value; };
    terminal.out << "In force otherwise:\n";
    for (const auto& gap : *gaps)
        terminal.out << text(gap, "key") << " = " << shown(text(gap, "running")) << "\n  " << shown(text(gap, "files"))
                     << " after a " << text(gap, "applies") << '\n';
    return success;
}

} // namespace

std::vector<Command> configCommands()
{
    const OptionSpec file{"config", "", "FILE", "the configuration file"};
    return {
        {"config check", "[--config FILE]", "Checks the server's configuration.", {file, dataOption, jsonOption}, 0, 0, configCheck},
        {"config get", "KEY", "Tells a setting: its value, where it comes from, its default, and what a change of it needs.",
         {file, dataOption, jsonOption}, 1, 1, configGet},
        {"config set", "KEY VALUE", "Writes a setting into its file, once it is found good; the file stays otherwise as it is.",
         {file, dataOption, jsonOption}, 2, 2, configSet},
        {"config diff", "[--config FILE]", "Tells what is not the default, and what the running server has in force instead.",
         {file, dataOption, jsonOption}, 0, 0, configDiff},
    };
}

} // namespace netbit::cli
