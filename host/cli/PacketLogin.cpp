#include "cli/PacketLogin.h"

#include "cli/JsonFields.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::cli
{

std::string packet(boost::json::object members) { return boost::json::serialize(members) + "\n"; }

bool mayBeTaken(std::string_view code)
{
    static constexpr std::string_view passing[] = {"rate_limited",
                                                   "overloaded",
                                                   "too_busy",
                                                   "busy",
                                                   "unavailable",
                                                   "writer_busy",
                                                   "shutting_down",
                                                   "stopping",
                                                   "stopped",
                                                   "no_memory",
                                                   "read_failed",
                                                   "write_failed",
                                                   "plugin_unavailable",
                                                   "unauthenticated",
                                                   "plugin_stopped",
                                                   "storage_unavailable",
                                                   "chat_changing",
                                                   "took_too_long",
                                                   "storage_failed",
                                                   "internal"};
    return std::ranges::find(passing, code) != std::end(passing);
}

base::Result<void> authenticate(PacketConnection& connection, Person& person)
{
    constexpr std::chrono::milliseconds answerTimeout(15'000);
    for (int attempt = 1;; ++attempt) {
        if (auto sent = connection.send(packet({{"packet_type", "Authenticate"}, {"token", person.login().accessToken}})); !sent)
            return sent;
        const auto answer = connection.receive(answerTimeout);
        if (!answer)
            return answer.error();
        if (truth(*answer, "success"))
            return {};
        const auto code = text(*answer, "code");
        if (code != "unauthenticated" && mayBeTaken(code))
            return base::fault(base::Status::closed, code, text(*answer, "error"));
        if (attempt == 2 || person.login().refreshToken.empty())
            return base::fault(base::Status::unauthenticated, "refused",
                               "The server refused the login: " + text(*answer, "error"));
        if (auto renewed = person.renew(); !renewed)
            return renewed;
    }
}

} // namespace netbit::cli
