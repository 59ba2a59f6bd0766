#pragma once
// What a service may ask of another server over HTTP: a document, and nothing that outlives the answer. Who can do it
// gives the function (host/outgoing); so a service knows no sockets, and its tests need none.

#include "base/Result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace netbit::base {

struct FetchRequest {
    std::string url;      ///< http or https; redirects are not followed
    std::string form{};   ///< application/x-www-form-urlencoded: a POST; empty: a GET
    std::string user{};   ///< of HTTP Basic, with `password`; empty: none
    std::string password{};
    std::string caFile{}; ///< PEM; empty: the system's certificate authorities
    std::size_t maxBytes = 256 * 1024;            ///< of the body
    std::chrono::milliseconds timeout{5'000};     ///< for all of it: name, connection, answer
};

struct FetchReply {
    int status = 0; ///< 200…599, whatever the server said
    std::string body;
};

/// [any that may wait] Error: unavailable / fetch_failed with the reason in its detail, which names no secret.
using Fetch = std::function<Result<FetchReply>(const FetchRequest&)>;

} // namespace netbit::base
