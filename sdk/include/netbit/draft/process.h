#ifndef NETBIT_DRAFT_PROCESS_H
#define NETBIT_DRAFT_PROCESS_H
/*
 * Programs that a plugin runs: git, a converter, a compiler. "netbit.draft.process/1"
 *
 * A child gets its arguments and its environment from the plugin and nothing else of the host: no descriptor, no variable, no
 * ignored signal. What it reads and writes goes piece by piece, and each side says when to wait, so nothing here holds more
 * than some hundred KiB of it, however long it is. No thread waits for a child. A child ends with the generation that started
 * it, and gets SIGTERM when the host itself is killed.
 *
 * The manifest's permissions must have "process.run". Draft: may change until it is promised. A plugin in a process of its own
 * does not have it.
 */
#include "netbit/http.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_PROCESS_SERVICE "netbit.draft.process/1"

typedef struct nb_process nb_process;

/* What it writes to stderr comes as output as well, in the order of the writing, and nb_process_end.errors is empty. */
#define NB_PROCESS_JOINED 1u

/* What a child is started as. Everything is copied before start returns. No text may have a NUL byte. */
typedef struct nb_process_options {
    uint32_t size;
    uint32_t stderr_bytes;        /* so much of what it writes to stderr is kept, from its beginning; at most 1 MiB */
    nb_str program;               /* an absolute path */
    const nb_str *arguments;      /* argv from its second member on; the first one is `program`. At most 4,096 */
    size_t argument_count;
    const nb_header *environment; /* name and value; a name has no "=". All that the child has. At most 256 */
    size_t environment_count;
    nb_str directory;             /* where it starts: an absolute path; absent: "/" */
    uint64_t wall_ms;             /* so long after its start it is ended: 1 ms to 7 days, looked at every 100 ms */
    uint64_t cpu_s;               /* CPU time of each of its processes, seconds, at least 1 (RLIMIT_CPU) */
    uint64_t memory_bytes;        /* private memory of each of its processes, at least 1 MiB (RLIMIT_DATA) */
    uint32_t flags;               /* NB_PROCESS_JOINED or 0 */
    uint32_t reserved;
} nb_process_options;

/* nb_process_end.reason */
#define NB_PROCESS_EXITED 1u   /* by itself: `status` is the exit status. 126: it could not be made ready, see `errors` */
#define NB_PROCESS_SIGNALLED 2u /* by a signal of somebody else, or over one of its limits: `status` is the signal */
#define NB_PROCESS_TOO_LONG 3u /* it was ended after wall_ms */
#define NB_PROCESS_KILLED 4u   /* by kill, or because the plugin is being stopped */

typedef struct nb_process_end {
    uint32_t size;
    uint32_t reason;   /* NB_PROCESS_… */
    int32_t status;
    uint32_t errors_cut; /* 1: more was written to stderr than is kept */
    nb_str errors;     /* what it wrote to stderr: any bytes. Borrowed for the call */
    uint64_t cpu_ms;   /* that it and the children that it waited for have used */
    uint64_t memory_bytes; /* the most that one of these had in memory */
} nb_process_end;

/* What becomes of a child. [worker], one at a time, in order; several children have their calls at the same time. */
typedef struct nb_process_calls {
    uint32_t size;
    uint32_t reserved;
    /* The next bytes of its stdout, at least one, borrowed for the call. NB_OK: go on. NB_WOULD_BLOCK: taken, but wait for
     * resume(); the child waits meanwhile. Any other status: no more of it is wanted, and its stdout is closed. */
    int32_t (*output)(void *user, nb_str bytes);
    /* Optional. After write said NB_WOULD_BLOCK: there is room again. */
    void (*drained)(void *user);
    /* It has ended, and so has every process of its group; all output was delivered, unless it was killed. Once. */
    void (*exited)(void *user, const nb_process_end *end);
    /* After close(): no call is under way and none will come; free `user`. On any thread, also within close(). */
    void (*ended)(void *user);
} nb_process_calls;

typedef struct nb_process_api {
    uint32_t size;
    uint32_t reserved;

    /* [worker] About a millisecond. NB_OK: it runs, and *out is good until close; the first calls may come before this returns.
     * NB_FORBIDDEN permission_missing; NB_NOT_FOUND program_not_found; NB_UNAVAILABLE too_many_processes (the plugin has
     * plugins.max_processes of them already), no_process, plugin_stopped; NB_INVALID bad_argument; NB_WOULD_BLOCK on a
     * reactor. */
    int32_t (*start)(const nb_host *host, const nb_process_options *options, const nb_process_calls *calls, void *user,
                     nb_process **out, nb_error *error);
    /* [any], one at a time. To its stdin; copied where the pipe does not take it at once. NB_OK; NB_WOULD_BLOCK: taken, but wait
     * for drained; NB_CLOSED: it reads no more, or was told of the end. */
    int32_t (*write)(nb_process *process, nb_str bytes);
    /* [any] Its stdin ends behind what was written. */
    void (*end_input)(nb_process *process);
    /* [any] After output said NB_WOULD_BLOCK; may come while it is about to. */
    void (*resume)(nb_process *process);
    /* [any] SIGTERM to its process group, and SIGKILL to what is left of it two seconds later. What it still writes is thrown
     * away. `exited` comes. */
    void (*kill)(nb_process *process);
    /* [any] Kills it if it runs; `exited` does not come any more, `ended` does. Always the plugin's to call, also after
     * exited. A handle that was given back before is found to be so by all of these, and nothing is done. */
    void (*close)(nb_process *process);
} nb_process_api;

#ifdef __cplusplus
}
#endif
#endif
