/* Each route calls one function of a table with what the query says, and answers with what came of it: "0 …" or
 * "status code". So the tests see the tables as an author does. */
#include "../../fault/plugins/fault.h"
#include "netbit/cache.h"
#include "netbit/chat.h"
#include "netbit/metrics.h"

#include <pthread.h>
#include <stdlib.h>

static const nb_auth_api *auth;
static const nb_body_api *bodies;
static const nb_cache_api *cache;
static const nb_chat_api *chat;
static const nb_metrics_api *metrics;

static nb_str query(const nb_request *request, const char *name) { return the_http->query_value(request, text(name)); }

static int64_t number_of(const nb_request *request, const char *name)
{
    char digits[32] = "";
    const nb_str value = query(request, name);
    memcpy(digits, value.ptr ? value.ptr : "", value.len < sizeof digits ? value.len : 0);
    return strtoll(digits, NULL, 10);
}

static nb_error empty(void)
{
    nb_error error = {0};
    error.size = sizeof error;
    return error;
}

static int32_t answer(nb_request *request, int32_t status, const nb_error *error, const char *good, size_t length)
{
    char head[160];
    nb_body *body;
    nb_reply reply = {0};
    char *all;
    snprintf(head, sizeof head, "%d %s", (int)status, status == NB_OK || !error ? "" : error->code);
    if (status != NB_OK) {
        return reply_text(request, head);
    }
    all = malloc(length + 3);
    memcpy(all, "0 ", 2);
    memcpy(all + 2, good, length);
    body = bodies->make(the_host, (nb_str) {all, length + 2});
    free(all);
    reply.size = sizeof reply;
    reply.status = 200;
    reply.content_type = text("text/plain");
    reply.body = body;
    status = the_http->reply(request, &reply);
    bodies->release(body);
    return status;
}

static int32_t answer_text(nb_request *request, int32_t status, const nb_error *error, const char *good)
{
    return answer(request, status, error, good, strlen(good));
}

/* Takes over the reference. */
static int32_t answer_body(nb_request *request, int32_t status, const nb_error *error, nb_body *body)
{
    char all[8192];
    size_t length = 0;
    nb_str pieces[16];
    size_t count, i;
    if (status != NB_OK) {
        return answer_text(request, status, error, "");
    }
    count = bodies->pieces(body, pieces, 16);
    for (i = 0; i < count && i < 16; ++i) {
        if (length + pieces[i].len < sizeof all) {
            memcpy(all + length, pieces[i].ptr, pieces[i].len);
            length += pieces[i].len;
        }
    }
    bodies->release(body);
    return answer(request, status, error, all, length);
}

static void done(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags)
{
    (void)id;
    if (status == NB_OK && (flags & NB_DONE_REPLAYED) != 0) {
        answer_text((nb_request *)user, status, error, "replayed");
        return;
    }
    answer((nb_request *)user, status, error, json.ptr ? json.ptr : "", json.len);
}

/* What a call said that ends in done. */
static int32_t later(nb_request *request, int32_t status, const nb_error *error)
{
    return status == NB_OK ? NB_OK : answer_text(request, status, error, "");
}

/* netbit.cache/1 */

static int32_t cache_get(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_body *body = NULL;
    int32_t status = cache->get(the_host, query(request, "key"), &body, &error);
    (void)user;
    return answer_body(request, status, &error, body);
}

static int32_t cache_set(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    return answer_text(request,
                       cache->set(the_host, query(request, "key"), query(request, "value"),
                                  (uint64_t)number_of(request, "ttl"), &error),
                       &error, "");
}

static int32_t cache_large(void *user, nb_request *request)
{
    nb_error error = empty();
    const size_t size = (size_t)number_of(request, "bytes");
    char *bytes = calloc(size, 1);
    int32_t status = cache->set(the_host, text("large"), (nb_str) {bytes, size}, 0, &error);
    (void)user;
    free(bytes);
    return answer_text(request, status, &error, "");
}

static int32_t cache_add(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    return answer_text(request, cache->add(the_host, query(request, "key"), query(request, "value"), 0, &error), &error, "");
}

static int32_t cache_incr(void *user, nb_request *request)
{
    nb_error error = empty();
    char out[32];
    int64_t sum = 0;
    int32_t status = cache->incr(the_host, query(request, "key"), number_of(request, "by"), 0, &sum, &error);
    (void)user;
    snprintf(out, sizeof out, "%lld", (long long)sum);
    return answer_text(request, status, &error, out);
}

static int32_t cache_remove(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    return answer_text(request, cache->remove(the_host, query(request, "key"), &error), &error, "");
}

/* netbit.metrics/1 */

static int32_t metric(void *user, nb_request *request)
{
    static const double rising[] = {1, 10};
    static const double falling[] = {10, 1};
    nb_error error = empty();
    nb_metric *made = NULL;
    nb_metric *again = NULL;
    const nb_str kind = query(request, "kind");
    const nb_str name = query(request, "name");
    const double value = (double)number_of(request, "value");
    int32_t status = NB_INVALID;
    (void)user;
    if (kind.len == 7) {
        status = metrics->counter(the_host, name, text("Counts."), &made, &error);
        if (status == NB_OK) {
            metrics->counter(the_host, name, text("Counts."), &again, &error);
            metrics->add(made, value);
        }
    } else if (kind.len == 5) {
        status = metrics->gauge(the_host, name, text("Is."), &made, &error);
        if (status == NB_OK) {
            metrics->gauge(the_host, name, text("Is."), &again, &error);
            metrics->set(made, value);
        }
    } else {
        status = metrics->histogram(the_host, name, text("Spreads."), kind.len == 9 ? rising : falling, 2, &made, &error);
        if (status == NB_OK) {
            metrics->histogram(the_host, name, text("Spreads."), rising, 2, &again, &error);
            metrics->observe(made, value);
        }
    }
    return answer_text(request, status, &error, made == again ? "same" : "another");
}

/* netbit.auth/1 */

static nb_principal *kept; /* of the last verify */

static int32_t describe(nb_request *request, int32_t status, const nb_error *error, nb_principal *principal)
{
    char out[160];
    nb_str name;
    if (status != NB_OK) {
        return answer_text(request, status, error, "");
    }
    name = auth->username(principal);
    snprintf(out, sizeof out, "%lld %.*s admin=%u valid=%u expires=%d", (long long)auth->user_id(principal), (int)name.len,
             name.ptr, auth->is_admin(principal), auth->is_valid(principal), auth->expires_at(principal) > 0);
    return answer_text(request, status, error, out);
}

static int32_t auth_verify(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = NULL;
    int32_t status = auth->verify(the_host, query(request, "token"), &principal, &error);
    (void)user;
    if (principal) { /* before the answer: the next question may come on another thread */
        auth->retain(principal);
        auth->release(principal); /* one reference is left, and kept */
        if (kept) {
            auth->release(kept);
        }
        kept = principal;
    }
    return describe(request, status, &error, principal);
}

static int32_t auth_kept(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    return describe(request, kept ? NB_OK : NB_NOT_FOUND, &error, kept);
}

static int32_t auth_impersonate(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = NULL;
    int32_t status = auth->impersonate(the_host, number_of(request, "user"), &principal, &error);
    (void)user;
    status = describe(request, status, &error, principal);
    auth->release(principal);
    return status;
}

static int32_t auth_profile(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_body *body = NULL;
    int32_t status = auth->profile(the_host, kept, number_of(request, "user"), &body, &error);
    (void)user;
    return answer_body(request, status, &error, body);
}

static int32_t auth_register(void *user, nb_request *request)
{
    nb_error error = empty();
    const nb_str name = query(request, "user");
    const nb_str password = query(request, "password");
    const nb_str none = {NULL, 0};
    (void)user;
    the_http->defer(request);
    return later(request, auth->register_user(the_host, name, text("x@example.org"), password, none, &done, request, &error),
                 &error);
}

static int32_t auth_login(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    the_http->defer(request);
    return later(request,
                 auth->login(the_host, query(request, "user"), query(request, "password"), text("192.0.2.1"), text("test"),
                             &done, request, &error),
                 &error);
}

static int32_t auth_refresh(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    the_http->defer(request);
    return later(request, auth->refresh(the_host, query(request, "token"), &done, request, &error), &error);
}

static int32_t auth_logout(void *user, nb_request *request)
{
    nb_error error = empty();
    (void)user;
    the_http->defer(request);
    return later(request, auth->logout(the_host, query(request, "token"), &done, request, &error), &error);
}

static int32_t auth_signing_key(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_signing_key key = {0};
    char out[160];
    int32_t status;
    (void)user;
    key.size = sizeof key;
    status = auth->signing_key(the_host, kept, &key, &error);
    snprintf(out, sizeof out, "%s %s %u", key.session, key.key, key.expires_in);
    return answer_text(request, status, &error, out);
}

static int32_t auth_verify_mac(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = NULL;
    int32_t status = auth->verify_mac(the_host, query(request, "session"), query(request, "bytes"), query(request, "mac"),
                                      (uint64_t)number_of(request, "sequence"), &principal, &error);
    (void)user;
    status = describe(request, status, &error, principal);
    auth->release(principal);
    return status;
}

/* netbit.chat/1, for the user of the query's "as" */

static nb_principal *as_user(const nb_request *request)
{
    nb_principal *principal = NULL;
    auth->impersonate(the_host, number_of(request, "as"), &principal, NULL);
    return principal;
}

static int32_t chat_create(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    const int64_t other = number_of(request, "with");
    nb_new_chat made = {0};
    int32_t status;
    (void)user;
    made.size = sizeof made;
    made.name = text("a chat");
    made.chat_type = query(request, "type");
    made.participant_count = other ? 1 : 0;
    made.participants = &other;
    the_http->defer(request);
    status = chat->create(the_host, principal, &made, &done, request, &error);
    auth->release(principal);
    return later(request, status, &error);
}

static int32_t chat_send(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    nb_new_message message = {0};
    int32_t status;
    (void)user;
    message.size = sizeof message;
    message.chat_id = number_of(request, "chat");
    message.content = query(request, "content");
    message.key = query(request, "key");
    the_http->defer(request);
    status = chat->send(the_host, principal, &message, &done, request, &error);
    auth->release(principal);
    return later(request, status, &error);
}

static int32_t chat_page(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    nb_page_query wanted = {0};
    nb_page_info info = {0};
    nb_body *body = NULL;
    char out[160];
    int32_t status;
    (void)user;
    wanted.size = sizeof wanted;
    wanted.chat_id = number_of(request, "chat");
    wanted.limit = (uint32_t)number_of(request, "limit");
    wanted.before = number_of(request, "before");
    info.size = sizeof info;
    status = chat->page(the_host, principal, &wanted, the_http->may_block(request), &info, &body, &error);
    auth->release(principal);
    if (status == NB_OK) {
        bodies->release(body);
    }
    snprintf(out, sizeof out, "count=%u total=%lld older=%u newer=%u etag=%d", info.count, (long long)info.total,
             info.has_older, info.has_newer, info.etag[0] == '"');
    return answer_text(request, status, &error, out);
}

static int32_t chat_get(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    nb_body *body = NULL;
    int32_t status = chat->get(the_host, principal, number_of(request, "chat"), the_http->may_block(request), &body, &error);
    (void)user;
    auth->release(principal);
    return answer_body(request, status, &error, body);
}

static int32_t chat_list(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    nb_body *body = NULL;
    int32_t status = chat->list(the_host, principal, 1, 50, the_http->may_block(request), &body, &error);
    (void)user;
    auth->release(principal);
    return answer_body(request, status, &error, body);
}

static int32_t chat_may_read(void *user, nb_request *request)
{
    nb_error error = empty();
    nb_principal *principal = as_user(request);
    int32_t status = chat->may_read(the_host, principal, number_of(request, "chat"), &error);
    (void)user;
    auth->release(principal);
    return answer_text(request, status, &error, "");
}

/* Streams: as much as goes at once, and the rest as there is room. */

enum { piece = 64 * 1024, most = 512 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static nb_stream *stream;
static int pieces_written, blocked, drained_count, closed_count, ended_count, last_status, over;

/* With the mutex. Each piece is full of its own number. */
static void write_on(void)
{
    static char bytes[piece];
    while (!over && pieces_written < most) {
        memset(bytes, 'a' + pieces_written % 26, sizeof bytes);
        last_status = the_http->stream_write(stream, (nb_str) {bytes, sizeof bytes});
        if (last_status == NB_CLOSED) {
            return;
        }
        ++pieces_written;
        if (last_status == NB_WOULD_BLOCK) {
            ++blocked;
            return;
        }
    }
    if (!over) {
        over = 1;
        the_http->stream_end(stream);
    }
}

static void on_drained(void *user)
{
    (void)user;
    pthread_mutex_lock(&mutex);
    ++drained_count;
    write_on();
    pthread_mutex_unlock(&mutex);
}

static void on_closed(void *user)
{
    static char byte[] = "x";
    (void)user;
    pthread_mutex_lock(&mutex);
    ++closed_count;
    last_status = the_http->stream_write(stream, (nb_str) {byte, 1});
    if (!over) {
        over = 1;
        the_http->stream_end(stream);
    }
    pthread_mutex_unlock(&mutex);
}

static void on_ended(void *user)
{
    (void)user;
    __atomic_add_fetch(&ended_count, 1, __ATOMIC_SEQ_CST); /* within end(), under the mutex already */
}

static int32_t stream_start(void *user, nb_request *request)
{
    static const nb_stream_calls calls = {sizeof(nb_stream_calls), 0, &on_drained, &on_closed, &on_ended, NULL};
    nb_reply head = {0};
    nb_error error = empty();
    int32_t status;
    (void)user;
    head.size = sizeof head;
    head.status = 200;
    head.content_type = text("application/octet-stream");
    pthread_mutex_lock(&mutex);
    pieces_written = blocked = drained_count = closed_count = last_status = over = 0;
    __atomic_store_n(&ended_count, 0, __ATOMIC_SEQ_CST);
    status = the_http->stream(request, &head, &calls, NULL, &stream, &error);
    if (status == NB_OK) {
        write_on();
    }
    pthread_mutex_unlock(&mutex);
    return status;
}

static int32_t stream_state(void *user, nb_request *request)
{
    char out[160];
    (void)user;
    pthread_mutex_lock(&mutex);
    snprintf(out, sizeof out, "pieces=%d blocked=%d drained=%d closed=%d ended=%d last=%d", pieces_written, blocked > 0,
             drained_count > 0, closed_count, __atomic_load_n(&ended_count, __ATOMIC_SEQ_CST), last_status);
    pthread_mutex_unlock(&mutex);
    return answer_text(request, NB_OK, NULL, out);
}

static void stop_holding(void)
{
    if (kept) {
        auth->release(kept);
        kept = NULL;
    }
}

static int32_t stop(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    stop_holding();
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const struct {
        const char *pattern;
        nb_handler_fn handler;
    } routes[] = {
        {"/cache/get", &cache_get},           {"/cache/set", &cache_set},
        {"/cache/add", &cache_add},           {"/cache/incr", &cache_incr},
        {"/cache/remove", &cache_remove},     {"/cache/large", &cache_large},
        {"/metric", &metric},                 {"/auth/verify", &auth_verify},
        {"/auth/kept", &auth_kept},           {"/auth/impersonate", &auth_impersonate},
        {"/auth/profile", &auth_profile},     {"/auth/register", &auth_register},
        {"/auth/login", &auth_login},         {"/auth/refresh", &auth_refresh},
        {"/auth/logout", &auth_logout},       {"/auth/signing-key", &auth_signing_key},
        {"/auth/verify-mac", &auth_verify_mac}, {"/chat/create", &chat_create},
        {"/chat/send", &chat_send},           {"/chat/page", &chat_page},
        {"/chat/get", &chat_get},             {"/chat/list", &chat_list},
        {"/chat/may-read", &chat_may_read},   {"/stream/start", &stream_start},
        {"/stream/state", &stream_state},
    };
    size_t i;
    (void)plugin;
    auth = (const nb_auth_api *)the_host->service(the_host, NB_AUTH_SERVICE);
    bodies = (const nb_body_api *)the_host->service(the_host, NB_BODY_SERVICE);
    cache = (const nb_cache_api *)the_host->service(the_host, NB_CACHE_SERVICE);
    chat = (const nb_chat_api *)the_host->service(the_host, NB_CHAT_SERVICE);
    metrics = (const nb_metrics_api *)the_host->service(the_host, NB_METRICS_SERVICE);
    for (i = 0; i < sizeof routes / sizeof *routes; ++i) {
        const int32_t status = add_get(routes[i].pattern, NB_ACCESS_ANYONE, 0, routes[i].handler, error);
        if (status != NB_OK) {
            return status;
        }
    }
    return NB_OK;
}

FAULT_PLUGIN(NULL, &start, NULL, &stop)
