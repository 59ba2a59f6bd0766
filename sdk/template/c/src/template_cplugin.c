/* What the plugin does. Everything that it calls is explained in the headers; start at netbit/plugin.h. */
#include <netbit/config.h>
#include <netbit/events.h>
#include <netbit/http.h>
#include <netbit/plugin.h>
#include <netbit/sql.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest_greeting = 100, longest_name = 100 };

struct nb_plugin {
    const nb_host *host;
    const nb_http_api *http;
    const nb_sql_api *sql;
    const nb_events_api *events;
    const nb_config_api *config;
    nb_subscription *messages;
    atomic_long message_count;
    pthread_mutex_t mutex; /* guards greeting: settings change while handlers read them */
    char greeting[longest_greeting + 1];
};

static nb_str text(const char *terminated)
{
    const nb_str out = {terminated, strlen(terminated)};
    return out;
}

static int32_t refuse(nb_error *error, int32_t status, const char *code, const char *detail)
{
    if (error != NULL) {
        error->status = status;
        error->pointer[0] = '\0';
        (void)snprintf(error->code, sizeof error->code, "%s", code);
        (void)snprintf(error->detail, sizeof error->detail, "%s", detail);
    }
    return status;
}

static int32_t problem(const nb_http_api *http, nb_request *request, int32_t status, const char *code, const char *detail)
{
    nb_error error = {.size = sizeof error};
    (void)refuse(&error, status, code, detail);
    return http->problem(request, &error);
}

static int32_t answer(const nb_http_api *http, nb_request *request, int32_t status, const char *type, const char *body)
{
    const nb_reply reply = {.size = sizeof reply, .status = status, .content_type = text(type), .bytes = text(body)};
    return http->reply(request, &reply);
}

/* POST /api/template.cplugin/{name}: answered when it is on disk. */

typedef struct greeting {
    const nb_http_api *http;
    nb_request *request;
    char text[longest_greeting + longest_name + 8];
} greeting;

/* [writer] The end of the write, exactly once: answer, free, no more. */
static void greeted(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags)
{
    greeting *const made = user;
    (void)id;
    (void)json;
    (void)flags;
    if (status == NB_OK) {
        (void)answer(made->http, made->request, 201, "text/plain; charset=utf-8", made->text);
    } else {
        (void)made->http->problem(made->request, error);
    }
    free(made);
}

static int32_t greet(void *user, nb_request *request)
{
    nb_plugin *const plugin = user;
    const nb_str name = plugin->http->param(request, text("name"));
    nb_sql_value params[1] = {{.type = NB_SQL_TEXT, .bytes = name}};
    const nb_sql_statement statement = {
        text("INSERT INTO p_template_cplugin_greetings (name, times) VALUES ($1, 1)"
             " ON CONFLICT (name) DO UPDATE SET times = p_template_cplugin_greetings.times + 1"),
        params, 1};
    nb_error error = {.size = sizeof error};
    greeting *made;
    int32_t status;

    if (name.len > longest_name) {
        return problem(plugin->http, request, NB_INVALID, "long_name", "A name has at most 100 bytes.");
    }
    made = malloc(sizeof *made);
    if (made == NULL) {
        return NB_UNAVAILABLE;
    }
    made->http = plugin->http;
    made->request = request;
    (void)pthread_mutex_lock(&plugin->mutex);
    (void)snprintf(made->text, sizeof made->text, "%s, %.*s!", plugin->greeting, (int)name.len, name.ptr);
    (void)pthread_mutex_unlock(&plugin->mutex);
    plugin->http->defer(request);
    status = plugin->sql->execute(plugin->host, &statement, 1, greeted, made, &error);
    if (status != NB_OK) { /* refused at once: greeted is not called */
        (void)plugin->http->problem(request, &error);
        free(made);
    }
    return NB_OK;
}

/* GET /api/template.cplugin/{name} */

static int32_t take_times(void *user, const nb_sql_value *columns, size_t count)
{
    if (count == 1 && columns[0].type == NB_SQL_INTEGER) {
        *(int64_t *)user = columns[0].integer;
    }
    return NB_OK;
}

static int32_t greetings(void *user, nb_request *request)
{
    nb_plugin *const plugin = user;
    const nb_sql_value params[1] = {{.type = NB_SQL_TEXT, .bytes = plugin->http->param(request, text("name"))}};
    const nb_sql_statement statement = {text("SELECT times FROM p_template_cplugin_greetings WHERE name = $1"), params, 1};
    nb_error error = {.size = sizeof error};
    int64_t times = 0;
    char body[48];

    if (plugin->sql->query(plugin->host, &statement, take_times, &times, &error) != NB_OK) {
        return plugin->http->problem(request, &error);
    }
    if (times == 0) {
        return problem(plugin->http, request, NB_NOT_FOUND, "not_greeted", "Nobody of that name was greeted yet.");
    }
    (void)snprintf(body, sizeof body, "{\"times\":%lld}", (long long)times);
    return answer(plugin->http, request, 200, "application/json", body);
}

/* GET /api/template.cplugin: memory only, so it may run on a reactor. */

static int32_t messages(void *user, nb_request *request)
{
    nb_plugin *const plugin = user;
    char body[48];
    (void)snprintf(body, sizeof body, "{\"messages\":%ld}", atomic_load(&plugin->message_count));
    return answer(plugin->http, request, 200, "application/json", body);
}

/* Events: every message that is written, in every chat. The manifest asks for the permission "events.all". */

static int32_t on_message(void *user, const nb_event *event)
{
    nb_plugin *const plugin = user;
    (void)event;
    (void)atomic_fetch_add(&plugin->message_count, 1);
    return NB_OK;
}

static void on_ended(void *user) { (void)user; /* it is the plugin, which destroy frees */ }

/* Life */

static int32_t create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    nb_plugin *const plugin = calloc(1, sizeof *plugin);
    if (plugin == NULL) {
        return refuse(error, NB_UNAVAILABLE, "no_memory", "There is no memory for the plugin.");
    }
    plugin->host = host;
    plugin->http = host->service(host, NB_HTTP_SERVICE);
    plugin->sql = host->service(host, NB_SQL_SERVICE);
    plugin->events = host->service(host, NB_EVENTS_SERVICE);
    plugin->config = host->service(host, NB_CONFIG_SERVICE);
    if (plugin->http == NULL || plugin->sql == NULL || plugin->events == NULL || plugin->config == NULL) {
        free(plugin);
        return refuse(error, NB_UNAVAILABLE, "service_absent", "A service of the manifest is absent in this host.");
    }
    (void)pthread_mutex_init(&plugin->mutex, NULL);
    *out = plugin;
    return NB_OK;
}

/* At the start, and again when an administrator changes the settings while handlers run. */
static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    nb_str greeting_text;
    if (plugin->config->text(plugin->host, text("greeting"), &greeting_text) != NB_OK ||
        greeting_text.len > longest_greeting) {
        return refuse(error, NB_INVALID, "bad_greeting", "The greeting has at most 100 bytes.");
    }
    (void)pthread_mutex_lock(&plugin->mutex);
    (void)snprintf(plugin->greeting, sizeof plugin->greeting, "%.*s", (int)greeting_text.len, greeting_text.ptr);
    (void)pthread_mutex_unlock(&plugin->mutex);
    return NB_OK;
}

static int32_t add_route(nb_plugin *plugin, const char *method, const char *pattern, uint32_t access, uint32_t flags,
                         nb_handler_fn handler, const char *summary, nb_error *error)
{
    const nb_route route = {.size = sizeof route,
                            .access = access,
                            .flags = flags,
                            .method = text(method),
                            .pattern = text(pattern),
                            .summary = text(summary),
                            .handler = handler,
                            .user = plugin};
    return plugin->http->add_route(plugin->host, &route, error);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    /* Each step runs once, ever. Append new ones; never change one that an administrator may have run. */
    const nb_sql_migration steps[] = {
        {text("greetings"),
         text("CREATE TABLE p_template_cplugin_greetings (name TEXT PRIMARY KEY, times INTEGER NOT NULL)")},
    };
    const nb_str topic = text("message.created");
    const nb_subscribe_options options = {
        .size = sizeof options, .after = -1, .topics = &topic, .topic_count = 1, .name = {NULL, 0}};
    static const nb_event_calls calls = {sizeof calls, 0, on_message, NULL, NULL, on_ended};
    int32_t status = plugin->sql->migrate(plugin->host, steps, sizeof steps / sizeof steps[0], error);
    if (status == NB_OK) {
        status = plugin->events->subscribe(plugin->host, &options, &calls, plugin, &plugin->messages, error);
    }
    if (status == NB_OK) {
        status = add_route(plugin, "POST", "/api/template.cplugin/{name}", NB_ACCESS_USER, 0, greet, "Greet somebody", error);
    }
    if (status == NB_OK) {
        status = add_route(plugin, "GET", "/api/template.cplugin/{name}", NB_ACCESS_USER, 0, greetings,
                           "How often somebody was greeted", error);
    }
    if (status == NB_OK) {
        status = add_route(plugin, "GET", "/api/template.cplugin", NB_ACCESS_ANYONE, NB_ROUTE_FAST, messages,
                           "How many messages were written since the plugin was loaded", error);
    }
    return status;
}

static void destroy(nb_plugin *plugin)
{
    if (plugin->messages != NULL) {
        plugin->events->cancel(plugin->messages);
    }
    (void)pthread_mutex_destroy(&plugin->mutex);
    free(plugin);
}

const nb_plugin_entry *netbit_plugin_entry(void)
{
    static const nb_plugin_calls calls = {sizeof calls, 0, create, configure, start, NULL, NULL, destroy};
    static const nb_plugin_entry entry = {NB_PLUGIN_MAGIC, sizeof entry, NB_ABI_MAJOR,   NB_ABI_MINOR, 0,
                                          "template.cplugin", "1.0.0",    NB_SDK_VERSION, "C",          &calls};
    return &entry;
}
