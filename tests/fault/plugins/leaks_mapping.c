/* Maps memory past the allocator, uses it, and never unmaps it. */
#define _DEFAULT_SOURCE
#include "fault.h"

#include <sys/mman.h>

enum { length = 65536 };

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    void *const memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)plugin, (void)error;
    if (memory == MAP_FAILED) {
        return NB_UNAVAILABLE;
    }
    memset(memory, 1, length);
    return NB_OK;
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
