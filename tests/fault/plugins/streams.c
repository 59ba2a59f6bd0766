/* A stream that is left open, and a subscription that is never cancelled. */
#include "fault.h"

static int32_t stream(void *user, nb_request *request)
{
    nb_reply head = {0};
    nb_stream *out = NULL;
    nb_error error = {0};
    (void)user;
    error.size = sizeof error;
    head.size = sizeof head;
    head.status = 200;
    head.content_type = text("text/event-stream");
    head.bytes = text("data: 1\n\n");
    return the_http->stream(request, &head, NULL, NULL, &out, &error);
}

static int32_t event(void *user, const nb_event *what)
{
    (void)user, (void)what;
    return NB_OK;
}

static void ended(void *user) { (void)user; }

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const nb_event_calls calls = {sizeof(nb_event_calls), 0, &event, NULL, NULL, &ended};
    const nb_events_api *events = (const nb_events_api *)the_host->service(the_host, NB_EVENTS_SERVICE);
    nb_subscribe_options options = {0};
    nb_subscription *subscription = NULL;
    int32_t status;
    (void)plugin;
    options.size = sizeof options;
    options.after = -1;
    status = events->subscribe(the_host, &options, &calls, NULL, &subscription, error);
    return status != NB_OK ? status : add_get("/stream", NB_ACCESS_ANYONE, 0, &stream, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
