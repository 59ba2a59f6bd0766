#include "cli/Commands.h"

#include <csignal>
#include <exception>
#include <iostream>
#include <sodium.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    // A server or a pager that goes away is an error of one write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    if (sodium_init() < 0) {
        std::cerr << "libsodium could not be started.\n";
        return netbit::cli::failed;
    }
    netbit::cli::Terminal terminal{std::cin, std::cout, std::cerr, isatty(STDIN_FILENO) == 1,
                                   isatty(STDERR_FILENO) == 1, isatty(STDOUT_FILENO) == 1};
    try {
        return netbit::cli::run({argv + 1, argv + argc}, terminal);
    } catch (const std::exception& error) {
        std::cerr << "A fault of this program: " << error.what() << '\n';
        return netbit::cli::failed;
    }
}
