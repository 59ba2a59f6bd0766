#ifndef NETBIT_PLUGIN_H
#define NETBIT_PLUGIN_H
/*
 * The one symbol that a plugin exports, and the calls of its life.
 *
 * Life: create, configure, start … quiesce, stop, destroy. All on the control thread, each at most once per generation,
 * except configure, which comes again (after start) whenever the settings change.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_PLUGIN_MAGIC 0x4e425031u /* "NBP1" */
#define NB_ABI_MAJOR 1              /* another number: the host refuses the plugin */
#define NB_ABI_MINOR 1              /* higher than the host's: refused; lower: fine */

typedef struct nb_plugin nb_plugin; /* the plugin's own; the host only passes it on */

typedef struct nb_plugin_calls {
    uint32_t size;
    uint32_t reserved;
    /* Each returns NB_OK or a status with `error` filled, and lets no exception out.
     * [control] Makes the plugin. Services can be fetched; nothing can be registered yet. */
    int32_t (*create)(const nb_host *host, nb_plugin **out, nb_error *error);
    /* [control] Reads the settings (netbit/config.h). A failure after start leaves the old settings in force. Optional. */
    int32_t (*configure)(nb_plugin *plugin, nb_error *error);
    /* [control] Registers routes, listeners, timers, subscriptions. They go live together after it returned NB_OK; after
     * a failure they are discarded. */
    int32_t (*start)(nb_plugin *plugin, nb_error *error);
    /* [control] Soon no more calls come: stop taking on new work. Optional. */
    int32_t (*quiesce)(nb_plugin *plugin, nb_error *error);
    /* [control] No call is under way any more, and none will come but destroy. Optional. */
    int32_t (*stop)(nb_plugin *plugin, nb_error *error);
    /* [control] Frees the plugin. Whatever it still holds of the host's is invalid afterwards. */
    void (*destroy)(nb_plugin *plugin);
} nb_plugin_calls;

typedef struct nb_plugin_entry {
    uint32_t magic; /* NB_PLUGIN_MAGIC */
    uint32_t size;
    uint16_t abi_major, abi_minor;
    uint32_t flags;        /* 0 */
    const char *id;        /* as in the manifest: "chat", "org.example.hello" */
    const char *version;   /* semantic version, as in the manifest */
    const char *sdk;       /* NB_SDK_VERSION it was built with */
    const char *toolchain; /* for people: "gcc 12.2.0" */
    const nb_plugin_calls *calls;
} nb_plugin_entry;

#define NB_SDK_VERSION "1.1.0"

/* [control] The exported symbol. Returns a constant. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const nb_plugin_entry *netbit_plugin_entry(void);

#ifdef __cplusplus
}
#endif
#endif
