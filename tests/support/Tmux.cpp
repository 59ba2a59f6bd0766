#include "support/Tmux.h"

#include "support/Eventually.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::test {

namespace {

const std::string program = "/usr/bin/tmux";

} // namespace

bool Tmux::installed() { return std::filesystem::exists(program); }

Tmux::Tmux()
{
    // In the foreground, so that it goes with the test, whatever becomes of that.
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    _server = startProgram({program, "-u", "-D", "-f", "/dev/null", "-S", _folder.path() + "/tmux"}, nothing, nothing, nothing,
                           {"LC_ALL=C.UTF-8", "TERM=xterm-256color"});
    ::close(nothing);
    eventually([&] { return run({"list-sessions"}).err.find("error connecting") == std::string::npos; }, "tmux started");
    run({"set-option", "-g", "remain-on-exit", "on"});
    run({"set-option", "-g", "default-terminal", "tmux-256color"});
    run({"set-option", "-s", "escape-time", "0"});
}

Tmux::~Tmux()
{
    ::kill(_server, SIGTERM);
    try {
        waitForProgram(_server);
    } catch (const TimedOut&) {
        ::kill(_server, SIGKILL);
    }
}

Finished Tmux::run(std::vector<std::string> words)
{
    words.insert(words.begin(), {program, "-u", "-S", _folder.path() + "/tmux"});
    return runProgram(words, {}, {"LC_ALL=C.UTF-8"});
}

std::string Tmux::ask(std::vector<std::string> words)
{
    auto ran = run(std::move(words));
    if (ran.exitCode != 0)
        throw std::runtime_error("tmux: " + ran.err);
    return std::move(ran.out);
}

void Tmux::open(const std::string& terminal, const std::vector<std::string>& words, const std::vector<std::string>& environment, int columns,
                int rows)
{
    std::vector<std::string> command{"new-session", "-d", "-s", terminal, "-x", std::to_string(columns), "-y", std::to_string(rows)};
    command.insert(command.end(), {"-e", "LC_ALL=C.UTF-8", "-e", "TZ=UTC"});
    for (const auto& variable : environment)
        command.insert(command.end(), {"-e", variable});
    // tmux does not always learn how a program has ended, so a shell that waits for it writes it down.
    command.insert(command.end(), {"--", "/bin/sh", "-c", "\"$@\"; echo $? >" + codeFile(terminal), "sh"});
    command.insert(command.end(), words.begin(), words.end());
    ask(std::move(command));
    ask({"set-option", "-t", terminal, "status", "off"}); // its line would be one of the rows
    resize(terminal, columns, rows);
}

void Tmux::resize(const std::string& terminal, int columns, int rows)
{
    ask({"resize-window", "-t", terminal, "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

void Tmux::press(const std::string& terminal, const std::vector<std::string>& keys)
{
    for (const auto& key : keys)
        ask({"send-keys", "-t", terminal, key});
}

void Tmux::type(const std::string& terminal, std::string_view text) { ask({"send-keys", "-t", terminal, "-l", "--", std::string(text)}); }

std::string Tmux::screen(const std::string& terminal, bool styled)
{
    std::vector<std::string> words{"capture-pane", "-p", "-t", terminal};
    if (styled)
        words.emplace_back("-e");
    return ask(std::move(words));
}

std::string Tmux::title(const std::string& terminal) { return ask({"display-message", "-p", "-t", terminal, "#{pane_title}"}); }

void Tmux::awaitText(const std::string& terminal, std::string_view text)
{
    if (!comesTrue([&] { return screen(terminal).find(text) != std::string::npos; }))
        throw TimedOut("\"" + std::string(text) + "\" did not come; the screen of " + terminal + ":\n" + screen(terminal));
}

void Tmux::awaitNoText(const std::string& terminal, std::string_view text)
{
    if (!comesTrue([&] { return screen(terminal).find(text) == std::string::npos; }))
        throw TimedOut("\"" + std::string(text) + "\" did not go; the screen of " + terminal + ":\n" + screen(terminal));
}

int Tmux::awaitEnd(const std::string& terminal)
{
    std::string said;
    eventually(
        [&] {
            std::error_code error;
            said = std::filesystem::exists(codeFile(terminal), error) ? readFile(codeFile(terminal)) : std::string();
            return said.ends_with('\n');
        },
        "the program in the terminal " + terminal + " ended");
    return std::stoi(said);
}

} // namespace netbit::test
