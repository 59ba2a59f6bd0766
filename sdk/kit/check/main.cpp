// netbit-plugin-check: whether a plugin is one, and whether it leaves anything behind. See --help.

#include "Child.h"
#include "File.h"
#include "Findings.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <getopt.h>
#include <iostream>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace netbit::check;

constexpr int faults = 1;
constexpr int usage = 2; // and what kept this program from looking

constexpr const char* help = R"(netbit-plugin-check [OPTION]… FILE.so

Checks a built plugin and the manifest beside it, then starts and stops it again and again in the kit's host, in a
process of its own. One line for each check: ok, or FAULT with what to do.

  -c, --cycles N        start and stop it so often (100)
  -m, --manifest FILE   the manifest, where it is not FILE.json beside the library
  -s, --set KEY=VALUE   a setting, without the plugin's id; the others have the manifest's defaults
  -u, --user NAME       a user who is there before it starts; the first has the id 1
  -p, --patience N      a call that takes longer than N seconds hangs (10)
  -j, --json            the same as one JSON object
  -h, --help            this

Ends with 0 if all is well, with 1 if there is a fault, with 2 if it could not look.
)";

struct Arguments {
    RoundOptions rounds;
    std::chrono::seconds patience{10};
    bool json = false;
};

[[noreturn]] void refuse(const std::string& why)
{
    std::cerr << "netbit-plugin-check: " << why << " See --help.\n";
    std::exit(usage);
}

long number(const char* option, std::string_view text, long most)
{
    long out = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failure != std::errc() || end != text.data() + text.size() || out < 1 || out > most)
        refuse(std::string(option) + " is a number from 1 to " + std::to_string(most) + ", not " + std::string(text) + '.');
    return out;
}

Arguments parse(int count, char** words)
{
    static const option options[] = {
        {"cycles", required_argument, nullptr, 'c'},   {"manifest", required_argument, nullptr, 'm'},
        {"set", required_argument, nullptr, 's'},      {"user", required_argument, nullptr, 'u'},
        {"patience", required_argument, nullptr, 'p'}, {"json", no_argument, nullptr, 'j'},
        {"help", no_argument, nullptr, 'h'},           {nullptr, 0, nullptr, 0}};
    Arguments out;
    for (int letter = 0; (letter = getopt_long(count, words, "c:m:s:u:p:jh", options, nullptr)) != -1;) {
        const std::string value = optarg ? optarg : "";
        switch (letter) {
        case 'c': out.rounds.rounds = static_cast<std::size_t>(number("--cycles", value, 1'000'000)); break;
        case 'm': out.rounds.manifestFile = value; break;
        case 'u': out.rounds.users.push_back(value); break;
        case 'p': out.patience = std::chrono::seconds(number("--patience", value, 3600)); break;
        case 'j': out.json = true; break;
        case 'h': std::cout << help; std::exit(0);
        case 's': {
            const auto equals = value.find('=');
            if (equals == std::string::npos)
                refuse("--set takes KEY=VALUE.");
            out.rounds.settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
            break;
        }
        default: refuse("That is not understood.");
        }
    }
    if (optind + 1 != count)
        refuse("Give one library.");
    out.rounds.library = fs::absolute(words[optind]);
    if (out.rounds.manifestFile.empty())
        out.rounds.manifestFile = fs::path(out.rounds.library).replace_extension(".json");
    std::error_code failure;
    if (!fs::is_regular_file(out.rounds.library, failure))
        refuse("There is no file " + out.rounds.library.string() + '.');
    return out;
}

/// glibc counts what its threads keep to themselves as in use, which would look like growth: once more without that.
void withoutThreadCaches(char** words)
{
    constexpr auto name = "GLIBC_TUNABLES";
    constexpr auto value = "glibc.malloc.tcache_count=0";
    if (std::getenv(name))
        return; // so already, or as its user wants it
    setenv(name, value, 1);
    execv("/proc/self/exe", words); // if it fails, small growth may be told that is none
}

} // namespace

int main(int count, char** words)
try {
    withoutThreadCaches(words);
    const auto arguments = parse(count, words);
    Findings findings;
    if (const auto manifest = lookAtFiles(arguments.rounds.library, arguments.rounds.manifestFile, findings))
        runRoundsInChild(arguments.rounds, *manifest, arguments.patience, findings);
    std::cout << (arguments.json ? asJson(findings, arguments.rounds.library.string()) : asText(findings)) << std::flush;
    return findings.anyFault() ? faults : 0;
} catch (const std::exception& error) {
    std::cerr << "netbit-plugin-check: " << error.what() << '\n';
    return usage;
}
