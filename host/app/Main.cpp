// netbitd: options, signals, the life of the process.

#include "app/Control.h"
#include "app/Host.h"
#include "app/ServiceManager.h"
#include "app/SettingsReport.h"
#include "app/Version.h"
#include "app/config/ConfigLoader.h"
#include "app/config/Layers.h"
#include "app/DataDirectory.h"
#include "base/SignalStack.h"
#include "services/log/Log.h"

#include <Poco/Exception.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionSet.h>
#include <Poco/Util/ServerApplication.h>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <iostream>
#include <unistd.h>

namespace netbit::app {

namespace {

namespace fs = std::filesystem;
namespace log = services::log;
using Poco::Util::Option;
using Poco::Util::OptionCallback;

class Netbitd final : public Poco::Util::ServerApplication {
protected:
    void defineOptions(Poco::Util::OptionSet& options) override
    {
        Application::defineOptions(options); // not those of a daemon: that is the service manager's work
        add(options, "help", "h", "show this and end", nullptr);
        add(options, "version", "", "show the version and end", nullptr);
        add(options, "config", "", "settings; plugins/*.properties beside it are read too", "FILE");
        add(options, "data", "", "data directory (default ./var)", "DIR");
        add(options, "set", "", "one setting, over those of the files; may be repeated", "KEY=VALUE");
        add(options, "ready-file", "", "written when everything serves: ports, pid, plugins, as one JSON object", "FILE");
        add(options, "get", "", "tell a setting: its value, where it comes from, its default; and end", "KEY");
        add(options, "write", "", "write a setting into its file, once it is found good; and end", "KEY=VALUE");
        add(options, "changed", "", "tell all settings that are not the defaults, and end", nullptr);
        add(options, "json", "", "say it as JSON, with one of those", nullptr);
        add(options, "check-config", "", "read the settings, say what is wrong with them, and end", nullptr);
    }

    int main(const ArgVec& arguments) override
    {
        if (_help) {
            Poco::Util::HelpFormatter help(options());
            help.setCommand("netbitd");
            help.setUsage("--config FILE --data DIR [--set KEY=VALUE]… [--ready-file FILE]");
            help.setHeader("The NetBit server.");
            help.format(std::cout);
            return EXIT_OK;
        }
        if (_version) {
            std::cout << "netbitd " NETBIT_VERSION "\n";
            return EXIT_OK;
        }
        if (!arguments.empty())
            return complain("\"" + arguments.front() + "\" is not an option; see netbitd --help.", EXIT_USAGE);
        return serve();
    }

private:
    void add(Poco::Util::OptionSet& options, const char* name, const char* letter, const char* what, const char* argument)
    {
        Option option(name, letter, what);
        option.required(false).repeatable(true).callback(OptionCallback<Netbitd>(this, &Netbitd::take));
        if (argument)
            option.argument(argument);
        options.addOption(option);
    }

    void take(const std::string& name, const std::string& value)
    {
        if (name == "help" || name == "version")
            stopOptionsProcessing();
        if (name == "help")
            _help = true;
        else if (name == "version")
            _version = true;
        else if (name == "check-config")
            _checkOnly = true;
        else if (name == "changed")
            _changed = true;
        else if (name == "json")
            _json = true;
        else if (name == "get")
            _get = value;
        else if (name == "write")
            _write = value;
        else if (name == "config")
            _sources.file = fs::absolute(value);
        else if (name == "data")
            _data = value;
        else if (name == "ready-file")
            _readyFile = value;
        else
            _sources.overrides.push_back(value);
    }

    static int complain(const std::string& sentence, int code)
    {
        std::cerr << "netbitd: " << sentence << std::endl;
        return code;
    }

    int serve()
    {
        Control control; // before any thread starts
        const base::SignalStack room;
        std::signal(SIGPIPE, SIG_IGN);

        _sources.environment = settingVariables(environ);
        if (!_write.empty())
            return write();
        const auto config = loadConfig(_sources);
        if (!config)
            return complain(config.error().detail, EXIT_CONFIG);
        if (_changed || !_get.empty())
            return tell(*config);
        if (_checkOnly)
            return check(*config);

        std::unique_ptr<Host> serving;
        serving = std::make_unique<Host>(
            _data, Host::Surroundings{[&control](std::function<void()> work) { return control.post(std::move(work)); },
                                      [&] { return reload(*serving); }, [this] { return loadConfig(_sources); },
                                      inheritedDescriptors(),
                                      [this](const std::string& id) { return settingsOf(id); },
                                      [this](const std::string& assignment) {
                                          return writeSetting(_sources, assignment, commandFolder(), _data);
                                      }});
        auto& host = *serving;
        if (const auto started = host.start(*config, commandFolder()); !started)
            return complain(started.error().detail, started.error().code == "bad_setting" ? EXIT_CONFIG : EXIT_UNAVAILABLE);
        if (!_readyFile.empty())
            if (const auto written = DataDirectory::writeFile(_readyFile, factsJson(host.facts()) + "\n"); !written)
                return complain(written.error().detail, EXIT_CANTCREAT);

        ServiceManager manager;
        manager.ready("Serving");
        for (int signal = 0; signal == 0 || signal == SIGHUP;) {
            signal = control.wait(host.tend());
            if (signal == SIGHUP)
                static_cast<void>(reload(host)); // which has logged what is wrong
            if (host.responsive())
                manager.alive();
        }
        control.close();
        log::info("host", "Shutting down");
        manager.stopping(host.patience());
        host.stop();
        if (!_readyFile.empty()) {
            std::error_code error;
            fs::remove(_readyFile, error);
        }
        return EXIT_OK;
    }

    base::Result<void> reload(Host& host)
    {
        const auto config = loadConfig(_sources);
        const auto applied = config ? host.reconfigure(*config) : base::Result<void>(config.error());
        if (applied)
            log::info("host", "Settings read again");
        else
            log::error("host", "The settings stay as they were", {{"reason", applied.error().detail}});
        return applied;
    }

    base::Result<std::vector<PluginSetting>> settingsOf(const std::string& id) const
    {
        const auto config = loadConfig(_sources);
        if (!config)
            return config.error();
        return SettingsReport(*config, commandFolder(), _data).ofPlugin(id);
    }

    int write() const
    {
        const auto said = writeSetting(_sources, _write, commandFolder(), _data);
        if (!said)
            return complain(said.error().detail, EXIT_CONFIG);
        std::cout << (_json ? boost::json::serialize(boost::json::object{{"said", *said}}) + "\n" : *said);
        return EXIT_OK;
    }

    int tell(const Config& config) const
    {
        const SettingsReport report(config, commandFolder(), _data);
        const auto show = [](const SettingFacts& facts) {
            const bool standard = facts.place == "default";
            std::cout << facts.key << " = " << facts.value << "\n  " << (standard ? "the default" : "by " + facts.place);
            if (!standard)
                std::cout << ", over the default " << (facts.standard.empty() ? "(empty)" : facts.standard);
            std::cout << "; a change needs a " << (facts.reloads ? "reload" : "restart") << "\n";
        };
        const auto object = [](const SettingFacts& facts) {
            return boost::json::object{{"key", facts.key},
                                       {"value", facts.value},
                                       {"default", facts.standard},
                                       {"source", facts.place},
                                       {"applies", facts.reloads ? "reload" : "restart"}};
        };
        if (_changed && _json) {
            boost::json::array all;
            for (const auto& facts : report.changed())
                all.push_back(object(facts));
            std::cout << boost::json::serialize(boost::json::object{{"data", std::move(all)}}) << '\n';
            return EXIT_OK;
        }
        if (_changed) {
            for (const auto& facts : report.changed())
                show(facts);
            return EXIT_OK;
        }
        const auto facts = report.find(_get);
        if (!facts)
            return complain(facts.error().detail, EXIT_CONFIG);
        if (_json)
            std::cout << boost::json::serialize(object(*facts)) << '\n';
        else
            show(*facts);
        return EXIT_OK;
    }

    int check(const Config& config)
    {
        if (const auto checked = checkSettings(config, commandFolder(), _data); !checked)
            return complain(checked.error().detail, EXIT_CONFIG);
        if (_json)
            std::cout << boost::json::serialize(boost::json::object{{"good", true}, {"file", _sources.file.string()}}) << '\n';
        else
            std::cout << (_sources.file.empty() ? "The settings" : "The settings in " + _sources.file.string()) << " are good.\n";
        return EXIT_OK;
    }

    static fs::path commandFolder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

    ConfigSources _sources;
    fs::path _data = "var";
    fs::path _readyFile;
    bool _help = false;
    bool _version = false;
    bool _checkOnly = false;
    bool _changed = false;
    bool _json = false;
    std::string _get;
    std::string _write;
};

} // namespace

} // namespace netbit::app

int main(int argc, char** argv)
{
    netbit::app::Netbitd netbitd;
    try {
        netbitd.init(argc, argv);
    } catch (const Poco::Exception& failure) {
        std::cerr << "netbitd: " << failure.displayText() << "; see netbitd --help." << std::endl;
        return Poco::Util::Application::EXIT_USAGE;
    }
    return netbitd.Poco::Util::Application::run();
}
