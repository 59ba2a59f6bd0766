#include "cli/Commands.h"

#include "cli/Http.h"
#include "cli/Pages.h"

#include <algorithm>
#include <iomanip>
#include <termios.h>
#include <unistd.h>

namespace netbit::cli
{

namespace
{

constexpr std::size_t widestUsage = 30;

std::string leftColumn(const OptionSpec& option)
{
    std::string text = option.letter.empty() ? "    " : "-";
    if (!option.letter.empty())
        text.append(option.letter).append(", ");
    text.append("--").append(option.name);
    if (!option.argument.empty())
        text.append(" ").append(option.argument);
    return text;
}

void printRow(std::ostream& out, const std::string& left, std::string_view right)
{
    out << "  " << left << std::string(left.size() < widestUsage ? widestUsage - left.size() : 2, ' ') << right << '\n';
}

void printOverview(std::ostream& out)
{
    out << "netbit, the command line of the NetBit server\n\nCommands:\n";
    for (const auto& command : allCommands())
        printRow(out, std::string(command.name), command.summary);
    printRow(out, "help [COMMAND]", "Tells how a command is used.");
    out << "\n`netbit --version` prints the version. `netbit help COMMAND` lists the options of a command.\n";
}

void printHelp(std::ostream& out, const Command& command)
{
    out << "netbit " << command.name << (command.usage.empty() ? "" : " ") << command.usage << "\n\n"
        << command.summary << '\n';
    out << "\nOptions:\n";
    for (const auto& option : command.options)
        printRow(out, leftColumn(option), option.help);
    printRow(out, "    --help", "print this");
}

/// The command that the words begin with, and how many words that took.
std::pair<const Command*, std::size_t> find(const std::vector<std::string>& words)
{
    for (std::size_t count = 2; count >= 1; --count) {
        if (words.size() < count)
            continue;
        const auto name = count == 2 ? words[0] + " " + words[1] : words[0];
        const auto found = std::ranges::find(allCommands(), name, &Command::name);
        if (found != allCommands().end())
            return {&*found, count};
    }
    return {nullptr, 0};
}

ExitCode unknownCommand(const std::vector<std::string>& words, Terminal& terminal)
{
    std::string known;
    for (const auto& command : allCommands())
        if (command.name.starts_with(words[0] + " "))
            known.append(known.empty() ? "netbit " : ", netbit ").append(command.name);
    if (!known.empty())
        terminal.err << "netbit " << words[0] << " is one of: " << known << ".\n";
    else
        terminal.err << words[0] << " is not a command of netbit; `netbit help` lists them.\n";
    return wrongUsage;
}

ExitCode help(const std::vector<std::string>& words, Terminal& terminal)
{
    if (words.empty()) {
        printOverview(terminal.out);
        return success;
    }
    if (words[0] == "--man") { // for packages
        printManPage(terminal.out);
        return success;
    }
    const auto [command, count] = find(words);
    if (command) {
        printHelp(terminal.out, *command);
        return success;
    }
    bool any = false;
    for (const auto& candidate : allCommands())
        if (candidate.name.starts_with(words[0] + " ")) {
            terminal.out << (any ? "\n" : "");
            printHelp(terminal.out, candidate);
            any = true;
        }
    return any ? success : unknownCommand(words, terminal);
}

ExitCode usageError(const Command& command, std::string_view why, Terminal& terminal)
{
    terminal.err << "netbit " << command.name << ": " << why << " `netbit help " << command.name
                 << "` tells how it is used.\n";
    return wrongUsage;
}

/// Turns the terminal's echo off while a secret is typed.
class Silence
{
public:
    Silence()
    {
        if (tcgetattr(STDIN_FILENO, &_before) != 0)
            return;
        auto quiet = _before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        _on = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~Silence()
    {
        if (_on)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &_before);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    termios _before{};
    bool _on = false;
};

} // namespace

const std::vector<Command>& allCommands()
{
    static const auto commands = [] {
        std::vector<Command> all;
        for (auto part :
             {adminCommands(), topCommands(), pluginCommands(), authorCommands(), importCommands(), transferCommands(), backupCommands(), configCommands(), mailCommands(),
              accountCommands(), chatCommands(), screenCommands(), statusCommands(), projectCommands(), pullCommands(), inboxCommands(), webhookCommands(), searchCommands(), pingCommands(), completionCommands()})
            std::ranges::move(part, std::back_inserter(all));
        return all;
    }();
    return commands;
}

ExitCode run(const std::vector<std::string>& arguments, Terminal& terminal)
{
    if (arguments.empty()) {
        printOverview(terminal.err);
        return wrongUsage;
    }
    if (arguments[0] == "--data" && arguments.size() > 2) {
        // `netbit --data DIR COMMAND …` is `netbit COMMAND … --data DIR`.
        std::vector<std::string> rest(arguments.begin() + 2, arguments.end());
        if (find(rest).first) {
            rest.insert(rest.end(), {"--data", arguments[1]});
            return run(rest, terminal);
        }
    }
    if (arguments[0] == "--version") {
        terminal.out << "netbit " << NETBIT_VERSION << '\n';
        return success;
    }
    if (arguments[0] == "help" || arguments[0] == "--help" || arguments[0] == "-h")
        return help({arguments.begin() + 1, arguments.end()}, terminal);
    const auto [command, count] = find(arguments);
    if (!command) {
        if (arguments[0].starts_with("-")) {
            terminal.err << arguments[0]
                         << " is not an option of netbit; the command comes first. `netbit help` lists them.\n";
            return wrongUsage;
        }
        return unknownCommand(arguments, terminal);
    }
    const std::vector<std::string> rest(arguments.begin() + static_cast<std::ptrdiff_t>(count), arguments.end());
    if (std::ranges::find(rest.begin(), std::ranges::find(rest, "--"), "--help") != std::ranges::find(rest, "--"))
        return help({arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(count)}, terminal);
    const auto parsed = Arguments::parse(command->options, rest);
    if (!parsed)
        return usageError(*command, parsed.error().detail, terminal);
    if (parsed->plain().size() < command->leastPlain)
        return usageError(*command,
                          "something is missing: netbit " + std::string(command->name) + " " +
                              std::string(command->usage) + ".",
                          terminal);
    if (parsed->plain().size() > command->mostPlain)
        return usageError(*command, parsed->plain()[command->mostPlain] + " is one argument too many.", terminal);
    return command->run(*parsed, terminal);
}

ExitCode complain(Terminal& terminal, const base::Error& error)
{
    terminal.err << sentence(error) << '\n';
    return error.code == "wrong_usage" ? wrongUsage : failed;
}

base::Result<std::string> readSecret(Terminal& terminal, std::string_view what)
{
    std::string secret;
    if (terminal.inIsTerminal) {
        const Silence silence;
        terminal.err << what << ": " << std::flush;
        std::getline(terminal.in, secret);
        terminal.err << '\n';
    } else
        std::getline(terminal.in, secret);
    if (!secret.empty() && secret.back() == '\r')
        secret.pop_back();
    if (secret.empty())
        return base::fault(base::Status::invalid, "no_secret", "stdin holds no " + std::string(what) + ".");
    return secret;
}

} // namespace netbit::cli
