#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/JsonFields.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

std::string duration(std::int64_t ms)
{
    const auto seconds = ms / 1000;
    std::string text;
    if (seconds >= 86'400)
        text += std::to_string(seconds / 86'400) + " d ";
    if (seconds >= 3'600)
        text += std::to_string(seconds / 3'600 % 24) + " h ";
    if (seconds >= 60)
        text += std::to_string(seconds / 60 % 60) + " min ";
    return text + std::to_string(seconds % 60) + " s";
}

/// Prints the answer as JSON when that was asked for, else lets `print` do it.
template <class Print>
ExitCode show(const base::Result<boost::json::value>& answer, const Arguments& arguments, Terminal& terminal,
              Print print)
{
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << (answer->is_null() ? "{}" : boost::json::serialize(*answer)) << '\n';
    else
        print(*answer);
    return success;
}

/// "http 8080, tcp 8081": of the host and of every plugin that has one.
std::string portsText(const boost::json::value& ports)
{
    std::string out;
    if (const auto* all = ports.if_object())
        for (const auto& [name, port] : *all)
            out += (out.empty() ? "" : ", ") + std::string(name) + ' ' + std::to_string(port.to_number<int>());
    return out;
}

ExitCode status(const Arguments& arguments, Terminal& terminal)
{
    if (!asksAsAdmin(arguments))
        return ownStatus(arguments, terminal);
    return show(ask(arguments, "GET", "/admin/status"), arguments, terminal, [&](const boost::json::value& answer) {
        auto& out = terminal.out;
        const auto part = [&](std::string_view key) {
            const auto* found = member(answer, key);
            return found ? *found : boost::json::value();
        };
        const auto ports = part("ports");
        const auto writer = part("writer");
        const auto counts = part("counts");
        out << "netbitd " << text(answer, "version") << ", process " << integer(answer, "pid") << ", up "
            << duration(integer(answer, "uptime_ms")) << ", " << integer(answer, "rss_bytes") / 1'048'576 << " MiB\n"
            << "ports    " << portsText(ports) << "\nwriter   " << (truth(writer, "healthy") ? "healthy" : "NOT HEALTHY") << ", "
            << integer(writer, "queued") << " queued\ncounts   " << integer(counts, "users") << " users, "
            << integer(counts, "chats") << " chats, " << integer(counts, "connections") << " connections\n";
        if (const auto& plugins = list(answer, "plugins"); !plugins.empty()) {
            out << "plugins\n";
            printPlugins(out, plugins);
        }
    });
}

base::Result<std::string> password(const Arguments& arguments, Terminal& terminal)
{
    if (!arguments.has("password-stdin"))
        return base::fault(
            base::Status::invalid, "wrong_usage",
            "A password is read with --password-stdin only: on the command line everybody could see it.");
    return readSecret(terminal, "password");
}

ExitCode userAdd(const Arguments& arguments, Terminal& terminal)
{
    const auto secret = password(arguments, terminal);
    if (!secret)
        return complain(terminal, secret.error());
    boost::json::object body{{"username", arguments.plain()[0]},
                             {"password", *secret},
                             {"role", arguments.has("admin") ? "admin" : "member"}};
    if (arguments.has("email"))
        body["email"] = arguments.value("email");
    return show(ask(arguments, "POST", "/admin/users", boost::json::serialize(body)), arguments, terminal,
                [&](const boost::json::value& answer) {
                    terminal.out << "User " << text(answer, "username") << " was made, with id "
                                 << integer(answer, "id") << ".\n";
                });
}

ExitCode userPassword(const Arguments& arguments, Terminal& terminal)
{
    const auto secret = password(arguments, terminal);
    if (!secret)
        return complain(terminal, secret.error());
    const auto& name = arguments.plain()[0];
    const auto body = boost::json::serialize(boost::json::object{{"password", *secret}});
    const auto answer = ask(arguments, "POST", "/admin/users/" + encoded(name) + "/password", body);
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(boost::json::object{{"username", name}, {"password_set", true}}) << '\n';
    else
        terminal.out << "The password of " << name << " was set.\n";
    return success;
}

ExitCode invite(const Arguments& arguments, Terminal& terminal)
{
    return show(ask(arguments, "POST", "/admin/invites", "{}"), arguments, terminal,
                [&](const boost::json::value& answer) {
                    terminal.out << text(answer, "invite") << '\n';
                    terminal.err << "It can be used until " << text(answer, "expires_at") << ".\n";
                });
}

ExitCode token(const Arguments& arguments, Terminal& terminal)
{
    constexpr std::int64_t mostDays = 3'650;
    const auto days = arguments.number("days", 1, mostDays);
    if (!days)
        return complain(terminal, days.error());
    boost::json::object body{{"name", arguments.value("label", "netbit")}};
    if (*days)
        body["expires_in_days"] = **days;
    const auto target = "/admin/users/" + encoded(arguments.plain()[0]) + "/tokens";
    return show(ask(arguments, "POST", target, boost::json::serialize(body)), arguments, terminal,
                [&](const boost::json::value& answer) {
                    terminal.out << text(answer, "token") << '\n';
                    terminal.err << "This is the only time that it is shown.\n";
                });
}

} // namespace

std::vector<Command> adminCommands()
{
    const OptionSpec passwordStdin{"password-stdin", "", "", "read the password from the first line of stdin"};
    return {
        {"status",
         "",
         "Tells how the server is, for whoever may open its socket; elsewhere, who you are logged in as and what is unread.",
         {dataOption, jsonOption},
         0,
         0,
         status},
        {"user add",
         "NAME [--admin] [--email E] --password-stdin",
         "Makes a user.",
         {{"admin", "", "", "with the role admin"},
          {"email", "", "E", "the user's e-mail address"},
          passwordStdin,
          dataOption,
          jsonOption},
         1,
         1,
         userAdd},
        {"user password",
         "NAME --password-stdin",
         "Sets a user's password.",
         {passwordStdin, dataOption, jsonOption},
         1,
         1,
         userPassword},
        {"invite", "", "Makes an invitation to register with.", {dataOption, jsonOption}, 0, 0, invite},
        {"token",
         "NAME [--days N]",
         "Makes a personal access token of a user.",
         {{"days", "", "N", "how long it is good for"},
          {"label", "", "TEXT", "what it is for (default: netbit)"},
          dataOption,
          jsonOption},
         1,
         1,
         token},
    };
}

} // namespace netbit::cli
