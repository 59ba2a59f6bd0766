#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Tail.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>
#include <iomanip>
#include <iterator>
#include <sodium.h>
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
        terminal.out << std::right << std::setw(8) << integer(chat, "id") << "  " << std::left << std::setw(8)
                     << text(chat, "chat_type") << ' ' << std::right << std::setw(6)
                     << integer(chat, "participants_count") << "  " << shown(text(chat, "name"));
        if (const auto* last = member(chat, "last_message"); last && last->is_object())
            terminal.out << "  (" << text(*last, "created_at") << ")";
        terminal.out << '\n';
    }
    return success;
}

std::string randomKey()
{
    unsigned char bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    char hex[sizeof bytes * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    return hex;
}

base::Result<std::string> content(const Arguments& arguments, Terminal& terminal)
{
    const auto& words = arguments.plain();
    std::string joined;
    if (words.size() == 2 && words[1] == "-") {
        joined.assign(std::istreambuf_iterator<char>(terminal.in), {});
        if (!joined.empty() && joined.back() == '\n')
            joined.pop_back();
    } else
        for (std::size_t i = 1; i < words.size(); ++i)
            joined += (i == 1 ? "" : " ") + words[i];
    if (joined.empty())
        return base::fault(base::Status::invalid, "no_text", "There is nothing to send.");
    if (!base::validUtf8(joined))
        return base::fault(base::Status::invalid, "not_utf8", "The text is not valid UTF-8.");
    return joined;
}

ExitCode send(const Arguments& arguments, Terminal& terminal)
{
    const auto said = content(arguments, terminal);
    if (!said)
        return complain(terminal, said.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto chat = person->findChat(arguments.plain()[0]);
    if (!chat)
        return complain(terminal, chat.error());
    const auto body = boost::json::serialize(boost::json::object{{"content", *said}, {"message_type", "text"}});
    // One key for all attempts: when only the answer was lost, the next attempt gets it and no second message is made.
    const Headers headers{{"Idempotency-Key", randomKey()}};
    for (int attempt = 1;; ++attempt) {
        const auto answer = person->ask("POST", "/api/chats/" + std::to_string(chat->id) + "/messages", body, headers);
        if (answer) {
            if (arguments.has("json"))
                terminal.out << boost::json::serialize(*answer) << '\n';
            else
                terminal.out << integer(*answer, "id") << '\n';
            return success;
        }
        const bool passing = answer.status() == base::Status::closed || answer.status() == base::Status::unavailable;
        if (!passing || attempt == sendAttempts)
            return complain(terminal, answer.error());
        std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    }
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
        {"chats", "", "Lists your chats.", {jsonOption}, 0, 0, chats},
        {"send",
         "CHAT TEXT...",
         "Sends a message to a chat (by id or name); TEXT - reads it from stdin.",
         {jsonOption},
         2,
         anyNumber,
         send},
        {"tail",
         "CHAT [-n N] [-f]",
         "Prints the newest messages of a chat (by id or name).",
         {{"lines", "n", "N", "how many (default: 20)"},
          {"follow", "f", "", "go on printing what is written"},
          jsonOption},
         1,
         1,
         tail},
    };
}

} // namespace netbit::cli
