#pragma once
// What a host is made of: every part is named here once, and HostStart.cpp sets them to work.

#include "app/DataDirectory.h"
#include "app/Gate.h"
#include "app/Host.h"
#include "border/Border.h"
#include "edge/Server.h"
#include "loader/Loader.h"
#include "net/InheritedSockets.h"
#include "net/Reactor.h"
#include "net/TlsContext.h"
#include "outgoing/CurlFetch.h"
#include "outgoing/CurlMailer.h"
#include "services/auth/AuthService.h"
#include "services/backup/BackupSchedule.h"
#include "services/cache/KeyValueCache.h"
#include "services/chat/ChatService.h"
#include "services/delivery/DeliveryService.h"
#include "services/events/EventLog.h"
#include "services/exec/Timers.h"
#include "services/exec/WorkerPool.h"
#include "services/files/FileService.h"
#include "services/mail/MailService.h"
#include "services/metrics/Registry.h"
#include "services/notify/NotifyService.h"
#include "services/operations/Operations.h"
#include "services/projects/ProjectService.h"
#include "services/search/SearchService.h"
#include "services/transfer/TransferService.h"
#include "services/users/Profiles.h"
#include "services/users/UserDirectory.h"
#include "storage/Database.h"
#include "storage/Writer.h"
#include "trace/Exporter.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

namespace netbit::app {

/// In the order of construction: what stands lower uses what stands higher.
struct Host::Parts {
    /// What the data directory keeps for it.
    struct Store {
        std::unique_ptr<DataDirectory> data;
        std::unique_ptr<storage::Database> database;
        std::unique_ptr<services::files::FileStore> files;
        std::string signingSecret; ///< of access tokens
        std::string pushSecret;
        std::string mailKey;
    };
    /// Opens all of it, and brings the schema up to date.
    static base::Result<Store> open(const std::filesystem::path& dataDirectory, const HostSettings& settings);

    Parts(Store store, const HostSettings& initial, const std::filesystem::path& program, std::vector<int> sockets);

    // ---- the steps of a start, in their order
    void load(const Config& config); ///< what must be in memory, and what each service offers
    base::Result<void> startWriting(); ///< the writer, the first admin, the event log
    base::Result<void> publish(const Config& config, const std::filesystem::path& program, std::vector<edge::Route> routes);
    base::Result<void> listen(const HostSettings& wanted); ///< where people come in
    base::Result<void> loadPlugins(const Config& config, const std::filesystem::path& program);
    void keepTime(const HostSettings& wanted); ///< what is done again and again
    void addSeries(AskFacts ask); ///< to /metrics

    /// What is in force and what the files say: the host's keys by value, the others as they are written.
    std::vector<SettingGap> gaps(const Config& now) const;
    /// Asks each reactor for a sign of life, once all have answered the round before.
    void askReactors(std::chrono::steady_clock::time_point now);
    void indexIn(std::chrono::milliseconds delay); ///< for the search, one step after the other
    services::files::FileRules fileRules();

    HostSettings settings;
    SettingMap given; ///< as it was written when it was taken in
    PluginOptionMap pluginOptions;
    std::unique_ptr<DataDirectory> data;
    std::unique_ptr<storage::Database> database;
    services::metrics::Registry metrics; // counts what the writer does
    trace::Recorder recorder;  // outlives whatever has a span
    storage::Writer writer;
    services::users::UserDirectory users;
    services::users::Profiles profiles;
    services::auth::AuthService auth;
    services::events::EventLog events;
    services::operations::Operations operations;
    services::chat::ChatService chat;
    services::search::SearchService search;
    services::files::FileService fileService;
    services::transfer::TransferService transfer;
    services::projects::ProjectService projects;
    services::notify::NotifyService notify;
    services::delivery::DeliveryService delivery;
    outgoing::CurlMailer mailer;
    services::mail::MailService mail;
    services::backup::BackupService backups;
    services::backup::BackupSchedule backupSchedule;
    std::mutex backupMutex; // guards backupWish
    services::backup::ScheduleOptions backupWish;
    services::cache::KeyValueCache cache;
    net::InheritedSockets inherited;
    net::ReactorPool reactors;
    services::exec::WorkerPool workers;
    outgoing::CurlFetch fetch;
    services::exec::WorkerPool outgoingWorkers; ///< for what waits for other servers, so that nothing else waits for it
    trace::Exporter exporter;
    services::exec::WorkerPool deliveryWorkers; ///< the same, for servers that users name: those that are slow hold up no sign-in
    services::exec::Timers timers;
    const std::shared_ptr<net::TlsCell> tls = std::make_shared<net::TlsCell>(); ///< empty as long as nothing speaks TLS
    edge::Router router;
    Gate gate;
    edge::Server server;
    std::unique_ptr<border::Border> border;
    std::unique_ptr<loader::Loader> loader;
    std::uint16_t httpPort = 0;
    std::optional<std::uint16_t> httpsPort;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::atomic<bool> draining{false};
    bool serving = false;
    bool watched = false; // by the crash sentinel
    std::chrono::steady_clock::time_point lastBeat;
    std::chrono::steady_clock::time_point renewed = std::chrono::steady_clock::now(); ///< the key for TLS session tickets
    std::shared_ptr<std::atomic<unsigned>> answers = std::make_shared<std::atomic<unsigned>>(0); // of reactors, to the last round
    std::chrono::steady_clock::time_point lastRound;
};

} // namespace netbit::app
