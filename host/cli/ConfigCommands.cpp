#include "cli/Commands.h"

#include <Poco/Exception.h>
#include <Poco/Process.h>
#include <filesystem>

namespace netbit::cli
{

namespace
{

/// netbitd is installed beside netbit; only it knows its configuration.
ExitCode configCheck(const Arguments& arguments, Terminal& terminal)
{
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto server = error ? std::filesystem::path("netbitd") : self.parent_path() / "netbitd";
    Poco::Process::Args words{"--check-config"};
    for (const char* option : {"config", "data"})
        if (arguments.has(option)) {
            words.push_back(std::string("--") + option);
            words.push_back(arguments.value(option));
        }
    if (!error && !std::filesystem::exists(server, error))
        return complain(terminal,
                        base::fault(base::Status::notFound, "no_server",
                                    "There is no netbitd beside this program, at " + server.string() + "."));
    terminal.out.flush();
    try {
        auto process = Poco::Process::launch(server.string(), words);
        return static_cast<ExitCode>(process.wait());
    } catch (const Poco::Exception& failure) {
        return complain(terminal,
                        base::fault(base::Status::internal, "not_started",
                                    server.string() + " could not be started: " + failure.displayText() + "."));
    }
}

} // namespace

std::vector<Command> configCommands()
{
    return {{"config check",
             "[--config FILE]",
             "Checks the server's configuration.",
             {{"config", "", "FILE", "the configuration file"}, dataOption},
             0,
             0,
             configCheck}};
}

} // namespace netbit::cli
