#ifndef NETBIT_PROVIDE_H
#define NETBIT_PROVIDE_H
/*
 * A plugin's own table for other plugins. "netbit.provide/1"
 *
 * The rules of the border hold for it: a C struct whose first member is its uint32_t size, grown only at its end, an id
 * with its major version ("org.example.dictionary/1"), a header that both sides include.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_PROVIDE_SERVICE "netbit.provide/1"

typedef struct nb_lease nb_lease;

typedef struct nb_provide_api {
    uint32_t size;
    uint32_t reserved;
    /* [control], in start. The id stands under "provides" in the manifest; `user` is handed to whoever acquires. The table
     * goes live with the generation and must live until destroy. NB_FORBIDDEN not_declared; NB_CONFLICT
     * provided_already (names the owner); NB_INVALID bad_id. */
    int32_t (*offer)(const nb_host *host, nb_str id, const void *table, void *user, nb_error *error);
    /* [any] [fast] The live table under this id, for as long as the lease is held. A lease keeps the provider's generation
     * from being stopped, so take one for each use and let it go: that costs two atomic counts, and finds the new table
     * after a reload. The asker's manifest names the provider under "requires" or "optional".
     * NB_NOT_FOUND: nobody provides it now; NB_FORBIDDEN: not named in the manifest. */
    int32_t (*acquire)(const nb_host *host, nb_str id, const void **table, void **user, nb_lease **out, nb_error *error);
    void (*release)(nb_lease *lease); /* [any] once */
} nb_provide_api;

#ifdef __cplusplus
}
#endif
#endif
