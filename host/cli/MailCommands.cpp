// mail test.

#include "cli/Admin.h"
#include "cli/Commands.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

ExitCode mailTest(const Arguments& arguments, Terminal& terminal)
{
    const auto& to = arguments.plain()[0];
    const auto taken = ask(arguments, "POST", "/admin/mail/test", boost::json::serialize(boost::json::object{{"to", to}}));
    if (!taken)
        return complain(terminal, taken.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(boost::json::object{{"to", to}}) << '\n';
    else
        terminal.out << "The relay has taken a mail to " << to << ". Whether it arrives, its inbox (or its spam) tells.\n";
    return success;
}

} // namespace

std::vector<Command> mailCommands()
{
    return {{"mail test", "ADDRESS", "Sends a mail there at once, and tells whether the relay took it.", {dataOption, jsonOption}, 1, 1, mailTest}};
}

} // namespace netbit::cli
