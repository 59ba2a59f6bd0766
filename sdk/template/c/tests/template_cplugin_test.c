/* The plugin as it was built, on a host for tests: nothing runs but what a test asks for, and the clock stands still.
 * What the plugin does wrong, or leaves behind, is a violation, and fails the test, too. */
#include <netbit/kit.h>

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                              \
            ++failures;                                                                                                \
        }                                                                                                              \
    } while (0)

static nb_str text(const char *terminated)
{
    const nb_str out = {terminated, strlen(terminated)};
    return out;
}

static int same(nb_str left, const char *right) { return left.len == strlen(right) && memcmp(left.ptr, right, left.len) == 0; }

static nb_kit *begin(const char *library, const char *greeting)
{
    const nb_kit_setting settings[] = {{text("greeting"), text(greeting)}};
    const nb_kit_options options = {.size = sizeof options, .library = text(library), .settings = settings, .setting_count = 1};
    nb_kit *kit = NULL;
    nb_error error = {.size = sizeof error};
    if (nb_kit_open(&options, &kit, &error) != NB_OK || nb_kit_start(kit, &error) != NB_OK) {
        (void)fprintf(stderr, "it does not start: %s: %s\n", error.code, error.detail);
        ++failures;
        nb_kit_close(kit);
        return NULL;
    }
    return kit;
}

static void end(nb_kit *kit)
{
    size_t i;
    nb_kit_stop(kit);
    for (i = 0; i < nb_kit_violation_count(kit); ++i) {
        (void)fprintf(stderr, "the plugin: %s\n", nb_kit_violation(kit, i));
        ++failures;
    }
    nb_kit_close(kit);
}

static int64_t user(nb_kit *kit, const char *name)
{
    const nb_str no_password = {NULL, 0};
    int64_t id = 0;
    CHECK(nb_kit_add_user(kit, text(name), no_password, 0, &id, NULL) == NB_OK);
    return id;
}

/* The status of the reply; its body until the next request is in *body. */
static int32_t ask(nb_kit *kit, const char *method, const char *target, int64_t as, nb_str *body)
{
    const nb_kit_request request = {.size = sizeof request, .method = text(method), .target = text(target), .as = as};
    nb_kit_exchange *exchange = NULL;
    if (nb_kit_request_now(kit, &request, &exchange, NULL) != NB_OK) {
        return 0;
    }
    *body = nb_kit_content(exchange);
    return nb_kit_status(exchange);
}

static void greets_and_remembers_how_often(const char *library)
{
    nb_kit *const kit = begin(library, "Good day");
    nb_str body = {NULL, 0};
    int64_t ada;
    if (kit == NULL) {
        return;
    }
    ada = user(kit, "ada");
    CHECK(ask(kit, "GET", "/api/template.cplugin/Bob", 0, &body) == 401);
    CHECK(ask(kit, "GET", "/api/template.cplugin/Bob", ada, &body) == 404);
    CHECK(ask(kit, "POST", "/api/template.cplugin/Bob", ada, &body) == 201);
    CHECK(same(body, "Good day, Bob!"));
    CHECK(ask(kit, "POST", "/api/template.cplugin/Bob", ada, &body) == 201);
    CHECK(ask(kit, "GET", "/api/template.cplugin/Bob", ada, &body) == 200);
    CHECK(same(body, "{\"times\":2}"));
    end(kit);
}

static void counts_the_messages_of_all_chats(const char *library)
{
    nb_kit *const kit = begin(library, "Hello");
    nb_str body = {NULL, 0};
    int64_t ada;
    int64_t chat = 0;
    int64_t message = 0;
    if (kit == NULL) {
        return;
    }
    ada = user(kit, "ada");
    CHECK(nb_kit_add_chat(kit, text("group"), text("one"), ada, NULL, 0, &chat, NULL) == NB_OK);
    CHECK(nb_kit_add_message(kit, chat, ada, text("Hello"), &message, NULL) == NB_OK);
    (void)nb_kit_run(kit); /* events are delivered */
    CHECK(ask(kit, "GET", "/api/template.cplugin", 0, &body) == 200);
    CHECK(same(body, "{\"messages\":1}"));
    end(kit);
}

static void takes_new_settings_while_it_runs(const char *library)
{
    nb_kit *const kit = begin(library, "Hello");
    const nb_kit_setting settings[] = {{text("greeting"), text("Welcome")}};
    nb_str body = {NULL, 0};
    int64_t ada;
    if (kit == NULL) {
        return;
    }
    ada = user(kit, "ada");
    CHECK(nb_kit_configure(kit, settings, 1, NULL) == NB_OK);
    CHECK(ask(kit, "POST", "/api/template.cplugin/Bob", ada, &body) == 201);
    CHECK(same(body, "Welcome, Bob!"));
    end(kit);
}

static void tells_when_the_disk_is_full(const char *library)
{
    nb_kit *const kit = begin(library, "Hello");
    const nb_error full = {
        .size = sizeof full, .status = NB_STORAGE_FULL, .code = "disk_full", .detail = "The disk is full."};
    nb_str body = {NULL, 0};
    if (kit == NULL) {
        return;
    }
    CHECK(nb_kit_fail_next(kit, text("sql.execute"), &full, NULL) == NB_OK);
    CHECK(ask(kit, "POST", "/api/template.cplugin/Bob", user(kit, "ada"), &body) == 507);
    end(kit);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s PLUGIN.so\n", argv[0]);
        return 2;
    }
    greets_and_remembers_how_often(argv[1]);
    counts_the_messages_of_all_chats(argv[1]);
    takes_new_settings_while_it_runs(argv[1]);
    tells_when_the_disk_is_full(argv[1]);
    return failures == 0 ? 0 : 1;
}
