/* What the fault plugins share: plain C against the C headers, one behaviour each. */
#ifndef NETBIT_TESTS_FAULT_H
#define NETBIT_TESTS_FAULT_H

#include "netbit/auth.h"
#include "netbit/config.h"
#include "netbit/events.h"
#include "netbit/exec.h"
#include "netbit/http.h"
#include "netbit/log.h"
#include "netbit/plugin.h"
#include "netbit/sql.h"
#include "netbit/transport.h"

#include <stdio.h>
#include <string.h>

#ifndef FAULT_VERSION
#define FAULT_VERSION "1.0.0"
#endif

#ifdef __cplusplus
#define FAULT_ZERO {}
#else
#define FAULT_ZERO {0}
#endif

/* Each generation is a copy of its own, so its globals are too. */
static const nb_host *the_host;
static const nb_http_api *the_http;
static const nb_exec_api *the_exec;
static int the_plugin; /* its address is the plugin */

static inline nb_str text(const char *terminated)
{
    nb_str out;
    out.ptr = terminated;
    out.len = strlen(terminated);
    return out;
}

static inline int32_t reply_text(nb_request *request, const char *terminated)
{
    nb_reply reply = FAULT_ZERO;
    reply.size = sizeof reply;
    reply.status = 200;
    reply.content_type = text("text/plain");
    reply.bytes = text(terminated);
    return the_http->reply(request, &reply);
}

static inline int32_t add_get(const char *pattern, uint32_t access, uint32_t flags, nb_handler_fn handler, nb_error *error)
{
    nb_route route = FAULT_ZERO;
    route.size = sizeof route;
    route.access = access;
    route.flags = flags;
    route.method = text("GET");
    route.pattern = text(pattern);
    route.handler = handler;
    return the_http->add_route(the_host, &route, error);
}

static inline int32_t fault_create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    (void)error;
    the_host = host;
    the_http = (const nb_http_api *)host->service(host, NB_HTTP_SERVICE);
    the_exec = (const nb_exec_api *)host->service(host, NB_EXEC_SERVICE);
    *out = (nb_plugin *)(void *)&the_plugin;
    return NB_OK;
}

static inline void fault_destroy(nb_plugin *plugin) { (void)plugin; }

#define FAULT_ENTRY(magic, abi_major, calls)                                                                           \
    const nb_plugin_entry *netbit_plugin_entry(void)                                                                   \
    {                                                                                                                  \
        static const nb_plugin_entry entry = {magic,  sizeof(nb_plugin_entry), abi_major,      NB_ABI_MINOR, 0,         \
                                              FAULT_ID, FAULT_VERSION,         NB_SDK_VERSION, "test",       calls};    \
        return &entry;                                                                                                 \
    }

#define FAULT_PLUGIN(configure, start, quiesce, stop)                                                                  \
    static const nb_plugin_calls the_calls = {sizeof(nb_plugin_calls), 0,    &fault_create, configure, start,           \
                                              quiesce,                 stop, &fault_destroy};                          \
    FAULT_ENTRY(NB_PLUGIN_MAGIC, NB_ABI_MAJOR, &the_calls)

#endif
