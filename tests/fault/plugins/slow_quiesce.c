/* Takes its time to quiesce, and longer for an answer. */
#define _POSIX_C_SOURCE 200809L
#include "fault.h"

#include <time.h>

static void nap(long ms)
{
    struct timespec time;
    time.tv_sec = 0;
    time.tv_nsec = ms * 1000000L;
    nanosleep(&time, NULL);
}

static int32_t slow(void *user, nb_request *request)
{
    (void)user;
    nap(400);
    return reply_text(request, "slow");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    return add_get("/slow", NB_ACCESS_ANYONE, 0, &slow, error);
}

static int32_t quiesce(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    nap(200);
    return NB_OK;
}

FAULT_PLUGIN(NULL, &start, &quiesce, NULL)
