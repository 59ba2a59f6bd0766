#include "app/SettingsReport.h"
#include "app/config/HostKeys.h"
#include "app/config/Layers.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace netbit::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Layers : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-layers-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
        fs::create_directory(folder / "plugins");
        fs::create_directories(folder / "lib/netbit/plugins");
        fs::create_directories(folder / "bin");
        file = write("netbit.properties", "# Mine.\n#http.port = 8080\nlog.level = warn\nx.password = hush\n");
        write("plugins/x.properties", "#x.size = 5\n");
        write("lib/netbit/plugins/x.so", "no library, and never loaded");
        write("lib/netbit/plugins/x.json", R"({"id":"x","version":"1.0.0","abi":"1.1","min_host":"1.0.0","requires":{},"optional":{},)"
                                           R"("services":[],"permissions":[],"required":false,"reloadable":true,"config":{"type":"object","properties":{)"
                                           R"("size":{"type":"integer","default":5,"minimum":1,"maximum":9,"description":"Size."},)"
                                           R"("password":{"type":"string","default":"","description":"Password."}}}})");
    }
    void TearDown() override
    {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        fs::remove_all(folder);
    }

    fs::path write(const std::string& name, const std::string& content)
    {
        std::ofstream(folder / name) << content;
        return folder / name;
    }
    std::string content(const std::string& name)
    {
        std::ifstream in(folder / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    SettingFacts facts(const ConfigSources& sources, const std::string& key)
    {
        const auto config = loadConfig(sources);
        EXPECT_TRUE(config.ok()) << config.error().detail;
        const auto found = SettingsReport(*config, folder / "bin", folder / "data").find(key);
        EXPECT_TRUE(found.ok()) << found.error().detail;
        return *found;
    }
    std::string set(const std::string& assignment, const ConfigSources& sources)
    {
        const auto said = writeSetting(sources, assignment, folder / "bin", folder / "data");
        return said ? *said : said.error().detail;
    }

    fs::path folder;
    fs::path file;
};

TEST_F(Layers, EveryKeyOfTheHostHasAVariableAndItIsItsOwn)
{
    for (const auto& key : hostKeys()) {
        std::string name = "NETBIT_";
        for (const char c : key.name)
            name += c == '.' ? std::string("__") : std::string(1, static_cast<char>(std::toupper(c)));
        EXPECT_EQ(keyOfVariable(name), key.name);
    }
    for (const auto* const none : {"NETBIT_DATA", "NETBIT_BIN", "HOME", "netbit_http__port", ""})
        EXPECT_EQ(keyOfVariable(none), std::nullopt) << none;
    const char* const environment[] = {"HOME=/", "NETBIT_DATA=/x", "NETBIT_HTTP__PORT=9", nullptr};
    EXPECT_EQ(settingVariables(environment), std::vector<std::string>{"NETBIT_HTTP__PORT=9"});
}

TEST_F(Layers, TheEnvironmentGoesOverFilesAndBelowTheCommandLine)
{
    EXPECT_EQ(facts({file, {}, {"NETBIT_LOG__LEVEL=debug"}}, "log.level").value, "debug");
    EXPECT_EQ(facts({file, {}, {"NETBIT_LOG__LEVEL=debug"}}, "log.level").place, "NETBIT_LOG__LEVEL");
    EXPECT_EQ(facts({file, {"log.level=error"}, {"NETBIT_LOG__LEVEL=debug"}}, "log.level").place, "--set");
    const auto wrong = loadConfig({file, {}, {"NETBIT_HTTP__PORT=many"}});
    EXPECT_EQ(wrong.error().detail, "NETBIT_HTTP__PORT http.port: \"many\" is not a whole number.");
    EXPECT_THAT(loadConfig({file, {}, {"NETBIT_HTTP__PROT=1"}}).error().detail, HasSubstr("NETBIT_HTTP__PROT http.prot: There is no such"));
}

TEST_F(Layers, ASecretComesFromAFileOrACredentialAndNotFromTheCommandLine)
{
    EXPECT_THAT(loadConfig({file, {"x.password=hush"}}).error().detail, HasSubstr("--set x.password: Everybody on this machine"));
    const auto secret = write("secret", "open sesame\nand more\n");
    EXPECT_EQ(loadConfig({file, {"x.password=file:" + secret.string()}})->plugins.at("x.password").value, "open sesame");
    EXPECT_THAT(loadConfig({file, {"x.password=credential:secret"}}).error().detail, HasSubstr("$CREDENTIALS_DIRECTORY"));
    ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
    EXPECT_EQ(loadConfig({file, {"x.password=credential:secret"}})->plugins.at("x.password").value, "open sesame");
    EXPECT_EQ(loadConfig({file, {"tls.key=credential:secret"}})->host.text("tls.key"), secret.string());
    EXPECT_EQ(loadConfig({file, {"tls.key=/a.pem,credential:secret"}})->host.text("tls.key"), "/a.pem, " + secret.string());
    EXPECT_THAT(loadConfig({file, {"tls.key=/a.pem, credential:../secret"}}).error().detail, HasSubstr("name"));
    EXPECT_THAT(loadConfig({file, {"x.password=credential:../secret"}}).error().detail, HasSubstr("name"));
    EXPECT_THAT(loadConfig({file, {"x.password=credential:none"}}).error().detail, HasSubstr("There is no file"));
    EXPECT_FALSE(isSecretKey("auth.access_token_s"));
    EXPECT_FALSE(isSecretKey("oidc.corp.client_secret_file"));
}

TEST_F(Layers, APluginsSettingsAreToldWithTheirRulesAndItsSecretsAreLeftOut)
{
    const auto config = loadConfig({file, {}});
    ASSERT_TRUE(config.ok());
    const SettingsReport report(*config, folder / "bin", folder / "data");
    const auto all = report.ofPlugin("x");
    ASSERT_TRUE(all.ok());
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ((*all)[0].name, "password");
    EXPECT_TRUE((*all)[0].secret);
    EXPECT_EQ((*all)[0].facts.value, "(left out)");
    EXPECT_EQ((*all)[1].facts.key, "x.size");
    EXPECT_EQ((*all)[1].facts.value, "5");
    EXPECT_EQ((*all)[1].rule.maximum, 9.0);
    EXPECT_FALSE((*all)[1].secret);
    EXPECT_EQ(report.ofPlugin("y").error().code, "no_such_plugin");
    const auto reference = loadConfig({write("referring.properties", "x.password = file:" + write("secret", "hush").string() + "\n"), {}});
    ASSERT_TRUE(reference.ok()) << reference.error().detail;
    EXPECT_EQ((*SettingsReport(*reference, folder / "bin", folder / "data").ofPlugin("x"))[0].facts.value, "(left out)");
}

TEST_F(Layers, GetTellsValuePlaceAndDefaultOfEveryKindOfKey)
{
    const auto level = facts({file, {}}, "log.level");
    EXPECT_EQ(level.value, "warn");
    EXPECT_EQ(level.place, file.string() + ":3");
    EXPECT_EQ(level.standard, "info");
    EXPECT_TRUE(level.reloads);
    EXPECT_EQ(facts({file, {}}, "http.port").place, "default");
    EXPECT_FALSE(facts({file, {}}, "http.port").reloads);
    EXPECT_EQ(facts({file, {}}, "x.size").value, "5");
    EXPECT_EQ(facts({file, {}}, "plugin.x.isolate").value, "no");
    EXPECT_EQ(facts({file, {}}, "x.password").value, "(left out)");
    const auto config = loadConfig({file, {}});
    const SettingsReport report(*config, folder / "bin", folder / "data");
    for (const auto* const none : {"http.prot", "x.none", "plugin.x.none", "y.size", "oidc.a.none", ""})
        EXPECT_FALSE(report.find(none).ok()) << none;
    std::vector<std::string> keys;
    for (const auto& each : report.changed())
        keys.push_back(each.key);
    EXPECT_EQ(keys, (std::vector<std::string>{"log.level", "x.password"}));
}

TEST_F(Layers, SetWritesWhereItBelongsOnceAllIsGood)
{
    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    EXPECT_EQ(set("http.port=9000", {file, {}}), file.string() + ":3: http.port = 9000\nIt applies from the next start on.\n");
    EXPECT_EQ(content("netbit.properties"), "# Mine.\n#http.port = 8080\nhttp.port = 9000\nlog.level = warn\nx.password = hush\n");
    EXPECT_THAT(set("log.level=debug", {file, {}}), HasSubstr("`netbit reload` applies it."));
    EXPECT_THAT(set("x.size=7", {file, {}}), HasSubstr("plugins/x.properties:2: x.size = 7"));
    EXPECT_EQ(content("plugins/x.properties"), "#x.size = 5\nx.size = 7\n");
    EXPECT_THAT(set("log.level=info", {file, {}, {"NETBIT_LOG__LEVEL=error"}}), HasSubstr("NETBIT_LOG__LEVEL goes over it."));
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0640U);
}

TEST_F(Layers, SetRefusesWhatAStartWouldRefuseAndWritesNothing)
{
    const auto before = content("netbit.properties");
    EXPECT_THAT(set("http.port=70000", {file, {}}), HasSubstr("out of range"));
    EXPECT_THAT(set("http.prot=1", {file, {}}), HasSubstr("There is no such setting"));
    EXPECT_THAT(set("x.size=10", {file, {}}), HasSubstr("x.size"));
    EXPECT_THAT(set("x.password=hush2", {file, {}}), HasSubstr("Everybody on this machine"));
    EXPECT_THAT(set("http.tls=true", {file, {}}), HasSubstr("tls.certificate: This is needed"));
    EXPECT_THAT(set("oidc.public_url=x\ny", {file, {}}), HasSubstr("oidc.public_url"));
    EXPECT_EQ(content("netbit.properties"), before);
    EXPECT_EQ(content("plugins/x.properties"), "#x.size = 5\n");
}

} // namespace
} // namespace netbit::app
