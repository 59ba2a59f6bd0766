#ifndef NETBIT_LOG_H
#define NETBIT_LOG_H
/* Structured log: a sentence and fields. "netbit.log/1" */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_LOG_SERVICE "netbit.log/1"
#define NB_LOG_ERROR 1u /* someone must look */
#define NB_LOG_WARN 2u
#define NB_LOG_INFO 3u
#define NB_LOG_DEBUG 4u

typedef struct nb_log_field {
    nb_str name;
    nb_str value;
} nb_log_field;

typedef struct nb_log_api {
    uint32_t size;
    uint32_t reserved;
    /* [any] Everything is copied. Never log a secret: tokens, passwords, message text. */
    void (*write)(const nb_host *host, uint32_t level, nb_str message, const nb_log_field *fields, size_t count);
    uint32_t (*enabled)(const nb_host *host, uint32_t level); /* [any] [fast] 1 or 0 */
} nb_log_api;

#ifdef __cplusplus
}
#endif
#endif
