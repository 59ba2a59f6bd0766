/* Answers twice, at once and after a defer; tells what the host said to the second. */
#include "fault.h"

static int32_t said = -1;

static int32_t twice(void *user, nb_request *request)
{
    int32_t first;
    (void)user;
    first = reply_text(request, "first");
    said = reply_text(request, "second");
    return first;
}

static void later(void *user)
{
    nb_request *request = (nb_request *)user;
    (void)reply_text(request, "first");
    said = reply_text(request, "second");
}

static int32_t twice_later(void *user, nb_request *request)
{
    nb_error error = {0};
    (void)user;
    error.size = sizeof error;
    the_http->defer(request);
    return the_exec->post(the_host, &later, request, &error);
}

static int32_t what(void *user, nb_request *request)
{
    char out[32];
    (void)user;
    snprintf(out, sizeof out, "%d", said);
    return reply_text(request, out);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    if (add_get("/twice", NB_ACCESS_ANYONE, 0, &twice, error) != NB_OK
        || add_get("/twice-later", NB_ACCESS_ANYONE, 0, &twice_later, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/twice/said", NB_ACCESS_ANYONE, 0, &what, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
