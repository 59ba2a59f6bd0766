/* Defers and forgets. */
#include "fault.h"

static int32_t never(void *user, nb_request *request)
{
    (void)user;
    the_http->defer(request);
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/never", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &never, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
