#ifndef NETBIT_HOST_H
#define NETBIT_HOST_H
/* What a plugin knows of its host: versions, and services by id. */
#include "netbit/result.h"
#include "netbit/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One per generation of a plugin; given to create(), valid until destroy() has returned. Every service takes it first,
 * so that routes, listeners, timers and subscriptions belong to that generation and end with it. */
typedef struct nb_host nb_host;
struct nb_host {
    uint32_t size;
    uint16_t abi_major, abi_minor; /* of the host; abi_major equals the plugin's */
    const char *version;           /* "1.0.0", terminated, lives as long as the host */
    const char *plugin_id;         /* the manifest's id */
    void *implementation;          /* the host's own; not to be touched */

    /* [any] The table of a service ("netbit.http/1"), or NULL: unknown to this host, or not wanted in the manifest.
     * The table lives as long as the process. */
    const void *(*service)(const nb_host *host, const char *id);
};

/* Immutable bytes owned by the host and shared by counting: a page of messages on its way to a socket, a cache value.
 * "netbit.body/1" */
#define NB_BODY_SERVICE "netbit.body/1"
typedef struct nb_body nb_body;
typedef struct nb_body_api {
    uint32_t size;
    uint32_t reserved;
    /* [any] A body with a copy of the bytes; release it. NULL: no memory. */
    nb_body *(*make)(const nb_host *host, nb_str bytes);
    /* [any] One more, one fewer reference. */
    void (*retain)(nb_body *body);
    void (*release)(nb_body *body);
    /* [any] Bytes in all. */
    size_t (*length)(const nb_body *body);
    /* [any] The body is a list of pieces: fills up to `capacity` of them and returns how many there are. They live as
     * long as the caller's reference. */
    size_t (*pieces)(const nb_body *body, nb_str *out, size_t capacity);
} nb_body_api;

#ifdef __cplusplus
}
#endif
#endif
