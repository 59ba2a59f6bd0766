// What packaging/monitoring ships, with the Prometheus of Debian and a netbitd: rules ring, each panel shows something.
// Skipped where Prometheus is not installed.

#include "support/Daemon.h"
#include "support/People.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <thread>
#include <unistd.h>

namespace netbit::test {

namespace {

constexpr const char* prometheus = "/usr/bin/prometheus";
constexpr const char* promtool = "/usr/bin/promtool";

std::string replaced(std::string text, std::string_view what, std::string_view with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

std::string percentEncoded(std::string_view text)
{
    std::string out;
    for (const unsigned char c : text) {
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", c);
        out += std::isalnum(c) ? std::string(1, static_cast<char>(c)) : code;
    }
    return out;
}

/// One that runs for this test, with the configuration that is shipped; only target and pace are the test's.
class Prometheus {
public:
    explicit Prometheus(const Daemon& daemon) : _target("127.0.0.1:" + std::to_string(daemon.http()))
    {
        const auto here = _folder.path();
        auto config = replaced(readFile(MONITORING "/prometheus.yml"), "127.0.0.1:8080", _target);
        config = replaced(replaced(config, ": 15s", ": 1s"), "netbit.rules.yml", MONITORING "/netbit.rules.yml");
        writeFile(here + "/prometheus.yml", config);
        const int log = ::open((here + "/log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        _process = startProgram({prometheus, "--config.file=" + here + "/prometheus.yml", "--storage.tsdb.path=" + here + "/data",
                                 "--web.listen-address=127.0.0.1:" + std::to_string(_port)},
                                log, log, log);
        ::close(log);
        const Deadline deadline;
        while (readFile(here + "/log").find("Server is ready") == std::string::npos) {
            if (deadline.over())
                throw TimedOut("prometheus does not start: " + readFile(here + "/log"));
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    ~Prometheus()
    {
        ::kill(_process, SIGTERM);
        waitForProgram(_process);
    }

    const std::string& target() const { return _target; }
    HttpClient http() const { return HttpClient(_port); }

    /// What the expression gives once it gives something; empty after the deadline.
    json::array valuesOf(const std::string& expression) const
    {
        auto client = http();
        const Deadline deadline;
        do {
            const auto answer = client.expect(200, "GET", "/api/v1/query?query=" + percentEncoded(expression));
            if (const auto& found = listAt(answer, "/data/result"); !found.empty())
                return found;
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        } while (!deadline.over());
        return {};
    }

private:
    TemporaryFolder _folder;
    std::string _target;
    std::uint16_t _port = freePort();
    pid_t _process = -1;
};

bool installed() { return ::access(prometheus, X_OK) == 0 && ::access(promtool, X_OK) == 0; }

TEST(Monitoring, EachAlertRingsForWhatItIsThereForAndIsElseSilent)
{
    if (!installed())
        GTEST_SKIP() << "no Prometheus";
    const TemporaryFolder folder;
    writeFile(folder.path() + "/test.yml", replaced(readFile(RULES_TEST), "RULES", MONITORING));
    const auto ran = runProgram({promtool, "test", "rules", folder.path() + "/test.yml"});
    EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
    const auto checked = runProgram({promtool, "check", "config", MONITORING "/prometheus.yml"});
    EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
}

TEST(Monitoring, WhatTheServerSaysFollowsPrometheusRules)
{
    if (!installed())
        GTEST_SKIP() << "no Prometheus";
    const Daemon daemon;
    const auto text = daemon.client().get("/metrics").body;
    const auto linted = runProgram({promtool, "check", "metrics"}, text);
    EXPECT_EQ(linted.exitCode, 0) << linted.out << linted.err;
}

TEST(Monitoring, EveryPanelAndRuleAsksForWhatThereIs)
{
    const Daemon daemon;
    const auto text = daemon.client().get("/metrics").body;
    const auto asked = readFile(MONITORING "/grafana.json") + readFile(MONITORING "/netbit.rules.yml");
    const std::regex name("(netbit|process)_[a-z0-9_]+");
    std::set<std::string> names;
    for (std::sregex_iterator i(asked.begin(), asked.end(), name), end; i != end; ++i)
        names.insert(i->str());
    EXPECT_GT(names.size(), 20u);
    EXPECT_EQ(names.erase("netbit_tls_certificate_expires_seconds"), 1u); // only with TLS
    for (const auto& each : names)
        EXPECT_NE(text.find('\n' + each), std::string::npos) << each;
}

TEST(Monitoring, TheLogIsJsonInAFileAndNamesWhatWasSlow)
{
    Daemon daemon({"log.slow_request_ms=1"});
    const auto file = daemon.folder() + "/netbit.log";
    daemon.set("log.format=json");
    daemon.set("log.file=" + file);
    daemon.restart();
    makeUser(daemon, "ann"); // argon2id takes its time
    login(daemon, "ann");
    const Deadline deadline;
    std::string text;
    do
        text = readFile(file);
    while (text.find("/api/auth/login") == std::string::npos && !deadline.over());
    bool found = false;
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
        const auto line = parseJson(text.substr(at, end - at)); // every line is one object
        found = found || (textAt(line, "/msg") == "A request was slow" && textAt(line, "/route") == "/api/auth/login" &&
                          textAt(line, "/plugin") == "user" && std::stoi(textAt(line, "/ms")) >= 1);
    }
    EXPECT_TRUE(found) << text;
}

TEST(Monitoring, TopShowsWhatHappens)
{
    const Daemon daemon;
    const auto ran = runProgram({netbitPath(), "top", "--data", daemon.data(), "-i", "1", "-n", "2", "--json"});
    ASSERT_EQ(ran.exitCode, 0) << ran.err;
    const auto picture = parseJson(ran.out.substr(0, ran.out.find('\n')));
    EXPECT_TRUE(truthAt(picture, "/ready"));
    EXPECT_GT(at(picture, "/http_per_s").to_number<double>(), 0) << "its own question is one";
    EXPECT_EQ(listAt(picture, "/plugins").size(), listAt(daemon.ready(), "/plugins").size());
    const auto gone = runProgram({netbitPath(), "top", "--data", daemon.folder(), "-n", "1"});
    EXPECT_NE(gone.exitCode, 0);
    EXPECT_FALSE(gone.err.empty());
}

TEST(Monitoring, PrometheusScrapesTheServerAndEveryPanelShowsIt)
{
    if (!installed())
        GTEST_SKIP() << "no Prometheus";
    const Daemon daemon;
    const auto ann = makeUser(daemon, "ann");
    const auto chat = makeChat(daemon, ann, "group", {});
    auto http = daemon.client(ann.token);
    for (int i = 0; i < 20; ++i)
        say(http, chat, "one more");
    const Prometheus server(daemon);
    const auto up = server.valuesOf("up{job=\"netbit\"} == 1");
    ASSERT_EQ(up.size(), 1u);
    const auto rules = server.http().expect(200, "GET", "/api/v1/rules");
    EXPECT_EQ(listAt(rules, "/data/groups/0/rules").size(), 12u);

    const auto dashboard = parseJson(readFile(MONITORING "/grafana.json"));
    for (const auto& panel : listAt(dashboard, "/panels"))
        for (const auto& target : listAt(panel, "/targets")) {
            auto expression = replaced(textAt(target, "/expr"), "$__rate_interval", "10s");
            expression = replaced(expression, "$instance", server.target());
            EXPECT_FALSE(server.valuesOf(expression).empty()) << textAt(panel, "/title") << ": " << expression;
        }
    const auto firing = server.http().expect(200, "GET", "/api/v1/alerts");
    for (const auto& alert : listAt(firing, "/data/alerts"))
        EXPECT_NE(textAt(alert, "/labels/severity"), "page") << json::serialize(alert);
}

} // namespace

} // namespace netbit::test
