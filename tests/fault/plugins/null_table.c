/* An entry without calls. */
#include "fault.h"

FAULT_ENTRY(NB_PLUGIN_MAGIC, NB_ABI_MAJOR, NULL)
