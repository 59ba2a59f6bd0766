/* Answers that it is broken, in the handler and after it has returned. */
#include "fault.h"

static int32_t broken(nb_request *request)
{
    nb_error error = {0};
    error.size = sizeof error;
    error.status = NB_INTERNAL;
    strcpy(error.code, "sql_failed");
    strcpy(error.detail, "near \"SELEC\": syntax error");
    return the_http->problem(request, &error);
}

static int32_t now(void *user, nb_request *request)
{
    (void)user;
    return broken(request);
}

static void later(void *user) { (void)broken((nb_request *)user); }

static int32_t deferred(void *user, nb_request *request)
{
    (void)user;
    the_http->defer(request);
    return the_exec->post(the_host, &later, request, NULL);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    if (add_get("/says/now", NB_ACCESS_ANYONE, 0, &now, error) != NB_OK)
        return NB_INTERNAL;
    return add_get("/says/later", NB_ACCESS_ANYONE, 0, &deferred, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
