/* Stages one thing of each kind, then fails: all of it must go. */
#include "fault.h"

static int32_t half(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "half");
}

static void never(void *user) { (void)user; }

static void datagram(void *user, nb_listener *listener, const nb_address *from, nb_str bytes)
{
    (void)user, (void)listener, (void)from, (void)bytes;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const nb_udp_calls calls = {sizeof(nb_udp_calls), 0, &datagram, NULL, NULL};
    const nb_transport_api *transport = (const nb_transport_api *)the_host->service(the_host, NB_TRANSPORT_SERVICE);
    nb_listen_options options = {0};
    nb_listener *listener = NULL;
    nb_timer *timer = NULL;
    (void)plugin;
    options.size = sizeof options;
    options.name = text("udp");
    options.address = text("127.0.0.1");
    if (add_get("/half", NB_ACCESS_ANYONE, 0, &half, error) != NB_OK
        || transport->listen_udp(the_host, &options, &calls, NULL, &listener, error) != NB_OK
        || the_exec->every(the_host, 1, &never, NULL, &timer, error) != NB_OK) {
        return NB_INTERNAL;
    }
    error->status = NB_UNAVAILABLE;
    strcpy(error->code, "no_disk");
    strcpy(error->detail, "The disk that it wants is not there.");
    return NB_UNAVAILABLE;
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
