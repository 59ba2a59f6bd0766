/* Says how it is, as it is told to. */
#include "fault.h"
#include "netbit/health.h"

static const nb_health_api *health;

static int32_t say(uint32_t state, const char *why, nb_request *request)
{
    char out[32];
    snprintf(out, sizeof out, "%d", (int)health->set(the_host, state, text(why)));
    return reply_text(request, out);
}

static int32_t good(void *user, nb_request *request)
{
    (void)user;
    return say(NB_HEALTH_GOOD, "", request);
}

static int32_t degraded(void *user, nb_request *request)
{
    (void)user;
    return say(NB_HEALTH_DEGRADED, "The mail server answers slowly.", request);
}

static int32_t failed(void *user, nb_request *request)
{
    (void)user;
    return say(NB_HEALTH_FAILED, "The mail server is gone.", request);
}

static int32_t nonsense(void *user, nb_request *request)
{
    (void)user;
    return say(3, "", request);
}

/* 600 bytes in characters of three bytes each. */
static int32_t wordy(void *user, nb_request *request)
{
    char why[601] = "";
    size_t i;
    (void)user;
    for (i = 0; i < 200; ++i) {
        memcpy(why + 3 * i, "\xE2\x82\xAC", 4);
    }
    return say(NB_HEALTH_DEGRADED, why, request);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    health = (const nb_health_api *)the_host->service(the_host, NB_HEALTH_SERVICE);
    if (health == NULL || add_get("/health/good", NB_ACCESS_ANYONE, 0, &good, error) != NB_OK
        || add_get("/health/degraded", NB_ACCESS_ANYONE, 0, &degraded, error) != NB_OK
        || add_get("/health/failed", NB_ACCESS_ANYONE, 0, &failed, error) != NB_OK
        || add_get("/health/wordy", NB_ACCESS_ANYONE, 0, &wordy, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/health/nonsense", NB_ACCESS_ANYONE, 0, &nonsense, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
