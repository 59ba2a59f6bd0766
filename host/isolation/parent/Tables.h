#pragma once
// The host's tables, as any plugin gets them.

#include <netbit/auth.h>
#include <netbit/cache.h>
#include <netbit/chat.h>
#include <netbit/draft/operations.h>
#include <netbit/config.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/health.h>
#include <netbit/http.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/plugin.h>
#include <netbit/sql.h>
#include <netbit/transport.h>

namespace netbit::isolation::parent {

/// Null where the host has none, or the manifest does not want it.
struct Tables {
    explicit Tables(const nb_host& itsHost)
        : host(&itsHost), body(find<nb_body_api>(NB_BODY_SERVICE)), log(find<nb_log_api>(NB_LOG_SERVICE)),
          config(find<nb_config_api>(NB_CONFIG_SERVICE)), http(find<nb_http_api>(NB_HTTP_SERVICE)),
          transport(find<nb_transport_api>(NB_TRANSPORT_SERVICE)), auth(find<nb_auth_api>(NB_AUTH_SERVICE)),
          chat(find<nb_chat_api>(NB_CHAT_SERVICE)), events(find<nb_events_api>(NB_EVENTS_SERVICE)),
          exec(find<nb_exec_api>(NB_EXEC_SERVICE)), cache(find<nb_cache_api>(NB_CACHE_SERVICE)),
          sql(find<nb_sql_api>(NB_SQL_SERVICE)), metrics(find<nb_metrics_api>(NB_METRICS_SERVICE)),
          health(find<nb_health_api>(NB_HEALTH_SERVICE)), operations(find<nb_operations_api>(NB_OPERATIONS_SERVICE))
    {
    }

    const nb_host* host;
    const nb_body_api* body;
    const nb_log_api* log;
    const nb_config_api* config;
    const nb_http_api* http;
    const nb_transport_api* transport;
    const nb_auth_api* auth;
    const nb_chat_api* chat;
    const nb_events_api* events;
    const nb_exec_api* exec;
    const nb_cache_api* cache;
    const nb_sql_api* sql;
    const nb_metrics_api* metrics;
    const nb_health_api* health;
    const nb_operations_api* operations;

private:
    template <class Table>
    const Table* find(const char* id) const
    {
        return static_cast<const Table*>(host->service(host, id));
    }
};

} // namespace netbit::isolation::parent
