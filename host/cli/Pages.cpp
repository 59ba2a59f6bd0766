#include "cli/Pages.h"

#include "cli/Commands.h"
#include "cli/chat/Bindings.h"

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

namespace
{

void printOutput(std::ostream& out)
{
    out << ".SH OUTPUT\nWith \\fB\\-\\-json\\fR a command prints one JSON object on a line; \\fBnetbit tail\\fR and \\fBnetbit top\\fR print one for "
           "each message or picture. Lists are in \\fIdata\\fR. New members may come with a later version, none goes. What went wrong is a sentence on "
           "stderr all the same. Text of others is printed without control characters where it is for people.\n";
}

/// Of `netbit chat`, from the table that it goes by.
void printKeys(std::ostream& out)
{
    out << ".SH KEYS OF NETBIT CHAT\nThe panes are the chats with what is unread in them, the messages, and who is here; on a narrow terminal the "
           "messages alone. Messages that are typed while the server is away are sent when it is back, each once.\n";
    for (const auto& binding : chat::bindings())
        if (!binding.keys.empty())
            out << ".TP\n.B " << roff(binding.keys) << '\n' << roff(binding.help) << '\n';
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
        << ".TP\n.B netbit \\-\\-version\nPrints the version.\n";
    printOutput(out);
    printKeys(out);
    out << ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/netbit/login.json\nThe stored login (\\fI~/.config\\fR where XDG_CONFIG_HOME is not set), readable by "
           "its owner alone.\n"
        << ".SH ENVIRONMENT\n.TP\n.B NETBIT_DATA\nThe server's data directory, where \\fB\\-\\-data\\fR is not given. Without either it is "
           "./var where a server has its socket there, else /var/lib/netbit.\n"
        << ".TP\n.B XDG_CONFIG_HOME\nWhere the login is kept.\n"
        << ".TP\n.B NO_COLOR\nSet and not empty: \\fBnetbit chat\\fR uses no colours.\n"
        << ".SH EXIT STATUS\n0 done, 1 it failed and says why on stderr, 2 wrong usage.\n"
        << ".SH SEE ALSO\n.BR netbitd (8)\n";
}

} // namespace netbit::cli
