#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Tail.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>
#include <iomanip>
#include <iterator>
#include <limits>
#include <thread>

namespace netbit::cli
{

namespace
{

constexpr int sendAttempts = 4;

ExitCode chats(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto all = person->chats();
    if (!all)
        return complain(terminal, all.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(boost::json::object{{"data", *all}}) << '\n';
        return success;
    }
    for (const auto& chat : *all) {
        if (arguments.has("names")) { // for the completion of shells
            if (const auto name = text(chat, "name"); !name.empty())
                terminal.out << shown(name) << '\n';
            continue;
        }
        terminal.out << std::right << std::setw(8) << integer(chat, "id") << "  " << std::left << std::setw(8)
                     << text(chat, "chat_type") << ' ' << std::right << std::setw(6)
                     << integer(chat, "participants_count") << "  " << shown(text(chat, "name"));
        if (const auto unread = integer(chat, "unread_count"); unread > 0)
            terminal.out << "  " << unread << " unread";
        if (const auto* last = member(chat, "last_message"); last && last->is_object())
            terminal.out << "  (" << text(*last, "created_at") << ")";
        terminal.out << '\n';
    }
    return success;
}

std::string readAll(std::istream& in)
{
    std::string out(std::istreambuf_iterator<char>(in), {});
    if (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out;
}

/// The words of the command line; stdin where they are a dash, or where there are none and something is piped in.
base::Result<std::string> content(const Arguments& arguments, Terminal& terminal)
{
    const auto& words = arguments.plain();
    std::string joined;
    const bool files = arguments.has("file");
    if ((words.size() == 2 && words[1] == "-") || (words.size() == 1 && !files && !terminal.inIsTerminal))
        joined = readAll(terminal.in);
    else
        for (std::size_t i = 1; i < words.size(); ++i)
            joined += (i == 1 ? "" : " ") + words[i];
    if (joined.empty() && !files)
        return base::fault(base::Status::invalid, "no_text", "There is nothing to send.");
    if (!base::validUtf8(joined))
        return base::fault(base::Status::invalid, "not_utf8", "The text is not valid UTF-8.");
    return joined;
}

/// Does it again while the server cannot be reached. What is done must be safe to do twice.
template <class Do> auto persistently(Do once)
{
    for (int attempt = 1;; ++attempt) {
        auto answer = once();
        const bool passing = answer.status() == base::Status::closed || answer.status() == base::Status::unavailable;
        if (answer || !passing || attempt == sendAttempts)
            return answer;
        std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    }
}

ExitCode send(const Arguments& arguments, Terminal& terminal)
{
    const auto said = content(arguments, terminal);
    if (!said)
        return complain(terminal, said.error());
    const auto replyTo = arguments.number("reply-to", 1, std::numeric_limits<std::int64_t>::max());
    if (!replyTo)
        return complain(terminal, replyTo.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto chat = person->findChat(arguments.plain()[0]);
    if (!chat)
        return complain(terminal, chat.error());
    boost::json::object message;
    if (!said->empty())
        message["content"] = *said;
    if (*replyTo)
        message["reply_to"] = **replyTo;
    boost::json::array attachments;
    for (const auto& file : arguments.values("file")) {
        const auto uploaded = persistently([&] { return person->upload(file); });
        if (!uploaded)
            return complain(terminal, uploaded.error());
        attachments.push_back(integer(*uploaded, "id"));
    }
    if (attachments.empty())
        message["message_type"] = "text";
    else
        message["attachments"] = std::move(attachments);
    // One key for all attempts: when only the answer was lost, the next attempt gets it and no second message is made.
    const Headers headers{{"Idempotency-Key", onceKey()}};
    const auto body = boost::json::serialize(message);
    const auto target = std::string("/api/chats/").append(std::to_string(chat->id)).append("/messages");
    const auto answer = persistently([&] { return person->ask("POST", target, body, headers); });
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*answer) << '\n';
    else
        terminal.out << integer(*answer, "id") << '\n';
    return success;
}

ExitCode tail(const Arguments& arguments, Terminal& terminal)
{
    constexpr std::int64_t mostMessages = 100'000;
    const auto count = arguments.number("lines", 0, mostMessages);
    if (!count)
        return complain(terminal, count.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto chat = person->findChat(arguments.plain()[0]);
    if (!chat)
        return complain(terminal, chat.error());
    Tail tail(*person, *chat, terminal, arguments.has("json"));
    const auto done = arguments.has("follow") ? tail.follow(count->value_or(20)) : tail.history(count->value_or(20));
    return done ? success : complain(terminal, done.error());
}

} // namespace

std::vector<Command> chatCommands()
{
    return {
        {"chats",
         "",
         "Lists your chats.",
         {{"names", "", "", "the names alone, one a line"}, jsonOption},
         0,
         0,
         chats},
        {"send",
         "CHAT [TEXT...] [--file FILE]",
         "Sends a message to a chat (by id or name) and prints its id; without TEXT, or where it is a dash, it is read from stdin.",
         {{"file", "", "FILE", "send this file with it; may be given more than once", true},
          {"reply-to", "", "ID", "it answers the message with this id"},
          jsonOption},
         1,
         anyNumber,
         send},
        {"tail",
         "CHAT [-n N] [-f]",
         "Prints the newest messages of a chat (by id or name).",
         {{"lines", "n", "N", "how many (default: 20)"},
          {"follow", "f", "", "go on printing what is written, edited and deleted; through a restart of the server too"},
          jsonOption},
         1,
         1,
         tail},
    };
}

} // namespace netbit::cli
