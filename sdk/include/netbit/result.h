#ifndef NETBIT_RESULT_H
#define NETBIT_RESULT_H
/*
 * Strings, statuses and errors as they cross the border.
 *
 * Nothing else crosses: fixed-width integers, these, opaque handles, function pointers, and structs whose first member is
 * their size in bytes. A struct or table only ever grows at its end; NB_HAS tells whether the other side knows a member.
 */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether `table` (whose first member is `size`) is long enough to hold `member`, and the member is not null. */
#define NB_HAS(table, member)                                                                                          \
    ((table)->size >= NB_MEMBER_END_(table, member) && (table)->member != 0)
#define NB_MEMBER_END_(table, member)                                                                          \
    ((size_t)((const char *)&(table)->member - (const char *)(table)) + sizeof((table)->member))

/* UTF-8 text or bytes, not terminated, borrowed: valid for the call it is passed to, unless the function says more.
 * {NULL, 0} is "absent" where a function tells absent from empty. */
typedef struct nb_str {
    const char *ptr;
    size_t len;
} nb_str;

/* Statuses. The number in brackets is what HTTP makes of it. */
#define NB_OK 0
#define NB_MALFORMED 1           /* not parseable (400) */
#define NB_UNAUTHENTICATED 2     /* who are you (401) */
#define NB_FORBIDDEN 3           /* you may not (403) */
#define NB_NOT_FOUND 4           /* not there, or not yours to know of (404) */
#define NB_CONFLICT 5            /* clashes with what is there (409) */
#define NB_TOO_LARGE 6           /* over a size limit (413) */
#define NB_INVALID 7             /* parses, but does not make sense (422) */
#define NB_RATE_LIMITED 8        /* too often (429) */
#define NB_UNAVAILABLE 9         /* overloaded or not ready (503) */
#define NB_STORAGE_FULL 10       /* disk or quota full (507) */
#define NB_INTERNAL 11           /* the fault of whoever returns it (500) */
#define NB_WOULD_BLOCK 12        /* only memory was allowed here: call again on a worker */
#define NB_CLOSED 13             /* the peer or the handle is gone */
#define NB_UNSUPPORTED 14        /* this host cannot do that (501) */
#define NB_PRECONDITION_FAILED 15 /* If-Match did not match (412) */
#define NB_UNSUPPORTED_TYPE 16   /* a content type that is not taken here (415) */

/* What went wrong. Owned by the caller, who sets `size`; filled only when a function returns other than NB_OK.
 * Texts are UTF-8, terminated, and cut to fit at a character's edge. A function accepts NULL for "do not tell me". */
typedef struct nb_error {
    uint32_t size;
    int32_t status;
    char code[64];     /* stable, snake_case */
    char pointer[128]; /* JSON pointer (RFC 6901) of the member at fault, or empty */
    char detail[512];  /* one sentence for a person */
} nb_error;

/* End of an asynchronous write. [writer], exactly once, even when the peer has gone meanwhile.
 * On NB_OK: id of what was made or changed, and its JSON as the API shows it. Else `error` is filled and id is 0.
 * `flags`: NB_DONE_REPLAYED when an earlier call with the same key had done it. */
#define NB_DONE_REPLAYED 1u
typedef void (*nb_done_fn)(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags);

#ifdef __cplusplus
}
#endif
#endif
