#ifndef NETBIT_EVENTS_H
#define NETBIT_EVENTS_H
/*
 * What happened. "netbit.events/1"
 *
 * A durable event has a 64-bit id, rising in the order of commits, and stays in the log as long as retention says; a
 * subscription is a cursor over that log and loses nothing. An ephemeral event (typing, presence) has id 0: best effort,
 * never stored.
 */
#include "netbit/auth.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_EVENTS_SERVICE "netbit.events/1"

typedef struct nb_subscription nb_subscription;

typedef struct nb_event {
    uint32_t size;
    uint32_t reserved;
    int64_t id;       /* 0: ephemeral */
    nb_str topic;     /* "message.created" */
    int64_t chat_id;  /* 0: not about a chat */
    int64_t actor_id; /* user id; 0: the host */
    nb_str json;      /* the event: {"id","topic","chat_id","actor_id","created_at","data":{…}}, no id when ephemeral */
} nb_event;

typedef struct nb_subscribe_options {
    uint32_t size;
    uint32_t flags;                /* NB_SUBSCRIBE_… */
    const nb_principal *principal; /* only what this one may see. NULL: everything, for plugins with the permission
                                      "events.all" */
    int64_t after;                 /* events with a higher id; -1: from now on */
    const nb_str *topics;          /* exact, or ending in ".*"; none: all */
    size_t topic_count;
    nb_str name; /* unique in the plugin, or absent. With one, a reload loses nothing and repeats nothing: the generation
                    that subscribes under it in start goes on where the one before stopped, whatever `after` says */
} nb_subscribe_options;
#define NB_SUBSCRIBE_EPHEMERAL 1u /* also events without an id */
#define NB_SUBSCRIBE_ONLY_EPHEMERAL 2u

/* [event], in order, one at a time per subscription. */
typedef struct nb_event_calls {
    uint32_t size;
    uint32_t reserved;
    /* NB_OK: next. NB_WOULD_BLOCK: taken, but no more until resume(), also one that came before this call returned.
     * NB_CLOSED: cancel me. */
    int32_t (*event)(void *user, const nb_event *event);
    /* The log no longer reaches back to `after` (or the reader is hopelessly behind): start afresh; the subscription
     * goes on from `next_id`. Optional. */
    void (*reset)(void *user, int64_t next_id);
    /* The principal was revoked or expired; no more events will come. cancel() is still to be called. Optional. */
    void (*revoked)(void *user);
    /* After cancel(): no call is under way and none will come; free `user`. */
    void (*ended)(void *user);
} nb_event_calls;

typedef struct nb_events_api {
    uint32_t size;
    uint32_t reserved;
    /* [any] *out lives until cancel. */
    int32_t (*subscribe)(const nb_host *host, const nb_subscribe_options *options, const nb_event_calls *calls,
                         void *user, nb_subscription **out, nb_error *error);
    /* [any] Goes on after NB_WOULD_BLOCK. */
    void (*resume)(nb_subscription *subscription);
    /* [any] Ends it; `ended` follows [event]. The handle is invalid at once. */
    void (*cancel)(nb_subscription *subscription);

    /* [any] An ephemeral event. chat_id != 0: goes to the members of that chat, and the principal must be one of them
     * (NB_NOT_FOUND). `data` is a JSON object. Repeated within a second by the same actor for the same topic and chat it
     * is coalesced (NB_OK). */
    int32_t (*publish)(const nb_host *host, const nb_principal *principal, nb_str topic, int64_t chat_id, nb_str data,
                       nb_error *error);
    /* [any] A durable event of the plugin's own; topic must start with the plugin's id and a dot. */
    int32_t (*publish_durable)(const nb_host *host, const nb_principal *principal, nb_str topic, int64_t chat_id,
                               nb_str data, nb_done_fn done, void *user, nb_error *error);
    int64_t (*last_id)(const nb_host *host); /* [any] [fast] id of the newest durable event */
} nb_events_api;

#ifdef __cplusplus
}
#endif
#endif
