/* Crashes where it is told to: in a handler by its route, in start or in a timer by the setting "when". */
#include "../../fault/plugins/fault.h"

#include <signal.h>
#include <stdlib.h>

static char when[16];

/* No sanitizer looks at it before the machine does. */
__attribute__((no_sanitize("address", "undefined", "thread"))) static void segfault(void) { *(volatile int *)NULL = 1; }

static int overflow(volatile char *above)
{
    volatile char here[4096];
    here[0] = above ? above[0] : 0;
    return overflow(here) + here[0];
}

static int32_t on_segv(void *user, nb_request *request)
{
    (void)user, (void)request;
    segfault();
    return NB_OK;
}

static int32_t on_abort(void *user, nb_request *request)
{
    (void)user, (void)request;
    abort();
}

static int32_t on_overflow(void *user, nb_request *request)
{
    (void)user, (void)request;
    return overflow(NULL) == 0 ? NB_OK : NB_INTERNAL;
}

static int32_t alive(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "alive");
}

static void on_timer(void *user)
{
    (void)user;
    segfault();
}

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    const nb_config_api *config = (const nb_config_api *)the_host->service(the_host, NB_CONFIG_SERVICE);
    nb_str value;
    (void)plugin, (void)error;
    if (config->text(the_host, text("when"), &value) != NB_OK || value.len >= sizeof when) {
        return NB_INTERNAL;
    }
    memcpy(when, value.ptr, value.len);
    when[value.len] = '\0';
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    nb_timer *timer = NULL;
    (void)plugin;
    if (strcmp(when, "start") == 0) {
        segfault();
    }
    if (strcmp(when, "timer") == 0 && the_exec->after(the_host, 200, &on_timer, NULL, &timer, error) != NB_OK) {
        return NB_INTERNAL;
    }
    if (add_get("/crash/segv", NB_ACCESS_ANYONE, 0, &on_segv, error) != NB_OK
        || add_get("/crash/segv-fast", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &on_segv, error) != NB_OK
        || add_get("/crash/abort", NB_ACCESS_ANYONE, 0, &on_abort, error) != NB_OK
        || add_get("/crash/overflow", NB_ACCESS_ANYONE, 0, &on_overflow, error) != NB_OK
        || add_get("/crash/overflow-fast", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &on_overflow, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/crash/alive", NB_ACCESS_ANYONE, 0, &alive, error);
}

FAULT_PLUGIN(&configure, &start, NULL, NULL)
