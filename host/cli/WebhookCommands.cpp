// webhook list|add|enable|disable|remove|deliveries|redeliver.

#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>

namespace netbit::cli
{

namespace
{

constexpr std::string_view place = "/api/webhooks";

/// Every word a number, as lists show them.
base::Result<void> checkNumbers(const Arguments& arguments)
{
    const auto& words = arguments.plain();
    const auto number = [](const std::string& word) { return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos; };
    if (std::all_of(words.begin(), words.end(), number))
        return {};
    return base::fault(base::Status::invalid, "wrong_usage",
                       "Webhooks and their deliveries are given by their numbers; see netbit webhook list and deliveries.");
}

/// Asks as the person who is signed in; prints the answer's JSON where that is wanted, else what `print` makes of it.
template <class Print>
ExitCode ask(const Arguments& arguments, Terminal& terminal, std::string_view method, const std::string& target,
             std::string_view body, const Print& print)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto answer = person->ask(method, target, body);
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*answer) << '\n';
    else
        print(*answer);
    return success;
}

void printHook(std::ostream& out, const boost::json::value& hook)
{
    out << std::left << std::setw(8) << integer(hook, "id") << std::right << shown(text(hook, "name")) << "  " << shown(text(hook, "url"));
    std::string rules;
    if (const auto* const all = member(hook, "rules"); all && all->is_array())
        for (const auto& rule : all->get_array())
            if (rule.is_string())
                rules.append(rules.empty() ? "" : ", ").append(rule.get_string());
    if (!rules.empty())
        out << "  [" << shown(rules) << ']';
    if (!truth(hook, "enabled"))
        out << "  off" << (text(hook, "disabled_why").empty() ? "" : ": ") << shown(text(hook, "disabled_why"));
    else if (!text(hook, "failing_since").empty())
        out << "  failing since " << shown(text(hook, "failing_since").substr(0, 16));
    out << '\n';
}

void printDelivery(std::ostream& out, const boost::json::value& delivery)
{
    const auto& attempts = list(delivery, "attempts");
    out << std::left << std::setw(8) << integer(delivery, "id") << std::right << shown(text(delivery, "created_at").substr(0, 16)) << "  "
        << shown(text(delivery, "state")) << "  " << attempts.size() << (attempts.size() == 1 ? " attempt" : " attempts");
    if (!attempts.empty()) {
        const auto status = integer(attempts.back(), "status");
        const auto error = text(attempts.back(), "error");
        out << ", the last: " << (status != 0 ? std::to_string(status) : shown(error));
    }
    if (const auto due = text(delivery, "due_at"); !due.empty())
        out << ", due " << shown(due.substr(0, 16));
    out << '\n';
}

ExitCode listHooks(const Arguments& arguments, Terminal& terminal)
{
    return ask(arguments, terminal, "GET", std::string(place), {}, [&](const boost::json::value& answer) {
        for (const auto& hook : list(answer, "data"))
            printHook(terminal.out, hook);
    });
}

ExitCode addHook(const Arguments& arguments, Terminal& terminal)
{
    boost::json::object wanted{{"name", arguments.plain()[0]}, {"url", arguments.plain()[1]}};
    if (const auto rules = arguments.values("rule"); !rules.empty())
        wanted["rules"] = boost::json::array(rules.begin(), rules.end());
    return ask(arguments, terminal, "POST", std::string(place), boost::json::serialize(wanted), [&](const boost::json::value& answer) {
        terminal.out << integer(answer, "id") << "\nsecret  " << shown(text(answer, "secret")) << "\nIt is not shown again.\n";
    });
}

ExitCode switchHook(const Arguments& arguments, Terminal& terminal, std::string_view to)
{
    if (const auto good = checkNumbers(arguments); !good)
        return complain(terminal, good.error());
    return ask(arguments, terminal, "PUT", std::string(place).append("/").append(arguments.plain()[0]), to,
               [&](const boost::json::value& answer) { printHook(terminal.out, answer); });
}
ExitCode enableHook(const Arguments& arguments, Terminal& terminal) { return switchHook(arguments, terminal, R"({"enabled":true})"); }
ExitCode disableHook(const Arguments& arguments, Terminal& terminal) { return switchHook(arguments, terminal, R"({"enabled":false})"); }

ExitCode removeHook(const Arguments& arguments, Terminal& terminal)
{
    if (const auto good = checkNumbers(arguments); !good)
        return complain(terminal, good.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto& which = arguments.plain()[0];
    if (const auto gone = person->ask("DELETE", std::string(place).append("/").append(which)); !gone)
        return complain(terminal, gone.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(boost::json::object{{"removed", which}}) << '\n';
    return success;
}

ExitCode listDeliveries(const Arguments& arguments, Terminal& terminal)
{
    if (const auto good = checkNumbers(arguments); !good)
        return complain(terminal, good.error());
    const auto target =
        std::string(place).append("/").append(arguments.plain()[0]).append("/deliveries?limit=").append(encoded(arguments.value("lines", "20")));
    return ask(arguments, terminal, "GET", target, {}, [&](const boost::json::value& answer) {
        const auto& all = list(answer, "data");
        for (auto delivery = all.rbegin(); delivery != all.rend(); ++delivery) // the newest is read last, next to the prompt
            printDelivery(terminal.out, *delivery);
    });
}

ExitCode redeliver(const Arguments& arguments, Terminal& terminal)
{
    if (const auto good = checkNumbers(arguments); !good)
        return complain(terminal, good.error());
    const auto target =
        std::string(place).append("/").append(arguments.plain()[0]).append("/deliveries/").append(arguments.plain()[1]).append("/redeliver");
    return ask(arguments, terminal, "POST", target, {}, [&](const boost::json::value& answer) { printDelivery(terminal.out, answer); });
}

} // namespace

std::vector<Command> webhookCommands()
{
    const OptionSpec lines{"lines", "n", "N", "how many at most, to 200 (default: 20)"};
    const OptionSpec rule{"rule", "", "RULE", "only what this rule made: mention, direct_message, keyword and so on, or note", true};
    return {{"webhook list", "", "Lists where your notifications are sent.", {jsonOption}, 0, 0, listHooks},
            {"webhook add", "NAME URL [--rule RULE]...", "Has your notifications sent to an address; prints the secret that signs them, once.",
             {rule, jsonOption}, 2, 2, addHook},
            {"webhook enable", "NUMBER", "Sends there again.", {jsonOption}, 1, 1, enableHook},
            {"webhook disable", "NUMBER", "Sends nothing there until it is enabled again.", {jsonOption}, 1, 1, disableHook},
            {"webhook remove", "NUMBER", "Has nothing sent there any more.", {jsonOption}, 1, 1, removeHook},
            {"webhook deliveries", "NUMBER", "Lists what was sent there in the last week, and what waits.", {lines, jsonOption}, 1, 1, listDeliveries},
            {"webhook redeliver", "NUMBER DELIVERY", "Sends a delivery again, under the same id.", {jsonOption}, 2, 2, redeliver}};
}

} // namespace netbit::cli
