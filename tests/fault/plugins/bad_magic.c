/* Something else behind the right symbol. */
#include "fault.h"

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    return NB_OK;
}

static const nb_plugin_calls the_calls = {sizeof(nb_plugin_calls), 0, &fault_create, NULL, &start, NULL, NULL, &fault_destroy};
FAULT_ENTRY(0x12345678u, NB_ABI_MAJOR, &the_calls)
