#ifndef NETBIT_HEALTH_H
#define NETBIT_HEALTH_H
/* How a plugin is, in its own words. "netbit.health/1" */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_HEALTH_SERVICE "netbit.health/1"

#define NB_HEALTH_GOOD 0u
#define NB_HEALTH_DEGRADED 1u /* works, but an admin should look: shown, and the host stays ready */
#define NB_HEALTH_FAILED 2u   /* does not work: /readyz answers 503 if the plugin is required, and names it */

typedef struct nb_health_api {
    uint32_t size;
    uint32_t reserved;
    /* [any] Holds until the next call, or the end of the generation; before the first it is NB_HEALTH_GOOD. `why` is one
     * sentence for a person, at most 512 bytes (cut), absent when good. NB_INVALID: no such state. */
    int32_t (*set)(const nb_host *host, uint32_t state, nb_str why);
} nb_health_api;

#ifdef __cplusplus
}
#endif
#endif
