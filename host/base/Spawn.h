#pragma once
// How another program is started: with the descriptors that it is given and no other of ours, and with no signal blocked or
// ignored.

#include <spawn.h>
#include <string>
#include <vector>

namespace netbit::base {

class Spawn {
public:
    Spawn();
    ~Spawn();
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    /// In the order of the calls: a descriptor of ours must not be one that was given before.
    void give(int descriptor, int as);
    void giveNothing(int as); ///< /dev/null, to read
    void closeFrom(int first); ///< the last of these
    /// A process group of its own: Ctrl-C at the host's terminal does not reach it, and it can be ended with all its children.
    void ownGroup() noexcept;

    /// `words`: argv, with the program's name. Gives 0, or errno.
    int run(const std::string& program, std::vector<std::string> words, char* const* environment, pid_t& out);
    int run(const std::string& program, std::vector<std::string> words, std::vector<std::string> environment, pid_t& out);

private:
    posix_spawn_file_actions_t _actions;
    posix_spawnattr_t _attributes;
    short _flags;
};

} // namespace netbit::base
