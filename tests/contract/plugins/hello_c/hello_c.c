/* The smallest plugin in C: GET /api/hello-c/{name}. It shows that the headers are all a plugin needs. */
#include <netbit/http.h>
#include <netbit/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nb_plugin {
    const nb_host *host;
    const nb_http_api *http;
};

static nb_str literal(const char *text)
{
    nb_str out = {text, strlen(text)};
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

static int32_t hello(void *user, nb_request *request)
{
    const nb_plugin *plugin = user;
    const nb_str name = plugin->http->param(request, literal("name"));
    char text[128];
    nb_reply reply = {0};
    const int length = snprintf(text, sizeof text, "Hello, %.*s!", (int)(name.len < 64 ? name.len : 64), name.ptr);

    reply.size = sizeof reply;
    reply.status = 200;
    reply.content_type = literal("text/plain; charset=utf-8");
    reply.bytes.ptr = text;
    reply.bytes.len = (size_t)length;
    return plugin->http->reply(request, &reply);
}

static int32_t create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    nb_plugin *plugin = malloc(sizeof *plugin);
    if (plugin == NULL) {
        return refuse(error, NB_UNAVAILABLE, "no_memory", "There is no memory for the plugin.");
    }
    plugin->host = host;
    plugin->http = host->service(host, NB_HTTP_SERVICE);
    *out = plugin;
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    nb_route route = {0};
    if (plugin->http == NULL) {
        return refuse(error, NB_UNAVAILABLE, "service_absent", "The host does not offer netbit.http/1.");
    }
    route.size = sizeof route;
    route.access = NB_ACCESS_ANYONE;
    route.flags = NB_ROUTE_FAST;
    route.method = literal("GET");
    route.pattern = literal("/api/hello-c/{name}");
    route.summary = literal("A greeting");
    route.handler = hello;
    route.user = plugin;
    return plugin->http->add_route(plugin->host, &route, error);
}

static void destroy(nb_plugin *plugin) { free(plugin); }

const nb_plugin_entry *netbit_plugin_entry(void)
{
    static const nb_plugin_calls calls = {sizeof calls, 0, create, NULL, start, NULL, NULL, destroy};
    static const nb_plugin_entry entry = {NB_PLUGIN_MAGIC, sizeof entry,   NB_ABI_MAJOR, NB_ABI_MINOR, 0,
                                          "hello_c",       "1.0.0",        NB_SDK_VERSION, "C",        &calls};
    return &entry;
}
