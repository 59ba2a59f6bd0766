#include "base/Spawn.h"

#include <csignal>
#include <fcntl.h>

namespace netbit::base {

namespace {

std::vector<char*> pointersTo(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

} // namespace

Spawn::Spawn() : _flags(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
{
    posix_spawn_file_actions_init(&_actions);
    posix_spawnattr_init(&_attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&_attributes, &none);
    posix_spawnattr_setsigdefault(&_attributes, &all);
}

Spawn::~Spawn()
{
    posix_spawn_file_actions_destroy(&_actions);
    posix_spawnattr_destroy(&_attributes);
}

void Spawn::give(int descriptor, int as) { posix_spawn_file_actions_adddup2(&_actions, descriptor, as); }

void Spawn::giveNothing(int as) { posix_spawn_file_actions_addopen(&_actions, as, "/dev/null", O_RDONLY, 0); }

void Spawn::closeFrom(int first) { posix_spawn_file_actions_addclosefrom_np(&_actions, first); }

void Spawn::ownGroup() noexcept
{
    posix_spawnattr_setpgroup(&_attributes, 0);
    _flags |= POSIX_SPAWN_SETPGROUP;
}

int Spawn::run(const std::string& program, std::vector<std::string> words, char* const* environment, pid_t& out)
{
    posix_spawnattr_setflags(&_attributes, _flags);
    const auto argv = pointersTo(words);
    return ::posix_spawn(&out, program.c_str(), &_actions, &_attributes, argv.data(), environment);
}

int Spawn::run(const std::string& program, std::vector<std::string> words, std::vector<std::string> environment, pid_t& out)
{
    const auto variables = pointersTo(environment);
    return run(program, std::move(words), variables.data(), out);
}

} // namespace netbit::base
