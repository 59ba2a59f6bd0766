#include "journey/Git.h"

#include <random>

namespace netbit::test {

Finished GitClient::run(const std::string& where, std::vector<std::string> words, const std::vector<std::string>& environment) const
{
    std::vector<std::string> all{"/usr/bin/git"};
    if (!where.empty())
        all.insert(all.end(), {"-C", path(where)});
    else
        all.insert(all.end(), {"-C", _folder.path()});
    all.insert(all.end(), {"-c", "protocol.allow=always"});
    std::move(words.begin(), words.end(), std::back_inserter(all));
    std::vector<std::string> around{"HOME=" + _folder.path(),      "GIT_CONFIG_NOSYSTEM=1",
                                    "GIT_TERMINAL_PROMPT=0",       "GIT_ASKPASS=/bin/false",
                                    "GIT_AUTHOR_NAME=Ada",         "GIT_AUTHOR_EMAIL=ada@example.org",
                                    "GIT_COMMITTER_NAME=Ada",      "GIT_COMMITTER_EMAIL=ada@example.org",
                                    "GIT_DEFAULT_HASH=sha1",       "LC_ALL=C.UTF-8",
                                    "no_proxy=127.0.0.1"};
    around.insert(around.end(), environment.begin(), environment.end());
    return runProgram(all, {}, around, Deadline(std::chrono::seconds(120)));
}

std::string GitClient::good(const std::string& where, std::vector<std::string> words) const
{
    const auto shown = words.empty() ? std::string() : words[0] + (words.size() > 1 ? " " + words[1] : "");
    auto done = run(where, std::move(words));
    EXPECT_EQ(done.exitCode, 0) << "git " << shown << ": " << done.err;
    while (!done.out.empty() && done.out.back() == '\n')
        done.out.pop_back();
    return done.out;
}

std::string GitClient::url(const std::string& place, const User* user) const
{
    const auto who = user ? user->name + ":" + user->token + "@" : std::string();
    return "http://" + who + "127.0.0.1:" + std::to_string(_daemon->http()) + "/git/" + place;
}

void GitClient::begin(const std::string& name, const std::string& url) const
{
    good("", {"init", "-q", "-b", "main", name});
    good(name, {"remote", "add", "origin", url});
    commit(name, "readme.txt", "begun\n");
}

std::string GitClient::commit(const std::string& name, const std::string& file, const std::string& content) const
{
    writeFile(path(name) + "/" + file, content);
    good(name, {"add", file});
    good(name, {"commit", "-q", "-m", "Change " + file});
    return head(name);
}

Repository makeRepository(const Daemon& daemon, const User& owner, const std::string& name, bool isPublic)
{
    auto http = daemon.client(owner.token);
    const auto made = http.expect(201, "POST", "/api/repos/create",
                                  R"({"name":")" + name + R"(","is_public":)" + (isPublic ? "true" : "false") + "}");
    return {integerAt(made, "/id"), owner.name + "/" + name};
}

Repository makeProjectRepository(const Daemon& daemon, const User& owner, const std::string& project, const std::string& name)
{
    auto http = daemon.client(owner.token);
    http.expect(201, "POST", "/api/projects/create", R"({"name":")" + project + R"(","is_public":false})");
    const auto made = http.expect(201, "POST", "/api/projects/" + owner.name + "/" + project + "/repos/create", R"({"name":")" + name + R"("})");
    return {integerAt(made, "/id"), owner.name + "/" + project + "/" + name};
}

std::string randomBytes(std::size_t count, unsigned seed)
{
    std::mt19937_64 random(seed);
    std::string out;
    out.reserve(count + 8);
    while (out.size() < count) {
        const auto word = random();
        out.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    out.resize(count);
    return out;
}

} // namespace netbit::test
