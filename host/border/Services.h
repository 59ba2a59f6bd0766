#pragma once
// What the border's tables are implemented over. The app makes these; each outlives every plugin.

#include "base/SharedCell.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace netbit::edge {
class Router;
}
namespace netbit::net {
class ReactorPool;
class TlsContext;
}
namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage
namespace netbit::services::auth {
class AuthService;
}
namespace netbit::services::chat {
class ChatService;
}
namespace netbit::services::files {
class FileService;
}
namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::events {
class EventLog;
}
namespace netbit::services::cache {
class KeyValueCache;
}
namespace netbit::services::exec {
class WorkerPool;
class Timers;
} // namespace netbit::services::exec
namespace netbit::services::metrics {
class Registry;
}

namespace netbit::border {

struct Services {
    edge::Router& router;
    net::ReactorPool& reactors;
    storage::Database& database;
    storage::Writer& writer; ///< must be stopped after the plugins: their last writes still end in it
    services::auth::AuthService& auth;
    services::chat::ChatService& chat;
    services::events::EventLog& events;
    services::operations::Operations& operations;
    services::files::FileService& files;
    services::cache::KeyValueCache& cache;
    services::exec::WorkerPool& workers;
    services::exec::Timers& timers;
    services::metrics::Registry& metrics;
    std::string hostVersion = "1.0.0"; ///< what plugins are told
    std::filesystem::path launcher{};  ///< netbit-launch, through which programs are started
    unsigned mostProcesses = 32;       ///< of one plugin at once
    std::function<std::filesystem::path(const std::string&)> folderOf{}; ///< a plugin's own, by its id; not made yet
    /// What a plugin's TCP listeners speak TLS with; nothing: they are plain.
    std::function<std::shared_ptr<const base::SharedCell<const net::TlsContext>>(const std::string&)> tlsOf{};
};

} // namespace netbit::border
