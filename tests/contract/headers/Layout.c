/*
 * Where every member of the border lies, on LP64 machines (x86-64, AArch64). A member that was inserted, moved or resized
 * breaks this build, as it would break every plugin out there. What is appended to a struct or table is appended here: a
 * MEMBER line more, and the new size.
 */
#include <netbit/result.h>
#include <netbit/host.h>
#include <netbit/auth.h>
#include <netbit/http.h>
#include <netbit/chat.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/cache.h>
#include <netbit/config.h>
#include <netbit/log.h>
#include <netbit/metrics.h>
#include <netbit/sql.h>
#include <netbit/transport.h>
#include <netbit/handover.h>
#include <netbit/health.h>
#include <netbit/provide.h>
#include <netbit/plugin.h>

#include <stddef.h>

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type " has changed its size")
#define MEMBER(type, member, offset)                                                                                   \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "these numbers are those of LP64");
_Static_assert(NB_PLUGIN_MAGIC == 0x4e425031u && NB_ABI_MAJOR == 1, "another ABI is another table of numbers");

/* netbit/result.h */
SIZE(nb_str, 16);
MEMBER(nb_str, ptr, 0);
MEMBER(nb_str, len, 8);
SIZE(nb_error, 712);
MEMBER(nb_error, size, 0);
MEMBER(nb_error, status, 4);
MEMBER(nb_error, code, 8);
MEMBER(nb_error, pointer, 72);
MEMBER(nb_error, detail, 200);

/* netbit/host.h */
SIZE(nb_host, 40);
MEMBER(nb_host, size, 0);
MEMBER(nb_host, abi_major, 4);
MEMBER(nb_host, abi_minor, 6);
MEMBER(nb_host, version, 8);
MEMBER(nb_host, plugin_id, 16);
MEMBER(nb_host, implementation, 24);
MEMBER(nb_host, service, 32);
SIZE(nb_body_api, 48);
MEMBER(nb_body_api, size, 0);
MEMBER(nb_body_api, reserved, 4);
MEMBER(nb_body_api, make, 8);
MEMBER(nb_body_api, retain, 16);
MEMBER(nb_body_api, release, 24);
MEMBER(nb_body_api, length, 32);
MEMBER(nb_body_api, pieces, 40);

/* netbit/auth.h */
SIZE(nb_signing_key, 108);
MEMBER(nb_signing_key, size, 0);
MEMBER(nb_signing_key, expires_in, 4);
MEMBER(nb_signing_key, session, 8);
MEMBER(nb_signing_key, key, 41);
SIZE(nb_provided, 264);
MEMBER(nb_provided, size, 0);
MEMBER(nb_provided, reserved, 4);
MEMBER(nb_provided, email, 8);
SIZE(nb_provider_calls, 16);
MEMBER(nb_provider_calls, size, 0);
MEMBER(nb_provider_calls, reserved, 4);
MEMBER(nb_provider_calls, check, 8);
SIZE(nb_auth_api, 144);
MEMBER(nb_auth_api, size, 0);
MEMBER(nb_auth_api, reserved, 4);
MEMBER(nb_auth_api, verify, 8);
MEMBER(nb_auth_api, impersonate, 16);
MEMBER(nb_auth_api, retain, 24);
MEMBER(nb_auth_api, release, 32);
MEMBER(nb_auth_api, user_id, 40);
MEMBER(nb_auth_api, username, 48);
MEMBER(nb_auth_api, is_admin, 56);
MEMBER(nb_auth_api, is_valid, 64);
MEMBER(nb_auth_api, expires_at, 72);
MEMBER(nb_auth_api, register_user, 80);
MEMBER(nb_auth_api, login, 88);
MEMBER(nb_auth_api, refresh, 96);
MEMBER(nb_auth_api, logout, 104);
MEMBER(nb_auth_api, profile, 112);
MEMBER(nb_auth_api, signing_key, 120);
MEMBER(nb_auth_api, verify_mac, 128);
MEMBER(nb_auth_api, add_provider, 136);

/* netbit/http.h */
SIZE(nb_route, 120);
MEMBER(nb_route, size, 0);
MEMBER(nb_route, access, 4);
MEMBER(nb_route, flags, 8);
MEMBER(nb_route, max_body_bytes, 12);
MEMBER(nb_route, method, 16);
MEMBER(nb_route, pattern, 32);
MEMBER(nb_route, summary, 48);
MEMBER(nb_route, handler, 64);
MEMBER(nb_route, user, 72);
MEMBER(nb_route, thaw, 80);
MEMBER(nb_route, operation, 88);
MEMBER(nb_route, schema, 104);
SIZE(nb_header, 32);
MEMBER(nb_header, name, 0);
MEMBER(nb_header, value, 16);
SIZE(nb_reply, 64);
MEMBER(nb_reply, size, 0);
MEMBER(nb_reply, status, 4);
MEMBER(nb_reply, content_type, 8);
MEMBER(nb_reply, bytes, 24);
MEMBER(nb_reply, body, 40);
MEMBER(nb_reply, headers, 48);
MEMBER(nb_reply, header_count, 56);
SIZE(nb_stream_calls, 40);
MEMBER(nb_stream_calls, size, 0);
MEMBER(nb_stream_calls, reserved, 4);
MEMBER(nb_stream_calls, drained, 8);
MEMBER(nb_stream_calls, closed, 16);
MEMBER(nb_stream_calls, ended, 24);
MEMBER(nb_stream_calls, freeze, 32);
SIZE(nb_http_api, 160);
MEMBER(nb_http_api, size, 0);
MEMBER(nb_http_api, reserved, 4);
MEMBER(nb_http_api, add_route, 8);
MEMBER(nb_http_api, method, 16);
MEMBER(nb_http_api, target, 24);
MEMBER(nb_http_api, header, 32);
MEMBER(nb_http_api, param, 40);
MEMBER(nb_http_api, query_value, 48);
MEMBER(nb_http_api, body, 56);
MEMBER(nb_http_api, peer, 64);
MEMBER(nb_http_api, id, 72);
MEMBER(nb_http_api, principal, 80);
MEMBER(nb_http_api, reply, 88);
MEMBER(nb_http_api, problem, 96);
MEMBER(nb_http_api, defer, 104);
MEMBER(nb_http_api, stream, 112);
MEMBER(nb_http_api, stream_write, 120);
MEMBER(nb_http_api, stream_write_body, 128);
MEMBER(nb_http_api, stream_end, 136);
MEMBER(nb_http_api, may_block, 144);
MEMBER(nb_http_api, headers, 152);

/* netbit/chat.h */
SIZE(nb_new_chat, 48);
MEMBER(nb_new_chat, size, 0);
MEMBER(nb_new_chat, participant_count, 4);
MEMBER(nb_new_chat, name, 8);
MEMBER(nb_new_chat, chat_type, 24);
MEMBER(nb_new_chat, participants, 40);
SIZE(nb_new_message, 88);
MEMBER(nb_new_message, size, 0);
MEMBER(nb_new_message, reserved, 4);
MEMBER(nb_new_message, chat_id, 8);
MEMBER(nb_new_message, content, 16);
MEMBER(nb_new_message, message_type, 32);
MEMBER(nb_new_message, reply_to, 48);
MEMBER(nb_new_message, key, 56);
MEMBER(nb_new_message, attachments, 72);
MEMBER(nb_new_message, attachment_count, 80);
SIZE(nb_page_query, 56);
MEMBER(nb_page_query, size, 0);
MEMBER(nb_page_query, limit, 4);
MEMBER(nb_page_query, chat_id, 8);
MEMBER(nb_page_query, before, 16);
MEMBER(nb_page_query, after, 24);
MEMBER(nb_page_query, page, 32);
MEMBER(nb_page_query, per_page, 36);
MEMBER(nb_page_query, lead, 40);
SIZE(nb_page_info, 80);
MEMBER(nb_page_info, size, 0);
MEMBER(nb_page_info, count, 4);
MEMBER(nb_page_info, first_id, 8);
MEMBER(nb_page_info, last_id, 16);
MEMBER(nb_page_info, total, 24);
MEMBER(nb_page_info, has_older, 32);
MEMBER(nb_page_info, has_newer, 36);
MEMBER(nb_page_info, etag, 40);
SIZE(nb_chat_api, 56);
MEMBER(nb_chat_api, size, 0);
MEMBER(nb_chat_api, reserved, 4);
MEMBER(nb_chat_api, list, 8);
MEMBER(nb_chat_api, get, 16);
MEMBER(nb_chat_api, page, 24);
MEMBER(nb_chat_api, create, 32);
MEMBER(nb_chat_api, send, 40);
MEMBER(nb_chat_api, may_read, 48);

/* netbit/events.h */
SIZE(nb_event, 64);
MEMBER(nb_event, size, 0);
MEMBER(nb_event, reserved, 4);
MEMBER(nb_event, id, 8);
MEMBER(nb_event, topic, 16);
MEMBER(nb_event, chat_id, 32);
MEMBER(nb_event, actor_id, 40);
MEMBER(nb_event, json, 48);
SIZE(nb_subscribe_options, 56);
MEMBER(nb_subscribe_options, size, 0);
MEMBER(nb_subscribe_options, flags, 4);
MEMBER(nb_subscribe_options, principal, 8);
MEMBER(nb_subscribe_options, after, 16);
MEMBER(nb_subscribe_options, topics, 24);
MEMBER(nb_subscribe_options, topic_count, 32);
MEMBER(nb_subscribe_options, name, 40);
SIZE(nb_event_calls, 40);
MEMBER(nb_event_calls, size, 0);
MEMBER(nb_event_calls, reserved, 4);
MEMBER(nb_event_calls, event, 8);
MEMBER(nb_event_calls, reset, 16);
MEMBER(nb_event_calls, revoked, 24);
MEMBER(nb_event_calls, ended, 32);
SIZE(nb_events_api, 56);
MEMBER(nb_events_api, size, 0);
MEMBER(nb_events_api, reserved, 4);
MEMBER(nb_events_api, subscribe, 8);
MEMBER(nb_events_api, resume, 16);
MEMBER(nb_events_api, cancel, 24);
MEMBER(nb_events_api, publish, 32);
MEMBER(nb_events_api, publish_durable, 40);
MEMBER(nb_events_api, last_id, 48);

/* netbit/exec.h */
SIZE(nb_exec_api, 56);
MEMBER(nb_exec_api, size, 0);
MEMBER(nb_exec_api, reserved, 4);
MEMBER(nb_exec_api, post, 8);
MEMBER(nb_exec_api, after, 16);
MEMBER(nb_exec_api, every, 24);
MEMBER(nb_exec_api, cancel, 32);
MEMBER(nb_exec_api, monotonic_ms, 40);
MEMBER(nb_exec_api, now_ms, 48);

/* netbit/cache.h */
SIZE(nb_cache_api, 48);
MEMBER(nb_cache_api, size, 0);
MEMBER(nb_cache_api, reserved, 4);
MEMBER(nb_cache_api, get, 8);
MEMBER(nb_cache_api, set, 16);
MEMBER(nb_cache_api, add, 24);
MEMBER(nb_cache_api, incr, 32);
MEMBER(nb_cache_api, remove, 40);

/* netbit/config.h */
SIZE(nb_config_api, 40);
MEMBER(nb_config_api, size, 0);
MEMBER(nb_config_api, reserved, 4);
MEMBER(nb_config_api, text, 8);
MEMBER(nb_config_api, integer, 16);
MEMBER(nb_config_api, real, 24);
MEMBER(nb_config_api, flag, 32);

/* netbit/log.h */
SIZE(nb_log_field, 32);
MEMBER(nb_log_field, name, 0);
MEMBER(nb_log_field, value, 16);
SIZE(nb_log_api, 24);
MEMBER(nb_log_api, size, 0);
MEMBER(nb_log_api, reserved, 4);
MEMBER(nb_log_api, write, 8);
MEMBER(nb_log_api, enabled, 16);

/* netbit/metrics.h */
SIZE(nb_metrics_api, 56);
MEMBER(nb_metrics_api, size, 0);
MEMBER(nb_metrics_api, reserved, 4);
MEMBER(nb_metrics_api, counter, 8);
MEMBER(nb_metrics_api, gauge, 16);
MEMBER(nb_metrics_api, histogram, 24);
MEMBER(nb_metrics_api, add, 32);
MEMBER(nb_metrics_api, set, 40);
MEMBER(nb_metrics_api, observe, 48);

/* netbit/sql.h */
SIZE(nb_sql_value, 40);
MEMBER(nb_sql_value, type, 0);
MEMBER(nb_sql_value, reserved, 4);
MEMBER(nb_sql_value, integer, 8);
MEMBER(nb_sql_value, real, 16);
MEMBER(nb_sql_value, bytes, 24);
SIZE(nb_sql_migration, 32);
MEMBER(nb_sql_migration, name, 0);
MEMBER(nb_sql_migration, sql, 16);
SIZE(nb_sql_statement, 32);
MEMBER(nb_sql_statement, sql, 0);
MEMBER(nb_sql_statement, params, 16);
MEMBER(nb_sql_statement, param_count, 24);
SIZE(nb_sql_api, 32);
MEMBER(nb_sql_api, size, 0);
MEMBER(nb_sql_api, reserved, 4);
MEMBER(nb_sql_api, migrate, 8);
MEMBER(nb_sql_api, query, 16);
MEMBER(nb_sql_api, execute, 24);

/* netbit/transport.h */
SIZE(nb_listen_options, 64);
MEMBER(nb_listen_options, size, 0);
MEMBER(nb_listen_options, port, 4);
MEMBER(nb_listen_options, name, 8);
MEMBER(nb_listen_options, address, 24);
MEMBER(nb_listen_options, max_connections, 40);
MEMBER(nb_listen_options, max_per_address, 44);
MEMBER(nb_listen_options, high_mark_bytes, 48);
MEMBER(nb_listen_options, hard_mark_bytes, 52);
MEMBER(nb_listen_options, write_timeout_ms, 56);
SIZE(nb_tcp_calls, 72);
MEMBER(nb_tcp_calls, size, 0);
MEMBER(nb_tcp_calls, reserved, 4);
MEMBER(nb_tcp_calls, accepted, 8);
MEMBER(nb_tcp_calls, data, 16);
MEMBER(nb_tcp_calls, ended, 24);
MEMBER(nb_tcp_calls, drained, 32);
MEMBER(nb_tcp_calls, timed_out, 40);
MEMBER(nb_tcp_calls, closed, 48);
MEMBER(nb_tcp_calls, freeze, 56);
MEMBER(nb_tcp_calls, thaw, 64);
SIZE(nb_address, 32);
MEMBER(nb_address, length, 0);
MEMBER(nb_address, bytes, 4);
SIZE(nb_udp_calls, 32);
MEMBER(nb_udp_calls, size, 0);
MEMBER(nb_udp_calls, reserved, 4);
MEMBER(nb_udp_calls, datagram, 8);
MEMBER(nb_udp_calls, freeze, 16);
MEMBER(nb_udp_calls, thaw, 24);
SIZE(nb_transport_api, 136);
MEMBER(nb_transport_api, size, 0);
MEMBER(nb_transport_api, reserved, 4);
MEMBER(nb_transport_api, listen_tcp, 8);
MEMBER(nb_transport_api, listen_udp, 16);
MEMBER(nb_transport_api, port, 24);
MEMBER(nb_transport_api, conn_retain, 32);
MEMBER(nb_transport_api, conn_release, 40);
MEMBER(nb_transport_api, send, 48);
MEMBER(nb_transport_api, send_body, 56);
MEMBER(nb_transport_api, close, 64);
MEMBER(nb_transport_api, run, 72);
MEMBER(nb_transport_api, pause, 80);
MEMBER(nb_transport_api, resume, 88);
MEMBER(nb_transport_api, deadline, 96);
MEMBER(nb_transport_api, peer, 104);
MEMBER(nb_transport_api, is_loopback, 112);
MEMBER(nb_transport_api, send_to, 120);
MEMBER(nb_transport_api, address_text, 128);

/* netbit/plugin.h */
SIZE(nb_plugin_calls, 56);
MEMBER(nb_plugin_calls, size, 0);
MEMBER(nb_plugin_calls, reserved, 4);
MEMBER(nb_plugin_calls, create, 8);
MEMBER(nb_plugin_calls, configure, 16);
MEMBER(nb_plugin_calls, start, 24);
MEMBER(nb_plugin_calls, quiesce, 32);
MEMBER(nb_plugin_calls, stop, 40);
MEMBER(nb_plugin_calls, destroy, 48);
SIZE(nb_plugin_entry, 56);
MEMBER(nb_plugin_entry, magic, 0);
MEMBER(nb_plugin_entry, size, 4);
MEMBER(nb_plugin_entry, abi_major, 8);
MEMBER(nb_plugin_entry, abi_minor, 10);
MEMBER(nb_plugin_entry, flags, 12);
MEMBER(nb_plugin_entry, id, 16);
MEMBER(nb_plugin_entry, version, 24);
MEMBER(nb_plugin_entry, sdk, 32);
MEMBER(nb_plugin_entry, toolchain, 40);
MEMBER(nb_plugin_entry, calls, 48);

/* Numbers that plugins were compiled with. */
_Static_assert(NB_OK == 0, "NB_OK has changed");
_Static_assert(NB_MALFORMED == 1, "NB_MALFORMED has changed");
_Static_assert(NB_UNAUTHENTICATED == 2, "NB_UNAUTHENTICATED has changed");
_Static_assert(NB_FORBIDDEN == 3, "NB_FORBIDDEN has changed");
_Static_assert(NB_NOT_FOUND == 4, "NB_NOT_FOUND has changed");
_Static_assert(NB_CONFLICT == 5, "NB_CONFLICT has changed");
_Static_assert(NB_TOO_LARGE == 6, "NB_TOO_LARGE has changed");
_Static_assert(NB_INVALID == 7, "NB_INVALID has changed");
_Static_assert(NB_RATE_LIMITED == 8, "NB_RATE_LIMITED has changed");
_Static_assert(NB_UNAVAILABLE == 9, "NB_UNAVAILABLE has changed");
_Static_assert(NB_STORAGE_FULL == 10, "NB_STORAGE_FULL has changed");
_Static_assert(NB_INTERNAL == 11, "NB_INTERNAL has changed");
_Static_assert(NB_WOULD_BLOCK == 12, "NB_WOULD_BLOCK has changed");
_Static_assert(NB_CLOSED == 13, "NB_CLOSED has changed");
_Static_assert(NB_UNSUPPORTED == 14, "NB_UNSUPPORTED has changed");
_Static_assert(NB_PRECONDITION_FAILED == 15, "NB_PRECONDITION_FAILED has changed");
_Static_assert(NB_DONE_REPLAYED == 1, "NB_DONE_REPLAYED has changed");
_Static_assert(NB_ACCESS_ANYONE == 1, "NB_ACCESS_ANYONE has changed");
_Static_assert(NB_ACCESS_USER == 2, "NB_ACCESS_USER has changed");
_Static_assert(NB_ACCESS_ADMIN == 3, "NB_ACCESS_ADMIN has changed");
_Static_assert(NB_ROUTE_FAST == 1, "NB_ROUTE_FAST has changed");
_Static_assert(NB_SUBSCRIBE_EPHEMERAL == 1, "NB_SUBSCRIBE_EPHEMERAL has changed");
_Static_assert(NB_SUBSCRIBE_ONLY_EPHEMERAL == 2, "NB_SUBSCRIBE_ONLY_EPHEMERAL has changed");
_Static_assert(NB_LOG_ERROR == 1, "NB_LOG_ERROR has changed");
_Static_assert(NB_LOG_WARN == 2, "NB_LOG_WARN has changed");
_Static_assert(NB_LOG_INFO == 3, "NB_LOG_INFO has changed");
_Static_assert(NB_LOG_DEBUG == 4, "NB_LOG_DEBUG has changed");
_Static_assert(NB_SQL_NULL == 0, "NB_SQL_NULL has changed");
_Static_assert(NB_SQL_INTEGER == 1, "NB_SQL_INTEGER has changed");
_Static_assert(NB_SQL_REAL == 2, "NB_SQL_REAL has changed");
_Static_assert(NB_SQL_TEXT == 3, "NB_SQL_TEXT has changed");
_Static_assert(NB_SQL_BLOB == 4, "NB_SQL_BLOB has changed");
_Static_assert(NB_CLOSE_PEER == 1, "NB_CLOSE_PEER has changed");
_Static_assert(NB_CLOSE_ERROR == 2, "NB_CLOSE_ERROR has changed");
_Static_assert(NB_CLOSE_TIMEOUT == 3, "NB_CLOSE_TIMEOUT has changed");
_Static_assert(NB_CLOSE_OVERFLOW == 4, "NB_CLOSE_OVERFLOW has changed");
_Static_assert(NB_CLOSE_LOCAL == 5, "NB_CLOSE_LOCAL has changed");
_Static_assert(NB_CLOSE_SHUTDOWN == 6, "NB_CLOSE_SHUTDOWN has changed");

/* netbit/handover.h */
SIZE(nb_frozen, 32);
MEMBER(nb_frozen, size, 0);
MEMBER(nb_frozen, form, 4);
MEMBER(nb_frozen, bytes, 8);
MEMBER(nb_frozen, principal, 24);

/* netbit/health.h */
SIZE(nb_health_api, 16);
MEMBER(nb_health_api, size, 0);
MEMBER(nb_health_api, reserved, 4);
MEMBER(nb_health_api, set, 8);

/* netbit/provide.h */
SIZE(nb_provide_api, 32);
MEMBER(nb_provide_api, size, 0);
MEMBER(nb_provide_api, reserved, 4);
MEMBER(nb_provide_api, offer, 8);
MEMBER(nb_provide_api, acquire, 16);
MEMBER(nb_provide_api, release, 24);
