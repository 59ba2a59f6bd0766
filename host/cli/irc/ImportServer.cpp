#include "cli/irc/ImportServer.h"

#include "base/Json.h"
#include "cli/JsonFields.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace netbit::cli::irc
{

namespace
{

constexpr std::size_t namesAtOnce = 5'000;
constexpr int attempts = 5;

void appendNames(std::string& body, const std::vector<std::string>& names, std::size_t first, std::size_t count)
{
    for (std::size_t i = first; i < first + count; ++i) {
        if (i != first)
            body += ',';
        base::appendJsonString(body, names[i]);
    }
}

std::string beginBody(const std::string& chat, const std::vector<std::string>& members,
                      const std::vector<std::string>& names, std::size_t first, std::size_t count)
{
    std::string body = R"({"chat":)";
    base::appendJsonString(body, chat);
    body += R"(,"chat_type":"channel","usernames":[)";
    appendNames(body, names, first, count);
    body += R"(],"members":[)";
    appendNames(body, members, 0, members.size());
    body += "]}";
    return body;
}

base::Result<boost::json::value> ask(const Http& http, std::string_view method, const std::string& target,
                                     std::string_view body)
{
    auto reply = http.send(method, target, body);
    if (!reply)
        return reply.error();
    return document(*reply);
}

base::Error unexpected(std::string_view what)
{
    return base::fault(base::Status::malformed, "unexpected_answer",
                       "The server's answer to " + std::string(what) + " is not what this version understands.");
}

} // namespace

base::Result<Begun> ImportServer::begin(const std::string& chat, const std::vector<std::string>& members,
                                        const std::vector<std::string>& names) const
{
    Begun begun;
    for (std::size_t first = 0; first < names.size(); first += namesAtOnce) {
        const auto count = std::min(namesAtOnce, names.size() - first);
        auto answer = ask(_http, "POST", "/admin/import/begin", beginBody(chat, members, names, first, count));
        if (!answer)
            return answer.error();
        const auto chatId = integer(*answer, "chat_id");
        const auto& ids = list(*answer, "user_ids");
        if (chatId == 0 || ids.size() != count || (begun.chatId != 0 && begun.chatId != chatId))
            return unexpected("the start of an import");
        begun.chatId = chatId;
        begun.chatCreated = begun.chatCreated || truth(*answer, "chat_created");
        begun.usersCreated += integer(*answer, "users_created");
        for (const auto& id : ids) {
            if (!id.is_int64())
                return unexpected("the start of an import");
            begun.userIds.push_back(id.get_int64());
        }
    }
    return begun;
}

base::Result<std::vector<StoredBatch>> ImportServer::state(std::int64_t chatId, const std::string& source) const
{
    const auto answer =
        ask(_http, "GET", "/admin/import/state?chat_id=" + std::to_string(chatId) + "&source=" + encoded(source), {});
    if (!answer)
        return answer.error();
    std::vector<StoredBatch> stored;
    for (const auto& item : list(*answer, "data")) {
        const auto first = integer(item, "first_line", -1);
        const auto lines = integer(item, "line_count", -1);
        const auto messages = integer(item, "message_count", -1);
        if (first < 0 || lines < 0 || messages < 0)
            return unexpected("what it has of " + source);
        stored.push_back({static_cast<std::size_t>(first), static_cast<std::size_t>(lines), text(item, "digest"),
                          integer(item, "first_message_id"), static_cast<std::size_t>(messages)});
    }
    std::ranges::sort(stored, {}, &StoredBatch::firstLine);
    return stored;
}

base::Result<BatchAnswer> ImportServer::batch(const std::string& body) const
{
    for (int attempt = 1;; ++attempt) {
        const auto answer = ask(_http, "POST", "/admin/import/batch", body);
        if (answer) {
            const auto count = integer(*answer, "message_count", -1);
            if (count < 0)
                return unexpected("a batch");
            return BatchAnswer{integer(*answer, "first_message_id"), static_cast<std::size_t>(count),
                               truth(*answer, "already")};
        }
        const auto status = answer.status();
        const bool passing = status == base::Status::unavailable || status == base::Status::rateLimited ||
            status == base::Status::closed;
        if (!passing || attempt == attempts)
            return answer.error();
        std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    }
}

} // namespace netbit::cli::irc
