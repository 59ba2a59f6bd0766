#pragma once
// The commands of `netbit`, as a table: what each is called, what it takes, what it does.

#include "cli/Arguments.h"
#include "cli/Terminal.h"

#include <boost/json/array.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli
{

struct Command {
    std::string_view name; ///< one or two words: "status", "user add"
    std::string_view usage; ///< what follows the name
    std::string_view summary; ///< one sentence
    std::vector<OptionSpec> options;
    std::size_t leastPlain = 0;
    std::size_t mostPlain = 0;
    ExitCode (*run)(const Arguments&, Terminal&) = nullptr;
};

constexpr std::size_t anyNumber = static_cast<std::size_t>(-1);

const OptionSpec jsonOption{"json", "", "", "print JSON, for programs"};
const OptionSpec caOption{"ca", "", "FILE", "who may vouch for a server of https, PEM; without it, the system's authorities"};
const OptionSpec dataOption{"data", "", "DIR",
                            "the server's data directory (default: $NETBIT_DATA, ./var, /var/lib/netbit)"};

std::vector<Command> adminCommands(); ///< over DATA/netbitd.sock
std::vector<Command> authorCommands(); ///< plugin new
std::vector<Command> topCommands(); ///< over the same
std::vector<Command> pluginCommands(); ///< the same, and DATA/plugins.json when no server is running
std::vector<Command> importCommands();
std::vector<Command> transferCommands(); ///< import from other systems, export
std::vector<Command> backupCommands(); ///< backup, restore, verify
std::vector<Command> configCommands();
std::vector<Command> mailCommands(); ///< over DATA/netbitd.sock
std::vector<Command> accountCommands(); ///< login, logout
std::vector<Command> chatCommands(); ///< chats, send, tail
std::vector<Command> screenCommands(); ///< chat
std::vector<Command> statusCommands(); ///< status set, status clear
std::vector<Command> completionCommands(); ///< completion
std::vector<Command> pullCommands(); ///< repo clone, pr open, pr list, pr merge
std::vector<Command> projectCommands(); ///< issue, repo
std::vector<Command> inboxCommands(); ///< inbox
std::vector<Command> webhookCommands(); ///< webhook
std::vector<Command> searchCommands(); ///< search
std::vector<Command> pingCommands();

const std::vector<Command>& allCommands();

/// The whole program. `arguments` are without the program's name. Prints usage errors and returns 2 for them.
ExitCode run(const std::vector<std::string>& arguments, Terminal& terminal);

/// A line for each: id, version, state, and why.
void printPlugins(std::ostream& out, const boost::json::array& plugins);

/// Whether `netbit status` asks the socket of the data directory: where there is one, where --data says so, or where there is no
/// login to ask with instead.
bool asksAsAdmin(const Arguments& arguments);
ExitCode ownStatus(const Arguments& arguments, Terminal& terminal);

/// Prints the error as one sentence to stderr.
ExitCode complain(Terminal& terminal, const base::Error& error);

/// A password or token: the first line of stdin, not shown when somebody types it. Error: invalid when there is none.
base::Result<std::string> readSecret(Terminal& terminal, std::string_view what);

} // namespace netbit::cli
