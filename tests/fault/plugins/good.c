/* Works: the others are compared with it. Tells its settings, and which services it was given. */
#include "fault.h"

static int64_t the_number;

static int32_t good(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "good");
}

static int32_t number(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    snprintf(out, sizeof out, "%lld", (long long)the_number);
    return reply_text(request, out);
}

static int32_t services(void *user, nb_request *request)
{
    static const char *const ids[] = {"netbit.body/1", "netbit.log/1", "netbit.config/1", "netbit.http/1",
                                      "netbit.sql/1",  "netbit.nosuch/1"};
    char out[256] = "";
    size_t i;
    (void)user;
    for (i = 0; i < sizeof ids / sizeof *ids; ++i) {
        strcat(out, the_host->service(the_host, ids[i]) ? "1" : "0");
    }
    return reply_text(request, out);
}

/* NB_WOULD_BLOCK on the reactor: comes again on a worker. */
static int32_t slow_path(void *user, nb_request *request)
{
    (void)user;
    return the_http->may_block(request) ? reply_text(request, "from a worker") : NB_WOULD_BLOCK;
}

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    const nb_config_api *config = (const nb_config_api *)the_host->service(the_host, NB_CONFIG_SERVICE);
    int64_t wanted = 0;
    (void)plugin;
    if (config->integer(the_host, text("number"), &wanted) != NB_OK) {
        return NB_INTERNAL;
    }
    if (wanted == 13) {
        error->status = NB_INVALID;
        strcpy(error->code, "unlucky");
        strcpy(error->detail, "13 is not accepted.");
        return NB_INVALID;
    }
    the_number = wanted;
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    if (add_get("/good", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &good, error) != NB_OK
        || add_get("/good/number", NB_ACCESS_ANYONE, 0, &number, error) != NB_OK
        || add_get("/good/services", NB_ACCESS_ANYONE, 0, &services, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/good/slow-path", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &slow_path, error);
}

FAULT_PLUGIN(&configure, &start, NULL, NULL)
