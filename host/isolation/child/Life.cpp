// The plugin's life in its process, as the parent asks for it.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"
#include "isolation/wire/Build.h"

#include <cstring>
#include <filesystem>
#include <thread>

namespace netbit::isolation::child {

namespace {

constexpr std::size_t mostTasks = 1024; // that wait for a worker; over it: NB_UNAVAILABLE

} // namespace

void Host::addListener(std::uint32_t index, std::shared_ptr<nb_listener> listener)
{
    const std::lock_guard lock(_mutex);
    if (_listeners.size() <= index)
        _listeners.resize(index + 1);
    _listeners[index] = std::move(listener);
}

void Host::run()
{
    std::thread([this] { react(); }).detach();
    for (;;) {
        std::unique_lock lock(_mutex);
        _forControl.wait(lock, [this] { return !_controlFrames.empty(); });
        auto frame = std::move(_controlFrames.front());
        _controlFrames.pop_front();
        lock.unlock();
        if (frame.head.kind != Kind::hello)
            control(frame);
        else if (!hello(frame))
            return;
    }
}

bool Host::hello(Frame& frame)
{
    wire::Hello hello;
    wire::Loaded loaded;
    loaded.error.size = sizeof loaded.error;
    const bool understood = wire::read(frame, hello, _channel.trust()) && wire::view(hello.build) == wire::build;
    base::Result<void> result;
    if (!understood) {
        result = base::fault(base::Status::invalid, "no_process", "netbit-plugin-process is of another build than netbitd.");
    } else {
        _hostVersion = wire::view(hello.hostVersion);
        _pluginId = wire::view(hello.pluginId);
        _logLevel = hello.logLevel;
        for (const auto& service : hello.services)
            _services.emplace(wire::view(service));
        _workers = std::make_unique<Lane>(_channel, std::clamp(hello.workers, 1u, 256u), mostTasks, 1);
        loader::Manifest manifest;
        manifest.id = _pluginId;
        manifest.version = loader::Version::parse(wire::view(hello.pluginVersion)).value_or(loader::Version());
        manifest.sha256 = wire::view(hello.sha256);
        auto library = loader::Library::load(std::filesystem::path(wire::view(hello.library)),
                                             std::filesystem::path(wire::view(hello.copy)), manifest);
        if (library)
            _library = std::move(*library);
        else
            result = library.error();
    }
    if (result) {
        const auto& entry = _library->entry();
        loaded.sdk = wire::str(entry.sdk ? entry.sdk : "");
        loaded.toolchain = wire::str(entry.toolchain ? entry.toolchain : "");
        std::memcpy(&_table, entry.calls, std::min<std::size_t>(entry.calls->size, sizeof _table));
    } else {
        loaded.status = refuse(&loaded.error, static_cast<std::int32_t>(result.status()), result.error().code,
                               result.error().detail);
    }
    _channel.send(Kind::loaded, loaded);
    return result.ok();
}

std::int32_t Host::life(const char* call, nb_error& error, const std::function<std::int32_t(nb_error*)>& function)
{
    error = nb_error{};
    error.size = sizeof error;
    std::string threw;
    std::int32_t status = NB_INTERNAL;
    const bool returned = guarded(call, [&] {
        try {
            status = function(&error);
        } catch (const std::exception& exception) {
            threw = exception.what();
            throw;
        }
    });
    if (!returned)
        return refuse(&error, NB_INTERNAL, "plugin_threw",
                      std::string(call) + " threw an exception" + (threw.empty() ? "." : ": " + threw));
    return status;
}

void Host::control(Frame& frame)
{
    wire::Control wanted;
    if (!wire::read(frame, wanted, _channel.trust()))
        leave();
    _logLevel = wanted.logLevel;
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_OK;
    const auto optional = [&](const char* name, std::int32_t (*function)(nb_plugin*, nb_error*)) {
        if (function)
            status = life(name, error, [&](nb_error* out) { return function(_plugin, out); });
    };
    switch (static_cast<wire::Call>(wanted.call)) {
    case wire::Call::create:
        _host.size = sizeof _host;
        _host.abi_major = NB_ABI_MAJOR;
        _host.abi_minor = NB_ABI_MINOR;
        _host.version = _hostVersion.c_str();
        _host.plugin_id = _pluginId.c_str();
        _host.implementation = this;
        _host.service = [](const nb_host* host, const char* id) -> const void* {
            if (!host || !id)
                return nullptr;
            return isBasic(id) || of(host)._services.contains(id) ? findTable(id) : nullptr;
        };
        if (_table.size < sizeof _table || !_table.create || !_table.start || !_table.destroy) {
            status = refuse(&error, NB_INVALID, "bad_table",
                            "The plugin's table of calls is too small, or lacks create, start or destroy.");
            break;
        }
        status = life("create", error, [&](nb_error* out) { return _table.create(&_host, &_plugin, out); });
        if (status == NB_OK && !_plugin)
            status = refuse(&error, NB_INVALID, "bad_table", "create returned NB_OK without a plugin.");
        break;
    case wire::Call::configure: optional("configure", _table.configure); break;
    case wire::Call::start:
        _starting = true;
        optional("start", _table.start);
        _starting = false;
        break;
    case wire::Call::quiesce: optional("quiesce", _table.quiesce); break;
    case wire::Call::stop:
        _workers->close(); // posted tasks are ours alone: the parent has not waited for them
        optional("stop", _table.stop);
        break;
    case wire::Call::destroy:
        _workers->close();
        if (_plugin)
            guarded("destroy", [this] { _table.destroy(std::exchange(_plugin, nullptr)); });
        break;
    default: leave();
    }
    settingTexts.clear();
    struct Ended {
        std::int32_t status;
        const nb_error& error;
        static void code(wire::Writer& c, const Ended& m) { c(m.status, m.error); }
    };
    sendReleases();
    _channel.send(Kind::result, Ended{status, error}, frame.head.call);
}

} // namespace netbit::isolation::child
