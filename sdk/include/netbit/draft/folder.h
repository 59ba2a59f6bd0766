#ifndef NETBIT_DRAFT_FOLDER_H
#define NETBIT_DRAFT_FOLDER_H
/*
 * A folder of the plugin's own in the data directory, for what is neither a row of a table nor a file of a user: repositories,
 * an index, a model. "netbit.draft.folder/1"
 *
 * The manifest's permissions must have "folder". A plugin has one folder; what is in it is the plugin's to make, to bound, to sync
 * and to clear up; `netbit backup` takes it along as it is. Draft: may change until it is promised. A plugin in a process of
 * its own does not have it.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_FOLDER_SERVICE "netbit.draft.folder/1"

typedef struct nb_folder_api {
    uint32_t size;
    uint32_t reserved;

    /* [control] or [worker] Its absolute path, without a slash at its end; made (0700) at the first call. It is the same for
     * every generation of the plugin and nobody else's. *out lives until the plugin's destroy has returned.
     * NB_FORBIDDEN permission_missing; NB_UNAVAILABLE folder_unusable, with the system's words. */
    int32_t (*path)(const nb_host *host, nb_str *out, nb_error *error);
} nb_folder_api;

#ifdef __cplusplus
}
#endif
#endif
