// issue new|list|close, repo create|list.

#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include <boost/json/serialize.hpp>

#include <iomanip>
#include <iterator>
#include <optional>

namespace netbit::cli
{

namespace
{

/// OWNER/PROJECT, or the person's own PROJECT.
std::string projectTarget(const Person& person, const std::string& given)
{
    const auto slash = given.find('/');
    const auto owner = slash == std::string::npos ? person.login().username : given.substr(0, slash);
    return "/api/projects/" + encoded(owner) + "/" + encoded(slash == std::string::npos ? given : given.substr(slash + 1));
}

/// Every item of a list, a page after another; `cursor`: the query's parameter, whose next value the page says in next_CURSOR.
base::Result<boost::json::array> allOf(Person& person, const std::string& target, std::string_view cursor)
{
    boost::json::array all;
    std::int64_t next = 0;
    do {
        auto page = target;
        page += target.find('?') == std::string::npos ? "?limit=200" : "&limit=200";
        if (next != 0)
            page.append("&").append(cursor).append("=").append(std::to_string(next));
        const auto answer = person.ask("GET", page);
        if (!answer)
            return answer.error();
        for (const auto& item : list(*answer, "data"))
            all.push_back(item);
        const auto* const pagination = member(*answer, "pagination");
        next = pagination ? integer(*pagination, "next_" + std::string(cursor)) : 0;
    } while (next != 0);
    return all;
}

void printIssue(std::ostream& out, const boost::json::value& issue)
{
    out << std::left << std::setw(20) << shown(text(issue, "reference")) << ' ' << std::setw(6) << text(issue, "state") << "  "
        << shown(text(issue, "title"));
    for (const auto& label : list(issue, "labels"))
        out << " [" << shown(text(label, "name")) << ']';
    out << '\n';
}

ExitCode newIssue(const Arguments& arguments, Terminal& terminal)
{
    std::string title;
    for (std::size_t i = 1; i < arguments.plain().size(); ++i)
        title += (i == 1 ? "" : " ") + arguments.plain()[i];
    auto body = arguments.value("body");
    if (body == "-")
        body.assign(std::istreambuf_iterator<char>(terminal.in), {});
    boost::json::object wanted{{"title", title}};
    if (arguments.has("body"))
        wanted["body"] = body;
    if (arguments.has("label"))
        wanted["labels"] = boost::json::array{boost::json::string(arguments.value("label"))};
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto made =
        person->ask("POST", projectTarget(*person, arguments.plain()[0]) + "/issues", boost::json::serialize(wanted));
    if (!made)
        return complain(terminal, made.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*made) << '\n';
    else
        terminal.out << text(*made, "reference") << '\n';
    return success;
}

ExitCode listIssues(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    auto target = arguments.plain().empty() ? std::string("/api/issues") : projectTarget(*person, arguments.plain()[0]) + "/issues";
    target += "?state=" + encoded(arguments.value("state", "open"));
    const auto issues = allOf(*person, target, "before");
    if (!issues)
        return complain(terminal, issues.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(boost::json::object{{"data", *issues}}) << '\n';
        return success;
    }
    for (const auto& issue : *issues)
        printIssue(terminal.out, issue);
    return success;
}

ExitCode closeIssue(const Arguments& arguments, Terminal& terminal)
{
    const auto& given = arguments.plain()[0];
    const auto hash = given.rfind('#');
    if (hash == std::string::npos || hash == 0 || hash + 1 == given.size() ||
        given.find_first_not_of("0123456789", hash + 1) != std::string::npos)
        return complain(terminal, base::fault(base::Status::invalid, "bad_issue", "Write an issue as PROJECT#NUMBER or OWNER/PROJECT#NUMBER."));
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto closed = person->ask("PATCH", projectTarget(*person, given.substr(0, hash)) + "/issues/" + given.substr(hash + 1),
                                    R"({"state":"closed"})");
    if (!closed)
        return complain(terminal, closed.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*closed) << '\n';
    else
        printIssue(terminal.out, *closed);
    return success;
}

ExitCode createRepository(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto& given = arguments.plain()[0];
    const auto slash = given.rfind('/');
    boost::json::object wanted{{"name", slash == std::string::npos ? given : given.substr(slash + 1)},
                               {"is_public", arguments.has("public")}};
    if (arguments.has("description"))
        wanted["description"] = arguments.value("description");
    const auto target = slash == std::string::npos ? std::string("/api/repos/create")
                                                   : projectTarget(*person, given.substr(0, slash)) + "/repos/create";
    const auto made = person->ask("POST", target, boost::json::serialize(wanted));
    if (!made)
        return complain(terminal, made.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*made) << '\n';
    else
        terminal.out << person->login().server << text(*made, "clone_url") << '\n';
    return success;
}

ExitCode listRepositories(const Arguments& arguments, Terminal& terminal)
{
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto target =
        arguments.plain().empty() ? std::string("/api/repos") : projectTarget(*person, arguments.plain()[0]) + "/repos";
    const auto repositories = allOf(*person, target, "after");
    if (!repositories)
        return complain(terminal, repositories.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(boost::json::object{{"data", *repositories}}) << '\n';
        return success;
    }
    for (const auto& repository : *repositories)
        terminal.out << std::left << std::setw(30) << shown(text(repository, "name")) << ' '
                     << (truth(repository, "is_public") ? "public " : "private") << "  " << shown(text(repository, "description"))
                     << '\n';
    return success;
}

} // namespace

std::vector<Command> projectCommands()
{
    return {
        {"issue new",
         "[OWNER/]PROJECT TITLE... [--body TEXT]",
         "Opens an issue; --body - reads its text from stdin.",
         {{"body", "b", "TEXT", "what it is about, in Markdown"}, {"label", "l", "NAME", "a label of the project"}, jsonOption},
         2,
         anyNumber,
         newIssue},
        {"issue list",
         "[[OWNER/]PROJECT] [--state STATE]",
         "Lists the issues of a project, or of all your projects.",
         {{"state", "", "STATE", "open, closed or all (default: open)"}, jsonOption},
         0,
         1,
         listIssues},
        {"issue close", "[OWNER/]PROJECT#NUMBER", "Closes an issue.", {jsonOption}, 1, 1, closeIssue},
        {"repo create",
         "[[OWNER/]PROJECT/]NAME [--public]",
         "Makes a repository in a project, or one of your own, and prints where to clone it from.",
         {{"public", "", "", "everybody may read it"}, {"description", "d", "TEXT", "what it holds"}, jsonOption},
         1,
         1,
         createRepository},
        {"repo list",
         "[[OWNER/]PROJECT]",
         "Lists the repositories of a project, or your own ones.",
         {jsonOption},
         0,
         1,
         listRepositories},
    };
}

} // namespace netbit::cli
