/* Hands everything that it has to the next generation: connections, datagrams, streams, its place in the log.
 * The setting `number` makes a generation that behaves otherwise: see start(). What generations have in common stands in
 * the cache, which outlives them. */
#define _POSIX_C_SOURCE 200809L
#include "fault.h"

#include "netbit/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { form = 1, thaw_refuses = 8, fails_in_start = 9, no_thaw = 10, few_connections = 11, other_port = 12 };

static const nb_transport_api *wire;
static const nb_cache_api *cache;
static int64_t number;
static int64_t generation;

static void sleep_ms(unsigned ms)
{
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    nanosleep(&time, NULL);
}

/* Adds to a number that all generations see. */
static int64_t count(const char *key, int64_t by)
{
    int64_t now = 0;
    cache->incr(the_host, text(key), by, 0, &now, NULL);
    return now;
}

/* --- TCP: lines. "set X", "get", "owe MS" (answered later), "stay" (cannot move), "late" (sends when it has moved) ------ */

typedef struct session {
    char value[64];
    int owed;
    int stays;
    int asked; /* how often freeze was called */
} session;

static int32_t accepted(void *user, nb_conn *conn, void **out)
{
    (void)user, (void)conn;
    *out = calloc(1, sizeof(session));
    return *out ? NB_OK : NB_INTERNAL;
}

typedef struct debt {
    session *of;
    nb_conn *conn;
    unsigned ms;
} debt;

static void pay(void *user, nb_conn *conn)
{
    debt *mine = (debt *)user;
    wire->send(conn, text("paid\n"));
    --mine->of->owed;
    wire->conn_release(mine->conn);
    free(mine);
}

static void pay_later(void *user)
{
    debt *mine = (debt *)user;
    sleep_ms(mine->ms);
    wire->run(mine->conn, &pay, mine);
}

static void send_late(void *user)
{
    nb_conn *conn = (nb_conn *)user;
    int i;
    for (i = 0; i < 500; ++i) {
        const int32_t status = wire->send(conn, text("."));
        if (status == NB_CLOSED) {
            count("late-closed", 1);
            break;
        }
        sleep_ms(10);
    }
    wire->close(conn, 1); /* of one that has moved: nothing */
    wire->conn_release(conn);
}

static void line(session *mine, nb_conn *conn, const char *what)
{
    char out[192];
    if (strncmp(what, "set ", 4) == 0) {
        snprintf(mine->value, sizeof mine->value, "%s", what + 4);
        wire->send(conn, text("ok\n"));
    } else if (strncmp(what, "owe ", 4) == 0) {
        debt *later = (debt *)calloc(1, sizeof(debt));
        later->of = mine;
        later->conn = conn;
        later->ms = (unsigned)atoi(what + 4);
        wire->conn_retain(conn);
        ++mine->owed;
        the_exec->post(the_host, &pay_later, later, NULL);
    } else if (strcmp(what, "stay") == 0) {
        mine->stays = 1;
        wire->send(conn, text("ok\n"));
    } else if (strcmp(what, "late") == 0) {
        wire->conn_retain(conn);
        the_exec->post(the_host, &send_late, conn, NULL);
    } else {
        snprintf(out, sizeof out, "%s %s at %lld\n", what, mine->value, (long long)generation);
        wire->send(conn, text(out));
    }
}

static size_t data(void *user, nb_conn *conn, nb_str bytes)
{
    size_t used = 0;
    for (;;) {
        const char *end = memchr(bytes.ptr + used, '\n', bytes.len - used);
        char what[64];
        if (!end) {
            return used;
        }
        snprintf(what, sizeof what, "%.*s", (int)(end - bytes.ptr - (long)used), bytes.ptr + used);
        line((session *)user, conn, what);
        used = (size_t)(end - bytes.ptr) + 1;
    }
}

static void ended(void *user, nb_conn *conn)
{
    (void)user;
    wire->send(conn, text("bye\n"));
    wire->close(conn, 0);
}

static void closed(void *user, nb_conn *conn, uint32_t reason)
{
    if (reason == NB_CLOSE_MOVED) {
        count("moved", 1);
        count("sent-after-move", wire->send(conn, text("never")) == NB_CLOSED ? 0 : 1);
    }
    free(user);
}

static int32_t freeze(void *user, nb_conn *conn, nb_keep_fn keep, void *keeper)
{
    session *mine = (session *)user;
    nb_frozen piece = {0};
    (void)conn;
    if (mine->stays) {
        return NB_UNSUPPORTED;
    }
    if (mine->owed > 0) {
        count("blocked", 1);
        return NB_WOULD_BLOCK;
    }
    piece.size = sizeof piece;
    piece.form = form;
    piece.bytes = text(mine->value);
    return keep(keeper, &piece);
}

static int32_t thaw(void *user, nb_conn *conn, const nb_frozen *piece, void **out)
{
    session *mine;
    const int32_t status = accepted(user, conn, out);
    if (status != NB_OK || number == thaw_refuses || piece->form != form) {
        free(*out);
        return NB_UNSUPPORTED;
    }
    mine = (session *)*out;
    snprintf(mine->value, sizeof mine->value, "%.*s", (int)piece->bytes.len, piece->bytes.ptr);
    return NB_OK;
}

/* --- UDP: counts what comes ------------------------------------------------------------------------------------------- */

static int64_t datagrams; /* touched on the socket's thread only */

static void datagram(void *user, nb_listener *listener, const nb_address *from, nb_str bytes)
{
    char out[64];
    (void)user, (void)bytes;
    snprintf(out, sizeof out, "%lld at %lld", (long long)++datagrams, (long long)generation);
    wire->send_to(listener, from, text(out));
}

/* In several pieces, which together are the count. */
static int32_t udp_freeze(void *user, nb_listener *listener, nb_keep_fn keep, void *keeper)
{
    int64_t i;
    (void)user, (void)listener;
    for (i = 0; i < datagrams; ++i) {
        nb_frozen piece = {0};
        piece.size = sizeof piece;
        piece.form = form;
        if (keep(keeper, &piece) != NB_OK) {
            return NB_INTERNAL;
        }
    }
    return NB_OK;
}

static int32_t udp_thaw(void *user, nb_listener *listener, const nb_frozen *piece)
{
    (void)user, (void)listener;
    datagrams += piece->form == form ? 1 : 0;
    return NB_OK;
}

/* --- HTTP: streams that count ----------------------------------------------------------------------------------------- */

typedef struct counter {
    struct counter *next;
    nb_stream *stream;
    char name[16];
    long at;
    int blocks; /* how often it will still say that it would block */
    int over;
} counter;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards the two below and what they lead to */
static counter *counters;
static int counter_count;

static void stream_closed(void *user)
{
    counter *mine = (counter *)user;
    pthread_mutex_lock(&mutex);
    mine->over = 1;
    pthread_mutex_unlock(&mutex);
    the_http->stream_end(mine->stream);
}

static void unlink_counter(counter *mine)
{
    counter **at;
    for (at = &counters; *at; at = &(*at)->next) {
        if (*at == mine) {
            *at = mine->next;
            --counter_count;
            return;
        }
    }
}

static void stream_ended(void *user)
{
    pthread_mutex_lock(&mutex);
    unlink_counter((counter *)user);
    pthread_mutex_unlock(&mutex);
    free(user);
}

static int32_t stream_freeze(void *user, nb_stream *stream, nb_keep_fn keep, void *keeper)
{
    counter *mine = (counter *)user;
    char bytes[64];
    nb_frozen piece = {0};
    int32_t status = NB_WOULD_BLOCK;
    pthread_mutex_lock(&mutex);
    if (mine->blocks > 0) {
        --mine->blocks;
    } else {
        snprintf(bytes, sizeof bytes, "%ld %s", mine->at, mine->name);
        piece.size = sizeof piece;
        piece.form = form;
        piece.bytes = text(bytes);
        status = keep(keeper, &piece);
        mine->over = status == NB_OK;
    }
    pthread_mutex_unlock(&mutex);
    if (status == NB_OK) {
        count("streams-moved", 1);
    }
    (void)stream;
    return status;
}

static const nb_stream_calls stream_calls = {sizeof(nb_stream_calls), 0, NULL, &stream_closed, &stream_ended, &stream_freeze};

static void add_counter(counter *made)
{
    made->next = counters;
    counters = made;
    ++counter_count;
}

static int32_t stream(void *user, nb_request *request)
{
    nb_reply head = {0};
    nb_str name = the_http->query_value(request, text("name"));
    counter *made = (counter *)calloc(1, sizeof(counter));
    int32_t status;
    (void)user;
    snprintf(made->name, sizeof made->name, "%.*s", (int)name.len, name.ptr ? name.ptr : "");
    made->blocks = strcmp(made->name, "slow") == 0 ? 3 : 0;
    head.size = sizeof head;
    head.status = 200;
    head.content_type = text("text/event-stream");
    pthread_mutex_lock(&mutex);
    status = the_http->stream(request, &head, &stream_calls, made, &made->stream, NULL);
    if (status == NB_OK) {
        add_counter(made);
    }
    pthread_mutex_unlock(&mutex);
    if (status != NB_OK) {
        free(made);
    }
    return status;
}

static int32_t stream_thaw(void *user, nb_stream *handle, const nb_frozen *piece, nb_stream_calls *calls, void **out)
{
    counter *made;
    char bytes[64];
    (void)user;
    if (number == thaw_refuses || piece->form != form || calls->size < sizeof stream_calls) {
        return NB_UNSUPPORTED;
    }
    made = (counter *)calloc(1, sizeof(counter));
    snprintf(bytes, sizeof bytes, "%.*s", (int)piece->bytes.len, piece->bytes.ptr);
    sscanf(bytes, "%ld %15s", &made->at, made->name);
    made->stream = handle;
    *calls = stream_calls;
    *out = made;
    pthread_mutex_lock(&mutex);
    add_counter(made);
    pthread_mutex_unlock(&mutex);
    return NB_OK;
}

/* Each stream gets the next number: whatever becomes of the generations, none is left out or comes twice. */
static void write_all(void *user)
{
    counter *each;
    (void)user;
    pthread_mutex_lock(&mutex);
    for (each = counters; each; each = each->next) {
        char out[64];
        if (each->over) {
            continue;
        }
        snprintf(out, sizeof out, "%s %ld at %lld\n", each->name, ++each->at, (long long)generation);
        the_http->stream_write(each->stream, text(out));
    }
    pthread_mutex_unlock(&mutex);
    count("writes", 1);
}

static void beat(void *user)
{
    (void)user;
    count("beats", 1);
}

/* --- requests that take a while --------------------------------------------------------------------------------------- */

static int32_t slow(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    sleep_ms(200);
    snprintf(out, sizeof out, "slow at %lld", (long long)generation);
    return reply_text(request, out);
}

static void answer_later(void *user)
{
    slow(NULL, (nb_request *)user);
}

static int32_t deferred(void *user, nb_request *request)
{
    (void)user;
    the_http->defer(request);
    the_exec->post(the_host, &answer_later, request, NULL);
    return NB_OK;
}

static int32_t at(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    snprintf(out, sizeof out, "%lld", (long long)generation);
    return reply_text(request, out);
}

/* The number under ?key=. */
static int32_t counted(void *user, nb_request *request)
{
    char key[32];
    char out[32];
    const nb_str wanted = the_http->query_value(request, text("key"));
    (void)user;
    snprintf(key, sizeof key, "%.*s", (int)wanted.len, wanted.ptr ? wanted.ptr : "");
    snprintf(out, sizeof out, "%lld", (long long)count(key, 0));
    return reply_text(request, out);
}

/* --- its place in the log --------------------------------------------------------------------------------------------- */

static int32_t event(void *user, const nb_event *what)
{
    (void)user;
    sleep_ms(1); /* so that there is something left when a generation goes */
    count("events", 1);
    count("event-ids", what->id);
    return NB_OK;
}

static void subscription_ended(void *user) { (void)user; }

static int32_t subscribe(nb_error *error)
{
    static const nb_event_calls calls = {sizeof(nb_event_calls), 0, &event, NULL, NULL, &subscription_ended};
    const nb_events_api *events = (const nb_events_api *)the_host->service(the_host, NB_EVENTS_SERVICE);
    nb_subscribe_options options = {0};
    nb_subscription *out = NULL;
    options.size = sizeof options;
    options.after = 0; /* counts only where there was none before */
    options.name = text("log");
    return events->subscribe(the_host, &options, &calls, NULL, &out, error);
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    const nb_config_api *config = (const nb_config_api *)the_host->service(the_host, NB_CONFIG_SERVICE);
    (void)plugin, (void)error;
    return config->integer(the_host, text("number"), &number);
}

static int32_t quiesce(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    pthread_mutex_lock(&mutex);
    count("streams-at-quiesce", counter_count);
    pthread_mutex_unlock(&mutex);
    return NB_OK;
}

static int32_t listen_on(nb_error *error)
{
    static const nb_tcp_calls tcp = {sizeof(nb_tcp_calls), 0, &accepted, &data, &ended, NULL, NULL, &closed, &freeze, &thaw};
    static const nb_udp_calls udp = {sizeof(nb_udp_calls), 0, &datagram, &udp_freeze, &udp_thaw};
    static nb_tcp_calls without;
    nb_listen_options options = {0};
    nb_listener *out = NULL;
    int32_t status;
    without = tcp;
    without.thaw = NULL;
    options.size = sizeof options;
    options.name = text("tcp");
    options.address = text(number == other_port ? "127.0.0.2" : "127.0.0.1");
    options.max_connections = number == few_connections ? 2 : 0;
    status = wire->listen_tcp(the_host, &options, number == no_thaw ? &without : &tcp, NULL, &out, error);
    if (status != NB_OK) {
        return status;
    }
    options.name = text("udp");
    options.address = text("127.0.0.1");
    return wire->listen_udp(the_host, &options, &udp, NULL, &out, error);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static nb_timer *writer, *beats;
    nb_route route = {0};
    (void)plugin;
    wire = (const nb_transport_api *)the_host->service(the_host, NB_TRANSPORT_SERVICE);
    cache = (const nb_cache_api *)the_host->service(the_host, NB_CACHE_SERVICE);
    generation = count("generation", 1);
    route.size = sizeof route;
    route.access = NB_ACCESS_ANYONE;
    route.method = text("GET");
    route.pattern = text("/moves/stream");
    route.handler = &stream;
    route.thaw = &stream_thaw;
    if (listen_on(error) != NB_OK || the_http->add_route(the_host, &route, error) != NB_OK
        || add_get("/moves/at", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &at, error) != NB_OK
        || add_get("/moves/count", NB_ACCESS_ANYONE, 0, &counted, error) != NB_OK
        || add_get("/moves/slow", NB_ACCESS_ANYONE, 0, &slow, error) != NB_OK
        || add_get("/moves/deferred", NB_ACCESS_ANYONE, 0, &deferred, error) != NB_OK || subscribe(error) != NB_OK
        || the_exec->every(the_host, 5, &write_all, NULL, &writer, error) != NB_OK
        || the_exec->every(the_host, 300, &beat, NULL, &beats, error) != NB_OK) {
        return error->status != NB_OK ? error->status : NB_INTERNAL;
    }
    if (number == fails_in_start) {
        error->status = NB_UNAVAILABLE;
        strcpy(error->code, "not_today");
        strcpy(error->detail, "It does not start.");
        return NB_UNAVAILABLE;
    }
    return NB_OK;
}

FAULT_PLUGIN(&configure, &start, &quiesce, NULL)
