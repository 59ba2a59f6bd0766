#include "app/AdminBody.h"
#include "app/Routes.h"

#include "base/Json.h"
#include "base/Time.h"
#include "services/auth/AuthService.h"
#include "services/chat/ChatService.h"
#include "services/log/Recent.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <algorithm>
#include <array>
#include <charconv>

namespace netbit::app {

using base::Error;
using base::Result;
using base::Status;
using edge::Exchange;
using edge::Outcome;
using services::auth::AuthService;
using services::chat::ChatService;

namespace {

namespace json = boost::json;

constexpr std::size_t maxImportBytes = 64 * 1024 * 1024;

Outcome fail(Exchange& exchange, const Error& error)
{
    exchange.problem(error);
    return Outcome::replied;
}

Outcome answer(Exchange& exchange, int status, std::string text)
{
    edge::Reply reply;
    reply.status = status;
    reply.body = base::Body(std::move(text));
    exchange.reply(std::move(reply));
    return Outcome::replied;
}

Outcome answerToken(Exchange& exchange, std::string_view member, const Result<services::auth::IssuedToken>& issued)
{
    if (!issued)
        return fail(exchange, issued.error());
    std::string out = "{\"id\":";
    base::appendJsonInt(out, issued->id);
    out += ",\"" + std::string(member) + "\":";
    base::appendJsonString(out, issued->token);
    out += ",\"expires_at\":";
    if (issued->expiresAt == 0)
        out += "null";
    else
        base::appendJsonString(out, base::rfc3339(issued->expiresAt));
    out += '}';
    return answer(exchange, 201, std::move(out));
}

Outcome addUser(Exchange& exchange, AuthService& auth)
{
    const auto object = readObject(exchange, {"username", "password", "email", "role"});
    if (!object)
        return fail(exchange, object.error());
    const auto name = textOf(*object, "username", true);
    const auto password = textOf(*object, "password", true);
    const auto email = textOf(*object, "email", false);
    const auto role = textOf(*object, "role", false);
    for (const auto* const each : {&name, &password, &email, &role})
        if (!*each)
            return fail(exchange, each->error());
    services::auth::NewAccount account;
    account.username = *name;
    account.password = *password;
    account.email = email->empty() ? *name + "@localhost.invalid" : *email;
    const auto user = auth.addUser(account, role->empty() ? "member" : std::string_view(*role));
    if (!user)
        return fail(exchange, user.error());
    return answer(exchange, 201, services::users::userJson(**user, true));
}

Outcome setPassword(Exchange& exchange, AuthService& auth, const std::function<void(std::string_view)>& passwordSet)
{
    const auto object = readObject(exchange, {"password"});
    if (!object)
        return fail(exchange, object.error());
    const auto password = textOf(*object, "password", true);
    if (!password)
        return fail(exchange, password.error());
    if (const auto done = auth.setPassword(exchange.param("name"), *password); !done)
        return fail(exchange, done.error());
    passwordSet(exchange.param("name"));
    edge::Reply reply;
    reply.status = 204;
    reply.contentType.clear();
    exchange.reply(std::move(reply));
    return Outcome::replied;
}

Outcome addToken(Exchange& exchange, AuthService& auth)
{
    const auto object = readObject(exchange, {"name", "expires_in_days"});
    if (!object)
        return fail(exchange, object.error());
    const auto name = textOf(*object, "name", true);
    if (!name)
        return fail(exchange, name.error());
    std::chrono::seconds life{0};
    if (object->contains("expires_in_days")) {
        const auto days = integerOf(*object, "expires_in_days");
        if (!days)
            return fail(exchange, days.error());
        if (*days < 1 || *days > 3650)
            return fail(exchange, wrongMember("expires_in_days", "must be 1 to 3650."));
        life = std::chrono::hours(24 * *days);
    }
    return answerToken(exchange, "token", auth.createAccessToken(exchange.param("name"), *name, life));
}

Result<std::vector<std::string>> textsOf(const json::object& object, std::string_view name, bool required)
{
    std::vector<std::string> texts;
    const auto* const list = object.if_contains(name);
    if (!list && !required)
        return texts;
    if (!list || !list->is_array())
        return wrongMember(name, "must be an array of strings.");
    texts.reserve(list->get_array().size());
    for (const auto& each : list->get_array()) {
        if (!each.is_string())
            return wrongMember(name, "must be an array of strings.");
        texts.emplace_back(each.get_string());
    }
    return texts;
}

Outcome importBegin(Exchange& exchange, AuthService& auth, ChatService& chat)
{
    const auto object = readObject(exchange, {"chat", "chat_type", "usernames", "members"});
    if (!object)
        return fail(exchange, object.error());
    const auto name = textOf(*object, "chat", true);
    const auto type = textOf(*object, "chat_type", true);
    for (const auto* const each : {&name, &type})
        if (!*each)
            return fail(exchange, each->error());
    const auto usernames = textsOf(*object, "usernames", true);
    if (!usernames)
        return fail(exchange, usernames.error());
    const auto members = textsOf(*object, "members", false);
    if (!members)
        return fail(exchange, members.error());
    const auto begun = chat.importBegin(*auth.localAdmin(), *name, *type, *usernames, *members);
    if (!begun)
        return fail(exchange, begun.error());
    std::string out = "{\"chat_id\":";
    base::appendJsonInt(out, begun->chatId);
    out += begun->chatCreated ? ",\"chat_created\":true" : ",\"chat_created\":false";
    out += ",\"users_created\":";
    base::appendJsonInt(out, begun->usersCreated);
    out += ",\"user_ids\":[";
    for (std::size_t i = 0; i < begun->userIds.size(); ++i) {
        out += i ? "," : "";
        base::appendJsonInt(out, begun->userIds[i]);
    }
    out += "]}";
    return answer(exchange, 200, std::move(out));
}

Outcome importState(Exchange& exchange, AuthService& auth, ChatService& chat)
{
    std::int64_t chatId = 0;
    const auto text = exchange.queryValue("chat_id");
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), chatId);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return fail(exchange, wrongMember("chat_id", "must be a whole number."));
    const auto records = chat.importState(*auth.localAdmin(), chatId, exchange.queryValue("source"));
    if (!records)
        return fail(exchange, records.error());
    std::string out = "{\"data\":[";
    for (std::size_t i = 0; i < records->size(); ++i) {
        const auto& record = (*records)[i];
        out += i ? ",{\"first_line\":" : "{\"first_line\":";
        base::appendJsonInt(out, record.firstLine);
        out += ",\"line_count\":";
        base::appendJsonInt(out, record.lineCount);
        out += ",\"digest\":";
        base::appendJsonString(out, record.digest);
        out += ",\"first_message_id\":";
        base::appendJsonInt(out, record.firstMessageId);
        out += ",\"message_count\":";
        base::appendJsonInt(out, record.messageCount);
        out += '}';
    }
    out += "]}";
    return answer(exchange, 200, std::move(out));
}

/// [user_id, "text"|"system", created_at in ms, content, reply_index, reply_id]
Result<services::chat::ImportMessage> readImported(json::value& value, std::size_t index)
{
    const auto bad = [&] {
        return base::fault(Status::invalid, "invalid_member", "A message must be [user_id, type, created_at, content, reply_index, reply_id].",
                           "/messages/" + std::to_string(index));
    };
    auto* const row = value.if_array();
    if (!row || row->size() != 6 || !(*row)[0].is_int64() || !(*row)[1].is_string() || !(*row)[2].is_int64() ||
        !(*row)[3].is_string() || !(*row)[4].is_int64() || !(*row)[5].is_int64())
        return bad();
    const std::string_view type = (*row)[1].get_string();
    if (type != "text" && type != "system")
        return bad();
    services::chat::ImportMessage message;
    message.senderId = (*row)[0].get_int64();
    message.system = type == "system";
    message.createdAt = (*row)[2].get_int64();
    message.content = std::string((*row)[3].get_string());
    message.replyIndex = (*row)[4].get_int64();
    message.replyTo = (*row)[5].get_int64();
    return message;
}

Outcome importBatch(Exchange& exchange, AuthService& auth, ChatService& chat)
{
    auto object = readObject(exchange, {"chat_id", "source", "first_line", "line_count", "digest", "messages"});
    if (!object)
        return fail(exchange, object.error());
    const auto chatId = integerOf(*object, "chat_id");
    const auto firstLine = integerOf(*object, "first_line");
    const auto lineCount = integerOf(*object, "line_count");
    for (const auto* const each : {&chatId, &firstLine, &lineCount})
        if (!*each)
            return fail(exchange, each->error());
    const auto source = textOf(*object, "source", true);
    const auto digest = textOf(*object, "digest", true);
    for (const auto* const each : {&source, &digest})
        if (!*each)
            return fail(exchange, each->error());
    auto* const list = object->if_contains("messages");
    if (!list || !list->is_array())
        return fail(exchange, wrongMember("messages", "must be an array."));
    services::chat::ImportBatch batch;
    batch.chatId = *chatId;
    batch.firstLine = *firstLine;
    batch.lineCount = *lineCount;
    batch.source = *source;
    batch.digest = *digest;
    auto& rows = list->get_array();
    batch.messages.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto message = readImported(rows[i], i);
        if (!message)
            return fail(exchange, message.error());
        batch.messages.push_back(std::move(*message));
    }
    const auto imported = chat.importBatch(*auth.localAdmin(), std::move(batch));
    if (!imported)
        return fail(exchange, imported.error());
    std::string out = "{\"first_message_id\":";
    base::appendJsonInt(out, imported->firstMessageId);
    out += ",\"message_count\":";
    base::appendJsonInt(out, imported->messageCount);
    out += imported->already ? ",\"already\":true}" : ",\"already\":false}";
    return answer(exchange, 200, std::move(out));
}

/// What the log has said since `after`.
Outcome recentLog(Exchange& exchange)
{
    std::uint64_t after = 0;
    if (const auto text = exchange.queryValue("after"); !text.empty()) {
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), after);
        if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
            return fail(exchange, wrongMember("after", "must be a whole number."));
    }
    constexpr std::array<std::string_view, 5> levels{"", "error", "warn", "info", "debug"};
    std::string out = "{\"data\":[";
    bool first = true;
    for (const auto& line : services::log::recent(after)) {
        out += first ? "{\"id\":" : ",{\"id\":";
        first = false;
        base::appendJsonInt(out, static_cast<std::int64_t>(line.number));
        out += ",\"level\":";
        base::appendJsonString(out, levels.at(static_cast<std::size_t>(line.level)));
        out += ",\"text\":";
        base::appendJsonString(out, line.text);
        out += '}';
    }
    out += "]}";
    return answer(exchange, 200, std::move(out));
}

} // namespace

std::vector<edge::Route> adminRoutes(AskFacts facts, AuthService& auth, ChatService& chat,
                                     std::function<void(std::string_view username)> passwordSet)
{
    std::vector<edge::Route> routes;
    const auto add = [&](std::string_view method, std::string_view pattern, std::string_view summary,
                         std::function<Outcome(Exchange&)> function) {
        edge::Route made;
        made.method = method;
        made.pattern = pattern;
        made.access = edge::Access::local;
        made.owner = "netbit";
        made.summary = summary;
        made.maxBodyBytes = maxImportBytes;
        made.handler = handler(std::move(function));
        routes.push_back(std::move(made));
    };
    add("GET", "/admin/status", "Everything at a glance.",
        [facts](Exchange& exchange) { return answer(exchange, 200, factsJson(facts())); });
    const auto open = [&](std::string_view pattern, std::string_view summary, std::string_view schema, std::vector<std::string> query,
                          std::function<Outcome(Exchange&)> function) {
        edge::Route made;
        made.method = "GET";
        made.pattern = pattern;
        made.access = edge::Access::admin;
        made.query = std::move(query);
        made.owner = "netbit";
        made.summary = summary;
        made.schema = schema;
        made.handler = handler(std::move(function));
        routes.push_back(std::move(made));
    };
    open("/api/admin/status", "How the server is: memory, queues, counts, plugins.", R"({"result":{"type":"object"}})", {},
         [facts](Exchange& exchange) { return answer(exchange, 200, factsJson(facts())); });
    open("/api/admin/log", "The newest lines of the server's log, at most a thousand.",
         R"({"query":{"properties":{"after":{"type":"integer","format":"int64","minimum":0,"description":"lines behind this one"}}},)"
         R"("result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":{"type":"object",)"
         R"("required":["id","level","text"],"properties":{"id":{"type":"integer","format":"int64"},"level":{"type":"string"},)"
         R"("text":{"type":"string"}}}}}}})",
         {"after"}, &recentLog);
    add("GET", "/admin/plugins", "Plugins and their state.",
        [facts](Exchange& exchange) { return answer(exchange, 200, "{\"data\":" + pluginsJson(facts()) + "}"); });
    add("POST", "/admin/users", "Adds a user.", [&auth](Exchange& exchange) { return addUser(exchange, auth); });
    add("POST", "/admin/users/{name}/password", "Sets a password and ends all sessions.",
        [&auth, passwordSet](Exchange& exchange) { return setPassword(exchange, auth, passwordSet); });
    add("POST", "/admin/users/{name}/tokens", "Makes an access token for a user.",
        [&auth](Exchange& exchange) { return addToken(exchange, auth); });
    add("POST", "/admin/invites", "Makes an invitation to register.", [&auth](Exchange& exchange) {
        return answerToken(exchange, "invite", auth.createInvite(*auth.localAdmin()));
    });
    add("POST", "/admin/import/begin", "Makes the users and the chat of an import.",
        [&auth, &chat](Exchange& exchange) { return importBegin(exchange, auth, chat); });
    add("GET", "/admin/import/state", "What was imported from a source.",
        [&auth, &chat](Exchange& exchange) { return importState(exchange, auth, chat); });
    add("POST", "/admin/import/batch", "Imports messages in one transaction.",
        [&auth, &chat](Exchange& exchange) { return importBatch(exchange, auth, chat); });
    return routes;
}

} // namespace netbit::app
