#include "tests/fault/HostFixture.h"

#include "border/Border.h"
#include "edge/Server.h"
#include "net/Reactor.h"
#include "services/auth/AuthService.h"
#include "services/cache/KeyValueCache.h"
#include "services/chat/ChatService.h"
#include "services/events/EventLog.h"
#include "services/files/FileService.h"
#include "services/operations/Operations.h"
#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"
#include "services/metrics/Registry.h"
#include "services/users/UserDirectory.h"
#include "storage/Migrations.h"
#include "storage/Writer.h"
#include "tests/support/Deadline.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#ifndef NETBIT_LAUNCH
#define NETBIT_LAUNCH ""
#endif

namespace netbit::fault_test {

namespace fs = std::filesystem;

namespace {

class Directory {
public:
    Directory()
    {
        std::string pattern = (fs::temp_directory_path() / "netbit-fault-XXXXXX").string();
        if (!::mkdtemp(pattern.data()))
            throw std::runtime_error("mkdtemp failed");
        _path = pattern;
    }
    ~Directory()
    {
        std::error_code ignored;
        fs::remove_all(_path, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    const fs::path& path() const noexcept { return _path; }

private:
    fs::path _path;
};

class OpenGate final : public edge::Gate {
public:
    base::Result<void> admit(edge::Exchange&, const edge::Route&) override { return {}; }
};

std::unique_ptr<storage::Database> openDatabase(const fs::path& file)
{
    auto database = storage::openSqlite({.path = file.string(), .readers = 2});
    if (!database)
        throw std::runtime_error(database.error().detail);
    const auto migrated = storage::migrate(**database, "netbit", storage::hostMigrations());
    if (!migrated)
        throw std::runtime_error(migrated.error().detail);
    return std::move(*database);
}

} // namespace

/// In the order in which they are made; they end in the opposite one.
struct HostFixture::Parts {
    Directory directory;
    std::unique_ptr<storage::Database> database = openDatabase(directory.path() / "netbit.db");
    storage::Writer writer{*database, {}};
    services::users::UserDirectory users;
    services::events::EventLog events{*database, writer, {}};
    services::auth::AuthService auth{*database, writer, users, std::string(32, 's'), {}};
    services::operations::Operations operations;
    services::chat::ChatService chat{*database, writer, users, events, {}};
    services::files::FileService files{*database,
                                       writer,
                                       services::files::FileStore::open(directory.path() / "files").value(),
                                       {.mayReadChat = [this](const services::auth::Principal& who, storage::Id id) { return chat.mayRead(who, id); },
                                        .maySeeUser = [](const services::auth::Principal&, storage::Id) { return base::Result<void>(); }},
                                       {},
                                       {.program = {}, .processes = 0}};
    services::cache::KeyValueCache cache{1 << 20};
    services::metrics::Registry metrics;
    net::ReactorPool reactors{2};
    services::exec::WorkerPool workers{HostFixture::workerCount, 1000};
    services::exec::Timers timers{workers};
    edge::Router router;
    OpenGate gate;
    edge::Server server{reactors, router, gate,
                        [this](std::function<void()> task) { return workers.submit(std::move(task)); }, {}};
    border::Border border{{router, reactors, *database, writer, auth, chat, events, operations, files, cache, workers, timers, metrics, "1.0.0",
                           NETBIT_LAUNCH, 3, [this](const std::string& id) { return directory.path() / "plugin-data" / id; }},
                          {},
                          HostFixture::breaker};
    loader::LoaderOptions options;
    std::unique_ptr<loader::Loader> loader;
    std::uint16_t port = 0;

    Parts()
    {
        fs::create_directory(plugins());
        writer.start();
        events.setHooks([](storage::Id, storage::Id) { return false; },
                        [](storage::Connection&, const storage::EventRecord&) { return std::string("{}"); });
        database->read([this](storage::Connection& connection) {
            users.load(connection);
            events.load(connection);
        });
        auth.load();
        events.start();
        reactors.start();
        if (const auto published = border.publish(); !published)
            throw std::runtime_error(published.error().detail);
        auto bound = server.listenTcp("127.0.0.1", 0);
        if (!bound)
            throw std::runtime_error(bound.error().detail);
        port = *bound;
        server.start();
        options.directories = {plugins()};
        options.generations = directory.path() / "generations";
        loader = std::make_unique<loader::Loader>(border, options);
    }
    ~Parts()
    {
        loader.reset();
        server.drain(std::chrono::milliseconds(100));
        timers.stop();
        workers.stop();
        events.stop();
        writer.stop();
        reactors.stop();
    }

    fs::path plugins() const { return directory.path() / "plugins"; }
};

HostFixture::HostFixture() : _parts(std::make_unique<Parts>()) {}

HostFixture::~HostFixture() = default;

void HostFixture::install(const std::string& id)
{
    if (std::getenv("NETBIT_TEST_ISOLATE"))
        isolate({id.c_str()});
    for (const auto suffix : {".so", ".json"})
        fs::copy_file(fs::path(FAULT_PLUGINS) / (id + suffix), _parts->plugins() / (id + suffix));
}

void HostFixture::install(const std::string& id, const std::string& library, const std::string& manifest)
{
    fs::copy_file(fs::path(FAULT_PLUGINS) / (library + ".so"), _parts->plugins() / (id + ".so"));
    std::ofstream(_parts->plugins() / (id + ".json")) << manifest;
}

void HostFixture::write(const std::filesystem::path& where, const std::string& content)
{
    const auto file = _parts->directory.path() / where;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content;
}

bool HostFixture::exists(const std::filesystem::path& where) const { return fs::exists(_parts->directory.path() / where); }

std::string HostFixture::manifestOf(const std::string& id) const
{
    std::ostringstream text;
    text << std::ifstream(fs::path(FAULT_PLUGINS) / (id + ".json")).rdbuf();
    return text.str();
}

void HostFixture::isolate(std::initializer_list<const char*> ids, isolation::Options options)
{
    for (const auto* id : ids)
        _parts->options.plugins[id].isolated = true;
    _parts->options.isolation = options;
    _parts->options.isolation.breaker = breaker;
    if (options.program.empty())
        _parts->options.isolation.program = PLUGIN_PROCESS;
    _parts->loader = std::make_unique<loader::Loader>(_parts->border, _parts->options);
}

void HostFixture::again()
{
    _parts.reset();
    _parts = std::make_unique<Parts>();
}

base::Result<void> HostFixture::load(const loader::SettingSources& settings) { return _parts->loader->loadAll(settings); }

loader::PluginStatus HostFixture::statusOf(const std::string& id) const
{
    for (auto& each : _parts->loader->status())
        if (each.id == id)
            return each;
    return {};
}

void HostFixture::expectState(const std::string& id, std::string_view state, std::string_view partOfDetail) const
{
    const auto status = statusOf(id);
    EXPECT_EQ(state, status.state) << id << ": " << status.detail;
    EXPECT_NE(std::string::npos, status.detail.find(partOfDetail)) << id << ": " << status.detail;
}

Answer HostFixture::get(const std::string& path) const
{
    try {
        Poco::Net::HTTPClientSession session("127.0.0.1", _parts->port);
        session.setTimeout(Poco::Timespan(5, 0));
        Poco::Net::HTTPRequest request("GET", path, "HTTP/1.1");
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        auto& stream = session.receiveResponse(response);
        Answer answer{response.getStatus(), {}};
        Poco::StreamCopier::copyToString(stream, answer.body);
        return answer;
    } catch (const Poco::Exception&) {
        return {};
    }
}

std::uint16_t HostFixture::portOf(const std::string& id, const std::string& listener) const
{
    for (const auto& [name, port] : statusOf(id).ports)
        if (name == listener)
            return port;
    return 0;
}

bool HostFixture::eventually(const std::function<bool()>& condition)
{
    for (const test::Deadline deadline; !condition();) {
        if (deadline.over())
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

std::string HostFixture::logOf(const std::function<void()>& work)
{
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
}

services::exec::WorkerPool& HostFixture::workers() { return _parts->workers; }
services::auth::AuthService& HostFixture::auth() { return _parts->auth; }
services::metrics::Registry& HostFixture::metrics() { return _parts->metrics; }
std::uint16_t HostFixture::port() const { return _parts->port; }

services::events::EventLog& HostFixture::events() { return _parts->events; }
std::uint16_t HostFixture::httpPort() const { return _parts->port; }

loader::Loader& HostFixture::loader() { return *_parts->loader; }
border::Border& HostFixture::border() { return _parts->border; }

} // namespace netbit::fault_test
