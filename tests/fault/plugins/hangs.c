/* A handler that does not come back until it is let go; another that is fine. */
#include "fault.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int free_to_go;

static int32_t hang(void *user, nb_request *request)
{
    (void)user;
    pthread_mutex_lock(&mutex);
    while (!free_to_go) {
        pthread_cond_wait(&changed, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    return reply_text(request, "at last");
}

static int32_t let_go(void *user, nb_request *request)
{
    (void)user;
    pthread_mutex_lock(&mutex);
    free_to_go = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return reply_text(request, "let go");
}

static int32_t fine(void *user, nb_request *request)
{
    (void)user;
    return reply_text(request, "fine");
}

/* When the plugin is ended nobody can ask for let_go any more. */
static int32_t quiesce(nb_plugin *plugin, nb_error *error)
{
    (void)plugin, (void)error;
    pthread_mutex_lock(&mutex);
    free_to_go = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    (void)plugin;
    if (add_get("/hang", NB_ACCESS_ANYONE, 0, &hang, error) != NB_OK
        || add_get("/hang/let-go", NB_ACCESS_ANYONE, 0, &let_go, error) != NB_OK) {
        return NB_INTERNAL;
    }
    return add_get("/hang/fine", NB_ACCESS_ANYONE, 0, &fine, error);
}

FAULT_PLUGIN(NULL, &start, &quiesce, NULL)
