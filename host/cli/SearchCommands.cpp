#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

void print(std::ostream& out, const boost::json::value& found)
{
    const auto* const message = member(found, "message");
    const auto* const chat = member(found, "chat");
    if (!message || !chat)
        return;
    auto time = text(*message, "created_at");
    if (time.size() >= 16) {
        time.resize(16);
        time[10] = ' ';
    }
    const auto name = text(*chat, "name");
    out << time << ' ';
    if (name.empty())
        out << '#' << integer(*chat, "id");
    else
        out << shown(name);
    out << " <" << shown(text(*message, "sender_name")) << "> " << shown(text(*message, "content")) << '\n';
}

ExitCode search(const Arguments& arguments, Terminal& terminal)
{
    constexpr std::int64_t most = 200; // of one page
    const auto count = arguments.number("lines", 1, most);
    if (!count)
        return complain(terminal, count.error());
    std::string query;
    for (const auto& word : arguments.plain())
        query += (query.empty() ? "" : " ") + word;
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto target = "/api/search?limit=" + std::to_string(count->value_or(20)) + "&q=" + encoded(query);
    const auto answer = person->ask("GET", target);
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(*answer) << '\n';
        return success;
    }
    for (const auto& found : list(*answer, "data"))
        print(terminal.out, found);
    return success;
}

} // namespace

std::vector<Command> searchCommands()
{
    return {{"search",
             "WORDS... [-n N]",
             "Finds messages with all of these words in your chats, newest first; also '\"a phrase\"', from:NAME, in:CHAT, "
             "before:DAY, after:DAY, has:link.",
             {{"lines", "n", "N", "how many at most (default: 20)"}, jsonOption},
             1,
             anyNumber,
             search}};
}

} // namespace netbit::cli
