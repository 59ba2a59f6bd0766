#include "cli/Commands.h"
#include "cli/JsonFields.h"
#include "cli/Person.h"
#include "cli/ProviderLogin.h"

#include <boost/json/serialize.hpp>

namespace netbit::cli
{

namespace
{

constexpr std::string_view defaultServer = "http://127.0.0.1:8080";

base::Result<boost::json::value> post(const Http& http, const std::string& target, const boost::json::object& body)
{
    const auto reply = http.send("POST", target, boost::json::serialize(body));
    if (!reply)
        return reply.error();
    return document(*reply);
}

/// What the server answered to a proof of who it is; a second factor is asked for where one is needed.
base::Result<Login> loginOf(const Http& http, const std::string& user, base::Result<boost::json::value> answer,
                            Terminal& terminal)
{
    if (!answer)
        return answer.error();
    if (const auto ticket = text(*answer, "ticket"); !ticket.empty()) {
        const auto code = readSecret(terminal, "code of the authenticator");
        if (!code)
            return code.error();
        answer = post(http, "/api/auth/second-factor", {{"ticket", ticket}, {"code", *code}});
        if (!answer)
            return answer.error();
    }
    Login login{http.endpoint().url(), user, text(*answer, "access_token"), text(*answer, "refresh_token"),
                http.endpoint().caFile()};
    if (const auto* account = member(*answer, "user"))
        if (auto name = text(*account, "username"); !name.empty())
            login.username = std::move(name);
    if (login.accessToken.empty())
        return base::fault(base::Status::malformed, "unexpected_answer", "The server gave no access token.");
    return login;
}

base::Result<Login> withPassword(const Http& http, const std::string& user, const std::string& password, Terminal& terminal)
{
    return loginOf(http, user, post(http, "/api/auth/login", {{"username", user}, {"password", password}}), terminal);
}

/// A token says nothing of whose it is, so the server is asked: that also tells whether it is good.
base::Result<Login> withToken(const Http& http, const std::string& token)
{
    const auto reply = http.send("GET", "/api/user/profile", {}, {{"Authorization", "Bearer " + token}});
    if (!reply)
        return reply.error();
    const auto answer = document(*reply);
    if (!answer)
        return answer.error();
    return Login{http.endpoint().url(), text(*answer, "username"), token, {}, http.endpoint().caFile()};
}

/// It is used from wherever the person is later on.
std::string caFile(const Arguments& arguments)
{
    std::error_code error;
    const auto given = arguments.value("ca");
    return given.empty() ? given : std::filesystem::absolute(given, error).string();
}

ExitCode login(const Arguments& arguments, Terminal& terminal)
{
    const bool byToken = arguments.has("token-stdin");
    const bool byProvider = arguments.has("provider");
    if ((byToken ? 1 : 0) + (arguments.has("password-stdin") ? 1 : 0) + (byProvider ? 1 : 0) != 1)
        return complain(
            terminal,
            base::fault(base::Status::invalid, "wrong_usage", "Give either --password-stdin, --token-stdin or --provider NAME."));
    if (!byToken && !byProvider && !arguments.has("user"))
        return complain(terminal,
                        base::fault(base::Status::invalid, "wrong_usage", "--user NAME says whose password it is."));
    const auto endpoint =
        Endpoint::fromUrl(arguments.plain().empty() ? defaultServer : std::string_view(arguments.plain()[0]), caFile(arguments));
    if (!endpoint)
        return complain(terminal, endpoint.error());
    const auto path = loginPath();
    if (!path)
        return complain(terminal, path.error());
    const Http http(*endpoint);
    const auto secret =
        byProvider ? base::Result<std::string>(std::string()) : readSecret(terminal, byToken ? "token" : "password");
    if (!secret)
        return complain(terminal, secret.error());
    const auto made = byProvider ? loginOf(http, {}, loginAtProvider(http, arguments.value("provider"), terminal), terminal)
                      : byToken  ? withToken(http, *secret)
                                 : withPassword(http, arguments.value("user"), *secret, terminal);
    if (!made)
        return complain(terminal, made.error());
    {
        const LoginLock lock(*path);
        if (const auto saved = saveLogin(*path, *made); !saved)
            return complain(terminal, saved.error());
    }
    if (arguments.has("json"))
        terminal.out << boost::json::serialize(boost::json::object{{"server", made->server}, {"username", made->username}}) << '\n';
    else
        terminal.out << "Logged in to " << made->server << " as " << made->username << ".\n";
    return success;
}

ExitCode logout(const Arguments& arguments, Terminal& terminal)
{
    const auto done = [&](bool was, std::string_view sentence) {
        if (arguments.has("json"))
            terminal.out << boost::json::serialize(boost::json::object{{"was_logged_in", was}}) << '\n';
        else
            terminal.out << sentence << '\n';
        return success;
    };
    const auto path = loginPath();
    if (!path)
        return complain(terminal, path.error());
    const auto stored = loadLogin(*path);
    if (!stored && stored.status() == base::Status::unauthenticated) {
        return done(false, "You were not logged in.");
    }
    base::Result<void> told;
    if (stored && !stored->refreshToken.empty()) {
        if (auto person = Person::stored()) {
            const auto body = boost::json::serialize(boost::json::object{{"refresh_token", stored->refreshToken}});
            const auto answer = person->ask("POST", "/api/auth/logout", body);
            if (!answer)
                told = answer.error();
        }
    }
    std::error_code error;
    std::filesystem::remove(*path, error);
    if (error)
        return complain(terminal,
                        base::fault(base::Status::internal, "unwritable",
                                    path->string() + " cannot be removed: " + error.message() + "."));
    if (!told) {
        terminal.err << "The login is removed here, but the server could not be told: " << sentence(told.error())
                     << '\n';
        return failed;
    }
    return done(true, "Logged out.");
}

} // namespace

std::vector<Command> accountCommands()
{
    return {
        {"login",
         "[URL [--ca FILE]] --user NAME --password-stdin | --token-stdin | --provider NAME",
         "Stores a login for all that people do.",
         {caOption,
          {"user", "", "NAME", "your user name"},
          {"password-stdin", "", "", "read the password from the first line of stdin, and a code, where one is needed, from the second"},
          {"provider", "", "NAME", "sign in with a browser of this machine, at that provider of logins"},
          {"token-stdin", "", "", "read a personal access token (nbt_...) from the first line of stdin"},
          jsonOption},
         0,
         1,
         login},
        {"logout", "", "Ends the stored login, here and on the server.", {jsonOption}, 0, 0, logout},
    };
}

} // namespace netbit::cli
