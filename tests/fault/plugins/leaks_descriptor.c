/* Opens a file at each start and never closes it. */
#define _DEFAULT_SOURCE
#include "fault.h"

#include <fcntl.h>

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? NB_OK : NB_UNAVAILABLE;
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
