/* A required plugin that says how it is, as it is told to. */
#include "../../fault/plugins/fault.h"
#include "netbit/health.h"

static const nb_health_api *health;

static int32_t mood(void *user, nb_request *request)
{
    const nb_str wanted = the_http->param(request, text("mood"));
    (void)user;
    if (wanted.len == 5) {
        return NB_INTERNAL; /* "error" */
    }
    if (wanted.len == 4) {
        health->set(the_host, NB_HEALTH_GOOD, text(""));
    } else if (wanted.len == 6) {
        health->set(the_host, NB_HEALTH_FAILED, text("The mail server is gone."));
    } else {
        health->set(the_host, NB_HEALTH_DEGRADED, text("The mail server answers slowly."));
    }
    return reply_text(request, "so be it");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    health = (const nb_health_api *)the_host->service(the_host, NB_HEALTH_SERVICE);
    return add_get("/moody/{mood}", NB_ACCESS_ANYONE, 0, &mood, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
