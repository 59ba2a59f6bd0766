/*
 * A chat over TCP, a line at a time:
 *
 *     LOGIN nbt_…      OK ada
 *     SAY 1 Hello      OK 42              (the message's id, once it is on disk)
 *     QUIT             BYE                (and the connection is closed)
 *
 * A line that is refused is answered ERR and a code. Answers come in the order in which the work is done, so a client that
 * sends before it has read knows them by their ids.
 */
#include <netbit/chat.h>
#include <netbit/config.h>
#include <netbit/plugin.h>
#include <netbit/transport.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest_line = 4096 };

struct nb_plugin {
    const nb_host *host;
    const nb_transport_api *transport;
    const nb_auth_api *auth;
    const nb_chat_api *chat;
    const nb_config_api *config;
    nb_listener *listener;
    uint32_t idle_ms;
};

/* One connection. All of its calls come on its reactor's thread, one at a time. */
typedef struct session {
    nb_plugin *plugin;
    nb_principal *who; /* NULL until LOGIN */
} session;

/* One SAY whose end is waited for: it comes on the writer's thread, and the peer may be gone by then. */
typedef struct saying {
    const nb_transport_api *transport;
    nb_conn *conn;
} saying;

static nb_str text(const char *terminated)
{
    const nb_str out = {terminated, strlen(terminated)};
    return out;
}

static int32_t refuse(nb_error *error, int32_t status, const char *code, const char *detail)
{
    if (error != NULL) {
        error->status = status;
        error->pointer[0] = '\0';
        (void)snprintf(error->code, sizeof error->code, "%s", code);
        (void)snprintf(error->detail, sizeof error->detail, "%s", detail);
    }
    return status;
}

static void send_line(const nb_transport_api *transport, nb_conn *conn, const char *word, const char *rest)
{
    char line[160];
    const int length = snprintf(line, sizeof line, "%s %s\n", word, rest);
    const nb_str bytes = {line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1};
    (void)transport->send(conn, bytes);
}

/* Whether the line begins with the word; *rest is what stands behind it. */
static int begins(nb_str line, const char *word, nb_str *rest)
{
    const size_t length = strlen(word);
    if (line.len < length || memcmp(line.ptr, word, length) != 0) {
        return 0;
    }
    rest->ptr = line.ptr + length;
    rest->len = line.len - length;
    return 1;
}

static void login(session *self, nb_conn *conn, nb_str token)
{
    const nb_auth_api *const auth = self->plugin->auth;
    nb_error error = {.size = sizeof error};
    nb_principal *who = NULL;
    char name[80];
    nb_str username;

    if (auth->verify(self->plugin->host, token, &who, &error) != NB_OK) {
        send_line(self->plugin->transport, conn, "ERR", error.code);
        return;
    }
    auth->release(self->who);
    self->who = who;
    username = auth->username(who);
    (void)snprintf(name, sizeof name, "%.*s", (int)username.len, username.ptr);
    send_line(self->plugin->transport, conn, "OK", name);
}

/* [writer] */
static void said(void *user, int32_t status, const nb_error *error, int64_t id, nb_str json, uint32_t flags)
{
    saying *const done = user;
    char number[24];
    (void)json;
    (void)flags;
    (void)snprintf(number, sizeof number, "%lld", (long long)id);
    send_line(done->transport, done->conn, status == NB_OK ? "OK" : "ERR", status == NB_OK ? number : error->code);
    done->transport->conn_release(done->conn);
    free(done);
}

static void say(session *self, nb_conn *conn, nb_str arguments)
{
    nb_plugin *const plugin = self->plugin;
    nb_new_message message = {.size = sizeof message};
    nb_error error = {.size = sizeof error};
    size_t at = 0;
    saying *pending;

    if (self->who == NULL) {
        send_line(plugin->transport, conn, "ERR", "login_first");
        return;
    }
    while (at < arguments.len && at < 18 && arguments.ptr[at] >= '0' && arguments.ptr[at] <= '9') {
        message.chat_id = message.chat_id * 10 + (arguments.ptr[at] - '0');
        ++at;
    }
    if (at == 0 || at == arguments.len || arguments.ptr[at] != ' ') {
        send_line(plugin->transport, conn, "ERR", "say_chat_text");
        return;
    }
    message.content.ptr = arguments.ptr + at + 1;
    message.content.len = arguments.len - at - 1;
    pending = malloc(sizeof *pending);
    if (pending == NULL) {
        send_line(plugin->transport, conn, "ERR", "no_memory");
        return;
    }
    pending->transport = plugin->transport;
    pending->conn = conn;
    plugin->transport->conn_retain(conn);
    if (plugin->chat->send(plugin->host, self->who, &message, said, pending, &error) != NB_OK) {
        said(pending, error.status, &error, 0, text(""), 0); /* refused at once: it is not called by the host */
    }
}

/* 0: the line was the last one. */
static int take_line(session *self, nb_conn *conn, nb_str line)
{
    nb_str rest;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        --line.len;
    }
    if (begins(line, "LOGIN ", &rest)) {
        login(self, conn, rest);
    } else if (begins(line, "SAY ", &rest)) {
        say(self, conn, rest);
    } else if (begins(line, "QUIT", &rest) && rest.len == 0) {
        send_line(self->plugin->transport, conn, "BYE", "");
        self->plugin->transport->close(conn, 0);
        return 0;
    } else {
        send_line(self->plugin->transport, conn, "ERR", "unknown_command");
    }
    return 1;
}

static int32_t accepted(void *user, nb_conn *conn, void **out)
{
    session *const self = calloc(1, sizeof *self);
    if (self == NULL) {
        return NB_UNAVAILABLE;
    }
    self->plugin = user;
    self->plugin->transport->deadline(conn, self->plugin->idle_ms);
    *out = self;
    return NB_OK;
}

/* Takes whole lines; what is left comes again with more. */
static size_t data(void *user, nb_conn *conn, nb_str bytes)
{
    session *const self = user;
    size_t used = 0;
    const char *end;

    self->plugin->transport->deadline(conn, self->plugin->idle_ms);
    while ((end = memchr(bytes.ptr + used, '\n', bytes.len - used)) != NULL) {
        const nb_str line = {bytes.ptr + used, (size_t)(end - (bytes.ptr + used))};
        used += line.len + 1;
        if (!take_line(self, conn, line)) {
            return bytes.len;
        }
    }
    if (bytes.len - used > longest_line) {
        send_line(self->plugin->transport, conn, "ERR", "line_too_long");
        self->plugin->transport->close(conn, 0);
        return bytes.len;
    }
    return used;
}

static void closed(void *user, nb_conn *conn, uint32_t reason)
{
    session *const self = user;
    (void)conn;
    (void)reason;
    self->plugin->auth->release(self->who);
    free(self);
}

static int32_t create(const nb_host *host, nb_plugin **out, nb_error *error)
{
    nb_plugin *const plugin = calloc(1, sizeof *plugin);
    if (plugin == NULL) {
        return refuse(error, NB_UNAVAILABLE, "no_memory", "There is no memory for the plugin.");
    }
    plugin->host = host;
    plugin->transport = host->service(host, NB_TRANSPORT_SERVICE);
    plugin->auth = host->service(host, NB_AUTH_SERVICE);
    plugin->chat = host->service(host, NB_CHAT_SERVICE);
    plugin->config = host->service(host, NB_CONFIG_SERVICE);
    if (plugin->transport == NULL || plugin->auth == NULL || plugin->chat == NULL || plugin->config == NULL) {
        free(plugin);
        return refuse(error, NB_UNAVAILABLE, "service_absent", "A service of the manifest is absent in this host.");
    }
    *out = plugin;
    return NB_OK;
}

static int32_t start(nb_plugin *plugin, nb_error *error)
{
    static const nb_tcp_calls calls = {.size = sizeof calls, .accepted = accepted, .data = data, .closed = closed};
    nb_listen_options options = {.size = sizeof options, .name = text("lines")};
    int64_t port = 0;
    int64_t idle = 0;
    int32_t status = plugin->config->text(plugin->host, text("address"), &options.address);
    if (status == NB_OK) {
        status = plugin->config->integer(plugin->host, text("port"), &port);
    }
    if (status == NB_OK) {
        status = plugin->config->integer(plugin->host, text("idle_seconds"), &idle);
    }
    if (status != NB_OK) {
        return refuse(error, status, "config_key", "A setting of the manifest is absent in this host.");
    }
    options.port = (uint32_t)port;
    plugin->idle_ms = (uint32_t)idle * 1000;
    return plugin->transport->listen_tcp(plugin->host, &options, &calls, plugin, &plugin->listener, error);
}

static void destroy(nb_plugin *plugin) { free(plugin); }

const nb_plugin_entry *netbit_plugin_entry(void)
{
    static const nb_plugin_calls calls = {sizeof calls, 0, create, NULL, start, NULL, NULL, destroy};
    static const nb_plugin_entry entry = {NB_PLUGIN_MAGIC, sizeof entry, NB_ABI_MAJOR,   NB_ABI_MINOR, 0,
                                          "lines",         "1.0.0",      NB_SDK_VERSION, "C",          &calls};
    return &entry;
}
