/* Offers a table; a start that must fail is asked for with the setting number. */
#include "dictionary.h"
#include "fault.h"

static int64_t number;

static const char *word(void *user, int32_t which)
{
    (void)user;
    return which == 1 ? "one" : "many";
}

static int32_t configure(nb_plugin *plugin, nb_error *error)
{
    const nb_config_api *config = (const nb_config_api *)the_host->service(the_host, NB_CONFIG_SERVICE);
    (void)plugin, (void)error;
    return config->integer(the_host, text("number"), &number);
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const dictionary table = {sizeof table, 0, &word};
    const nb_provide_api *provide = (const nb_provide_api *)the_host->service(the_host, NB_PROVIDE_SERVICE);
    const char *id = number == 1 ? "undeclared/1" : number == 2 ? "no version" : DICTIONARY;
    int32_t status;
    (void)plugin;
    status = provide->offer(the_host, text(id), &table, &number, error);
    if (status == NB_OK && number == 3) {
        return provide->offer(the_host, text(id), &table, &number, error);
    }
    return status;
}

FAULT_PLUGIN(&configure, &start, NULL, NULL)
