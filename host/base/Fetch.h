#pragma once
// What a service may ask of another server over HTTP: a document, and nothing that outlives the answer. Who can do it
// gives the function (host/outgoing); so a service knows no sockets, and its tests need none.

#include "base/Result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace netbit::base {

struct FetchRequest {
    std::string url;      ///< http or https; redirects are not followed
    std::string form{};   ///< application/x-www-form-urlencoded: a POST; empty: a GET
    std::string body{};   ///< where there is no form: a POST of this; its Content-Type is among the headers
    std::vector<std::string> headers{}; ///< "Name: value", of what the server itself has made
    std::string user{};   ///< of HTTP Basic, with `password`; empty: none
    std::string password{};
    std::string caFile{}; ///< PEM; empty: the system's certificate authorities
    std::size_t maxBytes = 256 * 1024;            ///< of the answer's body
    bool cut = false;        ///< what is longer than that is cut, instead of an error
    bool publicOnly = false; ///< connects to nothing but addresses of the Internet, whatever a name resolves to
    std::chrono::milliseconds timeout{5'000};     ///< for all of it: name, connection, answer
};

struct FetchReply {
    int status = 0; ///< 200…599, whatever the server said
    std::string body;
    std::chrono::seconds retryAfter{0}; ///< what the header Retry-After says, from now on; 0: nothing
};

/// [any that may wait] Errors: forbidden / address_inside, by publicOnly; unavailable / fetch_failed with the reason in its detail, which names no secret.
using Fetch = std::function<Result<FetchReply>(const FetchRequest&)>;

} // namespace netbit::base
