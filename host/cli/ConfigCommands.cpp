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
