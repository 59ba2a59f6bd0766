/* A handler that does not come back for longer than any patience. */
#define _POSIX_C_SOURCE 200809L
#include "fault.h"

#include <time.h>

static int32_t stuck(void *user, nb_request *request)
{
    const struct timespec long_time = {2, 0};
    (void)user;
    nanosleep(&long_time, NULL);
    return reply_text(request, "at last");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/stuck", NB_ACCESS_ANYONE, 0, &stuck, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
