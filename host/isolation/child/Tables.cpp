#include "isolation/child/Tables.h"

#include <array>
#include <utility>

namespace netbit::isolation::child {

const void* findTable(std::string_view service) noexcept
{
    const std::array<std::pair<std::string_view, const void*>, 15> all{{
        {NB_BODY_SERVICE, &bodyTable()},
        {NB_LOG_SERVICE, &logTable()},
        {NB_CONFIG_SERVICE, &configTable()},
        {NB_HTTP_SERVICE, &httpTable()},
        {NB_TRANSPORT_SERVICE, &transportTable()},
        {NB_AUTH_SERVICE, &authTable()},
        {NB_CHAT_SERVICE, &chatTable()},
        {NB_EVENTS_SERVICE, &eventsTable()},
        {NB_EXEC_SERVICE, &execTable()},
        {NB_CACHE_SERVICE, &cacheTable()},
        {NB_SQL_SERVICE, &sqlTable()},
        {NB_METRICS_SERVICE, &metricsTable()},
        {NB_HEALTH_SERVICE, &healthTable()},
        {NB_PROVIDE_SERVICE, &provideTable()},
        {NB_OPERATIONS_SERVICE, &operationsTable()},
    }};
    for (const auto& [id, table] : all)
        if (id == service)
            return table;
    return nullptr;
}

bool isBasic(std::string_view service) noexcept
{
    return service == NB_BODY_SERVICE || service == NB_LOG_SERVICE || service == NB_CONFIG_SERVICE;
}

} // namespace netbit::isolation::child
