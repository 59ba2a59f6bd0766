/* Built for a host that does not exist yet. */
#include "fault.h"

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    return NB_OK;
}

static const nb_plugin_calls the_calls = {sizeof(nb_plugin_calls), 0, &fault_create, NULL, &start, NULL, NULL, &fault_destroy};
FAULT_ENTRY(NB_PLUGIN_MAGIC, 9, &the_calls)
