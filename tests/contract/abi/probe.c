/* Tables cross the border as `const void *`, behind which no tool sees. Here each is what a function returns, and each
 * struct that is only ever passed is an argument: so abidw finds all of them. A new table gets a line here; the test
 * Abi.EveryTableIsInTheProbe says so. */
#include <netbit/auth.h>
#include <netbit/cache.h>
#include <netbit/chat.h>
#include <netbit/config.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/handover.h>
#include <netbit/health.h>
#include <netbit/host.h>
#include <netbit/http.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/plugin.h>
#include <netbit/provide.h>
#include <netbit/result.h>
#include <netbit/sql.h>
#include <netbit/transport.h>

#define PROBE(type)                                                                                                    \
    const type *netbit_probe_##type(void);                                                                             \
    const type *netbit_probe_##type(void) { return 0; }

PROBE(nb_auth_api)
PROBE(nb_body_api)
PROBE(nb_cache_api)
PROBE(nb_chat_api)
PROBE(nb_config_api)
PROBE(nb_events_api)
PROBE(nb_exec_api)
PROBE(nb_health_api)
PROBE(nb_http_api)
PROBE(nb_log_api)
PROBE(nb_metrics_api)
PROBE(nb_provide_api)
PROBE(nb_sql_api)
PROBE(nb_transport_api)
PROBE(nb_plugin_entry)
