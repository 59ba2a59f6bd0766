/* Requires the traveller. */
#include "../../fault/plugins/fault.h"

static int32_t here(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "needy");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/needy", NB_ACCESS_ANYONE, 0, &here, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
