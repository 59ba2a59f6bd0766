/* Keeps a timer's handle where the next generation finds it, which gives it back. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "fault.h"

#include <stdlib.h>

static void task(void *user) { (void)user; }

static void cancel_stale(void)
{
    void *stale = NULL;
    const char *kept = getenv("NETBIT_FAULT_STALE");
    if (kept != NULL && sscanf(kept, "%p", &stale) == 1) {
        the_exec->cancel((nb_timer *)stale);
    }
}

static int32_t again(void *user, nb_request *request)
{
    (void)user;
    cancel_stale();
    return reply_text(request, "again");
}

static int32_t keep(void *user, nb_request *request)
{
    char text_of[32];
    nb_timer *timer = NULL;
    (void)user;
    if (the_exec->after(the_host, 100000, &task, NULL, &timer, NULL) != NB_OK) {
        return NB_INTERNAL;
    }
    snprintf(text_of, sizeof text_of, "%p", (void *)timer);
    setenv("NETBIT_FAULT_STALE", text_of, 1);
    return reply_text(request, "kept");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    if (add_get("/stale/keep", NB_ACCESS_ANYONE, 0, &keep, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/stale/again", NB_ACCESS_ANYONE, 0, &again, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
