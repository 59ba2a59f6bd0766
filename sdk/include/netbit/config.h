#ifndef NETBIT_CONFIG_H
#define NETBIT_CONFIG_H
/*
 * A plugin's settings. "netbit.config/1"
 *
 * The manifest's `config` lists every key with type, default and bounds (JSON Schema); <id>.properties in the
 * server's folder of plugin settings (etc/netbit/plugins of an installed one) sets them as `<id>.key = value`. What is read here was checked against it before create or configure was called.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_CONFIG_SERVICE "netbit.config/1"

typedef struct nb_config_api {
    uint32_t size;
    uint32_t reserved;
    /* [control], in create, configure and start. Keys without the plugin's prefix. NB_NOT_FOUND: not in the manifest;
     * NB_INVALID: of another type. The text lives until the call of the plugin returns. */
    int32_t (*text)(const nb_host *host, nb_str key, nb_str *out);
    int32_t (*integer)(const nb_host *host, nb_str key, int64_t *out);
    int32_t (*real)(const nb_host *host, nb_str key, double *out);
    int32_t (*flag)(const nb_host *host, nb_str key, uint32_t *out); /* 1 or 0 */
} nb_config_api;

#ifdef __cplusplus
}
#endif
#endif
