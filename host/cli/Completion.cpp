#include "cli/Completion.h"

#include "cli/Commands.h"

#include <map>

namespace netbit::cli
{

namespace
{

// Names of chats come from the server, by the stored login; a server that does not answer must not hold up who presses
// Tab.
constexpr std::string_view askForChats = "timeout 3 netbit chats --names 2>/dev/null </dev/null";

/// What the first argument of a command is, by the word that its usage begins with.
enum class First : std::uint8_t { files, chats, choices, nothing };

std::string firstWord(const Command& command)
{
    auto word = command.usage.substr(0, command.usage.find(' '));
    while (word.starts_with('['))
        word.remove_prefix(1);
    while (word.ends_with(']') || word.ends_with('.'))
        word.remove_suffix(1);
    return std::string(word);
}

bool isChoice(const std::string& word)
{
    return word.find('|') != std::string::npos &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyz|") == std::string::npos;
}

First firstOf(const Command& command)
{
    if (command.mostPlain == 0)
        return First::nothing;
    const auto word = firstWord(command);
    if (word == "CHAT")
        return First::chats;
    if (isChoice(word))
        return First::choices;
    const bool named = word.find("FILE") != std::string::npos || word.find("DIR") != std::string::npos ||
        word.find("PATH") != std::string::npos || word.find(".zip") != std::string::npos || word == "all";
    return named ? First::files : First::nothing;
}

std::string choicesOf(const Command& command)
{
    auto word = firstWord(command);
    for (auto& c : word)
        c = c == '|' ? ' ' : c;
    return word;
}

bool takesFile(const OptionSpec& option) { return option.argument == "FILE" || option.argument == "EARLIER"; }
bool takesFolder(const OptionSpec& option) { return option.argument == "DIR"; }

/// The second words, by the first; "" where the first stands alone as well.
std::map<std::string, std::vector<const Command*>> byFirstWord()
{
    std::map<std::string, std::vector<const Command*>> out;
    for (const auto& command : allCommands())
        out[std::string(command.name.substr(0, command.name.find(' ')))].push_back(&command);
    return out;
}

std::string secondWord(const Command& command)
{
    const auto space = command.name.find(' ');
    return space == std::string_view::npos ? std::string() : std::string(command.name.substr(space + 1));
}

std::string replaced(std::string_view text, const std::map<char, std::string_view>& by)
{
    std::string out;
    for (const char c : text) {
        const auto found = by.find(c);
        if (found == by.end())
            out += c;
        else
            out += found->second;
    }
    return out;
}

/// For single quotes of bash and zsh.
std::string quoted(std::string_view text) { return "'" + replaced(text, {{'\'', "'\\''"}}) + "'"; }
std::string fishQuoted(std::string_view text) { return "'" + replaced(text, {{'\'', "\\'"}, {'\\', "\\\\"}}) + "'"; }

} // namespace

void printBashCompletion(std::ostream& out)
{
    const auto all = byFirstWord();
    std::string first = "help";
    for (const auto& [word, commands] : all)
        first.append(" ").append(word);
    out << "# bash completion for netbit, as `netbit completion bash` prints it\n"
        << "_netbit_chats()\n{\n"
        << "    local name given=${cur//\\\\/}\n"
        << "    given=${given#[\\\"\\']}\n"
        << "    while IFS= read -r name; do\n"
        << "        [[ $name == \"$given\"* ]] && COMPREPLY+=(\"$name\")\n"
        << "    done < <(" << askForChats << ")\n}\n\n"
        << "_netbit()\n{\n"
        << "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} at=2 words= options= values= "
           "kind=\n"
        << "    COMPREPLY=()\n"
        << "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
        << "        mapfile -t COMPREPLY < <(compgen -W " << quoted(first + " --version --help")
        << " -- \"$cur\")\n        return\n    fi\n"
        << "    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n";
    const auto printCase = [&](const Command& command, std::string_view pattern, int at) {
        std::string options = "--help";
        std::string files;
        std::string folders;
        std::string values;
        for (const auto& option : command.options) {
            options.append(" --").append(option.name);
            auto& list = takesFile(option) ? files : takesFolder(option) ? folders : values;
            if (!option.argument.empty())
                list.append("--").append(option.name).append(" ");
        }
        static constexpr std::string_view kinds[] = {"files", "chats", "choices", "nothing"};
        const auto kind = firstOf(command);
        out << "        " << pattern << ") at=" << at << " options=" << quoted(options) << " values=" << quoted(values)
            << " files=" << quoted(files + folders) << " kind=" << kinds[static_cast<std::size_t>(kind)];
        if (kind == First::choices)
            out << " words=" << quoted(choicesOf(command));
        out << " ;;\n";
    };
    for (const auto& [word, commands] : all)
        for (const auto* const command : commands)
            if (const auto second = secondWord(*command); !second.empty())
                printCase(*command, "\"" + std::string(command->name) + "\"", 3);
    for (const auto& [word, commands] : all)
        for (const auto* const command : commands)
            if (secondWord(*command).empty())
                printCase(*command, "\"" + word + " \"*", 2);
    out << "    esac\n    case \"${COMP_WORDS[1]}\" in\n";
    for (const auto& [word, commands] : all) {
        std::string seconds;
        for (const auto* const command : commands)
            if (const auto second = secondWord(*command); !second.empty())
                seconds.append(seconds.empty() ? "" : " ").append(second);
        if (!seconds.empty())
            out << "        " << word << ") [[ $COMP_CWORD -eq 2 ]] && words=" << quoted(seconds)
                << " kind=choices ;;\n";
    }
    out << "        help) words=" << quoted(first.substr(5)) << " kind=choices ;;\n    esac\n"
        << "    if [[ $cur == -* ]]; then\n"
        << "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
        << "    elif [[ $before == -* && \" $files \" == *\" $before \"* ]]; then\n"
        << "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
        << "    elif [[ $before == -* && \" $values \" == *\" $before \"* ]]; then\n        :\n"
        << "    elif [[ $kind == choices ]]; then\n"
        << "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
        << "    elif [[ $kind == chats && $COMP_CWORD -eq $at ]]; then\n        _netbit_chats\n"
        << "    elif [[ $kind == files ]]; then\n"
        << "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
        << "    fi\n}\n"
        << "complete -o filenames -F _netbit netbit\n";
}

void printZshCompletion(std::ostream& out)
{
    const auto inBrackets = [](std::string_view text) {
        return replaced(text, {{'[', "\\["}, {']', "\\]"}, {'\\', "\\\\"}});
    };
    const auto inList = [](std::string_view text) { return replaced(text, {{':', "\\:"}, {'\\', "\\\\"}}); };
    const auto all = byFirstWord();
    out << "#compdef netbit\n# As `netbit completion zsh` prints it.\n\n"
        << "_netbit_chats() {\n    local -a names\n"
        << "    names=(\"${(@f)$(" << askForChats << ")}\")\n"
        << "    names=(\"${(@)names:#}\")\n"
        << "    (( $#names )) && compadd -a names\n}\n\n"
        << "_netbit() {\n    local -a found\n    local taken=1\n    if (( CURRENT == 2 )); then\n        found=(\n     "
           "       'help:Tells how a command is used.'\n";
    for (const auto& [word, commands] : all) {
        const auto* const alone = secondWord(*commands.front()).empty() ? commands.front() : nullptr;
        out << "            " << quoted(word + ":" + inList(alone ? alone->summary : "one of several commands"))
            << '\n';
    }
    out << "        )\n        _describe -t commands command found\n        return\n    fi\n    if (( CURRENT == 3 )); "
           "then\n        case $words[2] in\n";
    for (const auto& [word, commands] : all) {
        if (commands.size() == 1 && secondWord(*commands.front()).empty())
            continue;
        out << "        " << word << ")\n            found=(\n";
        for (const auto* const command : commands)
            if (const auto second = secondWord(*command); !second.empty())
                out << "                " << quoted(second + ":" + inList(command->summary)) << '\n';
        out << "            )\n            _describe -t commands command found\n            ;;\n";
    }
    std::string every;
    for (const auto& [word, commands] : all)
        every.append(every.empty() ? "" : " ").append(word);
    out << "        help) compadd " << every
        << "; return ;;\n        esac\n    fi\n    case \"$words[2] $words[3]\" in\n";
    const auto printCase = [&](const Command& command, const std::string& pattern, int taken) {
        out << "    " << pattern << ")\n        taken=" << taken
            << "\n        _netbit_rest '--help[print how it is used]'";
        for (const auto& option : command.options) {
            std::string spec = option.repeats ? "*" : "";
            spec.append("--").append(option.name);
            if (!option.argument.empty())
                spec += "="; // or as the next word
            spec.append("[").append(inBrackets(option.help)).append("]");
            if (!option.argument.empty())
                spec.append(":")
                    .append(option.argument)
                    .append(takesFile(option)         ? ":_files"
                                : takesFolder(option) ? ":_files -/"
                                                      : ": ");
            out << " \\\n            " << quoted(spec);
        }
        switch (firstOf(command)) {
        case First::chats:
            out << " \\\n            '1:chat:_netbit_chats' '*:text: '";
            break;
        case First::files:
            out << " \\\n            '*:file:_files'";
            break;
        case First::choices:
            out << " \\\n            '1:which:(" << choicesOf(command) << ")'";
            break;
        case First::nothing:
            if (command.mostPlain > 0)
                out << " \\\n            '*:argument: '";
            break;
        }
        out << "\n        ;;\n";
    };
    for (const bool two : {true, false}) // of two words first: "status set" is not "status"
        for (const auto& command : allCommands())
            if ((command.name.find(' ') != std::string_view::npos) == two)
                printCase(command, two ? quoted(command.name) : quoted(std::string(command.name) + " ") + "*",
                          two ? 2 : 1);
    out << "    esac\n}\n\n"
        << "# _arguments over what stands behind the name of the command.\n"
        << "_netbit_rest() {\n    words=(\"${(@)words[taken+1,-1]}\")\n    (( CURRENT -= taken ))\n    _arguments "
           "\"$@\"\n}\n\n"
        << "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n    _netbit \"$@\"\nelse\n    compdef _netbit "
           "netbit\nfi\n";
}

void printFishCompletion(std::ostream& out)
{
    const auto all = byFirstWord();
    out << "# fish completion for netbit, as `netbit completion fish` prints it\n"
        << "function __netbit_words --description 'How many words stand before the cursor'\n"
        << "    count (commandline -opc)\nend\n"
        << "function __netbit_is --description 'Whether the command is that'\n"
        << "    set -l words (commandline -opc)\n    set -e words[1]\n"
        << "    set -l wanted (string split ' ' -- $argv[1])\n"
        << "    test (count $words) -ge (count $wanted); or return 1\n"
        << "    test \"$words[1..\"(count $wanted)\"]\" = \"$argv[1]\"; or return 1\n"
        << "    # `status` is not the command in `status set`.\n"
        << "    for other in $argv[2..-1]\n        test \"$words[2]\" = $other; and return 1\n    end\n    return "
           "0\nend\n"
        << "function __netbit_chats\n    " << askForChats << "\nend\n"
        << "complete -c netbit -f\n"
        << "complete -c netbit -n 'test (__netbit_words) -eq 1' -a help -d 'Tells how a command is used.'\n";
    for (const auto& [word, commands] : all) {
        const auto* const alone = secondWord(*commands.front()).empty() ? commands.front() : nullptr;
        out << "complete -c netbit -n 'test (__netbit_words) -eq 1' -a " << word << " -d "
            << fishQuoted(alone ? alone->summary : "one of several commands") << '\n';
        out << "complete -c netbit -n 'test (__netbit_words) -eq 2; and __netbit_is help' -a " << word << '\n';
    }
    for (const auto& [word, commands] : all) {
        std::string seconds;
        for (const auto* const command : commands)
            if (const auto second = secondWord(*command); !second.empty())
                seconds.append(" ").append(second);
        for (const auto* const command : commands) {
            const auto second = secondWord(*command);
            if (!second.empty())
                out << "complete -c netbit -n 'test (__netbit_words) -eq 2; and __netbit_is " << word << "' -a "
                    << second << " -d " << fishQuoted(command->summary) << '\n';
            const auto is =
                "__netbit_is " + (second.empty() ? word + seconds : "\"" + std::string(command->name) + "\"");
            const auto line = "complete -c netbit -n '" + is + "'";
            const auto at = second.empty() ? 2 : 3;
            for (const auto& option : command->options) {
                out << line << " -l " << option.name;
                if (!option.letter.empty())
                    out << " -s " << option.letter;
                if (!option.argument.empty())
                    out << (takesFile(option) || takesFolder(option) ? " -r -F" : " -x");
                out << " -d " << fishQuoted(option.help) << '\n';
            }
            switch (firstOf(*command)) {
            case First::chats:
                out << "complete -c netbit -n 'test (__netbit_words) -eq " << at << "; and " << is
                    << "' -a '(__netbit_chats)' -d chat\n";
                break;
            case First::files:
                out << line << " -F\n";
                break;
            case First::choices:
                out << "complete -c netbit -n 'test (__netbit_words) -eq " << at << "; and " << is << "' -a '"
                    << choicesOf(*command) << "'\n";
                break;
            case First::nothing:
                break;
            }
        }
    }
}

namespace
{

ExitCode completion(const Arguments& arguments, Terminal& terminal)
{
    const auto& shell = arguments.plain()[0];
    if (shell == "bash")
        printBashCompletion(terminal.out);
    else if (shell == "zsh")
        printZshCompletion(terminal.out);
    else if (shell == "fish")
        printFishCompletion(terminal.out);
    else
        return complain(
            terminal,
            base::fault(base::Status::invalid, "wrong_usage", "The shell is bash, zsh or fish, not " + shell + "."));
    return success;
}

} // namespace

std::vector<Command> completionCommands()
{
    return {{"completion",
             "bash|zsh|fish",
             "Prints what the shell completes the words of netbit with, for its folder of completions.",
             {},
             1,
             1,
             completion}};
}

} // namespace netbit::cli
