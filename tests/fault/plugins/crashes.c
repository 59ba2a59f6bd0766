/* Brings its process down, in each way there is. For tests that run it isolated. */
#include "fault.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int crash_in; /* 1 configure, 2 start, 3 hangs in start, 4 stop, 5 hangs in stop; others: none of them */

static void fall(void)
{
    signal(SIGSEGV, SIG_DFL); /* a sanitizer has a handler of its own */
    raise(SIGSEGV);
}

static int32_t fine(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "fine");
}

static int32_t in_handler(void *user, nb_request *request)
{
    (void)user, (void)request;
    fall();
    return NB_OK;
}

static int32_t leaves(void *user, nb_request *request)
{
    (void)user, (void)request;
    _exit(3);
}

static int32_t hangs(void *user, nb_request *request)
{
    (void)user, (void)request;
    for (;;) {
        pause();
    }
    return NB_OK;
}

/* What is no message, on the way that only the host's part of the process should write to. */
static int32_t garbage(void *user, nb_request *request)
{
    char bytes[4096];
    size_t i;
    (void)user, (void)request;
    for (i = 0; i < sizeof bytes; ++i) {
        bytes[i] = (char)(i * 131 + 7);
    }
    return write(3, bytes, sizeof bytes) == (ssize_t)sizeof bytes ? hangs(NULL, NULL) : NB_INTERNAL;
}

static void timer_falls(void *user)
{
    (void)user;
    fall();
}

/* The request is left without an answer, and the timer goes off. */
static int32_t in_timer(void *user, nb_request *request)
{
    nb_timer *timer = NULL;
    (void)user;
    the_http->defer(request);
    return the_exec->after(the_host, 1, &timer_falls, NULL, &timer, NULL);
}

static int32_t open_stream(void *user, nb_request *request)
{
    nb_reply head = {0};
    nb_stream *out = NULL;
    (void)user;
    head.size = sizeof head;
    head.status = 200;
    head.content_type = text("text/plain");
    head.bytes = text("begun\n");
    return the_http->stream(request, &head, NULL, NULL, &out, NULL);
}

static int32_t prints(void *user, nb_request *request)
{
    (void)user;
    puts("a word on standard output");
    fprintf(stderr, "a word on standard error\n");
    return reply_text(request, "printed");
}

static int32_t open_files(void *user, nb_request *request)
{
    char out[64] = "";
    int i, count = 0;
    (void)user;
    for (i = 3; i < 1024; ++i) {
        count += lseek(i, 0, SEEK_CUR) != -1 || dup2(i, i) == i;
    }
    snprintf(out, sizeof out, "%d", count);
    return reply_text(request, out);
}

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    const nb_config_api *config = (const nb_config_api *)the_host->service(the_host, NB_CONFIG_SERVICE);
    int64_t wanted = 0;
    (void)plugin, (void)error;
    if (config->integer(the_host, text("number"), &wanted) == NB_OK) {
        crash_in = (int)wanted;
    }
    if (crash_in == 1) {
        fall();
    }
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const struct {
        const char *path;
        uint32_t flags;
        nb_handler_fn handler;
    } routes[] = {{"/crash/fine", NB_ROUTE_FAST, &fine},      {"/crash/handler", NB_ROUTE_FAST, &in_handler},
                  {"/crash/worker", 0, &in_handler},          {"/crash/exit", 0, &leaves},
                  {"/crash/hang", NB_ROUTE_FAST, &hangs},     {"/crash/garbage", 0, &garbage},
                  {"/crash/timer", 0, &in_timer},             {"/crash/stream", 0, &open_stream},
                  {"/crash/prints", 0, &prints},              {"/crash/files", 0, &open_files}};
    size_t i;
    (void)plugin;
    if (crash_in == 2) {
        fall();
    }
    if (crash_in == 3) {
        hangs(NULL, NULL);
    }
    for (i = 0; i < sizeof routes / sizeof *routes; ++i) {
        const int32_t status = add_get(routes[i].path, NB_ACCESS_ANYONE, routes[i].flags, routes[i].handler, error);
        if (status != NB_OK) {
            return status;
        }
    }
    return NB_OK;
}

static int32_t stop(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    if (crash_in == 4) {
        fall();
    }
    if (crash_in == 5) {
        hangs(NULL, NULL);
    }
    return NB_OK;
}

FAULT_PLUGIN(&configure, &start, NULL, &stop)
