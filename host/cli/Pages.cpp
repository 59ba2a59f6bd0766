#include "cli/Pages.h"

#include "cli/Commands.h"

#include <map>

namespace netbit::cli
{

namespace
{

/// Text in roff: no control line, no escape, hyphens that can be copied.
std::string roff(std::string_view text)
{
    std::string out;
    if (text.starts_with('.') || text.starts_with('\''))
        out += "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

} // namespace

void printManPage(std::ostream& out)
{
    out << ".TH NETBIT 1 \"\" \"netbit " << NETBIT_VERSION << "\" \"NetBit\"\n"
        << ".SH NAME\nnetbit \\- command line of the NetBit collaboration server\n"
        << ".SH SYNOPSIS\n.B netbit\n.I COMMAND\n[\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...\n"
        << ".SH DESCRIPTION\nFor administrators over the socket in the server's data directory, whose owner alone may open it; for people "
           "over HTTP and TCP, with a login that is kept (\\fBnetbit login\\fR).\n"
        << ".SH COMMANDS\n";
    for (const auto& command : allCommands()) {
        out << ".TP\n.B netbit " << roff(command.name);
        if (!command.usage.empty())
            out << "\\fR " << roff(command.usage);
        out << '\n' << roff(command.summary) << '\n';
        if (command.options.empty())
            continue;
        out << ".RS\n";
        for (const auto& option : command.options) {
            out << ".TP\n.B " << (option.letter.empty() ? "" : "\\-" + roff(option.letter) + ", ") << "\\-\\-" << roff(option.name);
            if (!option.argument.empty())
                out << " \\fI" << roff(option.argument) << "\\fR";
            out << '\n' << roff(option.help) << '\n';
        }
        out << ".RE\n";
    }
    out << ".TP\n.B netbit help \\fR[COMMAND]\nTells how a command is used.\n"
        << ".SH ENVIRONMENT\n.TP\n.B NETBIT_DATA\nThe server's data directory, where \\fB\\-\\-data\\fR is not given. Without either it is "
           "./var where a server has its socket there, else /var/lib/netbit.\n"
        << ".SH EXIT STATUS\n0 done, 1 it failed and says why on stderr, 2 wrong usage.\n"
        << ".SH SEE ALSO\n.BR netbitd (8)\n";
}

void printBashCompletion(std::ostream& out)
{
    std::map<std::string, std::string> second; // of the commands of two words, by the first
    std::string first = "help";
    for (const auto& command : allCommands()) {
        const auto space = command.name.find(' ');
        const std::string word(command.name.substr(0, space));
        if (space == std::string_view::npos || !second.contains(word))
            first += " " + word;
        if (space != std::string_view::npos)
            second[word].append(second[word].empty() ? "" : " ").append(command.name.substr(space + 1));
    }
    out << "# bash completion for netbit\n_netbit()\n{\n    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
        << "    case \"$COMP_CWORD ${COMP_WORDS[1]}\" in\n        1\\ *) words=\"" << first << "\" ;;\n";
    for (const auto& [word, rest] : second)
        out << "        2\\ " << word << ") words=\"" << rest << "\" ;;\n";
    out << "    esac\n    if [[ $cur == -* ]]; then\n        case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
    for (const auto& command : allCommands()) {
        const bool two = command.name.find(' ') != std::string_view::npos;
        out << "            \"" << command.name << (two ? "\")" : " \"*)") << " words=\"--help";
        for (const auto& option : command.options)
            out << " --" << option.name;
        out << "\" ;;\n";
    }
    out << "        esac\n    fi\n"
        << "    if [[ -n $words ]]; then\n        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        << "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    fi\n}\n"
        << "complete -o filenames -F _netbit netbit\n";
}

} // namespace netbit::cli
