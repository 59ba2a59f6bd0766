// inbox, inbox read, inbox why.

#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include <boost/json/serialize.hpp>

#include <iomanip>

namespace netbit::cli
{

namespace
{

std::string ruleOf(const boost::json::value& notice)
{
    const auto* const rule = member(notice, "rule");
    if (!rule || !rule->is_object())
        return "note";
    auto out = text(*rule, "name");
    if (const auto keyword = text(*rule, "keyword"); !keyword.empty())
        out.append(": ").append(keyword);
    return out;
}

void printNotice(std::ostream& out, const boost::json::value& notice)
{
    const bool unread = text(notice, "read_at").empty();
    out << (unread ? "* " : "  ") << std::left << std::setw(8) << integer(notice, "id") << std::right
        << text(notice, "created_at").substr(0, 16) << "  " << shown(text(notice, "name")) << "  [" << shown(ruleOf(notice))
        << ']';
    const auto* const delivery = member(notice, "delivery");
    if (unread && delivery && text(*delivery, "state") == "held")
        out << "  (held until " << text(*delivery, "until").substr(0, 16) << ')';
    out << '\n';
    if (const auto content = text(notice, "content"); !content.empty())
        out << "          " << shown(content.substr(0, content.find('\n'))) << '\n';
}

ExitCode listInbox(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    auto target = "/api/notifications?limit=" + encoded(arguments.value("lines", "20"));
    if (!arguments.has("all"))
        target += "&unread=true";
    const auto page = person->ask("GET", target);
    if (!page)
        return complain(terminal, page.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(*page) << '\n';
        return success;
    }
    const auto& notices = list(*page, "data");
    for (auto notice = notices.rbegin(); notice != notices.rend(); ++notice) // the newest is read last, next to the prompt
        printNotice(terminal.out, *notice);
    const auto* const counts = member(*page, "counts");
    terminal.out << (counts ? integer(*counts, "unread") : 0) << " unread\n";
    return success;
}

bool isNumber(const std::string& given) { return !given.empty() && given.find_first_not_of("0123456789") == std::string::npos; }

ExitCode readInbox(const Arguments& arguments, Terminal& terminal)
{
    const auto& words = arguments.plain();
    for (const auto& word : words)
        if (!isNumber(word))
            return complain(terminal, base::fault(base::Status::invalid, "wrong_usage",
                                                  "A notification is given by its number; see netbit inbox."));
    if (words.empty() != arguments.has("all"))
        return complain(terminal,
                        base::fault(base::Status::invalid, "wrong_usage", "Name notifications by their numbers, or say --all."));
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto done = [&](boost::json::object read) {
        if (arguments.has("json"))
            terminal.out << boost::json::serialize(read) << '\n';
        return success;
    };
    if (arguments.has("all")) {
        // Up to the newest that there is now: what comes meanwhile stays unread.
        const auto newest = person->ask("GET", "/api/notifications?limit=1");
        if (!newest)
            return complain(terminal, newest.error());
        const auto& first = list(*newest, "data");
        if (first.empty())
            return done({{"up_to", nullptr}});
        const auto marked = person->ask("POST", "/api/notifications/read",
                                      boost::json::serialize(boost::json::object{{"up_to", integer(first.front(), "id")}}));
        return marked ? done({{"up_to", integer(first.front(), "id")}}) : complain(terminal, marked.error());
    }
    boost::json::array read;
    for (const auto& word : words) {
        if (const auto marked = person->ask("POST", std::string("/api/notifications/").append(word).append("/read")); !marked)
            return complain(terminal, marked.error());
        read.emplace_back(word);
    }
    return done({{"read", std::move(read)}});
}

ExitCode whyInbox(const Arguments& arguments, Terminal& terminal)
{
    if (!isNumber(arguments.plain()[0]))
        return complain(terminal, base::fault(base::Status::invalid, "wrong_usage",
                                              "A notification is given by its number; see netbit inbox."));
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto why = person->ask("GET", std::string("/api/notifications/").append(arguments.plain()[0]).append("/why"));
    if (!why)
        return complain(terminal, why.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(*why) << '\n';
        return success;
    }
    terminal.out << "made by: " << shown(ruleOf(*why)) << "\nlevels now, the nearest that says one decides:\n";
    for (const auto& step : list(*why, "chain")) {
        terminal.out << (truth(step, "decides") ? "> " : "  ") << text(step, "scope");
        if (const auto id = integer(step, "id"); id != 0)
            terminal.out << ' ' << id;
        const auto level = text(step, "level");
        terminal.out << ": " << (truth(step, "muted") ? "muted" : level.empty() ? "-" : level) << '\n';
    }
    return success;
}

} // namespace

std::vector<Command> inboxCommands()
{
    return {{"inbox",
             "",
             "Lists your unread notifications, each with the rule that made it.",
             {jsonOption,
              {"all", "a", "", "also those that were read"},
              {"lines", "n", "N", "how many at most, to 200 (default: 20)"}},
             0,
             0,
             listInbox},
            {"inbox read",
             "[NUMBER…]",
             "Marks notifications as read, on all your devices.",
             {{"all", "a", "", "all there are now"}, jsonOption},
             0,
             anyNumber,
             readInbox},
            {"inbox why",
             "NUMBER",
             "Says which rule made a notification, and which levels hold there.",
             {jsonOption},
             1,
             1,
             whyInbox}};
}

} // namespace netbit::cli
