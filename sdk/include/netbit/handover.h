#ifndef NETBIT_HANDOVER_H
#define NETBIT_HANDOVER_H
/*
 * What one generation of a plugin hands to the next, so that a reload ends nothing.
 *
 * Sockets, connections and streams are the host's. When a plugin is reloaded the host asks the old generation to freeze
 * each of them, and the new one to thaw it: the peer notices nothing. Freezing and thawing are optional; what cannot be
 * moved stays with the old generation until that has drained, and is closed then.
 */
#include "netbit/auth.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One piece of state. The bytes are the plugin's own; both generations may be of different versions, so say which form
 * they have, and refuse in thaw a form that is not known. */
typedef struct nb_frozen {
    uint32_t size;
    uint32_t form;                 /* the plugin's own number for the layout of `bytes` */
    nb_str bytes;                  /* at most 1 MiB */
    const nb_principal *principal; /* for whom it acts; NULL: nobody. It is still valid in thaw, or was revoked since */
} nb_frozen;

/* Given to freeze: copies the piece and takes a reference to its principal. Returns NB_OK or NB_TOO_LARGE. */
typedef int32_t (*nb_keep_fn)(void *keeper, const nb_frozen *piece);

#ifdef __cplusplus
}
#endif
#endif
