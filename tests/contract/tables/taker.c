/* Takes bodies piece by piece, as the path says, and answers with what came: "bytes pieces ended". */
#include "../../fault/plugins/fault.h"
#include "netbit/draft/bodies.h"

#include <pthread.h>
#include <stdlib.h>

static const nb_bodies_api *bodies;

struct taking {
    nb_request *request;
    nb_intake *intake;
    size_t bytes;
    int pieces;
    int waits;  /* every piece says NB_WOULD_BLOCK; 2: and resume comes before it has said so */
    int stops;  /* the second piece is refused */
    pthread_mutex_t mutex; /* guards what follows */
    int owners; /* the intake, and each task that was posted */
    int closed; /* the handle is good no more */
};

static void let_go(struct taking *taking)
{
    int left;
    pthread_mutex_lock(&taking->mutex);
    left = --taking->owners;
    pthread_mutex_unlock(&taking->mutex);
    if (left == 0) {
        pthread_mutex_destroy(&taking->mutex);
        free(taking);
    }
}

static void close_it(struct taking *taking)
{
    pthread_mutex_lock(&taking->mutex);
    taking->closed = 1;
    pthread_mutex_unlock(&taking->mutex);
    bodies->close(taking->intake);
}

static int ended_count;

/* The client may have gone since it was posted. */
static void go_on(void *user)
{
    struct taking *taking = (struct taking *)user;
    pthread_mutex_lock(&taking->mutex);
    if (!taking->closed) {
        bodies->resume(taking->intake);
    }
    pthread_mutex_unlock(&taking->mutex);
    let_go(taking);
}

static int32_t wait_a_turn(struct taking *taking)
{
    pthread_mutex_lock(&taking->mutex);
    ++taking->owners;
    pthread_mutex_unlock(&taking->mutex);
    if (the_exec->post(the_host, &go_on, taking, NULL) == NB_OK) {
        return NB_WOULD_BLOCK;
    }
    let_go(taking);
    return NB_OK;
}

static int32_t on_data(void *user, nb_str bytes)
{
    struct taking *taking = (struct taking *)user;
    taking->bytes += bytes.len;
    ++taking->pieces;
    if (taking->stops && taking->pieces == 2) {
        const int32_t answered = reply_text(taking->request, "enough");
        close_it(taking);
        return answered == NB_OK ? NB_CONFLICT : NB_INTERNAL;
    }
    if (taking->waits == 2) {
        bodies->resume(taking->intake);
        return NB_WOULD_BLOCK;
    }
    return taking->waits ? wait_a_turn(taking) : NB_OK;
}

static void on_complete(void *user)
{
    struct taking *taking = (struct taking *)user;
    char out[64];
    snprintf(out, sizeof out, "%lu in %s", (unsigned long)taking->bytes, taking->pieces > 0 ? "pieces" : "none");
    reply_text(taking->request, out);
    close_it(taking);
}

static void on_failed(void *user, const nb_error *error)
{
    struct taking *taking = (struct taking *)user;
    the_http->problem(taking->request, error);
    close_it(taking);
}

static void on_ended(void *user)
{
    __atomic_add_fetch(&ended_count, 1, __ATOMIC_SEQ_CST);
    let_go((struct taking *)user);
}

static int32_t begin(nb_request *request, int waits, int stops)
{
    static const nb_intake_calls calls = {sizeof(nb_intake_calls), 0, &on_data, &on_complete, &on_failed, &on_ended};
    struct taking *taking = (struct taking *)calloc(1, sizeof *taking);
    nb_error error = {0};
    int32_t status;
    error.size = sizeof error;
    taking->request = request;
    taking->waits = waits;
    taking->stops = stops;
    taking->owners = 1;
    pthread_mutex_init(&taking->mutex, NULL);
    status = bodies->receive(request, &calls, taking, 1000, &taking->intake, &error);
    if (status != NB_INVALID || strcmp(error.code, "not_deferred") != 0) {
        return NB_INTERNAL;
    }
    the_http->defer(request);
    /* A call may come before receive has returned: here it finds the handle, since *out is set before. */
    status = bodies->receive(request, &calls, taking, 10000000, &taking->intake, &error);
    if (status != NB_OK) {
        the_http->problem(request, &error);
        let_go(taking);
    }
    return NB_OK;
}

static int32_t plain(void *user, nb_request *request) { return (void)user, begin(request, 0, 0); }
static int32_t waiting(void *user, nb_request *request) { return (void)user, begin(request, 1, 0); }
static int32_t hasty(void *user, nb_request *request) { return (void)user, begin(request, 2, 0); }
static int32_t stopping(void *user, nb_request *request) { return (void)user, begin(request, 0, 1); }

static int32_t whole(void *user, nb_request *request)
{
    nb_intake *intake = NULL;
    nb_intake_calls calls = {sizeof(nb_intake_calls), 0, &on_data, &on_complete, &on_failed, NULL};
    nb_error error = {0};
    (void)user;
    error.size = sizeof error;
    if (bodies->receive(request, &calls, NULL, 10, &intake, &error) != NB_INVALID) {
        return NB_INTERNAL;
    }
    return reply_text(request, error.code);
}

static int32_t state(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    snprintf(out, sizeof out, "%d", __atomic_load_n(&ended_count, __ATOMIC_SEQ_CST));
    return reply_text(request, out);
}

static int32_t add_post(const char *pattern, uint32_t flags, nb_handler_fn handler, nb_error *error)
{
    nb_route route = {0};
    route.size = sizeof route;
    route.access = NB_ACCESS_ANYONE;
    route.flags = flags;
    route.method = text("POST");
    route.pattern = text(pattern);
    route.handler = handler;
    return the_http->add_route(the_host, &route, error);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    bodies = (const nb_bodies_api *)the_host->service(the_host, NB_BODIES_SERVICE);
    if (add_post("/fast", NB_ROUTE_STREAMED | NB_ROUTE_FAST, &plain, NULL) != NB_INVALID ||
        add_post("/taken/plain", NB_ROUTE_STREAMED, &plain, error) != NB_OK ||
        add_post("/taken/waiting", NB_ROUTE_STREAMED, &waiting, error) != NB_OK ||
        add_post("/taken/hasty", NB_ROUTE_STREAMED, &hasty, error) != NB_OK ||
        add_post("/taken/stopping", NB_ROUTE_STREAMED, &stopping, error) != NB_OK ||
        add_post("/taken/whole", 0, &whole, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/taken/state", NB_ACCESS_ANYONE, 0, &state, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
