/* Uses the table of provides.c: a lease for each use, and one that is held until it is told to let go. */
#include "dictionary.h"
#include "fault.h"

static const nb_provide_api *provide;
static nb_lease *held;

static int32_t take(nb_lease **lease, const dictionary **table, nb_error *error)
{
    const void *found = NULL;
    void *user = NULL;
    int32_t status = provide->acquire(the_host, text(DICTIONARY), &found, &user, lease, error);
    *table = (const dictionary *)found;
    return status;
}

static int32_t word(void *user, nb_request *request)
{
    nb_error error = {0};
    nb_lease *lease = NULL;
    const dictionary *table = NULL;
    int32_t status;
    (void)user;
    error.size = sizeof error;
    if (take(&lease, &table, &error) != NB_OK) {
        return reply_text(request, error.code);
    }
    status = reply_text(request, table->word(NULL, 1));
    provide->release(lease);
    return status;
}

static int32_t hold(void *user, nb_request *request)
{
    nb_error error = {0};
    const dictionary *table = NULL;
    (void)user;
    error.size = sizeof error;
    return reply_text(request, take(&held, &table, &error) == NB_OK ? "held" : error.code);
}

static int32_t let_go(void *user, nb_request *request)
{
    (void)user;
    provide->release(held);
    return reply_text(request, "let go");
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    provide = (const nb_provide_api *)the_host->service(the_host, NB_PROVIDE_SERVICE);
    if (add_get("/asks/word", NB_ACCESS_ANYONE, 0, &word, error) != NB_OK
        || add_get("/asks/hold", NB_ACCESS_ANYONE, 0, &hold, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/asks/let-go", NB_ACCESS_ANYONE, 0, &let_go, error);
}

FAULT_PLUGIN(NULL, &start, NULL, NULL)
