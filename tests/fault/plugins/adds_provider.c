/* Adds itself as a provider of logins in start, once more, and from a handler; tells what came of each. */
#include "fault.h"

static const nb_auth_api *the_auth;
static char first[64];
static char second[64];

static int32_t check(void *user, nb_str username, nb_str password, nb_provided *out, nb_error *error)
{
    (void)user;
    (void)username;
    (void)password;
    (void)out;
    (void)error;
    return NB_UNAUTHENTICATED;
}

static void add(char code[64])
{
    static const nb_provider_calls calls = {sizeof calls, 0, &check};
    nb_error error = FAULT_ZERO;
    error.size = sizeof error;
    const int32_t status = the_auth->add_provider(the_host, &calls, NULL, &error);
    (void)snprintf(code, 64, "%s", status == NB_OK ? "ok" : error.code);
}

static int32_t tell(void *user, nb_request *request)
{
    char third[64];
    char all[200];
    (void)user;
    add(third);
    (void)snprintf(all, sizeof all, "%s %s %s", first, second, third);
    return reply_text(request, all);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    the_auth = (const nb_auth_api *)the_host->service(the_host, NB_AUTH_SERVICE);
    if (the_auth == NULL) {
        return NB_UNAVAILABLE;
    }
    add(first);
    add(second);
    return add_get("/added", NB_ACCESS_ANYONE, 0, &tell, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
