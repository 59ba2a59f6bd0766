#ifndef NETBIT_DRAFT_OPERATIONS_H
#define NETBIT_DRAFT_OPERATIONS_H
/*
 * What the host's services can do beyond the hot paths of their own tables, by name. "netbit.draft.operations/1"
 *
 * An operation takes named arguments and gives one JSON value: "chats.rename", "messages.edit", "users.list". The service
 * behind it reads the arguments, checks what the principal may do, writes, and publishes the event, so a route is one call.
 * New operations and new optional arguments come without a new table. Draft: may change until it is promised.
 */
#include "netbit/auth.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_OPERATIONS_SERVICE "netbit.draft.operations/1"

/* An argument as text, such as from a path or a query. The host reads it as the kind that the operation wants. */
typedef struct nb_argument {
    nb_str name;
    nb_str value;
} nb_argument;

typedef struct nb_operation_call {
    uint32_t size;
    uint32_t text_count;
    nb_str operation;
    nb_str arguments;         /* a JSON object, or absent: none. At most 1 MiB */
    const nb_argument *texts; /* more arguments; a name that is in both is refused */
    nb_str key;               /* idempotency, at most 128 bytes, for operations that create; absent: none */
    nb_str if_match;          /* RFC 9110 section 13.1.1, for operations that change; absent: whatever is there */
    nb_str peer;              /* the caller's numeric address, for throttles and the audit log; or absent */
    nb_str client;            /* what the caller calls itself (User-Agent); or absent */
} nb_operation_call;

typedef struct nb_operations_api {
    uint32_t size;
    uint32_t reserved;

    /* [worker] NB_OK: `done` is called once: before this returns where nothing is written, else on the writer's thread when
     * it is on disk; where another server was asked, on a thread that waited for it. Another status: refused at once, `done` is
     * not called. Everything is copied before it returns. `principal` may be NULL for operations that anyone may call.
     * NB_NOT_FOUND unknown_operation; NB_UNAUTHENTICATED; NB_FORBIDDEN; NB_MALFORMED and NB_INVALID with a pointer to the
     * argument at fault; NB_WOULD_BLOCK on a reactor; and what the operation itself says. */
    int32_t (*call)(const nb_host *host, const nb_principal *principal, const nb_operation_call *call, nb_done_fn done,
                    void *user, nb_error *error);
} nb_operations_api;

#ifdef __cplusplus
}
#endif
#endif
