/* Leaves thread-specific data with a destructor in a thread of the host's, as a C++ runtime that is linked statically does. */
#include "fault.h"

#include <pthread.h>
#include <string.h>

static pthread_key_t key;
static char used[128 * 1024]; /* which stay in memory with the code */

static void forget(void *data) { (void)data; }

static int32_t leave(void *user, nb_request *request)
{
    (void)user;
    (void)pthread_setspecific(key, &key);
    return reply_text(request, "left");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    memset(used, 1, sizeof used);
    if (pthread_key_create(&key, &forget) != 0) {
        return NB_UNAVAILABLE;
    }
    return add_get("/leave", NB_ACCESS_ANYONE, 0, &leave, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
