#include "border/Tables.h"

namespace netbit::border {

namespace {

struct Entry {
    std::string_view id;
    const void* table;
};

const std::vector<Entry>& entries()
{
    static const std::vector<Entry> all{
        {NB_BODY_SERVICE, &bodyTable()},           {NB_LOG_SERVICE, &logTable()},
        {NB_CONFIG_SERVICE, &configTable()},       {NB_HTTP_SERVICE, &httpTable()},
        {NB_TRANSPORT_SERVICE, &transportTable()}, {NB_AUTH_SERVICE, &authTable()},
        {NB_CHAT_SERVICE, &chatTable()},           {NB_EVENTS_SERVICE, &eventsTable()},
        {NB_EXEC_SERVICE, &execTable()},           {NB_CACHE_SERVICE, &cacheTable()},
        {NB_SQL_SERVICE, &sqlTable()},             {NB_METRICS_SERVICE, &metricsTable()},
        {NB_HEALTH_SERVICE, &healthTable()},       {NB_PROVIDE_SERVICE, &provideTable()},
        {NB_OPERATIONS_SERVICE, &operationsTable()}, {NB_BODIES_SERVICE, &bodiesTable()},
        {NB_FILES_SERVICE, &filesTable()},         {NB_PROCESS_SERVICE, &processTable()},
        {NB_FOLDER_SERVICE, &folderTable()},
    };
    return all;
}

} // namespace

const void* findTable(std::string_view service) noexcept
{
    for (const auto& entry : entries())
        if (entry.id == service)
            return entry.table;
    return nullptr;
}

std::vector<std::string_view> knownServices()
{
    std::vector<std::string_view> ids;
    for (const auto& entry : entries())
        ids.push_back(entry.id);
    return ids;
}

bool isBasic(std::string_view service) noexcept
{
    return service == NB_BODY_SERVICE || service == NB_LOG_SERVICE || service == NB_CONFIG_SERVICE;
}

} // namespace netbit::border
