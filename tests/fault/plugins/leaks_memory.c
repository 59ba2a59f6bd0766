/* Never frees what it remembers of one life. */
#include "fault.h"

#include <stdlib.h>

static void *volatile kept;

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    kept = malloc(40);
    return kept == NULL ? NB_UNAVAILABLE : NB_OK;
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
