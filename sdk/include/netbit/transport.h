#ifndef NETBIT_TRANSPORT_H
#define NETBIT_TRANSPORT_H
/*
 * TCP and UDP listeners. "netbit.transport/1"
 *
 * The sockets are the host's and are known by name: a new generation of the plugin that listens under the same name, at the
 * same address and port (0: whichever it is), takes them over, and with freeze and thaw their connections too.
 */
#include "netbit/handover.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_TRANSPORT_SERVICE "netbit.transport/1"

typedef struct nb_listener nb_listener;
typedef struct nb_conn nb_conn;

typedef struct nb_listen_options {
    uint32_t size;
    uint32_t port;              /* 0: a free one; see port() and the host's ready file */
    nb_str name;                /* unique in the plugin: "tcp" */
    nb_str address;             /* numeric IPv4 or IPv6 */
    uint32_t max_connections;   /* 0: 20,000 */
    uint32_t max_per_address;   /* 0: no limit; loopback is never limited */
    uint32_t high_mark_bytes;   /* queued bytes at which send says NB_WOULD_BLOCK; 0: 256 KiB */
    uint32_t hard_mark_bytes;   /* queued bytes at which the peer is dropped; 0: 4 MiB */
    uint32_t write_timeout_ms;  /* no progress for so long: dropped; 0: 30,000 */
} nb_listen_options;

#define NB_CLOSE_PEER 1u     /* the peer closed */
#define NB_CLOSE_ERROR 2u    /* the network failed */
#define NB_CLOSE_TIMEOUT 3u  /* it did not read for the write time-out */
#define NB_CLOSE_OVERFLOW 4u /* its queue passed the hard mark */
#define NB_CLOSE_LOCAL 5u    /* the plugin closed it */
#define NB_CLOSE_SHUTDOWN 6u /* the host stops */
#define NB_CLOSE_MOVED 7u    /* frozen: the next generation has it, and the peer is still there */

/* All on the connection's reactor thread, never two at a time for one connection: do little, wait for nothing. */
typedef struct nb_tcp_calls {
    uint32_t size;
    uint32_t reserved;
    /* A new connection. *session is given back in every later call. NB_OK, else it is closed. */
    int32_t (*accepted)(void *user, nb_conn *conn, void **session);
    /* Everything received and not yet consumed. Returns the number of bytes consumed; the rest comes again with more,
     * or after resume(), also when reading was not paused. */
    size_t (*data)(void *session, nb_conn *conn, nb_str bytes);
    /* The peer sends no more, but may still read. Optional: without it the connection is closed after what is queued. */
    void (*ended)(void *session, nb_conn *conn);
    /* There is room again after send said NB_WOULD_BLOCK. Optional. */
    void (*drained)(void *session, nb_conn *conn);
    /* The deadline passed. Optional: without it the connection is closed. */
    void (*timed_out)(void *session, nb_conn *conn);
    /* Last call for this session: free it. `reason` is NB_CLOSE_…. References to conn may outlive it. */
    void (*closed)(void *session, nb_conn *conn, uint32_t reason);
    /* Handover, both optional. freeze: calls keep(keeper, piece) once and returns NB_OK; `closed` follows with
     * NB_CLOSE_MOVED, and sending says NB_CLOSED from then on. What was sent before is written, what was not consumed is
     * offered to the new session. NB_WOULD_BLOCK: answers are still owed; asked again soon, and no data comes meanwhile.
     * Any other status: this one cannot move. */
    int32_t (*freeze)(void *session, nb_conn *conn, nb_keep_fn keep, void *keeper);
    /* In the new generation, instead of accepted. A status other than NB_OK closes the connection. Reading is not paused,
     * no deadline is set, and `ended` comes again if it had come before. */
    int32_t (*thaw)(void *user, nb_conn *conn, const nb_frozen *piece, void **session);
} nb_tcp_calls;

/* A datagram's sender; plain bytes to keep and compare (only the first `length` count). */
typedef struct nb_address {
    uint32_t length;
    uint8_t bytes[28];
} nb_address;

typedef struct nb_udp_calls {
    uint32_t size;
    uint32_t reserved;
    /* On a reactor thread, one at a time per listener. Both arguments are borrowed. */
    void (*datagram)(void *user, nb_listener *listener, const nb_address *from, nb_str bytes);
    /* Handover, both optional, on that thread and between two datagrams: freeze may call keep any number of times, then
     * thaw of the new generation gets each piece in that order. What freeze returns is logged unless it is NB_OK; a piece
     * that thaw refuses is lost. The old generation gets no datagram afterwards. */
    int32_t (*freeze)(void *user, nb_listener *listener, nb_keep_fn keep, void *keeper);
    int32_t (*thaw)(void *user, nb_listener *listener, const nb_frozen *piece);
} nb_udp_calls;

typedef struct nb_transport_api {
    uint32_t size;
    uint32_t reserved;

    /* [control], in start. Bound at once, served once the plugin is live. *out belongs to the generation.
     * NB_UNAVAILABLE address_in_use; NB_INVALID bad_address. */
    int32_t (*listen_tcp)(const nb_host *host, const nb_listen_options *options, const nb_tcp_calls *calls, void *user,
                          nb_listener **out, nb_error *error);
    int32_t (*listen_udp)(const nb_host *host, const nb_listen_options *options, const nb_udp_calls *calls, void *user,
                          nb_listener **out, nb_error *error);
    uint32_t (*port)(const nb_listener *listener); /* [any] the port really bound */

    /* [any] References, for whoever answers later. */
    void (*conn_retain)(nb_conn *conn);
    void (*conn_release)(nb_conn *conn);
    /* [any] In the order of calls by one thread. From within data(), everything is gathered and written once at its end.
     * NB_OK; NB_WOULD_BLOCK: taken, but over the high mark: wait for drained; NB_CLOSED: gone, nothing was taken.
     * send copies; send_body does not and takes a reference of its own. */
    int32_t (*send)(nb_conn *conn, nb_str bytes);
    int32_t (*send_body)(nb_conn *conn, nb_body *body);
    /* [any] Closes after what is queued was written; now != 0: at once. */
    void (*close)(nb_conn *conn, uint32_t now);
    /* [any] Runs fn(user, conn) on the connection's reactor thread; it also runs (with the connection closed) after the
     * peer is gone, so that what `user` points to can be freed. */
    void (*run)(nb_conn *conn, void (*fn)(void *user, nb_conn *conn), void *user);
    /* [reactor] Stops and resumes reading: back-pressure towards the peer. */
    void (*pause)(nb_conn *conn);
    void (*resume)(nb_conn *conn);
    /* [reactor] One deadline from now, in milliseconds; set again it moves, 0 clears it. Accuracy 100 ms. */
    void (*deadline)(nb_conn *conn, uint32_t ms);
    nb_str (*peer)(const nb_conn *conn);          /* [any] "127.0.0.1:4711", as long as the caller's reference */
    uint32_t (*is_loopback)(const nb_conn *conn); /* [any] 1 or 0 */

    /* [any] One datagram, best effort. NB_OK, or NB_WOULD_BLOCK: dropped. */
    int32_t (*send_to)(nb_listener *listener, const nb_address *to, nb_str bytes);
    /* [any] Numeric text of an address, copied to out (terminated, cut to capacity); returns its length. */
    size_t (*address_text)(const nb_address *address, char *out, size_t capacity);
} nb_transport_api;

#ifdef __cplusplus
}
#endif
#endif
