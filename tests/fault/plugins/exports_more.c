/* Has a second symbol that everybody sees; its link goes without the map of netbit_add_plugin. */
#include "fault.h"

__attribute__((visibility("default"))) int exports_more_helper(int number);
int exports_more_helper(int number) { return number + 1; }

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    return exports_more_helper(NB_OK - 1);
}

static const nb_plugin_calls the_calls = {sizeof(nb_plugin_calls), 0, &fault_create, NULL, &start, NULL, NULL, &fault_destroy};
FAULT_ENTRY(NB_PLUGIN_MAGIC, NB_ABI_MAJOR, &the_calls)
