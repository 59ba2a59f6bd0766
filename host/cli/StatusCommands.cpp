// status: of the server for whoever may open its socket, else one's own; status set, status clear.

#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include <boost/json/serialize.hpp>
#include <filesystem>

namespace netbit::cli
{

namespace
{

ExitCode printed(const base::Result<boost::json::value>& answer, const Arguments& arguments, Terminal& terminal,
                 const std::string& sentence)
{
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << (answer->is_null() ? "{}" : boost::json::serialize(*answer)) << '\n';
    else
        terminal.out << sentence << '\n';
    return success;
}

ExitCode setStatus(const Arguments& arguments, Terminal& terminal)
{
    std::string said;
    for (const auto& word : arguments.plain())
        said.append(said.empty() ? "" : " ").append(word);
    boost::json::object body{{"text", said}};
    if (arguments.has("emoji"))
        body["emoji"] = arguments.value("emoji");
    if (arguments.has("until"))
        body["expires_at"] = arguments.value("until");
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    return printed(person->ask("PUT", "/api/user/status", boost::json::serialize(body)), arguments, terminal,
                   "Your status is set.");
}

ExitCode clearStatus(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    return printed(person->ask("DELETE", "/api/user/status"), arguments, terminal, "You have no status now.");
}

} // namespace

bool asksAsAdmin(const Arguments& arguments)
{
    std::error_code error;
    return arguments.has("data") ||
        std::filesystem::exists(std::filesystem::path(dataDirectory(arguments)) / "netbitd.sock", error) ||
        !Person::stored().ok();
}

ExitCode ownStatus(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto server = person->ask("GET", "/api/server");
    if (!server)
        return complain(terminal, server.error());
    const auto profile = person->ask("GET", "/api/user/profile");
    if (!profile)
        return complain(terminal, profile.error());
    const auto all = person->chats();
    if (!all)
        return complain(terminal, all.error());
    std::int64_t unread = 0;
    std::int64_t mentions = 0;
    for (const auto& chat : *all)
        if (!truth(chat, "muted")) {
            unread += integer(chat, "unread_count");
            mentions += integer(chat, "mention_count");
        }
    const auto inbox = person->ask("GET", "/api/notifications/count"); // there is none without the plugin notify
    const auto waiting = inbox ? integer(*inbox, "unread") : 0;
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(boost::json::object{{"server", person->login().server},
                                                                   {"version", text(*server, "version")},
                                                                   {"user", *profile},
                                                                   {"chats", all->size()},
                                                                   {"unread_messages", unread},
                                                                   {"mentions", mentions},
                                                                   {"unread_notifications", waiting}})
                     << '\n';
        return success;
    }
    auto& out = terminal.out;
    out << "server   " << person->login().server << ", NetBit " << shown(text(*server, "version")) << "\nyou      "
        << shown(text(*profile, "username"));
    if (const auto name = text(*profile, "display_name"); !name.empty())
        out << " (" << shown(name) << ')';
    out << '\n';
    if (const auto* const status = member(*profile, "status"); status && status->is_object()) {
        out << "status   ";
        if (const auto emoji = text(*status, "emoji"); !emoji.empty())
            out << shown(emoji) << ' ';
        out << shown(text(*status, "text"));
        if (const auto until = text(*status, "expires_at"); !until.empty())
            out << ", until " << until;
        out << '\n';
    }
    out << "chats    " << all->size() << ", " << unread << " unread messages, " << mentions
        << " of them mention you\ninbox    " << waiting << " unread\n";
    return success;
}

std::vector<Command> statusCommands()
{
    return {{"status set",
             "TEXT... [--until TIME]",
             "Tells the others what you are about.",
             {{"emoji", "", "E", "an emoji that stands before it"},
              {"until", "", "TIME", "when it goes again, as 2026-05-01T18:00:00Z (default: never)"},
              jsonOption},
             1,
             anyNumber,
             setStatus},
            {"status clear", "", "Takes your status away.", {jsonOption}, 0, 0, clearStatus}};
}

} // namespace netbit::cli
