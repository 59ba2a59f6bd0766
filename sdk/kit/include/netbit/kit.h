#ifndef NETBIT_KIT_H
#define NETBIT_KIT_H
/*
 * A host for tests: loads a built plugin and gives it every service of the SDK, in memory, on the test's own thread.
 *
 * Nothing runs by itself. The test puts something in (a request, bytes, an event, time) and the plugin's calls are made
 * before that function returns; what the plugin has begun and what waits (posted tasks, ends of writes, events) runs in
 * nb_kit_run, and in every function that says so. The clock stands still until nb_kit_advance.
 *
 * What a real host refuses is refused here, and what would be a plugin's bug there is a violation: one sentence each, kept
 * until nb_kit_clear_violations. A test that ends with violations has failed; netbit/kit.hpp sees to that.
 *
 * The rules of the border hold: plain C types, structs with their size first that grow at their end, nothing freed on the
 * other side. One host is used by one thread at a time. Handles and texts that a function gives live until nb_kit_close,
 * unless it says less. Functions that return int32_t give NB_OK or a status with `error` filled (NULL: do not tell me).
 */
#include "netbit/events.h"
#include "netbit/http.h"
#include "netbit/log.h"
#include "netbit/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NB_KIT_API __attribute__((visibility("default")))
#else
#define NB_KIT_API
#endif

typedef struct nb_kit nb_kit;                   /* one host with one plugin */
typedef struct nb_kit_exchange nb_kit_exchange; /* a request and what became of it */
typedef struct nb_kit_peer nb_kit_peer;         /* the other end of a TCP connection, or a sender of datagrams */

/* ---- The host ---- */

typedef struct nb_kit_setting {
    nb_str key;   /* without the plugin's id */
    nb_str value; /* as it would stand in a file */
} nb_kit_setting;

typedef struct nb_kit_options {
    uint32_t size;
    uint32_t flags;   /* 0 */
    nb_str library;   /* path of FILE.so */
    nb_str manifest;  /* path; absent: FILE.json beside it */
    const nb_kit_setting *settings; /* the rest has the manifest's defaults */
    size_t setting_count;
    int64_t now_ms;           /* what the clock shows at first, ms since 1970; 0: 2026-01-01T00:00:00Z */
    uint64_t cache_bytes;     /* the plugin's quota of netbit.cache/1; 0: 1 MiB */
    uint32_t message_bytes;   /* messages.max_bytes; 0: 16 KiB */
    uint32_t body_bytes;      /* the host's default limit of a request's body; 0: 1 MiB */
} nb_kit_options;

/* Checks manifest, digest and settings, loads the library, checks its entry. No call of the plugin's life is made.
 * Errors as of the real loader: bad_manifest, wrong_sha256, bad_library, bad_entry, abi_mismatch, bad_setting. */
NB_KIT_API int32_t nb_kit_open(const nb_kit_options *options, nb_kit **out, nb_error *error);
/* create, configure, start; then the plugin is live. After an error it has been ended as a real host does. */
NB_KIT_API int32_t nb_kit_start(nb_kit *kit, nb_error *error);
/* New settings while it is live (all of them, as at first): checked, then configure. An error leaves the old in force. */
NB_KIT_API int32_t nb_kit_configure(nb_kit *kit, const nb_kit_setting *settings, size_t count, nb_error *error);
/* Another load of the library (absent: the same file) takes over as on a reload: it is created, configured and started,
 * streams and connections are frozen and thawed, named subscriptions and beats go on, the old one is ended. An error: the
 * old one serves on. */
NB_KIT_API int32_t nb_kit_reload(nb_kit *kit, nb_str library, nb_error *error);
/* quiesce, everything that waits, 503 for what is unanswered, stop, destroy, and the library is closed. Handles that were
 * not given back, and a library that stays mapped, are violations. Once; later calls do nothing. */
NB_KIT_API void nb_kit_stop(nb_kit *kit);
/* Stops it if need be, and frees everything. NULL is fine. */
NB_KIT_API void nb_kit_close(nb_kit *kit);

/* Runs what waits, oldest first, until nothing does. Returns how many pieces it was. */
NB_KIT_API size_t nb_kit_run(nb_kit *kit);
/* Runs what waits, then moves the clock on by so many ms; at each moment at which something is due (timers, deadlines,
 * time-outs) it stands still and that runs, with all that follows from it. */
NB_KIT_API size_t nb_kit_advance(nb_kit *kit, uint64_t ms);
NB_KIT_API int64_t nb_kit_now(const nb_kit *kit); /* ms since 1970 */

/* What the plugin did wrong so far: sentences, terminated. NULL past the last. */
NB_KIT_API size_t nb_kit_violation_count(const nb_kit *kit);
NB_KIT_API const char *nb_kit_violation(const nb_kit *kit, size_t index);
NB_KIT_API void nb_kit_clear_violations(nb_kit *kit);

/* The next call of `function` ("chat.send", "chat.create", "sql.query", "sql.execute", "events.publish",
 * "events.publish_durable", "exec.post", "auth.login", "auth.register_user") fails with this error; asynchronous ones by
 * `done`. Several wait in a row. NB_INVALID: no such function. */
NB_KIT_API int32_t nb_kit_fail_next(nb_kit *kit, nb_str function, const nb_error *with, nb_error *error);

/* ---- Requests ---- */

typedef struct nb_kit_request {
    uint32_t size;
    uint32_t reserved;
    nb_str method;
    nb_str target; /* path and query, percent-encoded, as in the request line */
    const nb_header *headers;
    size_t header_count;
    nb_str body;
    int64_t as;  /* the user who calls; 0: nobody, or whom an Authorization header proves */
    nb_str peer; /* numeric address; absent: 127.0.0.1 */
} nb_kit_request;

#define NB_KIT_RAN_FAST 1u     /* the handler ran on the reactor */
#define NB_KIT_RAN_WORKER 2u   /* the handler ran on a worker: at once, or after NB_WOULD_BLOCK */
#define NB_KIT_DEFERRED 4u     /* it kept the request to answer later */
#define NB_KIT_STREAM 8u       /* it answers in a stream */
#define NB_KIT_ENDED 16u       /* the reply is whole: answered, or the stream has ended */

/* Routes it and calls the handler: a fast route on the reactor, and again on a worker if it says NB_WOULD_BLOCK. Access,
 * limits and unknown paths are answered as the real edge answers them. May return before there is an answer.
 * NB_MALFORMED: no request that a client could send. */
NB_KIT_API int32_t nb_kit_begin(nb_kit *kit, const nb_kit_request *request, nb_kit_exchange **out, nb_error *error);
/* The same, then runs what waits until it is answered (a stream: begun) or nothing waits any more. */
NB_KIT_API int32_t nb_kit_request_now(nb_kit *kit, const nb_kit_request *request, nb_kit_exchange **out,
                                      nb_error *error);

NB_KIT_API int32_t nb_kit_status(const nb_kit_exchange *exchange);  /* of the reply; 0: none yet */
NB_KIT_API uint32_t nb_kit_flags(const nb_kit_exchange *exchange);  /* NB_KIT_RAN_FAST … */
/* A header of the reply, the first of that name; absent: {NULL, 0}. */
NB_KIT_API nb_str nb_kit_header(const nb_kit_exchange *exchange, nb_str name);
NB_KIT_API size_t nb_kit_headers(const nb_kit_exchange *exchange, nb_header *out, size_t capacity);
/* The body, of a stream all that was sent so far; lives until the next call that runs something. HEAD has none. */
NB_KIT_API nb_str nb_kit_content(const nb_kit_exchange *exchange);

/* What the client of a stream does. It reads at once unless told otherwise. */
NB_KIT_API void nb_kit_stall(nb_kit_exchange *exchange, uint64_t high_mark); /* reads no more: write says NB_WOULD_BLOCK
                                                                                 when so many bytes wait */
NB_KIT_API void nb_kit_unstall(nb_kit_exchange *exchange); /* reads again: `drained` */
NB_KIT_API void nb_kit_hang_up(nb_kit_exchange *exchange); /* is gone: `closed` */

/* ---- People ---- */

#define NB_KIT_ADMIN 1u
/* Makes a user and returns its id. Name and password as for an account; an absent password: none can log in. */
NB_KIT_API int32_t nb_kit_add_user(nb_kit *kit, nb_str username, nb_str password, uint32_t flags, int64_t *out,
                                   nb_error *error);
/* A token that netbit.auth/1 verifies as this user. NB_NOT_FOUND. */
NB_KIT_API int32_t nb_kit_token(nb_kit *kit, int64_t user_id, nb_str *out, nb_error *error);
/* Ends the user's sessions: tokens, keys and every principal given out so far are invalid. */
NB_KIT_API int32_t nb_kit_revoke(nb_kit *kit, int64_t user_id, nb_error *error);
/* The code that register_user wants as `invite`; absent: anyone may register, as at first. */
NB_KIT_API void nb_kit_want_invite(nb_kit *kit, nb_str code);

/* ---- Chats ---- */

/* "group", "channel" or "direct"; `members` beside the creator. Gives chat.created. */
NB_KIT_API int32_t nb_kit_add_chat(nb_kit *kit, nb_str chat_type, nb_str name, int64_t creator, const int64_t *members,
                                   size_t member_count, int64_t *out, nb_error *error);
/* A message of a member. Gives message.created. */
NB_KIT_API int32_t nb_kit_add_message(nb_kit *kit, int64_t chat_id, int64_t sender, nb_str content, int64_t *out,
                                      nb_error *error);
/* 1: messages are on disk, so that reading without may_block says NB_WOULD_BLOCK. 0, as at first: in memory. */
NB_KIT_API void nb_kit_chats_on_disk(nb_kit *kit, uint32_t yes);

/* ---- Events ---- */

#define NB_KIT_EPHEMERAL 1u
/* Puts an event in as if another part of the host had; `data` is a JSON object. *out is its id, 0 for an ephemeral one.
 * Deliveries wait for nb_kit_run. */
NB_KIT_API int32_t nb_kit_add_event(nb_kit *kit, nb_str topic, int64_t chat_id, int64_t actor_id, nb_str data,
                                    uint32_t flags, int64_t *out, nb_error *error);
/* The log forgets events up to this id: whoever has not read them is reset. */
NB_KIT_API void nb_kit_forget_events(nb_kit *kit, int64_t through);
/* All events so far, also those of the chats and of the test. */
NB_KIT_API size_t nb_kit_event_count(const nb_kit *kit);
/* Fills what out->size covers. NB_NOT_FOUND past the last. */
NB_KIT_API int32_t nb_kit_event(const nb_kit *kit, size_t index, nb_event *out);
NB_KIT_API size_t nb_kit_subscription_count(const nb_kit *kit); /* of the plugin, now */

/* ---- Log, numbers, health, tables of plugins ---- */

typedef struct nb_kit_log_line {
    uint32_t size;
    uint32_t level; /* NB_LOG_… */
    nb_str message;
    const nb_log_field *fields;
    size_t field_count;
} nb_kit_log_line;
NB_KIT_API size_t nb_kit_log_count(const nb_kit *kit);
NB_KIT_API int32_t nb_kit_log(const nb_kit *kit, size_t index, nb_kit_log_line *out);

/* A metric by the plugin's own name; of a histogram "name_count" and "name_sum". NB_NOT_FOUND. */
NB_KIT_API int32_t nb_kit_metric(const nb_kit *kit, nb_str name, double *out);
/* NB_HEALTH_…; `why` may be NULL. */
NB_KIT_API uint32_t nb_kit_health(const nb_kit *kit, nb_str *why);

/* What another plugin would offer: acquire finds it if the manifest names that plugin. table NULL: not any more. */
NB_KIT_API int32_t nb_kit_provide(nb_kit *kit, nb_str plugin, nb_str id, const void *table, void *user, nb_error *error);
/* What the plugin offers. NB_NOT_FOUND. */
NB_KIT_API int32_t nb_kit_provided(const nb_kit *kit, nb_str id, const void **table, void **user);

/* Runs one statement in the plugin's database, without its restrictions; each row is given to `row` (may be NULL), its
 * columns as text, absent for NULL, with which it must be done when it returns. */
typedef void (*nb_kit_row_fn)(void *user, const nb_str *columns, size_t count);
NB_KIT_API int32_t nb_kit_sql(nb_kit *kit, nb_str sql, nb_kit_row_fn row, void *user, nb_error *error);

/* ---- Recordings ---- */

/* netbitd writes down what goes into a plugin and what comes out (plugin.<id>.record in its settings). This loads the library
 * of `options`, puts the same in again, in the same order and at the same times, beginning with the tables as they were, and
 * compares the answers. Settings and clock are the recording's. NB_OK: nothing differs. NB_CONFLICT differs: `tell` was given
 * the first difference, or what the plugin did wrong, as sentences. NB_NOT_FOUND, NB_MALFORMED bad_recording: it cannot be read. */
typedef void (*nb_kit_text_fn)(void *user, nb_str text);
NB_KIT_API int32_t nb_kit_replay(const nb_kit_options *options, nb_str recording, nb_kit_text_fn tell, void *user,
                                 nb_error *error);

/* ---- Connections ---- */

/* A client of the listener of that name: a connection (accepted was called), or a sender of datagrams.
 * `address` is numeric with a port; absent: 127.0.0.1 and a port of its own.
 * NB_NOT_FOUND: no such listener; NB_CLOSED: the plugin did not take it, or there are too many. */
NB_KIT_API int32_t nb_kit_connect(nb_kit *kit, nb_str listener, nb_str address, nb_kit_peer **out, nb_error *error);
/* Each call is one piece to data(), together with what it had left of the pieces before; or one datagram.
 * NB_CLOSED: the connection is no more. */
NB_KIT_API int32_t nb_kit_peer_send(nb_kit_peer *peer, nb_str bytes);
/* Sends no more (half close): `ended`. */
NB_KIT_API void nb_kit_peer_end(nb_kit_peer *peer);
/* Is gone: `closed` with NB_CLOSE_PEER; failed != 0: NB_CLOSE_ERROR. */
NB_KIT_API void nb_kit_peer_close(nb_kit_peer *peer, uint32_t failed);
/* Reads no more, or again. At first it reads at once. */
NB_KIT_API void nb_kit_peer_stall(nb_kit_peer *peer);
NB_KIT_API void nb_kit_peer_unstall(nb_kit_peer *peer);
/* All bytes read so far; of datagrams the newest. Lives until the next call that runs something. */
NB_KIT_API nb_str nb_kit_peer_received(const nb_kit_peer *peer);
/* Datagrams received so far, by index; absent past the last. */
NB_KIT_API size_t nb_kit_peer_datagram_count(const nb_kit_peer *peer);
NB_KIT_API nb_str nb_kit_peer_datagram(const nb_kit_peer *peer, size_t index);
NB_KIT_API uint32_t nb_kit_peer_closed(const nb_kit_peer *peer);  /* NB_CLOSE_…; 0: open */
NB_KIT_API uint32_t nb_kit_peer_paused(const nb_kit_peer *peer);  /* 1: the plugin does not want to read */
NB_KIT_API uint64_t nb_kit_peer_waiting(const nb_kit_peer *peer); /* bytes sent by the plugin and not read */

/* ---- JSON ---- */

#define NB_KIT_JSON_NULL 0u
#define NB_KIT_JSON_BOOL 1u    /* integer: 1 or 0 */
#define NB_KIT_JSON_INTEGER 2u /* integer and real */
#define NB_KIT_JSON_REAL 3u
#define NB_KIT_JSON_STRING 4u  /* text: the string itself */
#define NB_KIT_JSON_ARRAY 5u   /* integer: how many; text: as JSON, without blanks */
#define NB_KIT_JSON_OBJECT 6u
typedef struct nb_kit_json {
    uint32_t size;
    uint32_t kind;
    int64_t integer;
    double real;
    nb_str text; /* of every kind but a string as JSON; lives until the next call of this thread */
} nb_kit_json;
/* A member by JSON pointer (RFC 6901). NB_MALFORMED: no JSON; NB_NOT_FOUND: no such member; NB_INVALID: no pointer. */
NB_KIT_API int32_t nb_kit_json_at(nb_str document, nb_str pointer, nb_kit_json *out);

#ifdef __cplusplus
}
#endif
#endif
