#include "cli/Admin.h"

#include <cstdlib>
#include <filesystem>

namespace netbit::cli
{

std::string dataDirectory(const Arguments& arguments)
{
    if (arguments.has("data"))
        return arguments.value("data");
    if (const char* fromEnvironment = std::getenv("NETBIT_DATA"); fromEnvironment && *fromEnvironment)
        return fromEnvironment;
    std::error_code error;
    if (std::filesystem::exists("var/netbitd.sock", error))
        return "./var";
    return "/var/lib/netbit";
}

Http adminHttp(const Arguments& arguments)
{
    return Http(Endpoint::fromSocket((std::filesystem::path(dataDirectory(arguments)) / "netbitd.sock").string()));
}

base::Result<boost::json::value> ask(const Arguments& arguments, std::string_view method, const std::string& target,
                                     std::string_view body)
{
    const auto reply = adminHttp(arguments).send(method, target, body);
    if (!reply)
        return reply.error();
    return document(*reply);
}

} // namespace netbit::cli
