// What bash, zsh and fish make of a Tab behind `netbit`, in those shells themselves.

#include "journey/Stage.h"
#include "support/Tmux.h"

#include <filesystem>

namespace netbit::test {

namespace {

class Completion : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        OnStage::SetUpTestSuite();
        makeChat(daemon(), ada(), "group", {bob()}, "planning room");
        makeChat(daemon(), ada(), "group", {bob()}, "weather");
    }
    void SetUp() override
    {
        _environment = {"HOME=" + _home.path(), "XDG_CONFIG_HOME=" + _home.path(), "XDG_DATA_HOME=" + _home.path(),
                        "PATH=" + std::filesystem::path(netbitPath()).parent_path().string() + ":/usr/bin:/bin", "LC_ALL=C.UTF-8"};
        const auto ran = runProgram({netbitPath(), "login", "http://127.0.0.1:" + std::to_string(daemon().http()), "--user", "ada", "--password-stdin"},
                                    std::string(password) + "\n", _environment);
        ASSERT_EQ(ran.exitCode, 0) << ran.err;
    }
    std::string script(const std::string& shell) const
    {
        const auto ran = runProgram({netbitPath(), "completion", shell}, {}, _environment);
        EXPECT_EQ(ran.exitCode, 0) << ran.err;
        return ran.out;
    }
    /// tmux gives its client's PATH, whatever it is told.
    std::string path() const { return "export " + _environment[3] + "\n"; }
    /// Types it into a shell at a terminal, presses Tab, and waits for what has to come.
    static void complete(Tmux& tmux, const std::string& typed, const std::string& wanted)
    {
        tmux.press("shell", {"C-u"});
        tmux.type("shell", typed);
        tmux.awaitText("shell", typed);
        tmux.press("shell", {"Tab"});
        tmux.awaitText("shell", wanted);
        tmux.press("shell", {"C-u", "C-l"});
        tmux.awaitNoText("shell", wanted);
    }
    static void completeAll(Tmux& tmux)
    {
        complete(tmux, "netbit plug", "netbit plugin");
        complete(tmux, "netbit plugin enab", "netbit plugin enable");
        complete(tmux, "netbit completion fi", "netbit completion fish");
        complete(tmux, "netbit tail --fol", "netbit tail --follow");
        complete(tmux, "netbit send plan", R"(netbit send planning\ room)");
        complete(tmux, "netbit chat wea", "netbit chat weather");
    }

    TemporaryFolder _home;
    std::vector<std::string> _environment;
};

} // namespace

TEST_F(Completion, BashCompletesCommandsOptionsAndChats)
{
    if (!Tmux::installed())
        GTEST_SKIP() << "tmux is not installed";
    writeFile(_home.path() + "/rc", script("bash") + path() + "PS1='ready> '\n");
    Tmux tmux;
    tmux.open("shell", {"/bin/bash", "--noprofile", "--rcfile", _home.path() + "/rc", "-i"}, _environment);
    tmux.awaitText("shell", "ready>");
    completeAll(tmux);
    complete(tmux, "netbit send \"plan", R"(netbit send "planning room)");
}

TEST_F(Completion, ZshCompletesCommandsOptionsAndChats)
{
    const std::string zsh = "/usr/bin/zsh";
    if (!Tmux::installed() || !std::filesystem::exists(zsh))
        GTEST_SKIP() << "tmux or zsh is not installed";
    std::filesystem::create_directory(_home.path() + "/functions");
    writeFile(_home.path() + "/functions/_netbit", script("zsh")); // as a package installs it
    writeFile(_home.path() + "/.zshrc", "fpath=(" + _home.path() + "/functions $fpath)\nautoload -U compinit && compinit -D -u\nPROMPT='ready> '\n" + path());
    Tmux tmux;
    auto environment = _environment;
    environment.push_back("ZDOTDIR=" + _home.path());
    tmux.open("shell", {zsh, "-d", "-i"}, environment);
    tmux.awaitText("shell", "ready>");
    completeAll(tmux);
}

TEST_F(Completion, FishCompletesCommandsOptionsAndChats)
{
    const std::string fish = "/usr/bin/fish";
    if (!std::filesystem::exists(fish))
        GTEST_SKIP() << "fish is not installed";
    writeFile(_home.path() + "/netbit.fish", script("fish"));
    const auto offered = [&](const std::string& typed) {
        const auto ran = runProgram({fish, "--no-config", "-c", "source " + _home.path() + "/netbit.fish; complete -C '" + typed + "'"}, {}, _environment);
        EXPECT_EQ(ran.err, "");
        return "\n" + ran.out;
    };
    EXPECT_NE(offered("netbit plug").find("\nplugin\t"), std::string::npos);
    EXPECT_NE(offered("netbit plugin enab").find("\nenable\tStarts a plugin"), std::string::npos);
    EXPECT_NE(offered("netbit completion ").find("\nfish"), std::string::npos);
    EXPECT_NE(offered("netbit tail --fol").find("\n--follow\t"), std::string::npos);
    EXPECT_NE(offered("netbit send plan").find("\nplanning room\tchat"), std::string::npos) << offered("netbit send ");
    EXPECT_EQ(offered("netbit send weather we").find("weather"), std::string::npos) << "the text is nobody's to guess";
    EXPECT_NE(offered("netbit status ").find("\nset\t"), std::string::npos);
    EXPECT_NE(offered("netbit status --j").find("\n--json\t"), std::string::npos);
    EXPECT_EQ(offered("netbit status set --d").find("\n--data\t"), std::string::npos) << "that is of `status` alone";
}

TEST_F(Completion, NothingHangsWhereThereIsNoLogin)
{
    const TemporaryFolder nobody;
    const auto ran = runProgram({"/bin/bash", "-c", script("bash") + "COMP_WORDS=(netbit send ''); COMP_CWORD=2; _netbit; echo \"${#COMPREPLY[@]}\""}, {},
                                {"HOME=" + nobody.path(), "XDG_CONFIG_HOME=" + nobody.path(), _environment[3]});
    EXPECT_EQ(ran.out, "0\n") << ran.err;
    EXPECT_EQ(ran.err, "");
}

} // namespace netbit::test
