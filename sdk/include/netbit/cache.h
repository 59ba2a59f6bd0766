#ifndef NETBIT_CACHE_H
#define NETBIT_CACHE_H
/* A small key-value store in memory, one name space per plugin, bounded by cache.plugin_quota_bytes. "netbit.cache/1"
 * Values may vanish before their time when the quota is reached (oldest use first): it is a cache. */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_CACHE_SERVICE "netbit.cache/1"

typedef struct nb_cache_api {
    uint32_t size;
    uint32_t reserved;
    /* All [any] [fast]. Keys 1…256 bytes. ttl_ms 0: no end. */
    /* *out is a reference to release. NB_NOT_FOUND. */
    int32_t (*get)(const nb_host *host, nb_str key, nb_body **out, nb_error *error);
    /* NB_TOO_LARGE: over a quarter of the quota. */
    int32_t (*set)(const nb_host *host, nb_str key, nb_str value, uint64_t ttl_ms, nb_error *error);
    /* Like set, but only where nothing is: NB_CONFLICT otherwise. */
    int32_t (*add)(const nb_host *host, nb_str key, nb_str value, uint64_t ttl_ms, nb_error *error);
    /* Adds to a decimal number, from 0 where nothing is (then with ttl_ms). NB_INVALID: not a number, or it would
     * overflow; nothing changed. */
    int32_t (*incr)(const nb_host *host, nb_str key, int64_t by, uint64_t ttl_ms, int64_t *out, nb_error *error);
    int32_t (*remove)(const nb_host *host, nb_str key, nb_error *error); /* NB_NOT_FOUND */
} nb_cache_api;

#ifdef __cplusplus
}
#endif
#endif
