#pragma once
// Programs that want a whole terminal, each in one of its own, driven and looked at by tmux.

#include "support/Daemon.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::test {

class Tmux {
public:
    /// Whether there is one.
    static bool installed();

    Tmux();
    ~Tmux();
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;

    /// Starts a program in a terminal that is called so from then on. When the program ends, what it has written stays.
    void open(const std::string& terminal, const std::vector<std::string>& words, const std::vector<std::string>& environment = {},
              int columns = 110, int rows = 30);
    void resize(const std::string& terminal, int columns, int rows);
    /// Keys as tmux calls them: "Enter", "M-a", "C-n", "PPage", "BSpace".
    void press(const std::string& terminal, const std::vector<std::string>& keys);
    void type(const std::string& terminal, std::string_view text);

    /// What is on the screen, a line feed behind each line; `styled`: with the escape sequences of its colours.
    std::string screen(const std::string& terminal, bool styled = false);
    std::string title(const std::string& terminal);
    /// Waits until the screen has that on it (until it has not); throws TimedOut with the screen.
    void awaitText(const std::string& terminal, std::string_view text);
    void awaitNoText(const std::string& terminal, std::string_view text);
    /// Waits until the program has ended; its exit code.
    int awaitEnd(const std::string& terminal);

private:
    std::string codeFile(const std::string& terminal) const { return _folder.path() + "/" + terminal + ".code"; }
    Finished run(std::vector<std::string> words);
    std::string ask(std::vector<std::string> words);

    TemporaryFolder _folder;
    pid_t _server = -1;
};

} // namespace netbit::test
