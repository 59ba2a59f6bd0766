#ifndef NETBIT_DRAFT_FILES_H
#define NETBIT_DRAFT_FILES_H
/*
 * Files of users: uploads, and who may read them. "netbit.draft.files/1"
 *
 * The host keeps the bytes by their digest, knows their kind from themselves, and counts them against their owner's quota.
 * A file is read by its owner, and by whoever may read a message that it is attached to (nb_new_message.attachments); the
 * host checks it at each open. What is told of files as JSON, and the list of one's own, are operations: files.list,
 * files.info, files.delete. Draft: may change until it is promised. A plugin in a process of its own does not have it.
 */
#include "netbit/auth.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_FILES_SERVICE "netbit.draft.files/1"

typedef struct nb_upload nb_upload;

/* What a new file is for. */
#define NB_FILE_ATTACHMENT 0u
#define NB_FILE_AVATAR 1u /* an image; kept as a square one without metadata, in the place of the one before */

typedef struct nb_new_file {
    uint32_t size;
    uint32_t purpose;  /* NB_FILE_… */
    nb_str name;       /* what the client calls it: kept for people, cleaned, and never a path; absent: "file" */
    int64_t length;    /* bytes, as the client says; -1: not said. Refused early where it is too much, believed in nothing */
    nb_str key;        /* idempotency, at most 128 bytes; absent: none. The same key with the same bytes and name gives the
                        * first answer again */
} nb_new_file;

/* Which bytes of a file. */
#define NB_FILE_ORIGINAL 0u
#define NB_FILE_THUMBNAIL 1u   /* `id` is the file's; a WebP of at most 320 by 320 */
#define NB_FILE_AVATAR_IMAGE 2u /* `id` is the user's */

/* A file that may be read. Borrowed for the call. */
typedef struct nb_open_file {
    uint32_t size;
    int32_t descriptor; /* for reading; closed by the host when the call returns: duplicate it (send_file does) */
    int64_t id;
    int64_t bytes;
    nb_str name;        /* UTF-8 in one line without path separators and controls; at most 255 bytes */
    nb_str media_type;  /* from the bytes */
    nb_str etag;        /* strong, with its quotes */
} nb_open_file;

/* [any] Exactly once; within the call, or later. Other than NB_OK: `error` is filled, `file` is NULL. */
typedef void (*nb_open_fn)(void *user, int32_t status, const nb_error *error, const nb_open_file *file);

typedef struct nb_files_api {
    uint32_t size;
    uint32_t reserved;

    /* Uploading. [worker]; of one upload one call at a time. */

    /* *out is good until finish or drop. NB_TOO_LARGE file_too_large; NB_STORAGE_FULL quota_exceeded, storage_full;
     * NB_RATE_LIMITED too_many_uploads; NB_INVALID bad_argument. */
    int32_t (*begin)(const nb_host *host, const nb_principal *principal, const nb_new_file *file, nb_upload **out,
                     nb_error *error);
    /* Waits for the disk. Another status than NB_OK: as begin, and nothing is left for it but drop. */
    int32_t (*write)(nb_upload *upload, nb_str bytes, nb_error *error);
    /* That was all of it; the upload is gone, whatever this returns. NB_OK: `done` is called once, [writer] or [any], when
     * the file is on disk and known, with its id and JSON. */
    int32_t (*finish)(nb_upload *upload, nb_done_fn done, void *user, nb_error *error);
    /* [any] Leaves nothing behind. */
    void (*drop)(nb_upload *upload);

    /* [worker] NB_OK: `opened` will be called. NB_NOT_FOUND file_not_found, no_thumbnail, no_avatar (there, or here);
     * NB_UNAVAILABLE too_busy. `part`: NB_FILE_ORIGINAL and so on. */
    int32_t (*open)(const nb_host *host, const nb_principal *principal, int64_t id, uint32_t part, nb_open_fn opened,
                    void *user, nb_error *error);

    /* [any] The most that one file may have, bytes. */
    uint64_t (*max_bytes)(const nb_host *host);
} nb_files_api;

#ifdef __cplusplus
}
#endif
#endif
