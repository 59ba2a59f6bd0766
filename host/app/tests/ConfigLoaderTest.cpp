#include "app/config/ConfigLoader.h"
#include "app/config/HostKeys.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <utility>

namespace netbit::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ConfigLoader : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-config-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        _folder = name;
        fs::create_directory(_folder / "plugins");
    }
    void TearDown() override { fs::remove_all(_folder); }

    fs::path write(const std::string& name, const std::string& content)
    {
        std::ofstream(_folder / name) << content;
        return _folder / name;
    }

    std::string refusal(const ConfigSources& sources)
    {
        const auto loaded = loadConfig(sources);
        return loaded ? std::string() : loaded.error().detail;
    }

    fs::path _folder;
};

TEST_F(ConfigLoader, AMailRelayIsWholeAndIsToldNothingInTheClear)
{
    const auto secret = write("password", "the password\n");
    const std::vector<std::string> good{"mail.server=mail.example.org:587", "mail.from=netbit@example.org", "oidc.public_url=https://chat.example.org",
                                        "mail.user=netbit", "mail.password=file:" + secret.string()};
    const auto with = [&](std::vector<std::string> more) {
        auto all = good;
        all.insert(all.end(), more.begin(), more.end());
        return refusal({{}, all});
    };
    EXPECT_EQ(with({}), "");
    const auto config = loadConfig({{}, good});
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(config->host.text("mail.password"), "the password");
    EXPECT_EQ(with({"mail.server=[::1]:25", "mail.security=none"}), "");
    EXPECT_EQ(with({"mail.server=127.8.8.8:25", "mail.security=none"}), "");
    EXPECT_EQ(with({"mail.server=", "mail.from="}), "");
    for (const auto* const server : {"mail.example.org", ":587", "mail.example.org:", "mail.example.org:0", "mail.example.org:65536", "mail.example.org:x",
                                     "smtp://mail.example.org:25", "mail example:25", "[::1:25", "::1:25", "a/b:25", "a@b:25", "-x:25"})
        EXPECT_THAT(with({std::string("mail.server=") + server}), HasSubstr("--set mail.server: Write HOST:PORT")) << server;
    for (const auto* const server : {"mail.example.org:25", "10.0.0.1:25", "[2001:db8::1]:25", "localhost.example.org:25", "127.1:25", "0.0.0.0:25"})
        EXPECT_THAT(with({std::string("mail.server=") + server, "mail.security=none"}), HasSubstr("mail.security: Without TLS")) << server;
    EXPECT_THAT(with({"mail.security=ssl"}), HasSubstr("none of tls|starttls|none"));
    EXPECT_THAT(with({"mail.from=NetBit <netbit@example.org>"}), HasSubstr("mail.from: Mails come from an address"));
    EXPECT_THAT(with({"mail.from="}), HasSubstr("mail.from: Mails come from an address"));
    EXPECT_THAT(with({"mail.user="}), HasSubstr("mail.user and mail.password go together"));
    EXPECT_THAT(with({"oidc.public_url="}), HasSubstr("oidc.public_url: Mails have links"));
    EXPECT_THAT(with({"mail.ca_file=/nowhere"}), HasSubstr("mail.ca_file: There is no file /nowhere."));
    EXPECT_THAT(with({"mail.password=x"}), HasSubstr("mail.password: Everybody on this machine can read a command line"));
    EXPECT_THAT(with({"mail.timeout_ms=10"}), HasSubstr("out of range"));
}

TEST_F(ConfigLoader, LaterLayersWin)
{
    const auto file = write("netbit.properties", "http.port = 9000\nmessages.max_bytes = 100\n");
    const auto config = loadConfig({file, {"http.port=9001"}});
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->host.integer("http.port"), 9001);
    EXPECT_EQ(config->host.integer("messages.max_bytes"), 100);
    EXPECT_EQ(config->host.integer("http.max_headers"), 100);
}

TEST_F(ConfigLoader, UnknownKeyIsRefusedWithFileLineAndKey)
{
    const auto file = write("netbit.properties", "# comment\n\nhttp.prot = 1\n");
    EXPECT_EQ(refusal({file, {}}), file.string() + ":3: http.prot: There is no such setting.");
}

TEST_F(ConfigLoader, ValueOutOfRangeIsRefusedWithFileLineAndKey)
{
    const auto file = write("netbit.properties", "http.port = 70000\n");
    EXPECT_THAT(refusal({file, {}}), HasSubstr(":1: http.port: 70000 is out of range (0 to 65535)."));
    EXPECT_THAT(refusal({{}, {"http.port=80x"}}), HasSubstr("--set http.port: \"80x\" is not a whole number."));
    EXPECT_THAT(refusal({{}, {"auth.registration=maybe"}}), HasSubstr("\"maybe\" is none of open|invite|closed."));
    EXPECT_THAT(refusal({{}, {"auth.registration=open|invite"}}), HasSubstr("is none of"));
}

TEST_F(ConfigLoader, AMissingFileAndABrokenOverrideAreRefused)
{
    EXPECT_THAT(refusal({_folder / "none.properties", {}}), HasSubstr("There is no configuration file"));
    EXPECT_THAT(refusal({{}, {"http.port"}}), HasSubstr("write key=value"));
}

TEST_F(ConfigLoader, PluginSettingsAreHandedOnWithTheirPlace)
{
    const auto file = write("netbit.properties", "");
    write("plugins/tcp.properties", "#tcp.port = 1\ntcp.port = 4000\n");
    const auto config = loadConfig({file, {"udp.port=0"}});
    ASSERT_TRUE(config.ok()) << config.error().detail;
    ASSERT_EQ(config->plugins.count("tcp.port"), 1U);
    EXPECT_EQ(config->plugins.at("tcp.port").value, "4000");
    EXPECT_EQ(config->plugins.at("tcp.port").line, 2);
    EXPECT_EQ(config->plugins.at("udp.port").file, "--set");
}

TEST_F(ConfigLoader, OptionsOfAPluginAreReadByItsIdWhichMayHaveDots)
{
    const auto file = write("netbit.properties", "plugin.chat.isolate = process\nplugin.org.example.hello.isolate = no\n");
    const auto config = loadConfig({file, {"plugin.org.example.hello.isolate=no"}});
    ASSERT_TRUE(config.ok()) << config.error().detail;
    ASSERT_EQ(config->options.size(), 2U);
    EXPECT_TRUE(config->options.at("chat").isolated);
    EXPECT_EQ(config->options.at("chat").place, file.string() + ":1: plugin.chat.isolate: ");
    EXPECT_FALSE(config->options.at("org.example.hello").isolated);
    EXPECT_FALSE(config->options.at("org.example.hello").isolated);
    EXPECT_TRUE(config->plugins.empty());
}

TEST_F(ConfigLoader, ARecordingHasAFileAndABoundAndIsNotForIsolatedPlugins)
{
    const auto config = loadConfig({{}, {"plugin.chat.record=calls.jsonl", "plugin.chat.record_mb=7"}});
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->options.at("chat").record.file, "calls.jsonl");
    EXPECT_EQ(config->options.at("chat").record.mostBytes, 7U << 20);
    for (const auto* const wrong : {"0", "4097", "7x", ""})
        EXPECT_THAT(refusal({{}, {std::string("plugin.chat.record_mb=") + wrong}}), HasSubstr("is no number from 1 to 4096."));
    EXPECT_THAT(refusal({{}, {"plugin.chat.record=a", "plugin.chat.isolate=process"}}),
                HasSubstr("A plugin in a process of its own cannot be recorded."));
}

TEST_F(ConfigLoader, AWrongOptionOfAPluginIsRefusedWithFileLineAndKey)
{
    const auto file = write("netbit.properties", "\nplugin.chat.isolate = thread\n");
    EXPECT_EQ(refusal({file, {}}), file.string() + ":2: plugin.chat.isolate: \"thread\" is none of no|process.");
    EXPECT_THAT(refusal({{}, {"plugin.chat.isolated=process"}}), HasSubstr("--set plugin.chat.isolated: There is no such setting."));
    EXPECT_THAT(refusal({{}, {"plugin.isolate=process"}}), HasSubstr("--set plugin.isolate: There is no such setting;"));
    EXPECT_THAT(refusal({{}, {"plugin..isolate=process"}}), HasSubstr("--set plugin..isolate: There is no such setting;"));
}

namespace {

const std::vector<std::string> corp{"oidc.public_url=https://chat.example.org", "oidc.corp.issuer=https://login.example.org",
                                    "oidc.corp.client_id=netbit"};

std::vector<std::string> corpWith(std::vector<std::string> more)
{
    more.insert(more.begin(), corp.begin(), corp.end());
    return more;
}

} // namespace

TEST_F(ConfigLoader, ProvidersOfLoginsAreReadByTheirNames)
{
    const auto secret = write("secret", "not told\nsecond line");
    const auto config =
        loadConfig({{},
                    corpWith({"oidc.corp.client_secret_file=" + secret.string(), "oidc.corp.algorithms=ES256, EdDSA",
                              "oidc.other.issuer=http://127.0.0.1:9", "oidc.other.client_id=x", "oidc.other.allow_http=true",
                              "oidc.other.title=Another"})});
    ASSERT_TRUE(config.ok()) << config.error().detail;
    ASSERT_EQ(config->oidc.size(), 2U);
    const auto& one = config->oidc.at("corp").settings;
    EXPECT_EQ(one.clientSecret, "not told");
    EXPECT_EQ(one.algorithms, (std::vector<std::string>{"ES256", "EdDSA"}));
    EXPECT_EQ(one.title, "corp");
    EXPECT_FALSE(one.registers);
    EXPECT_EQ(config->oidc.at("other").settings.title, "Another");
    EXPECT_TRUE(config->plugins.empty());
}

TEST_F(ConfigLoader, AWrongProviderOfLoginsIsRefusedWithFileLineAndKey)
{
    const auto refused = [&](std::string setting) { return refusal({{}, corpWith({std::move(setting)})}); };
    EXPECT_THAT(refused("oidc.corp.isuer=x"), HasSubstr("--set oidc.corp.isuer: There is no such setting."));
    EXPECT_THAT(refused("oidc.Corp.issuer=x"), HasSubstr("--set oidc.Corp.issuer: A provider's name has"));
    EXPECT_THAT(refused("oidc..issuer=x"), HasSubstr("A provider's name has"));
    EXPECT_THAT(refused("oidc.corp.register=yes"), HasSubstr("\"yes\" is none of true|false."));
    EXPECT_THAT(refused("oidc.corp.algorithms=RS256, HS256"), HasSubstr("\"HS256\" is none of"));
    EXPECT_THAT(refused("oidc.corp.algorithms=none"), HasSubstr("\"none\" is none of"));
    EXPECT_THAT(refused("oidc.corp.algorithms="), HasSubstr("Name at least one"));
    EXPECT_THAT(refused("oidc.corp.client_secret_file=/nowhere"), HasSubstr("There is no file /nowhere"));
    EXPECT_THAT(refused("oidc.corp.client_secret_file=/dev/zero"), HasSubstr("There is no file /dev/zero"));
    EXPECT_THAT(refused("oidc.corp.issuer=http://login.example.org"), HasSubstr("The issuer is no https URL"));
    EXPECT_THAT(refused("oidc.corp.issuer=http://127.0.0.1:1"), HasSubstr("The issuer is no https URL"));
    EXPECT_THAT(refused("oidc.corp.client_id="), HasSubstr("issuer and client_id are both needed."));
    EXPECT_THAT(refused("oidc.corp.scopes=profile"), HasSubstr("The scopes lack openid."));
    EXPECT_THAT(refused("oidc.corp.admin_claim=groups"), HasSubstr("admin_claim and admin_value go together."));
    for (const auto* url :
         {"", "http://chat.example.org", "https://chat.example.org/", "https://chat.example.org/x", "chat.example.org"})
        EXPECT_THAT(refused(std::string("oidc.public_url=") + url), HasSubstr("oidc.public_url: Write https://HOST")) << url;
    EXPECT_THAT(refused("oidc.timeout_ms=0"), HasSubstr("out of range"));
    EXPECT_THAT(refused("oidc.public_uri=x"), HasSubstr("There is no such setting."));
}

TEST_F(ConfigLoader, TheShippedFileShowsEveryKeyWithItsDefault)
{
    std::ifstream shipped(NETBIT_SHIPPED_CONFIG);
    const std::string text(std::istreambuf_iterator<char>(shipped), {});
    for (const auto& key : hostKeys()) {
        const auto line = "\n#" + std::string(key.name) + " =" +
                          (key.defaultValue.empty() ? "" : " " + std::string(key.defaultValue)) + "\n";
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, HasSubstr("\n#plugin.<id>.isolate = no\n"));
    EXPECT_THAT(text, HasSubstr("\n#plugin.<id>.tls = false\n"));
    EXPECT_THAT(text, HasSubstr("\n#plugin.<id>.record =\n"));
    EXPECT_THAT(text, HasSubstr("\n#plugin.<id>.record_mb = 64\n"));
}

/// What the shipped file says of a key, and at the head of its section.
struct Shipped {
    std::string comment;
    std::string section;
};

std::map<std::string, Shipped> shippedKeys()
{
    std::ifstream shipped(NETBIT_SHIPPED_CONFIG);
    std::map<std::string, Shipped> keys;
    std::string section;
    std::string comment;
    bool fresh = true; // no key of the section yet
    for (std::string line; std::getline(shipped, line);) {
        if (line.starts_with("# ---")) {
            section.clear();
            comment.clear();
            fresh = true;
        } else if (line.starts_with("# ")) {
            comment += line.substr(1);
        } else if (line.starts_with('#')) {
            if (std::exchange(fresh, false))
                section = comment;
            keys[line.substr(1, line.find(" =") - 1)] = {comment, section};
            comment.clear();
        }
    }
    return keys;
}

TEST_F(ConfigLoader, TheShippedFileSaysMeaningUnitBoundsAndWhatAChangeNeeds)
{
    const auto shipped = shippedKeys();
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> units{
        {{"_ms", "milliseconds"}, {"_s", "seconds"}, {"_bytes", "bytes"}, {"_kib", "KiB"}, {"_hours", "hours"}, {"_pixels", "pixels"}, {"_errors", "per cent"}}};
    for (const auto& key : hostKeys()) {
        const auto found = shipped.find(std::string(key.name));
        ASSERT_NE(found, shipped.end()) << key.name;
        const auto& [comment, section] = found->second;
        const auto all = section + comment;
        EXPECT_GT(comment.size(), 15U) << key.name << " has no meaning";
        EXPECT_EQ(comment.find("[live]") != std::string::npos, key.live) << key.name << ": [live] says that a reload is enough";
        if (key.type == KeyType::integer) {
            const auto bounded = [&](const std::string& middle) {
                return all.find(std::to_string(key.least) + middle) != std::string::npos &&
                       all.find("to " + std::to_string(key.most)) != std::string::npos;
            };
            EXPECT_TRUE(bounded(" to ") || bounded(" (")) << key.name << ": " << key.least << " to " << key.most;
            for (const auto& [end, unit] : units)
                if (key.name.ends_with(end)) {
                    EXPECT_THAT(all, testing::HasSubstr(std::string(unit))) << key.name;
                }
        }
        if (key.type == KeyType::choice || key.type == KeyType::flag) {
            std::istringstream choices(std::string(key.type == KeyType::flag ? "true|false" : key.choices));
            for (std::string choice; std::getline(choices, choice, '|');)
                EXPECT_THAT(comment, testing::HasSubstr(choice)) << key.name;
        }
    }
    for (const auto& [name, text] : shipped)
        if (name.find('<') == std::string::npos) {
            EXPECT_NE(findHostKey(name), nullptr) << name << " is no setting";
        }
}

TEST_F(ConfigLoader, ProxiesAreCheckedWhereTheyAreWritten)
{
    EXPECT_EQ(refusal({{}, {"http.trusted_proxies=10.0.0.0/8, localhost"}}),
              "--set http.trusted_proxies: \"localhost\" is neither a numeric address nor a network like 10.0.0.0/8.");
    EXPECT_EQ(refusal({{}, {"http.trusted_proxies=10.0.0.0/8,::1"}}), "");
}

TEST_F(ConfigLoader, WhomPushServicesReachIsAnAddress)
{
    for (const std::string contact : {"root@chat.example", "mailto:", "mailto:root", "mailto:@chat.example", "mailto:root@", "http://chat.example",
                                      "https://", "https:///x", "mailto:a b@chat.example", "mailto:r\u00f6t@chat.example"})
        EXPECT_EQ(refusal({{}, {"push.contact=" + contact}}), "--set push.contact: Write mailto:SOMEBODY@HOST or https://HOST/PAGE.") << contact;
    for (const std::string contact : {"", "mailto:root@chat.example", "https://chat.example/imprint"})
        EXPECT_EQ(refusal({{}, {"push.contact=" + contact}}), "") << contact;
}

TEST_F(ConfigLoader, ChangedNamesWhatDiffers)
{
    const auto before = loadConfig({{}, {}});
    const auto after = loadConfig({{}, {"log.level=debug"}});
    EXPECT_EQ(before->host.changed(after->host), std::vector<std::string>{"log.level"});
}

} // namespace
} // namespace netbit::app
