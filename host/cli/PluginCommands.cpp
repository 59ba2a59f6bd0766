// netbit plugin …: over the admin's socket; enable also without a running server, which a quarantine may have kept from
// starting.
#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/JsonFields.h"

#include "base/Json.h"
#include "base/PluginChoices.h"

#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <sys/file.h>
#include <unistd.h>

namespace netbit::cli
{

namespace
{

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Result;

std::string conditionOf(const json::value& plugin)
{
    const auto condition = text(plugin, "condition");
    return condition.empty() || condition == "good" ? text(plugin, "state") : text(plugin, "state") + ", " + condition;
}

std::string milliseconds(std::int64_t ns)
{
    std::string out = std::to_string(ns / 1'000'000) + '.';
    const auto part = std::to_string(ns % 1'000'000 / 1'000);
    return out + std::string(3 - part.size(), '0') + part + " ms";
}

std::string joined(const json::array& words)
{
    std::string out;
    for (const auto& word : words)
        if (word.is_string())
            out += (out.empty() ? "" : ", ") + std::string(word.get_string());
    return out.empty() ? "-" : out;
}

void printInfo(std::ostream& out, const json::value& plugin)
{
    const auto row = [&](std::string_view name, const std::string& value) {
        out << std::left << std::setw(14) << name << value << '\n';
    };
    const auto count = [&](const json::value& of, std::string_view key) { return std::to_string(integer(of, key)); };
    row("plugin", text(plugin, "id") + ' ' + text(plugin, "version") + (truth(plugin, "required") ? ", required" : ""));
    row("state", conditionOf(plugin) + (truth(plugin, "on_trial") ? ", on trial" : ""));
    if (const auto detail = text(plugin, "detail"); !detail.empty())
        row("", detail);
    if (const auto history = text(plugin, "history"); !history.empty())
        row("last failure", history);
    row("library", text(plugin, "library") + (truth(plugin, "installed") ? "" : " (not by netbit plugin install)"));
    row("sha256", text(plugin, "sha256"));
    row("requires", joined(cli::list(plugin, "requires")));
    row("required by", joined(cli::list(plugin, "required_by")));
    row("provides", joined(cli::list(plugin, "provides")));
    row("services", joined(cli::list(plugin, "services")));
    row("permissions", joined(cli::list(plugin, "permissions")));
    const auto* const use = member(plugin, "use");
    if (!use)
        return;
    row("calls", count(*use, "calls") + ", " + count(*use, "errors") + " errors");
    row("cpu time", milliseconds(integer(*use, "cpu_ns")));
    row("sql", count(*use, "sql_statements") + " statements, " + milliseconds(integer(*use, "sql_ns")));
    row("handlers", "p50 " + milliseconds(integer(*use, "p50_ns")) + ", p99 " + milliseconds(integer(*use, "p99_ns")));
    row("cache", count(*use, "cache_bytes") + " bytes");
    row("under way", count(*use, "in_flight") + " calls, " + count(*use, "posted") + " posted tasks, " +
                         count(*use, "deferred") + " deferred requests");
    row("holds", count(*use, "routes") + " routes, " + count(*use, "listeners") + " listeners, " +
                     count(*use, "connections") + " connections, " + count(*use, "timers") + " timers, " +
                     count(*use, "subscriptions") + " subscriptions, " + count(*use, "streams") + " streams");
    for (const auto& call : cli::list(*use, "stuck"))
        row("hangs in", text(call, "call") + " for " + count(call, "ms") + " ms");
}

ExitCode show(const Result<json::value>& answer, const Arguments& arguments, Terminal& terminal,
              const std::function<void(const json::value&)>& print)
{
    if (!answer)
        return complain(terminal, answer.error());
    if (arguments.has("json"))
        terminal.out << (answer->is_null() ? "{}" : json::serialize(*answer)) << '\n'; // a 204 says no more than that it is done
    else
        print(*answer);
    return success;
}

std::string pathOf(const Arguments& arguments, std::string_view verb = {})
{
    auto path = "/admin/plugins/" + encoded(arguments.plain()[0]);
    if (!verb.empty())
        path.append("/").append(verb);
    return path;
}

ExitCode info(const Arguments& arguments, Terminal& terminal)
{
    return show(ask(arguments, "GET", pathOf(arguments)), arguments, terminal,
                [&](const json::value& answer) { printInfo(terminal.out, answer); });
}

/// A verb that leaves the plugin in the state that the answer shows.
ExitCode change(const Arguments& arguments, Terminal& terminal, const Result<json::value>& answer)
{
    return show(answer, arguments, terminal, [&](const json::value& plugin) {
        terminal.out << arguments.plain()[0];
        if (const auto version = text(plugin, "version"); !version.empty())
            terminal.out << ' ' << version;
        terminal.out << " is " << conditionOf(plugin) << ".\n";
    });
}

/// Without a host: the choice is written to the file that the next start reads.
Result<json::value> enableOffline(const Arguments& arguments)
{
    const fs::path data = dataDirectory(arguments);
    const int lock = ::open((data / "netbitd.lock").c_str(), O_RDWR | O_CLOEXEC);
    const struct Closing {
        int file;
        ~Closing()
        {
            if (file >= 0)
                ::close(file);
        }
    } closing{lock};
    if (lock < 0 || ::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return base::fault(base::Status::unavailable, "no_server",
                           "No server answers at " + (data / "netbitd.sock").string() + '.');
    const auto file = data / "plugins.json";
    auto choices = base::PluginChoices::read(file);
    if (!choices)
        return choices.error();
    const auto& id = arguments.plain()[0];
    if (choices->disabled.erase(id) + choices->quarantined.erase(id) == 0)
        return base::fault(base::Status::notFound, "no_such_plugin",
                           "The server does not run, and " + id + " is neither disabled nor quarantined in " + file.string() + '.');
    if (auto written = choices->write(file); !written)
        return written.error();
    return json::value(json::object{{"id", id}, {"state", "enabled for the next start"}});
}

ExitCode enable(const Arguments& arguments, Terminal& terminal)
{
    auto answer = ask(arguments, "POST", pathOf(arguments, "enable"));
    if (!answer && answer.status() == base::Status::closed)
        answer = enableOffline(arguments);
    return change(arguments, terminal, answer);
}

ExitCode disable(const Arguments& arguments, Terminal& terminal)
{
    return change(arguments, terminal, ask(arguments, "POST", pathOf(arguments, "disable")));
}

ExitCode reload(const Arguments& arguments, Terminal& terminal)
{
    return change(arguments, terminal, ask(arguments, "POST", pathOf(arguments, "reload")));
}

ExitCode remove(const Arguments& arguments, Terminal& terminal)
{
    return show(ask(arguments, "DELETE", pathOf(arguments)), arguments, terminal, [&](const json::value&) {
        terminal.out << arguments.plain()[0] << " was removed; its data stays.\n";
    });
}

Result<std::string> readAll(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad())
        return base::fault(base::Status::notFound, "no_such_file", file.string() + " cannot be read.");
    return bytes;
}

/// What the routes take: one line of JSON that says what follows, then the libraries. The server may not be allowed to read
/// the files itself.
Result<std::string> packed(const std::vector<std::string>& files)
{
    json::array head;
    std::string libraries;
    for (const auto& name : files) {
        const fs::path library = name;
        if (library.extension() != ".so")
            return base::fault(base::Status::invalid, "wrong_usage", name + ": name the library, FILE.so; its manifest lies beside it.");
        auto manifest = library;
        manifest.replace_extension(".json");
        const auto bytes = readAll(library);
        if (!bytes)
            return bytes.error();
        std::error_code failure;
        if (!fs::exists(manifest, failure))
            return base::fault(base::Status::notFound, "no_such_file",
                               "There is no " + manifest.string() + ": the manifest lies beside the library, under the same "
                               "name (CMake's netbit_add_plugin writes it there).");
        const auto text = readAll(manifest);
        if (!text)
            return text.error();
        if (!base::validUtf8(*text))
            return base::fault(base::Status::invalid, "bad_manifest", manifest.string() + " is not UTF-8.");
        head.push_back(json::object{{"name", library.stem().string()}, {"manifest", *text}, {"bytes", bytes->size()}});
        libraries += *bytes;
    }
    return json::serialize(json::object{{"plugins", head}}) + '\n' + libraries;
}

void printPlan(std::ostream& out, const json::value& plan)
{
    for (const auto& plugin : cli::list(plan, "plugins")) {
        out << text(plugin, "id") << ' ' << text(plugin, "version");
        if (const auto action = text(plugin, "action"); action == "nothing")
            out << ": is there already";
        else if (!action.empty())
            out << ": " << action << (text(plugin, "from").empty() ? "" : " from " + text(plugin, "from"));
        out << '\n';
        for (const auto& finding : cli::list(plugin, "findings"))
            out << (truth(finding, "fatal") ? "  FAILS  " : "  note   ") << text(finding, "text") << '\n';
    }
    out << (truth(plan, "good") ? "Nothing speaks against it.\n" : "It would fail.\n");
}

ExitCode plan(const Arguments& arguments, Terminal& terminal)
{
    const auto body = packed(arguments.plain());
    if (!body)
        return complain(terminal, body.error());
    const auto answer = ask(arguments, "POST", arguments.has("downgrade") ? "/admin/plugins/plan?downgrade=true" : "/admin/plugins/plan", *body);
    const auto shown = show(answer, arguments, terminal, [&](const json::value& made) { printPlan(terminal.out, made); });
    return shown == success && !truth(*answer, "good") ? failed : shown;
}

ExitCode install(const Arguments& arguments, Terminal& terminal)
{
    const auto body = packed(arguments.plain());
    if (!body)
        return complain(terminal, body.error());
    return show(ask(arguments, "POST", arguments.has("downgrade") ? "/admin/plugins/install?downgrade=true" : "/admin/plugins/install", *body),
                arguments, terminal, [&](const json::value& answer) {
                    for (const auto& plugin : cli::list(answer, "data"))
                        terminal.out << text(plugin, "id") << ' ' << text(plugin, "version") << " is " << conditionOf(plugin) << ".\n";
                });
}

ExitCode list(const Arguments& arguments, Terminal& terminal)
{
    return show(ask(arguments, "GET", "/admin/plugins"), arguments, terminal,
                [&](const json::value& answer) { printPlugins(terminal.out, cli::list(answer, "data")); });
}

ExitCode reloadAll(const Arguments& arguments, Terminal& terminal)
{
    return show(ask(arguments, "POST", "/admin/reload"), arguments, terminal, [&](const json::value& answer) {
        terminal.out << "The settings are in force.\n";
        printPlugins(terminal.out, cli::list(answer, "data"));
    });
}

} // namespace

void printPlugins(std::ostream& out, const json::array& plugins)
{
    std::size_t widest = 2;
    for (const auto& plugin : plugins)
        widest = std::max(widest, text(plugin, "id").size());
    for (const auto& plugin : plugins) {
        out << std::left << std::setw(static_cast<int>(widest) + 2) << text(plugin, "id") << std::setw(10)
            << text(plugin, "version") << conditionOf(plugin);
        if (const auto detail = text(plugin, "detail"); !detail.empty())
            out << "  " << detail;
        out << '\n';
    }
}

std::vector<Command> pluginCommands()
{
    const std::vector<OptionSpec> usual{jsonOption, dataOption};
    const OptionSpec downgrade{"downgrade", "", "", "also where a newer version is there"};
    return {
        {"reload", "", "Reads the settings and the folders of plugins again, as SIGHUP does, and tells how it went.", usual, 0, 0, &reloadAll},
        {"plugin list", "", "Lists the plugins and their state.", usual, 0, 0, &list},
        {"plugin info", "NAME", "Tells everything about a plugin: what it is, what it holds, what it costs.", usual, 1, 1, &info},
        {"plugin plan", "FILE.so…", "Says what would clash or break if they were installed; runs none of their code.",
         {jsonOption, downgrade, dataOption}, 1, anyNumber, &plan},
        {"plugin install", "FILE.so…", "Installs or upgrades plugins in the running server.",
         {jsonOption, downgrade, dataOption}, 1, anyNumber, &install},
        {"plugin enable", "NAME", "Starts a plugin that is disabled or quarantined, now and at every start.", usual, 1, 1, &enable},
        {"plugin disable", "NAME", "Stops a plugin, now and at every start.", usual, 1, 1, &disable},
        {"plugin reload", "NAME", "Exchanges a plugin for what lies in its files now.", usual, 1, 1, &reload},
        {"plugin remove", "NAME", "Stops an installed plugin and deletes its files; its data stays.", usual, 1, 1, &remove},
    };
}

} // namespace netbit::cli
