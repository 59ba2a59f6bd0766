/* POST /api/frozen/c/{name}: one request that goes through most of the tables that plugins in C use. Release 1.1 of the SDK
 * made the binary beside it; both stay as they are. */
#include <netbit/cache.h>
#include <netbit/config.h>
#include <netbit/exec.h>
#include <netbit/http.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/plugin.h>
#include <netbit/sql.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nb_plugin {
    const nb_host *host;
    const nb_body_api *bodies;
    const nb_cache_api *cache;
    const nb_config_api *config;
    const nb_exec_api *exec;
    const nb_http_api *http;
    const nb_log_api *log;
    const nb_metrics_api *metrics;
    const nb_sql_api *sql;
    nb_metric *visits;
    nb_timer *timer;
    int64_t limit;
};

typedef struct visit {
    nb_plugin *plugin;
    nb_request *request;
    char text[400];
    size_t used;
} visit;

static nb_str text(const char *terminated)
{
    const nb_str out = {terminated, strlen(terminated)};
    return out;
}

static void say(visit *self, const char *name, nb_str value)
{
    const int length = snprintf(self->text + self->used, sizeof self->text - self->used, "%s=%.*s;", name,
                                (int)(value.len < 64 ? value.len : 64), value.len > 0 ? value.ptr : "");
    if (length > 0 && self->used + (size_t)length < sizeof self->text) {
        self->used += (size_t)length;
    }
}

static void say_number(visit *self, const char *name, int64_t value)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)value);
    say(self, name, text(number));
}

static int32_t take_count(void *user, const nb_sql_value *columns, size_t count)
{
    if (count == 2 && columns[0].type == NB_SQL_INTEGER && columns[1].type == NB_SQL_TEXT) {
        say_number(user, "rows", columns[0].integer);
        say(user, "last", columns[1].bytes);
    }
    return NB_OK;
}

/* [worker] */
static void read_back(void *user)
{
    visit *const self = user;
    nb_plugin *const plugin = self->plugin;
    const nb_sql_statement statement = {text("SELECT count(*), max(name) FROM p_frozen_c_visits"), NULL, 0};
    nb_reply reply = {.size = sizeof reply, .status = 200, .content_type = text("text/plain")};
    const nb_header header = {text("X-Frozen"), text("1.1")};
    (void)plugin->sql->query(plugin->host, &statement, take_count, self, NULL);
    reply.bytes.ptr = self->text;
    reply.bytes.len = self->used;
    reply.headers = &header;
    reply.header_count = 1;
    (void)plugin->http->reply(self->request, &reply);
    free(self);
}

/* [writer] */
static void written(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags)
{
    visit *const self = user;
    (void)flags;
    if (status != NB_OK) {
        (void)self->plugin->http->problem(self->request, error);
        free(self);
        return;
    }
    say_number(self, "changed", id);
    say(self, "returned", json);
    if (self->plugin->exec->post(self->plugin->host, read_back, self, NULL) != NB_OK) {
        read_back(self);
    }
}

static void use_cache(visit *self)
{
    nb_plugin *const plugin = self->plugin;
    nb_body *body = NULL;
    nb_str piece[1] = {{NULL, 0}};
    int64_t count = 0;
    (void)plugin->cache->set(plugin->host, text("word"), text("kept"), 60000, NULL);
    if (plugin->cache->get(plugin->host, text("word"), &body, NULL) == NB_OK) {
        (void)plugin->bodies->pieces(body, piece, 1);
        say(self, "cache", piece[0]);
        plugin->bodies->release(body);
    }
    (void)plugin->cache->incr(plugin->host, text("count"), 1, 0, &count, NULL);
    say_number(self, "count", count);
}

static int32_t visited(void *user, nb_request *request)
{
    nb_plugin *const plugin = user;
    const nb_http_api *const http = plugin->http;
    nb_sql_value params[1] = {{.type = NB_SQL_TEXT}};
    nb_sql_statement statement = {text("INSERT INTO p_frozen_c_visits (name) VALUES ($1) RETURNING name"), params, 1};
    nb_log_field field = {text("name"), {NULL, 0}};
    nb_error error = {.size = sizeof error};
    visit *const self = calloc(1, sizeof *self);
    if (self == NULL) {
        return NB_UNAVAILABLE;
    }
    self->plugin = plugin;
    self->request = request;
    params[0].bytes = field.value = http->param(request, text("name"));
    say(self, "method", http->method(request));
    say(self, "name", field.value);
    say(self, "query", http->query_value(request, text("q")));
    say(self, "header", http->header(request, text("X-Word")));
    say(self, "body", http->body(request));
    say_number(self, "limit", plugin->limit);
    use_cache(self);
    plugin->metrics->add(plugin->visits, 1);
    plugin->log->write(plugin->host, NB_LOG_INFO, text("Visited."), &field, 1);
    http->defer(request);
    if (plugin->sql->execute(plugin->host, &statement, 1, written, self, &error) != NB_OK) {
        (void)http->problem(request, &error);
        free(self);
    }
    return NB_OK;
}

static void tick(void *user) { (void)user; }

static int32_t create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    nb_plugin *const plugin = calloc(1, sizeof *plugin);
    (void)error;
    if (plugin == NULL) {
        return NB_UNAVAILABLE;
    }
    plugin->host = host;
    plugin->bodies = host->service(host, NB_BODY_SERVICE);
    plugin->cache = host->service(host, NB_CACHE_SERVICE);
    plugin->config = host->service(host, NB_CONFIG_SERVICE);
    plugin->exec = host->service(host, NB_EXEC_SERVICE);
    plugin->http = host->service(host, NB_HTTP_SERVICE);
    plugin->log = host->service(host, NB_LOG_SERVICE);
    plugin->metrics = host->service(host, NB_METRICS_SERVICE);
    plugin->sql = host->service(host, NB_SQL_SERVICE);
    *out = plugin;
    return NB_OK;
}

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    (void)error;
    return plugin->config->integer(plugin->host, text("limit"), &plugin->limit);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    const nb_sql_migration steps[] = {{text("visits"), text("CREATE TABLE p_frozen_c_visits (name TEXT NOT NULL)")}};
    const nb_route route = {.size = sizeof route,
                            .access = NB_ACCESS_ANYONE,
                            .method = text("POST"),
                            .pattern = text("/api/frozen/c/{name}"),
                            .summary = text("A visit"),
                            .handler = visited,
                            .user = plugin,
                            .schema = text("{\"query\":{\"properties\":{\"q\":{\"type\":\"string\"}}}}")};
    int32_t status = plugin->sql->migrate(plugin->host, steps, 1, error);
    if (status == NB_OK) {
        status = plugin->metrics->counter(plugin->host, text("visits_total"), text("Visits"), &plugin->visits, error);
    }
    if (status == NB_OK) {
        status = plugin->exec->every(plugin->host, 1000, tick, plugin, &plugin->timer, error);
    }
    return status == NB_OK ? plugin->http->add_route(plugin->host, &route, error) : status;
}

static int32_t stop(nb_plugin *plugin, nb_error *error)
{
    (void)error;
    plugin->exec->cancel(plugin->timer);
    plugin->timer = NULL;
    return NB_OK;
}

static void destroy(nb_plugin *plugin)
{
    if (plugin->timer != NULL) {
        plugin->exec->cancel(plugin->timer);
    }
    free(plugin);
}

const nb_plugin_entry *netbit_plugin_entry(void)
{
    static const nb_plugin_calls calls = {sizeof calls, 0, create, configure, start, NULL, stop, destroy};
    static const nb_plugin_entry entry = {NB_PLUGIN_MAGIC, sizeof entry, NB_ABI_MAJOR,   NB_ABI_MINOR, 0,
                                          "frozen_c",      "1.0.0",      NB_SDK_VERSION, "gcc",        &calls};
    return &entry;
}
