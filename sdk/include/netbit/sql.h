#ifndef NETBIT_SQL_H
#define NETBIT_SQL_H
/*
 * A plugin's own tables. "netbit.sql/1"
 *
 * Names of tables, indexes, views and triggers start with p_<id>_ (a dot or dash in the id is written as _); nothing else can
 * be touched, not through a view, a trigger or a foreign key either: NB_FORBIDDEN table_not_yours. Transactions, PRAGMA,
 * ATTACH and what else is not about tables: NB_FORBIDDEN statement_not_allowed. Parameters are $1, $2 …, as many as the
 * statement names, else NB_INTERNAL param_count; text is never pasted into SQL. Stay within what SQLite and PostgreSQL share.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_SQL_SERVICE "netbit.sql/1"

#define NB_SQL_NULL 0u
#define NB_SQL_INTEGER 1u
#define NB_SQL_REAL 2u
#define NB_SQL_TEXT 3u
#define NB_SQL_BLOB 4u

typedef struct nb_sql_value {
    uint32_t type; /* NB_SQL_… */
    uint32_t reserved;
    int64_t integer;
    double real;
    nb_str bytes; /* TEXT, BLOB */
} nb_sql_value;

typedef struct nb_sql_migration {
    nb_str name;
    nb_str sql; /* one or more statements */
} nb_sql_migration;

typedef struct nb_sql_statement {
    nb_str sql; /* one statement */
    const nb_sql_value *params;
    size_t param_count;
} nb_sql_statement;

/* One row; borrowed for the call. Returns NB_OK for the next, anything else to stop. */
typedef int32_t (*nb_sql_row_fn)(void *user, const nb_sql_value *columns, size_t count);

typedef struct nb_sql_api {
    uint32_t size;
    uint32_t reserved;
    /* [control], in start, before other calls. Steps are numbered 1… in the order given; each runs once, ever, and may not
     * change afterwards (NB_CONFLICT migration_changed): append new ones. All or none. */
    int32_t (*migrate)(const nb_host *host, const nb_sql_migration *steps, size_t count, nb_error *error);
    /* [worker] or [control]. Reads with one consistent view; `row` is called before it returns. A statement that would write
     * is NB_INTERNAL query_writes. */
    int32_t (*query)(const nb_host *host, const nb_sql_statement *statement, nb_sql_row_fn row, void *user,
                     nb_error *error);
    /* [any] Runs all statements in one transaction of the writer; `done` [writer] when it is on disk or was refused.
     * `id` is the rows changed by the last one. Arguments are copied. NB_FORBIDDEN table_not_yours; NB_CONFLICT.
     * Since 1.1.0 `json` is what the last one returns (INSERT … RETURNING id), a JSON array with an object for each row:
     * [{"id":7}]; else absent. More than 64 KiB of it, or a BLOB, is NB_INTERNAL, and nothing is written. */
    int32_t (*execute)(const nb_host *host, const nb_sql_statement *statements, size_t count, nb_done_fn done,
                       void *user, nb_error *error);
} nb_sql_api;

#ifdef __cplusplus
}
#endif
#endif
