/* Wants a route that the plugin good has. */
#include "fault.h"

static int32_t mine(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "mine");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/good", NB_ACCESS_ANYONE, 0, &mine, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
