/* GET /api/made/FLAVOUR/{name}: whatever C compiler made this, the host calls it and is called by it. */
#include <netbit/exec.h>
#include <netbit/http.h>
#include <netbit/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nb_plugin {
    const nb_host *host;
    const nb_http_api *http;
    const nb_exec_api *exec;
};

typedef struct later {
    nb_plugin *plugin;
    nb_request *request;
} later;

static nb_str text(const char *terminated)
{
    const nb_str out = {terminated, strlen(terminated)};
    return out;
}

static void answer(void *user)
{
    later *const owed = user;
    const nb_http_api *const http = owed->plugin->http;
    const nb_str name = http->param(owed->request, text("name"));
    char body[160];
    nb_reply reply = {.size = sizeof reply, .status = 200, .content_type = text("text/plain")};
    (void)snprintf(body, sizeof body, "Hello, %.*s, from " FLAVOUR, (int)(name.len < 64 ? name.len : 64), name.ptr);
    reply.bytes = text(body);
    (void)http->reply(owed->request, &reply);
    free(owed);
}

static int32_t hello(void *user, nb_request *request)
{
    nb_plugin *const plugin = user;
    later *const owed = malloc(sizeof *owed);
    if (owed == NULL) {
        return NB_UNAVAILABLE;
    }
    owed->plugin = plugin;
    owed->request = request;
    plugin->http->defer(request);
    if (plugin->exec->post(plugin->host, answer, owed, NULL) != NB_OK) {
        answer(owed);
    }
    return NB_OK;
}

static int32_t create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    nb_plugin *const plugin = calloc(1, sizeof *plugin);
    (void)error;
    if (plugin == NULL) {
        return NB_UNAVAILABLE;
    }
    plugin->host = host;
    plugin->http = host->service(host, NB_HTTP_SERVICE);
    plugin->exec = host->service(host, NB_EXEC_SERVICE);
    *out = plugin;
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    const nb_route route = {.size = sizeof route,
                            .access = NB_ACCESS_ANYONE,
                            .flags = NB_ROUTE_FAST,
                            .method = text("GET"),
                            .pattern = text("/api/made/" FLAVOUR "/{name}"),
                            .summary = text("A greeting"),
                            .handler = hello,
                            .user = plugin};
    if (plugin->http == NULL || plugin->exec == NULL) {
        return NB_UNAVAILABLE;
    }
    return plugin->http->add_route(plugin->host, &route, error);
}

static void destroy(nb_plugin *plugin) { free(plugin); }

const nb_plugin_entry *netbit_plugin_entry(void)
{
    static const nb_plugin_calls calls = {sizeof calls, 0, create, NULL, start, NULL, NULL, destroy};
    static const nb_plugin_entry entry = {NB_PLUGIN_MAGIC, sizeof entry, NB_ABI_MAJOR,   NB_ABI_MINOR, 0,
                                          "made_" FLAVOUR, "1.0.0",      NB_SDK_VERSION, FLAVOUR,      &calls};
    return &entry;
}
