#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/Tail.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>
#include <algorithm>
#include <cerrno>
#include <iomanip>
#include <sodium.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace netbit::cli
{

namespace
{

/// USER/REPOSITORY or USER/PROJECT/REPOSITORY, as it stands in a URL.
struct Place {
    std::string api; ///< "/api/projects/ada/tools/compiler"
    std::string git; ///< "/git/ada/tools/compiler"
};

base::Result<Place> placeOf(const std::string& given)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= given.size();) {
        const auto end = std::min(given.find('/', at), given.size());
        parts.push_back(given.substr(at, end - at));
        at = end + 1;
    }
    const bool good = (parts.size() == 2 || parts.size() == 3) &&
                      std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty() || part == "." || part == ".."; });
    if (!good)
        return base::fault(base::Status::invalid, "wrong_usage",
                           "A repository is given as USER/REPOSITORY or USER/PROJECT/REPOSITORY.");
    Place out{parts.size() == 2 ? "/api/git" : "/api/projects", "/git"};
    for (const auto& part : parts) {
        out.api += '/' + encoded(part);
        out.git += '/' + encoded(part);
    }
    return out;
}

std::string base64(const std::string& bytes)
{
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();
    return out;
}

/// Runs git with the login in its environment, where other users do not see it. Gives its exit code.
base::Result<int> runGit(std::vector<std::string> words, const Login& login)
{
    std::vector<std::string> environment;
    for (char** each = environ; *each != nullptr; ++each)
        if (const std::string_view one(*each); !one.starts_with("GIT_CONFIG_") &&
                                               (login.caFile.empty() || !one.starts_with("GIT_SSL_CAINFO=")))
            environment.emplace_back(*each);
    environment.emplace_back("GIT_CONFIG_COUNT=1");
    environment.emplace_back("GIT_CONFIG_KEY_0=http." + login.server + "/.extraHeader");
    environment.emplace_back("GIT_CONFIG_VALUE_0=Authorization: Basic " + base64(login.username + ':' + login.accessToken));
    if (!login.caFile.empty()) // goes over whatever git is configured with
        environment.emplace_back("GIT_SSL_CAINFO=" + login.caFile);
    const auto pointers = [](std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (auto& text : texts)
            out.push_back(text.data());
        out.push_back(nullptr);
        return out;
    };
    pid_t child = 0;
    if (posix_spawnp(&child, "git", nullptr, nullptr, pointers(words).data(), pointers(environment).data()) != 0)
        return base::fault(base::Status::unavailable, "no_git", "The program git is not installed here.");
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return base::fault(base::Status::internal, "lost_git", "git could not be waited for.");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

ExitCode clone(const Arguments& arguments, Terminal& terminal)
{
    const auto& words = arguments.plain();
    const auto place = placeOf(words[0]);
    if (!place)
        return complain(terminal, place.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    // With a token that is good for a while yet, and a word of ours for a repository that is not there.
    if (const auto there = person->ask("GET", place->api + "/branches?limit=1"); !there)
        return complain(terminal, there.error());
    std::vector<std::string> command{"git", "clone", "--", person->login().server + place->git};
    if (words.size() > 1)
        command.push_back(words[1]);
    const auto code = runGit(std::move(command), person->login());
    if (!code)
        return complain(terminal, code.error());
    return *code == 0 ? success : failed;
}

void printPull(std::ostream& out, const boost::json::value& pull)
{
    const auto* const base = member(pull, "base");
    const auto* const head = member(pull, "head");
    out << '#' << integer(pull, "number") << "  " << std::left << std::setw(7) << text(pull, "state") << std::right
        << shown(text(pull, "title"));
    if (base && head)
        out << "  (" << shown(text(*head, "branch")) << " into " << shown(text(*base, "branch")) << ')';
    out << '\n';
}

ExitCode printed(const Arguments& arguments, Terminal& terminal, const base::Result<boost::json::value>& answer)
{
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(*answer) << '\n';
    else
        printPull(terminal.out, *answer);
    return success;
}

ExitCode openPull(const Arguments& arguments, Terminal& terminal)
{
    const auto place = placeOf(arguments.plain()[0]);
    if (!place)
        return complain(terminal, place.error());
    if (!arguments.has("head") || !arguments.has("title"))
        return complain(terminal, base::fault(base::Status::invalid, "wrong_usage", "Say --head BRANCH and --title TEXT."));
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const boost::json::object body{{"title", arguments.value("title")},
                                   {"body", arguments.value("body")},
                                   {"base", arguments.value("base", "main")},
                                   {"head", arguments.value("head")},
                                   {"draft", arguments.has("draft")}};
    return printed(arguments, terminal, person->ask("POST", place->api + "/pulls", boost::json::serialize(body)));
}

ExitCode listPulls(const Arguments& arguments, Terminal& terminal)
{
    const auto place = placeOf(arguments.plain()[0]);
    if (!place)
        return complain(terminal, place.error());
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto answer = person->ask("GET", place->api + "/pulls?limit=200&state=" + encoded(arguments.value("state", "open")));
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json")) {
        terminal.out << boost::json::serialize(*answer) << '\n';
        return success;
    }
    for (const auto& pull : list(*answer, "data"))
        printPull(terminal.out, pull);
    return success;
}

ExitCode mergePull(const Arguments& arguments, Terminal& terminal)
{
    const auto place = placeOf(arguments.plain()[0]);
    if (!place)
        return complain(terminal, place.error());
    auto number = arguments.plain()[1];
    if (number.starts_with('#'))
        number.erase(0, 1);
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    const auto target = place->api + "/pulls/" + encoded(number);
    const auto pull = person->ask("GET", target);
    if (!pull)
        return complain(terminal, pull.error());
    // What is merged is what was there a moment ago: somebody's push in between is refused, and to be looked at.
    const auto* const head = member(*pull, "head");
    const Headers headers{{"If-Match", '"' + (head ? text(*head, "id") : std::string()) + '"'}};
    const boost::json::object body{{"method", arguments.value("method", "merge")}};
    return printed(arguments, terminal, person->ask("PUT", target + "/merge", boost::json::serialize(body), headers));
}

} // namespace

std::vector<Command> pullCommands()
{
    return {
        {"repo clone", "REPOSITORY [DIR]", "Clones a repository (USER/NAME or USER/PROJECT/NAME) with git, as you are logged in.", {}, 1, 2, clone},
        {"pr open",
         "REPOSITORY --head BRANCH --title TEXT",
         "Asks for a branch to be merged.",
         {{"head", "", "BRANCH", "what is to be merged"},
          {"base", "", "BRANCH", "what it goes into (default: main)"},
          {"title", "t", "TEXT", "one line"},
          {"body", "", "TEXT", "more of it, in Markdown; \"fixes #12\" closes an issue"},
          {"draft", "", "", "it is not to be merged yet"},
          jsonOption},
         1,
         1,
         openPull},
        {"pr list", "REPOSITORY", "Lists pull requests, the newest first.", {{"state", "", "STATE", "open, closed, merged or all (default: open)"}, jsonOption}, 1, 1, listPulls},
        {"pr merge",
         "REPOSITORY NUMBER",
         "Merges a pull request.",
         {{"method", "", "METHOD", "merge, squash or rebase (default: merge)"}, jsonOption},
         2,
         2,
         mergePull},
    };
}

} // namespace netbit::cli
