/* Starts a thread and never joins it: its code goes while it runs. */
#include "fault.h"

#include <pthread.h>
#include <unistd.h>

static void *wait_for_ever(void *user)
{
    for (;;) {
        pause();
    }
    return user;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    pthread_t thread;
    (void)plugin, (void)error;
    return pthread_create(&thread, NULL, &wait_for_ever, NULL) == 0 ? NB_OK : NB_UNAVAILABLE;
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
