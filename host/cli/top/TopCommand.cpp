// netbit top: live figures, over the admin's socket.
#include "cli/Admin.h"
#include "cli/Commands.h"
#include "cli/top/Figures.h"

#include <boost/json/serialize.hpp>
#include <thread>

namespace netbit::cli
{

namespace
{

base::Result<top::Figures> look(const Http& http)
{
    const auto reply = http.send("GET", "/metrics");
    if (!reply)
        return reply.error();
    if (reply->status != 200)
        return base::fault(base::Status::unavailable, "no_figures", "The server answers /metrics with " + std::to_string(reply->status) + '.');
    return top::Figures::parse(reply->body, std::chrono::steady_clock::now());
}

ExitCode showTop(const Arguments& arguments, Terminal& terminal)
{
    constexpr std::int64_t longest = 3'600;
    constexpr std::int64_t most = 1'000'000;
    const auto interval = arguments.number("interval", 1, longest);
    const auto count = arguments.number("count", 1, most);
    if (!interval || !count)
        return complain(terminal, !interval ? interval.error() : count.error());
    const auto http = adminHttp(arguments);
    auto before = look(http);
    for (std::int64_t shown = 0; before && (!*count || shown < **count); ++shown) {
        std::this_thread::sleep_for(std::chrono::seconds(interval->value_or(2))); // the time that is measured
        auto now = look(http);
        if (!now)
            return complain(terminal, now.error());
        const auto picture = top::between(*before, *now);
        if (arguments.has("json"))
            terminal.out << boost::json::serialize(picture) << '\n';
        else {
            terminal.out << (terminal.outIsTerminal ? "\x1b[H\x1b[J" : shown ? "\n" : "");
            top::print(terminal.out, picture);
        }
        if (!terminal.out.flush())
            return failed; // nobody reads it any more
        before = std::move(now);
    }
    return before ? success : complain(terminal, before.error());
}

} // namespace

std::vector<Command> topCommands()
{
    return {{"top",
             "[-i S] [-n N]",
             "Shows live figures of the server and its plugins, busy ones first.",
             {{"interval", "i", "S", "seconds between two pictures (default: 2)"},
              {"count", "n", "N", "ends after N pictures (default: when interrupted)"},
              dataOption,
              jsonOption},
             0,
             0,
             showTop}};
}

} // namespace netbit::cli
