#ifndef NETBIT_EXEC_H
#define NETBIT_EXEC_H
/* Work and time for plugins, which start no threads of their own. "netbit.exec/1" */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_EXEC_SERVICE "netbit.exec/1"

typedef struct nb_timer nb_timer;
typedef void (*nb_task_fn)(void *user);

typedef struct nb_exec_api {
    uint32_t size;
    uint32_t reserved;
    /* [any] Runs once on a worker. NB_UNAVAILABLE: the queue is full, or the plugin is being stopped; it will not run. */
    int32_t (*post)(const nb_host *host, nb_task_fn task, void *user, nb_error *error);
    /* [any] Runs on a worker after, or every, so many milliseconds (1…2^31); runs of one timer never overlap, and a
     * late one is not made up for. A one-shot timer that has run still has to be cancelled. A periodic timer that start
     * makes with the period of one of the generation before goes on with its beat: reloads do not hold it up. */
    int32_t (*after)(const nb_host *host, uint64_t ms, nb_task_fn task, void *user, nb_timer **out, nb_error *error);
    int32_t (*every)(const nb_host *host, uint64_t ms, nb_task_fn task, void *user, nb_timer **out, nb_error *error);
    /* [any] No run starts after it returned; waits for one under way, unless called from that run itself. */
    void (*cancel)(nb_timer *timer);
    /* [any] Milliseconds: of the monotonic clock, and of UTC since 1970. */
    int64_t (*monotonic_ms)(const nb_host *host);
    int64_t (*now_ms)(const nb_host *host);
} nb_exec_api;

#ifdef __cplusplus
}
#endif
#endif
