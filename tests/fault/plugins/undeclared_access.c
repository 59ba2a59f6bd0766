/* A route that does not say who may call it. */
#include "fault.h"

static int32_t open_door(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "open");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/open", 0, 0, &open_door, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
