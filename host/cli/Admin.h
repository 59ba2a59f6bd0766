#pragma once
// Asking the server as an administrator: whoever may open DATA/netbitd.sock is one.

#include "cli/Arguments.h"
#include "cli/Http.h"

namespace netbit::cli
{

/// --data, $NETBIT_DATA, ./var when a netbitd.sock is there, /var/lib/netbit.
std::string dataDirectory(const Arguments& arguments);

Http adminHttp(const Arguments& arguments);

base::Result<boost::json::value> ask(const Arguments& arguments, std::string_view method, const std::string& target,
                                     std::string_view body = {});

} // namespace netbit::cli
