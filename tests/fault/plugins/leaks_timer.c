/* Never cancels its timers: one that ran after the library was closed would end the process. */
#include "fault.h"

static int runs; /* on workers: atomic */

static void tick(void *user)
{
    (void)user;
    __atomic_fetch_add(&runs, 1, __ATOMIC_RELAXED);
}

static int32_t ticks(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    snprintf(out, sizeof out, "%d", __atomic_load_n(&runs, __ATOMIC_RELAXED));
    return reply_text(request, out);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    nb_timer *timer = NULL;
    (void)plugin;
    if (the_exec->every(the_host, 1, &tick, NULL, &timer, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/ticks", NB_ACCESS_ANYONE, 0, &ticks, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
