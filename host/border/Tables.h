#pragma once
// The tables of the SDK, one file each.

#include <netbit/auth.h>
#include <netbit/cache.h>
#include <netbit/chat.h>
#include <netbit/draft/bodies.h>
#include <netbit/draft/files.h>
#include <netbit/draft/folder.h>
#include <netbit/draft/operations.h>
#include <netbit/draft/process.h>
#include <netbit/config.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/health.h>
#include <netbit/http.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/provide.h>
#include <netbit/sql.h>
#include <netbit/transport.h>

#include <string_view>
#include <vector>

namespace netbit::border {

const nb_body_api& bodyTable() noexcept;
const nb_http_api& httpTable() noexcept;
const nb_transport_api& transportTable() noexcept;
const nb_auth_api& authTable() noexcept;
const nb_chat_api& chatTable() noexcept;
const nb_operations_api& operationsTable() noexcept;
const nb_bodies_api& bodiesTable() noexcept;
const nb_files_api& filesTable() noexcept;
const nb_process_api& processTable() noexcept;
const nb_folder_api& folderTable() noexcept;
const nb_events_api& eventsTable() noexcept;
const nb_exec_api& execTable() noexcept;
const nb_log_api& logTable() noexcept;
const nb_config_api& configTable() noexcept;
const nb_cache_api& cacheTable() noexcept;
const nb_sql_api& sqlTable() noexcept;
const nb_metrics_api& metricsTable() noexcept;
const nb_health_api& healthTable() noexcept;
const nb_provide_api& provideTable() noexcept;

/// nullptr: this host has no such service.
const void* findTable(std::string_view service) noexcept;
std::vector<std::string_view> knownServices();
/// Given to every plugin, whatever its manifest says.
bool isBasic(std::string_view service) noexcept;

} // namespace netbit::border
