// Its own tables, and an attempt at the host's.
#include "fault.h"

#include <cstdlib>
#include <memory>
#include <string>

namespace {

const nb_sql_api* sql = nullptr;

void done(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str, std::uint32_t)
{
    const auto text = status == NB_OK ? std::to_string(id) : std::string(error->code);
    reply_text(static_cast<nb_request*>(user), text.c_str());
}

std::int32_t run(nb_request* request, const char* statement, const char* param)
{
    nb_sql_value value{};
    value.type = NB_SQL_TEXT;
    value.bytes = text(param);
    const nb_sql_statement one{text(statement), &value, 1};
    nb_error error{};
    error.size = sizeof error;
    the_http->defer(request);
    const auto status = sql->execute(the_host, &one, 1, &done, request, &error);
    if (status != NB_OK)
        the_http->problem(request, &error);
    return NB_OK;
}

std::int32_t add(void*, nb_request* request)
{
    return run(request, "INSERT INTO p_tables_items (title) VALUES ($1)", "milk");
}

std::int32_t steal(void*, nb_request* request) { return run(request, "UPDATE users SET role = $1", "admin"); }

std::int32_t count(void*, nb_request* request)
{
    std::int64_t rows = -1;
    nb_error error{};
    error.size = sizeof error;
    const nb_sql_statement one{text("SELECT count(*) FROM p_tables_items"), nullptr, 0};
    const auto status = sql->query(
        the_host, &one,
        [](void* user, const nb_sql_value* columns, std::size_t) {
            *static_cast<std::int64_t*>(user) = columns[0].integer;
            return NB_OK;
        },
        &rows, &error);
    return reply_text(request, status == NB_OK ? std::to_string(rows).c_str() : error.code);
}

std::int32_t peek(void*, nb_request* request)
{
    nb_error error{};
    error.size = sizeof error;
    const nb_sql_statement one{text("SELECT username FROM users"), nullptr, 0};
    sql->query(the_host, &one, [](void*, const nb_sql_value*, std::size_t) { return NB_OK; }, nullptr, &error);
    return reply_text(request, error.code);
}

/// "code: detail"
std::string wordsOf(const nb_error& error) { return std::string(error.code) + ": " + error.detail; }

void told(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str json, std::uint32_t)
{
    const auto text = status != NB_OK ? wordsOf(*error)
                                      : std::to_string(id) + ' ' + std::string(json.ptr ? json.ptr : "", json.ptr ? json.len : 0);
    reply_text(static_cast<nb_request*>(user), text.c_str());
}

/// Whatever a test wants to have run.
std::int32_t runGiven(void*, nb_request* request)
{
    const auto how = the_http->query_value(request, text("how"));
    const auto given = the_http->query_value(request, text("sql"));
    const std::string statement(given.ptr, given.len);
    nb_sql_value milk{};
    milk.type = NB_SQL_TEXT;
    milk.bytes = text("milk");
    const nb_sql_statement one{{statement.data(), statement.size()}, &milk, statement.find('$') == std::string::npos ? 0u : 1u};
    nb_error error{};
    error.size = sizeof error;
    if (std::string(how.ptr, how.len) == "query") {
        std::int64_t rows = 0;
        const auto status = sql->query(
            the_host, &one,
            [](void* user, const nb_sql_value*, std::size_t) {
                ++*static_cast<std::int64_t*>(user);
                return NB_OK;
            },
            &rows, &error);
        return reply_text(request, status == NB_OK ? (std::to_string(rows) + ' ').c_str() : wordsOf(error).c_str());
    }
    the_http->defer(request);
    if (sql->execute(the_host, &one, 1, &told, request, &error) != NB_OK)
        return reply_text(request, wordsOf(error).c_str());
    return NB_OK;
}

std::int32_t start(nb_plugin*, nb_error* error)
{
    sql = static_cast<const nb_sql_api*>(the_host->service(the_host, NB_SQL_SERVICE));
    const nb_sql_migration step{text("items"), text("CREATE TABLE p_tables_items (id INTEGER PRIMARY KEY, title TEXT)")};
    if (const auto status = sql->migrate(the_host, &step, 1, error); status != NB_OK)
        return status;
    for (const auto& [pattern, handler] :
         {std::pair{"/tables/add", &add}, {"/tables/steal", &steal}, {"/tables/count", &count}, {"/tables/peek", &peek},
          {"/tables/run", &runGiven}})
        if (const auto status = add_get(pattern, NB_ACCESS_ANYONE, 0, handler, error); status != NB_OK)
            return status;
    return NB_OK;
}

} // namespace

extern "C" {
FAULT_PLUGIN(nullptr, &start, nullptr, nullptr)
}
