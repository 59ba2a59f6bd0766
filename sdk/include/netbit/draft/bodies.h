#ifndef NETBIT_DRAFT_BODIES_H
#define NETBIT_DRAFT_BODIES_H
/*
 * Bodies of any size: a request's as it comes, and a file as the answer. "netbit.draft.bodies/1"
 *
 * nb_http_api.body holds a whole body in memory; that is right for JSON, and wrong for an upload or a push. A route with
 * NB_ROUTE_STREAMED is called when the request's head is there, and takes the body piece by piece. An answer of any size is
 * nb_http_api.stream, which says when to wait; one that is a file is send_file. Nothing here holds more than some hundred KiB
 * of a body, however long it is. Draft: may change until it is promised. A plugin in a process of its own does not have it.
 */
#include "netbit/http.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_BODIES_SERVICE "netbit.draft.bodies/1"

/* nb_route.flags: the handler is called with the head, on a worker, and `max_body_bytes` means nothing; nb_http_api.body is
 * empty. A handler that answers without receive() refuses the body: a short one is skipped, after a longer one the
 * connection is closed. Not together with NB_ROUTE_FAST. */
#define NB_ROUTE_STREAMED 2u

typedef struct nb_intake nb_intake;

/* What becomes of a body. [worker], one at a time, in order; several intakes have their calls at the same time.
 * The request is answered with nb_http_api as any other, mostly from `complete`; it may be answered before, also by a stream
 * that goes on while the body comes: the host then closes the connection behind the answer. */
typedef struct nb_intake_calls {
    uint32_t size;
    uint32_t reserved;
    /* The next bytes, at least one, borrowed for the call. NB_OK: taken, go on. NB_WOULD_BLOCK: taken, but wait for resume().
     * Any other status: no more of it is wanted; answer the request, no other call follows. The client waits meanwhile. */
    int32_t (*data)(void *user, nb_str bytes);
    /* That was all of it. No data or failed follows. */
    void (*complete)(void *user);
    /* The rest will not come: NB_CLOSED, the client has gone, was too slow or broke HTTP, or the plugin is being stopped
     * (plugin_stopped: what is answered then is still sent); NB_TOO_LARGE, it is over
     * max_bytes. What has come is not the whole body, so nothing may be made of it. The client has been told where that
     * was possible; the request is still to be answered, or to be let go of, and what is answered is not sent. */
    void (*failed)(void *user, const nb_error *error);
    /* After close(): no call is under way and none will come; free `user`. On any thread, also within close(). */
    void (*ended)(void *user);
} nb_intake_calls;

/* A file as a whole answer. */
typedef struct nb_file_reply {
    uint32_t size;
    /* A regular file, open for reading, that does not change any more. The host takes a duplicate: yours stays yours. Its
     * position is neither used nor moved (pread). */
    int32_t descriptor;
    nb_str content_type;
    nb_str etag; /* strong, with its quotes (RFC 9110 section 8.8.3): what If-None-Match and If-Range are held against */
    const nb_header *headers; /* beside those the host writes itself, and ETag, Accept-Ranges, Content-Range; copied */
    size_t header_count;
} nb_file_reply;

typedef struct nb_bodies_api {
    uint32_t size;
    uint32_t reserved;

    /* [worker], of a route with NB_ROUTE_STREAMED, after defer and before the answer, once. Where the client waits for a
     * "100 Continue" it gets it now. A body of more than `max_bytes` is answered with 413 by the host, and failed.
     * A request without a body is complete at once. *out is good until close. Slowness is limited by http.body_timeout_ms:
     * in each such time at least 16 KiB must come, but for the time that the plugin itself takes.
     * NB_INVALID not_streamed, not_deferred, received_twice; NB_CLOSED answered_twice. */
    int32_t (*receive)(nb_request *request, const nb_intake_calls *calls, void *user, uint64_t max_bytes, nb_intake **out,
                       nb_error *error);
    /* [any] After data said NB_WOULD_BLOCK; may come while it is about to. Not after close: the client may go at any time, so
     * a task that resumes later must know of it: a flag under a lock, which close sets and the task holds. */
    void (*resume)(nb_intake *intake);
    /* [any] No more is wanted: `ended` follows. Always the plugin's to call, also after complete and failed. It answers
     * nothing. */
    void (*close)(nb_intake *intake);

    /* [any] Answers with 200, 206 or 416 as Range and If-Range say (several ranges at once are answered with the whole),
     * with 304 as If-None-Match says, and to HEAD without the bytes. NB_OK: the request is gone, as after reply.
     * NB_INVALID bad_header, bad_etag; NB_UNAVAILABLE file_unusable: not answered yet. */
    int32_t (*send_file)(nb_request *request, const nb_file_reply *file, nb_error *error);
} nb_bodies_api;

#ifdef __cplusplus
}
#endif
#endif
