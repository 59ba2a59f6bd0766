#ifndef NETBIT_CHAT_H
#define NETBIT_CHAT_H
/*
 * Chats, their members and messages. "netbit.chat/1"
 *
 * Every call names the principal it acts for; the service checks what that one may do, so no plugin has to. A chat that the
 * principal may not see is NB_NOT_FOUND chat_not_found. Times in JSON are RFC 3339 UTC; ids are 64-bit integers.
 */
#include "netbit/auth.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_CHAT_SERVICE "netbit.chat/1"

typedef struct nb_new_chat {
    uint32_t size;
    uint32_t participant_count;
    nb_str name;                 /* 1…200 bytes after trimming; a direct chat may leave it out */
    nb_str chat_type;            /* "direct", "group", "channel" */
    const int64_t *participants; /* user ids beside the creator; for "direct" exactly one */
} nb_new_chat;

typedef struct nb_new_message {
    uint32_t size;
    uint32_t reserved;
    int64_t chat_id;
    nb_str content;      /* 1 byte to messages.max_bytes (16 KiB unless configured), UTF-8, no NUL */
    nb_str message_type; /* "text", "image", "file"; absent: "text". "system" is the host's own */
    int64_t reply_to;    /* a message of the same chat, or 0 */
    /* Idempotency: at most 128 bytes, unique per sender for 24 hours; absent: none. The same key with the same message
     * gives the first answer again (NB_DONE_REPLAYED); with another message NB_INVALID idempotency_key_reused. */
    nb_str key;
    /* Since 1.1: files of the sender (netbit/draft/files.h), at most 20, copied. With them the content may be empty, and
     * message_type follows from them: "image" where all are images, else "file". NB_INVALID unknown_file with a pointer. */
    const int64_t *attachments;
    uint64_t attachment_count;
} nb_new_message;

/* Which part of a chat. With page > 0: page number `page` of `per_page` messages, page 1 the newest, as the seed counted;
 * else a cursor: the `limit` messages next to `before` or `after` (a message id; not both), or the newest. */
typedef struct nb_page_query {
    uint32_t size;
    uint32_t limit;    /* 1…200; 0: 50 */
    int64_t chat_id;
    int64_t before;    /* 0: not set */
    int64_t after;     /* 0: not set */
    uint32_t page;     /* 0: not set */
    uint32_t per_page; /* 1…200; 0: 50 */
    /* Members to write first inside the reply's object, as JSON text with a comma at the end: "\"a\":1,"; or absent. */
    nb_str lead;
} nb_page_query;

/* What a page is, beside its body. */
typedef struct nb_page_info {
    uint32_t size;
    uint32_t count;      /* messages in it */
    int64_t first_id;    /* oldest in it; 0 when empty */
    int64_t last_id;     /* newest in it */
    int64_t total;       /* messages in the chat */
    uint32_t has_older;  /* 1: there are messages before first_id */
    uint32_t has_newer;
    char etag[40];       /* quoted, terminated: of the content of this page (RFC 9110 section 8.8.3) */
} nb_page_info;

typedef struct nb_chat_api {
    uint32_t size;
    uint32_t reserved;

    /* Reading. [any] [fast]: memory only, or NB_WOULD_BLOCK; on a [worker] they read the database where needed and never
     * say so. Set `may_block` to 1 on a worker. *out is a reference to release: one JSON object. */

    /* The caller's chats, newest activity first, each with participants_count and last_message:
     * {"data":[…],"pagination":{"page","per_page","total","total_pages"}} */
    int32_t (*list)(const nb_host *host, const nb_principal *principal, uint32_t page, uint32_t per_page,
                    uint32_t may_block, nb_body **out, nb_error *error);
    /* One chat: {"id","name","chat_type","creator_id","created_at","updated_at","role","participants_count","last_message"} */
    int32_t (*get)(const nb_host *host, const nb_principal *principal, int64_t chat_id, uint32_t may_block, nb_body **out,
                   nb_error *error);
    /* Messages, oldest first: {"data":[…],"pagination":{…}}. `info` may be NULL.
     * Errors: NB_NOT_FOUND chat_not_found; NB_INVALID with a pointer ("/limit"); NB_INVALID unknown_cursor. */
    int32_t (*page)(const nb_host *host, const nb_principal *principal, const nb_page_query *query, uint32_t may_block,
                    nb_page_info *info, nb_body **out, nb_error *error);

    /* Writing. [any]. NB_OK: `done` will be called once, [writer], when it is on disk and visible, or was refused then.
     * Another status: refused at once, `done` is not called. Arguments are copied before it returns. */
    int32_t (*create)(const nb_host *host, const nb_principal *principal, const nb_new_chat *chat, nb_done_fn done,
                      void *user, nb_error *error);
    int32_t (*send)(const nb_host *host, const nb_principal *principal, const nb_new_message *message, nb_done_fn done,
                    void *user, nb_error *error);

    /* [any] [fast] Whether the principal may see the chat: NB_OK or NB_NOT_FOUND. */
    int32_t (*may_read)(const nb_host *host, const nb_principal *principal, int64_t chat_id, nb_error *error);
} nb_chat_api;

#ifdef __cplusplus
}
#endif
#endif
