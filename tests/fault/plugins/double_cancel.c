/* Gives its handles back twice, and makes some up. */
#include "fault.h"

static const nb_events_api *events;
static int ended_count;

static void task(void *user) { (void)user; }

static int32_t event(void *user, const nb_event *what)
{
    (void)user, (void)what;
    return NB_OK;
}

static void ended(void *user)
{
    (void)user;
    ++ended_count;
}

static int32_t timer(void *user, nb_request *request)
{
    nb_timer *made = NULL;
    nb_timer *other = NULL;
    (void)user;
    if (the_exec->after(the_host, 100000, &task, NULL, &made, NULL) != NB_OK) {
        return NB_INTERNAL;
    }
    the_exec->cancel(made);
    if (the_exec->after(the_host, 100000, &task, NULL, &other, NULL) != NB_OK) {
        return NB_INTERNAL;
    }
    the_exec->cancel(made); /* must not be the other */
    the_exec->cancel(NULL);
    the_exec->cancel((nb_timer *)(void *)&ended_count);
    return reply_text(request, "timer");
}

static int32_t subscription(void *user, nb_request *request)
{
    static const nb_event_calls calls = {sizeof(nb_event_calls), 0, &event, NULL, NULL, &ended};
    nb_subscribe_options options = {0};
    nb_subscription *made = NULL;
    (void)user;
    options.size = sizeof options;
    options.after = -1;
    if (events->subscribe(the_host, &options, &calls, NULL, &made, NULL) != NB_OK) {
        return NB_INTERNAL;
    }
    events->cancel(made);
    events->cancel(made);
    events->resume(made);
    return reply_text(request, "subscription");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    events = (const nb_events_api *)the_host->service(the_host, NB_EVENTS_SERVICE);
    if (add_get("/double/timer", NB_ACCESS_ANYONE, 0, &timer, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/double/subscription", NB_ACCESS_ANYONE, 0, &subscription, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
