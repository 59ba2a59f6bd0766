#pragma once
// A host of cardboard: as much of each table as the faces need to be seen at work.

#include <netbit/plugin.hpp>
#include <netbit/sql.hpp>
#include <netbit/transport.hpp>

#include <map>
#include <string>
#include <vector>

struct nb_body {
    std::vector<std::string> parts;
    int references = 1;
};

struct nb_request {
    std::vector<std::string> answers; // "200 text", "problem 404 code"
    std::map<std::string, std::string> headers;
    bool deferred = false;
};

namespace netbit::faces_test {

inline std::string text(nb_str bytes) { return std::string(netbit::toView(bytes)); }

struct Cardboard {
    static inline Cardboard* now = nullptr;

    Cardboard()
    {
        now = this;
        http.size = sizeof http;
        http.add_route = [](const nb_host*, const nb_route* route, nb_error* error) -> std::int32_t {
            if (now->refuseRoutes) {
                Error(Status::conflict, "duplicate_route", "The plugin other has it.").fill(error);
                return NB_CONFLICT;
            }
            now->routes[text(route->method) + " " + text(route->pattern)] = *route;
            return NB_OK;
        };
        http.param = [](const nb_request*, nb_str) { return netbit::toStr("Ada"); };
        http.query_value = [](const nb_request*, nb_str name) {
            return text(name) == "empty" ? netbit::toStr("") : netbit::absentStr();
        };
        http.reply = [](nb_request* request, const nb_reply* reply) -> std::int32_t {
            if (reply->status > 599)
                return NB_INVALID;
            std::string bytes = text(reply->bytes);
            if (reply->body != nullptr)
                for (const auto& part : reply->body->parts)
                    bytes += part;
            request->answers.push_back(std::to_string(reply->status) + " " + bytes);
            for (std::size_t i = 0; i < reply->header_count; ++i)
                request->headers[text(reply->headers[i].name)] = text(reply->headers[i].value);
            return NB_OK;
        };
        http.problem = [](nb_request* request, const nb_error* error) -> std::int32_t {
            request->answers.push_back("problem " + std::to_string(error->status) + " " + error->code);
            return NB_OK;
        };
        http.defer = [](nb_request* request) { request->deferred = true; };
        http.may_block = [](const nb_request*) -> std::uint32_t { return 1; };

        http.stream_end = [](nb_stream* stream) { ++*reinterpret_cast<int*>(stream); };

        transport.size = sizeof transport;
        transport.listen_tcp = [](const nb_host*, const nb_listen_options*, const nb_tcp_calls* calls, void*, nb_listener**,
                                  nb_error*) -> std::int32_t {
            now->tcp = *calls;
            return NB_OK;
        };
        transport.listen_udp = [](const nb_host*, const nb_listen_options*, const nb_udp_calls* calls, void*, nb_listener**,
                                  nb_error*) -> std::int32_t {
            now->udp = *calls;
            return NB_OK;
        };
        transport.conn_retain = [](nb_conn*) {};
        transport.conn_release = [](nb_conn*) {};

        log.size = sizeof log;
        log.write = [](const nb_host*, std::uint32_t, nb_str, const nb_log_field* fields, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                now->logged += text(fields[i].value) + ";";
        };

        body.size = sizeof body;
        body.make = [](const nb_host*, nb_str bytes) { return new nb_body{{text(bytes)}}; };
        body.retain = [](nb_body* it) { ++it->references; };
        body.release = [](nb_body* it) {
            if (--it->references == 0)
                delete it;
        };
        body.length = [](const nb_body* it) {
            std::size_t length = 0;
            for (const auto& part : it->parts)
                length += part.size();
            return length;
        };
        body.pieces = [](const nb_body* it, nb_str* out, std::size_t capacity) {
            for (std::size_t i = 0; i < it->parts.size() && i < capacity; ++i)
                out[i] = netbit::toStr(it->parts[i]);
            return it->parts.size();
        };

        sql.size = sizeof sql;
        sql.query = [](const nb_host*, const nb_sql_statement* statement, nb_sql_row_fn row, void* user,
                       nb_error*) -> std::int32_t {
            now->params.assign(statement->params, statement->params + statement->param_count);
            for (std::int64_t i = 0; i < 3; ++i) {
                const nb_sql_value columns[] = {netbit::SqlValue(i).raw(), netbit::SqlValue("x").raw()};
                if (row(user, columns, 2) != NB_OK)
                    break;
            }
            return NB_OK;
        };

        host.size = sizeof host;
        host.version = "1.0.0";
        host.plugin_id = "cardboard";
        host.service = [](const nb_host*, const char* id) -> const void* {
            const std::string wanted = id;
            return wanted == NB_HTTP_SERVICE                 ? static_cast<const void*>(&now->http)
                : wanted == NB_LOG_SERVICE                  ? static_cast<const void*>(&now->log)
                : wanted == NB_BODY_SERVICE                  ? static_cast<const void*>(&now->body)
                : wanted == NB_TRANSPORT_SERVICE             ? static_cast<const void*>(&now->transport)
                : wanted == NB_SQL_SERVICE                   ? static_cast<const void*>(&now->sql)
                                                             : nullptr;
        };
        netbit::detail::faultHost = &host;
    }
    ~Cardboard() { netbit::detail::faultHost = nullptr; }

    netbit::Host face() const { return netbit::Host(&host); }

    nb_http_api http{};
    nb_log_api log{};
    nb_body_api body{};
    nb_sql_api sql{};
    nb_transport_api transport{};
    nb_tcp_calls tcp{};
    nb_udp_calls udp{};
    nb_host host{};
    std::map<std::string, nb_route> routes;
    std::vector<nb_sql_value> params;
    std::string logged;
    bool refuseRoutes = false;
};

/// Runs a handler as the host would and says what it returned.
template <class F> std::int32_t serve(Cardboard& host, nb_request& request, F handler)
{
    netbit::detail::RouteOf<F> route(&host.http, std::move(handler));
    return route.call(&route, &request);
}

} // namespace netbit::faces_test
