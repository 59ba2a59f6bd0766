#ifndef NETBIT_HTTP_H
#define NETBIT_HTTP_H
/* Routes, requests and replies of the HTTP edge. "netbit.http/1" (RFC 9110, RFC 9112; problems as RFC 9457) */
#include "netbit/handover.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_HTTP_SERVICE "netbit.http/1"

typedef struct nb_request nb_request;
typedef struct nb_stream nb_stream;

/* Who may call a route. A route that leaves it out (0) is refused. */
#define NB_ACCESS_ANYONE 1u /* no token needed; one that is sent must be good */
#define NB_ACCESS_USER 2u   /* any signed-in user */
#define NB_ACCESS_ADMIN 3u  /* admins of the server */

/* The handler reads memory only and runs on the reactor that read the request. Without it: on a worker. */
#define NB_ROUTE_FAST 1u

/* [fast] or [worker], as the route says. Answers with reply, problem or stream, or calls defer and answers later, and
 * returns NB_OK. NB_WOULD_BLOCK, with nothing answered: called again on a worker. Another status, with nothing
 * answered: the host answers a problem of that status. */
typedef int32_t (*nb_handler_fn)(void *user, nb_request *request);

/* What a plugin wants to hear about a stream. All optional; on a reactor thread, one at a time. */
typedef struct nb_stream_calls {
    uint32_t size;
    uint32_t reserved;
    void (*drained)(void *user); /* after write said NB_WOULD_BLOCK: there is room again */
    void (*closed)(void *user);  /* the peer is gone; end() is still the plugin's to call */
    /* After end(): no call is under way and none will come; free `user`. On any thread, also within end().
     * Does not come when stream() itself failed. */
    void (*ended)(void *user);
    /* Handover. Calls keep(keeper, piece) once and returns NB_OK: writing says NB_CLOSED from then on, what was written is
     * sent, and `ended` follows without an end(). NB_WOULD_BLOCK: asked again soon. Any other status: this one cannot move.
     * Other threads may be writing meanwhile: the plugin sees to it that nothing is written twice or left out. */
    int32_t (*freeze)(void *user, nb_stream *stream, nb_keep_fn keep, void *keeper);
} nb_stream_calls;

typedef struct nb_route {
    uint32_t size;
    uint32_t access; /* NB_ACCESS_… */
    uint32_t flags;  /* NB_ROUTE_… */
    uint32_t max_body_bytes; /* 0: the host's default (1 MiB unless configured) */
    nb_str method;   /* "GET" also answers HEAD */
    nb_str pattern;  /* "/api/hello/{name}"; "{rest...}" as last segment takes what remains */
    nb_str summary;  /* one line for the API documentation */
    nb_handler_fn handler;
    void *user;
    /* Handover, optional: a stream that the generation before had begun on this route (same method and pattern) and has
     * frozen. Fills `calls` (whose size the host has set) and *stream_user, with which the stream goes on; *stream lives
     * until end, as from stream(). [fast] A status other than NB_OK ends the stream. */
    int32_t (*thaw)(void *user, nb_stream *stream, const nb_frozen *piece, nb_stream_calls *calls, void **stream_user);
    /* Since 1.1, for the API documentation; both may be absent, and both are copied. */
    /* The operation (netbit/draft/operations.h) that this route is: what it takes beside the path's parameters is the query
     * of a GET or DELETE, and the body of others. */
    nb_str operation;
    /* A JSON object of at most 64 KiB; every member is optional. "query", "body": a JSON Schema (2020-12) of an object;
     * "result": one of the answer; "status": the answer's, 200 unless given; "type": its media type, application/json unless
     * given. A route that says its "query" is not asked with another parameter: the host answers that with 422.
     * NB_INVALID bad_schema. */
    nb_str schema;
} nb_route;

typedef struct nb_header {
    nb_str name;
    nb_str value;
} nb_header;

typedef struct nb_reply {
    uint32_t size;
    int32_t status; /* 200…599 */
    nb_str content_type; /* {NULL,0}: application/json */
    nb_str bytes;   /* copied; used when body is NULL */
    nb_body *body;  /* sent without a copy; the host takes a reference of its own */
    const nb_header *headers; /* beside those the host writes itself; copied */
    size_t header_count;
} nb_reply;

typedef struct nb_http_api {
    uint32_t size;
    uint32_t reserved;

    /* [control], in start. Errors: NB_CONFLICT duplicate_route (names the owner), NB_INVALID bad_pattern,
     * access_undeclared. */
    int32_t (*add_route)(const nb_host *host, const nb_route *route, nb_error *error);

    /* Reading a request: by one thread at a time, until it is answered. Returned strings live as long.
     * Header names compare without case; param and query_value are percent-decoded; absent is {NULL, 0}. */
    nb_str (*method)(const nb_request *request);
    nb_str (*target)(const nb_request *request); /* as sent: path and query */
    nb_str (*header)(const nb_request *request, nb_str name);
    nb_str (*param)(const nb_request *request, nb_str name);
    nb_str (*query_value)(const nb_request *request, nb_str name);
    nb_str (*body)(const nb_request *request);
    nb_str (*peer)(const nb_request *request); /* numeric address */
    uint64_t (*id)(const nb_request *request);
    /* Borrowed until answered; NULL when nobody signed in. */
    nb_principal *(*principal)(const nb_request *request);

    /* Answering: [any], exactly one of reply, problem and stream, exactly once. The request is gone afterwards. A status
     * other than NB_OK: not answered, and still to be (NB_INVALID: a status or header that HTTP does not allow). */
    int32_t (*reply)(nb_request *request, const nb_reply *reply);
    int32_t (*problem)(nb_request *request, const nb_error *error);
    /* Keeps the request beyond the handler; the plugin must answer it, also when it is stopped. */
    void (*defer)(nb_request *request);

    /* A reply whose end is not yet known. `head->bytes` and `body` go first. `calls` may be NULL. *out lives until end. */
    int32_t (*stream)(nb_request *request, const nb_reply *head, const nb_stream_calls *calls, void *user,
                      nb_stream **out, nb_error *error);
    /* [any], one at a time per stream. NB_OK; NB_WOULD_BLOCK: taken, but wait for drained; NB_CLOSED: gone. */
    int32_t (*stream_write)(nb_stream *stream, nb_str bytes);
    int32_t (*stream_write_body)(nb_stream *stream, nb_body *body);
    void (*stream_end)(nb_stream *stream);

    /* [any] 1 on a worker, 0 on a reactor. */
    uint32_t (*may_block)(const nb_request *request);

    /* Every header field in the order in which it was sent: fills up to `capacity` and returns how many there are. */
    size_t (*headers)(const nb_request *request, nb_header *out, size_t capacity);
} nb_http_api;

#ifdef __cplusplus
}
#endif
#endif
