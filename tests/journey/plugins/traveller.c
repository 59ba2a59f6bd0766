/* Comes, goes and is exchanged. Tells its version, and keeps a table. FAILS_IN_START and FAILS_IN_HANDLERS make bad ones. */
#include "../../fault/plugins/fault.h"

static const nb_sql_api *sql;

static int32_t version(void *user, nb_request *request)
{
    (void)user;
#ifdef FAILS_IN_HANDLERS
    (void)request;
    return NB_INTERNAL;
#else
    return reply_text(request, FAULT_VERSION);
#endif
}

static void written(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags)
{
    (void)error, (void)id, (void)json, (void)flags;
    reply_text((nb_request *)user, status == NB_OK ? "written" : "not written");
}

static int32_t visit(void *user, nb_request *request)
{
    nb_sql_statement statement = {0};
    nb_error error = {0};
    (void)user;
    error.size = sizeof error;
    statement.sql = text("INSERT INTO p_traveller_visits DEFAULT VALUES");
    the_http->defer(request);
    if (sql->execute(the_host, &statement, 1, &written, request, &error) != NB_OK) {
        the_http->problem(request, &error);
    }
    return NB_OK;
}

static int32_t row(void *user, const nb_sql_value *columns, size_t count)
{
    (void)count;
    *(int64_t *)user = columns[0].integer;
    return NB_OK;
}

static int32_t visits(void *user, nb_request *request)
{
    nb_sql_statement statement = {0};
    int64_t count = -1;
    char out[32];
    (void)user;
    statement.sql = text("SELECT count(*) FROM p_traveller_visits");
    sql->query(the_host, &statement, &row, &count, NULL);
    snprintf(out, sizeof out, "%lld", (long long)count);
    return reply_text(request, out);
}

#ifdef FAILS_IN_HANDLERS
static void goes_well(void *user) { (void)user; }
#endif

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    nb_sql_migration step;
    int32_t status;
    (void)plugin;
    sql = (const nb_sql_api *)the_host->service(the_host, NB_SQL_SERVICE);
    step.name = text("visits");
    step.sql = text("CREATE TABLE p_traveller_visits (id INTEGER PRIMARY KEY)");
    status = sql->migrate(the_host, &step, 1, error);
    if (status != NB_OK) {
        return status;
    }
    if (add_get("/traveller/version", NB_ACCESS_ANYONE, 0, &version, error) != NB_OK
        || add_get("/traveller/visit", NB_ACCESS_ANYONE, 0, &visit, error) != NB_OK
        || add_get("/traveller/visits", NB_ACCESS_ANYONE, 0, &visits, error) != NB_OK) {
        return NB_INTERNAL;
    }
#ifdef FAILS_IN_HANDLERS
    /* Far more calls go well than fail: it is bad all the same. */
    nb_timer *timer = NULL;
    if (the_exec->every(the_host, 1, &goes_well, NULL, &timer, error) != NB_OK) {
        return NB_INTERNAL;
    }
#endif
#ifdef FAILS_IN_START
    strcpy(error->code, "no_way");
    strcpy(error->detail, "The road is closed.");
    return NB_INVALID;
#else
    return NB_OK;
#endif
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
