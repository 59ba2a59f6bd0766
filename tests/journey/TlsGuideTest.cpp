// What conf/README.md says of TLS, typed as it stands there: certbot's hook, the line for OCSP, nginx in front. Only folders, ports and
// owners are the test's. What needs nginx is skipped where that is not installed.

#include "journey/Stage.h"
#include "journey/TlsPlaces.h"
#include "support/Eventually.h"
#include "support/Receiver.h"

#include <csignal>
#include <fcntl.h>
#include <random>
#include <unistd.h>

namespace netbit::test {

namespace {

constexpr const char* nginx = "/usr/sbin/nginx";
constexpr const char* host = "chat.example.org";
constexpr const char* names = "DNS:chat.example.org,DNS:localhost";

std::string replaced(std::string text, std::string_view what, std::string_view with)
{
    EXPECT_NE(text.find(what), std::string::npos) << "the guide no longer says " << what;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

/// The guide's block of code in which that stands.
std::string blockWith(std::string_view mark)
{
    std::istringstream page(readFile(GUIDE));
    std::string block;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("```")) {
            block += inside ? line + '\n' : "";
            continue;
        }
        if (inside && block.find(mark) != std::string::npos)
            return block;
        inside = !inside;
        block.clear();
    }
    throw std::runtime_error("conf/README.md has no block with " + std::string(mark));
}

/// The settings of a block, as --set takes them.
std::vector<std::string> settingsOf(const std::string& block)
{
    std::vector<std::string> out;
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);)
        if (const auto at = line.find(" = "); at != std::string::npos && !line.starts_with("http.address"))
            out.push_back(line.replace(at, 3, "="));
    return out;
}

Finished shell(const std::string& script) { return runProgram({"/bin/sh", "-e"}, script); }

/// An nginx with that configuration, until the test is over.
class Nginx {
public:
    Nginx(const std::string& here, const std::string& configuration)
    {
        const auto log = here + "/error.log";
        writeFile(here + "/nginx.conf", configuration);
        const int out = ::open(log.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        _process = startProgram({nginx, "-e", "stderr", "-p", here, "-c", here + "/nginx.conf"}, out, out, out);
        ::close(out);
        eventually([&] { return readFile(log).find("nginx/") != std::string::npos; }, "nginx listens");
    }
    ~Nginx()
    {
        ::kill(_process, SIGTERM);
        waitForProgram(_process);
    }
    Nginx(const Nginx&) = delete;
    Nginx& operator=(const Nginx&) = delete;

private:
    pid_t _process;
};

class TlsGuide : public testing::Test {
protected:
    /// Lines before those of a script: `netbit` is a program, and means that server.
    static std::string meaning(const Daemon& daemon)
    {
        const auto program = netbitPath();
        return "export PATH=" + program.substr(0, program.rfind('/')) + ":$PATH NETBIT_DATA=" + daemon.data() + "\n";
    }

    TemporaryFolder folder;
};

} // namespace

TEST_F(TlsGuide, CertbotsHookHandsTheFirstCertificateOverAndEachRenewal)
{
    const auto here = folder.path();
    auto script = blockWith("RENEWED_LINEAGE");
    const auto hook = script.substr(6, script.find(" <<") - 6); // cat > HOOK << 'END'
    const auto certbot = script.find("certbot certonly");
    ASSERT_NE(certbot, std::string::npos);
    EXPECT_NE(script.find("--deploy-hook " + hook + " -d " + host, certbot), std::string::npos) << "certbot runs what was written";
    script = replaced(replaced(script.substr(0, certbot), "/usr/local/sbin", here), "/etc/netbit", here);
    script = replaced(script, "-o root -g netbit ", "");
    const auto written = shell(script);
    ASSERT_EQ(written.exitCode, 0) << written.err;

    Daemon daemon;
    // What certbot would have got: a new key and certificate by OpenSSL.
    const auto issue = [&](const std::string& subject) {
        const auto issued = shell("umask 077; mkdir -p " + here + "/live/" + host + "; cd " + here + "/live/" + host +
                                  "; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout privkey.pem "
                                  "-out fullchain.pem -days 90 -subj /CN=" + subject + " -addext subjectAltName=" + names);
        EXPECT_EQ(issued.exitCode, 0) << issued.err;
        const auto handed = shell(meaning(daemon) + "RENEWED_LINEAGE=" + here + "/live/" + host + " " + here + hook.substr(hook.rfind('/')));
        EXPECT_EQ(handed.exitCode, 0) << handed.out << handed.err;
        return readFile(here + "/live/" + host + "/fullchain.pem");
    };
    const auto first = issue("first");
    for (auto& setting : settingsOf(replaced(blockWith("http.tls = true"), "/etc/netbit", here)))
        daemon.set(setting);
    daemon.restart();
    TlsPeer open(daemon.http(), first);
    EXPECT_EQ(open.subject(), "first");
    EXPECT_EQ(TlsPeer(daemon.tcp(), first).subject(), "first");
    const auto second = issue("second");
    EXPECT_EQ(TlsPeer(daemon.http(), second).subject(), "second");
    EXPECT_EQ(TlsPeer(daemon.tcp(), second).subject(), "second");
    ASSERT_TRUE(open.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(open.readUntil("\r\n").starts_with("HTTP/1.1 200")) << "it was open before";
}

TEST_F(TlsGuide, AnOcspResponseIsFetchedAndStapledAsLongAsItSaysGood)
{
    const auto here = folder.path();
    const auto authority = makeTlsPair("authority");
    const TlsPlace signer(authority);
    Receiver responder; // its threads use what stands above
    const auto url = "OCSP;URI:" + responder.url();
    const auto leaf = makeTlsPair(host, 30, -1, nullptr,
                                  {.names = names, .authority = &authority, .extensions = {{NID_info_access, url.c_str()}}});
    const auto place = here + "/tls/" + host;
    std::filesystem::create_directories(place);
    writeFile(place + "/fullchain.pem", leaf.certificate);
    writeFile(place + "/privkey.pem", leaf.key);
    std::filesystem::permissions(place + "/privkey.pem", std::filesystem::perms(0600));

    auto settings = settingsOf(replaced(blockWith("http.tls = true"), "/etc/netbit", here));
    settings.emplace_back("tls.ocsp=true");
    const Daemon daemon(settings);
    EXPECT_NE(daemon.log().find("No OCSP response is stapled"), std::string::npos) << "it says so, and serves";
    const auto seen = [&] {
        return runProgram({"/usr/bin/openssl", "s_client", "-status", "-CAfile", signer.certificate(), "-servername", host, "-connect",
                           "127.0.0.1:" + std::to_string(daemon.http())}).out;
    };
    EXPECT_NE(seen().find("OCSP response: no response sent"), std::string::npos);

    const auto serial = runProgram({"/usr/bin/openssl", "x509", "-noout", "-serial", "-in", place + "/fullchain.pem"}).out;
    const auto number = serial.substr(7, serial.size() - 8); // serial=07
    const auto fetch = replaced(blockWith("openssl ocsp"), "/etc/netbit", here);
    // OpenSSL's own responder, but it would listen to the whole network.
    responder.answerBy("application/ocsp-response", [&](const std::string& body) {
        writeFile(here + "/request", body);
        const auto answered = shell("cd " + here + "; openssl ocsp -reqin request -respout response -index index.txt -nmin 60 -CA " +
                                    signer.certificate() + " -rsigner " + signer.certificate() + " -rkey " + signer.key());
        EXPECT_EQ(answered.exitCode, 0) << answered.err;
        return readFile(here + "/response");
    });
    const auto ask = [&](const std::string& state) {
        writeFile(here + "/index.txt", state + "\t" + number + "\tunknown\t/CN=" + host + "\n");
        const auto fetched = shell(meaning(daemon) + fetch);
        EXPECT_EQ(fetched.exitCode, 0) << fetched.out << fetched.err;
    };
    ask("V\t400101000000Z\t");
    const auto good = seen();
    EXPECT_NE(good.find("OCSP Response Status: successful"), std::string::npos) << good;
    EXPECT_NE(good.find("Cert Status: good"), std::string::npos) << good;
    EXPECT_NE(daemon.log().find("An OCSP response is stapled"), std::string::npos);
    ask("R\t400101000000Z\t260101000000Z");
    EXPECT_NE(seen().find("OCSP response: no response sent"), std::string::npos) << "nobody hands out that he is revoked";
    EXPECT_NE(daemon.log().find("but revoked."), std::string::npos);
}

TEST_F(TlsGuide, NginxInFrontIsTransparent)
{
    if (::access(nginx, X_OK) != 0)
        GTEST_SKIP() << "no nginx";
    auto settings = settingsOf(blockWith("http.trusted_proxies = "));
    settings.emplace_back("http.hsts_s=31536000");
    const Stage stage(settings);
    const auto& daemon = stage.daemon;
    const auto here = folder.path();
    const TlsPlace place(makeTlsPair("proxy", 30, -1, nullptr, {.names = names}));
    const auto port = freePort();
    auto server = replaced(blockWith("proxy_pass http"), "listen 443 ssl", "listen 127.0.0.1:" + std::to_string(port) + " ssl");
    server = replaced(server, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(daemon.http()));
    server = replaced(server, "/etc/letsencrypt/live/chat.example.org/fullchain.pem", place.certificate());
    server = replaced(server, "/etc/letsencrypt/live/chat.example.org/privkey.pem", place.key());
    std::string temporary;
    for (const auto* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary += std::string(kind) + "_temp_path " + here + "/" + kind + ";\n";
    const Nginx running(here, "daemon off;\nmaster_process off;\nerror_log stderr notice;\npid " + here + "/pid;\nevents {}\nhttp {\n" +
                                  "access_log off;\n" + temporary + server + "}\n");

    const auto url = "https://localhost:" + std::to_string(port);
    const auto curl = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"/usr/bin/curl", "-sS", "--cacert", place.certificate(), "--interface", "127.0.0.5", "-H",
                                     "X-Forwarded-For: 8.8.8.8"});
        const auto ran = runProgram(words);
        EXPECT_EQ(ran.exitCode, 0) << ran.err << readFile(here + "/error.log");
        return ran.out;
    };

    const auto in = parseJson(curl({"--json", json::serialize(json::object{{"username", "ada"}, {"password", password}}),
                                    url + "/api/auth/login"}));
    const auto authorization = "Authorization: Bearer " + textAt(in, "/access_token");
    const auto sessions = parseJson(curl({"-H", authorization, url + "/api/user/sessions"}));
    std::string address;
    for (const auto& each : sessions.at("data").as_array())
        address = truthAt(each, "/current") ? textAt(each, "/address") : address;
    EXPECT_EQ(address, "127.0.0.5") << "neither the proxy's nor what the client says that it is";

    const auto head = curl({"-i", url + "/healthz"});
    const std::string strict = "Strict-Transport-Security: max-age=31536000";
    const auto at = head.find(strict);
    ASSERT_NE(at, std::string::npos) << head;
    EXPECT_EQ(head.find("Strict-Transport-Security", at + 1), std::string::npos) << "once: " << head;

    const auto chat = makeChat(daemon, stage.ada, "group", {stage.bob});
    TlsPeer stream(port, place.pem.certificate);
    ASSERT_TRUE(stream.send("GET /api/events?topics=message.created HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                            stage.bob.token + "\r\n\r\n"));
    EXPECT_TRUE(stream.readUntil("\r\n\r\n").starts_with("HTTP/1.1 200"));
    auto http = daemon.client(stage.ada.token);
    for (const auto* const each : {"one by one", "and at once"}) {
        say(http, chat, each);
        EXPECT_NE(stream.readUntil(each), "") << "nothing is held back: " << each;
    }

    std::string bytes(5 * 1024 * 1024, '\0');
    std::minstd_rand random(9);
    for (auto& each : bytes)
        each = static_cast<char>(random());
    writeFile(here + "/up", bytes);
    for (const auto* const framing : {"Content-Type: application/octet-stream", "Transfer-Encoding: chunked"}) {
        const auto up = parseJson(curl({"-H", authorization, "-H", "Expect:", "-H", framing, "-H", "Content-Type: application/octet-stream",
                                        "--data-binary", "@" + here + "/up", url + "/api/files?name=a.bin"}));
        curl({"-H", authorization, "-o", here + "/down", url + "/api/files/" + std::to_string(integerAt(up, "/id"))});
        EXPECT_TRUE(readFile(here + "/down") == bytes) << framing;
    }
}

} // namespace netbit::test
