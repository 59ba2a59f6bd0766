#ifndef NETBIT_METRICS_H
#define NETBIT_METRICS_H
/* Numbers for /metrics (Prometheus text format 0.0.4). "netbit.metrics/1"
 * The host writes the name as netbit_<plugin>_<name>. */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_METRICS_SERVICE "netbit.metrics/1"

typedef struct nb_metric nb_metric;

typedef struct nb_metrics_api {
    uint32_t size;
    uint32_t reserved;
    /* [control] or [any]. Names: [a-z0-9_], counters end in _total. The same name gives the same metric. *out lives as
     * long as the process. */
    int32_t (*counter)(const nb_host *host, nb_str name, nb_str help, nb_metric **out, nb_error *error);
    int32_t (*gauge)(const nb_host *host, nb_str name, nb_str help, nb_metric **out, nb_error *error);
    /* `bounds`: upper bounds of the buckets, rising; the last, +Inf, is added. */
    int32_t (*histogram)(const nb_host *host, nb_str name, nb_str help, const double *bounds, size_t count,
                         nb_metric **out, nb_error *error);
    /* [any] [fast] */
    void (*add)(nb_metric *metric, double value);     /* counter (value >= 0), gauge */
    void (*set)(nb_metric *metric, double value);     /* gauge */
    void (*observe)(nb_metric *metric, double value); /* histogram */
} nb_metrics_api;

#ifdef __cplusplus
}
#endif
#endif
