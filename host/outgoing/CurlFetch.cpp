#include "outgoing/CurlFetch.h"

#include "outgoing/CurlStart.h"
#include "outgoing/Inside.h"

#include <algorithm>
#include <curl/curl.h>
#include <memory>
#include <sys/socket.h>

namespace netbit::outgoing {

using base::FetchReply;
using base::FetchRequest;

namespace {

struct Receiver {
    std::string body;
    std::size_t most;
    bool tooMuch = false;
};

std::size_t receive(const char* bytes, std::size_t one, std::size_t count, void* user) noexcept
{
    auto& receiver = *static_cast<Receiver*>(user);
    const auto size = one * count;
    const auto room = receiver.most - receiver.body.size();
    try {
        receiver.body.append(bytes, std::min(size, room));
    } catch (const std::bad_alloc&) {
        return CURL_WRITEFUNC_ERROR;
    }
    receiver.tooMuch = size > room;
    return receiver.tooMuch ? CURL_WRITEFUNC_ERROR : size;
}

struct Guarded {
    bool publicOnly;
    bool refused = false;
};

/// What is asked here is the very address that is connected to: a name cannot resolve to another one in between.
curl_socket_t openSocket(void* user, curlsocktype, curl_sockaddr* address) noexcept
{
    auto& guarded = *static_cast<Guarded*>(user);
    if (guarded.publicOnly && isInside(address->addr)) {
        guarded.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int goOn(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept
{
    return static_cast<const std::atomic<bool>*>(user)->load() ? 1 : 0;
}

base::Error failed(std::string_view why) { return base::fault(base::Status::unavailable, "fetch_failed", why); }

} // namespace

CurlFetch::CurlFetch() { startCurl(); }

base::Result<FetchReply> CurlFetch::operator()(const FetchRequest& request) const
{
    if (_stopped)
        return failed("The server is stopping.");
    const std::unique_ptr<CURL, void (*)(CURL*)> handle(::curl_easy_init(), &::curl_easy_cleanup);
    if (!handle)
        return failed("There is not enough memory to ask.");
    auto* const curl = handle.get();
    Receiver receiver{{}, request.maxBytes};
    Guarded guarded{request.publicOnly};
    char said[CURL_ERROR_SIZE] = {};
    const auto set = [curl](CURLoption option, auto value) { return ::curl_easy_setopt(curl, option, value) == CURLE_OK; };
    const auto timeoutMs = static_cast<long>(request.timeout.count());
    const bool ready =
        set(CURLOPT_URL, request.url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") && set(CURLOPT_FOLLOWLOCATION, 0L) &&
        set(CURLOPT_SSL_VERIFYPEER, 1L) && set(CURLOPT_SSL_VERIFYHOST, 2L) && set(CURLOPT_PROXY, "") &&
        set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_TIMEOUT_MS, timeoutMs) && set(CURLOPT_CONNECTTIMEOUT_MS, timeoutMs) &&
        set(CURLOPT_ERRORBUFFER, said) && set(CURLOPT_WRITEFUNCTION, &receive) && set(CURLOPT_WRITEDATA, &receiver) &&
        set(CURLOPT_NOPROGRESS, 0L) && set(CURLOPT_XFERINFOFUNCTION, &goOn) && set(CURLOPT_XFERINFODATA, &_stopped) &&
        set(CURLOPT_USERAGENT, "NetBit") && (request.caFile.empty() || set(CURLOPT_CAINFO, request.caFile.c_str())) &&
        (request.form.empty() || (set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size())) &&
                                  set(CURLOPT_POSTFIELDS, request.form.c_str()))) &&
        (!request.form.empty() || request.body.empty() ||
         (set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size())) &&
          set(CURLOPT_POSTFIELDS, request.body.c_str()))) &&
        set(CURLOPT_OPENSOCKETFUNCTION, &openSocket) && set(CURLOPT_OPENSOCKETDATA, &guarded) &&
        (request.user.empty() ||
         (set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC)) && set(CURLOPT_USERNAME, request.user.c_str()) &&
          set(CURLOPT_PASSWORD, request.password.c_str())));
    if (!ready)
        return failed("The request cannot be made.");
    curl_slist* listed = ::curl_slist_append(nullptr, "Accept: application/json");
    for (const auto& header : request.headers)
        if (auto* const longer = listed ? ::curl_slist_append(listed, header.c_str()) : nullptr)
            listed = longer;
        else {
            ::curl_slist_free_all(listed);
            return failed("There is not enough memory to ask.");
        }
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(listed, &::curl_slist_free_all);
    if (!headers || !set(CURLOPT_HTTPHEADER, headers.get()))
        return failed("There is not enough memory to ask.");
    const auto result = ::curl_easy_perform(curl);
    if (guarded.refused && result != CURLE_OK)
        return base::fault(base::Status::forbidden, "address_inside",
                           "The address is inside this network; the server's settings allow none of these.");
    if (receiver.tooMuch && !request.cut)
        return failed("The answer is larger than " + std::to_string(request.maxBytes) + " bytes.");
    if (result != CURLE_OK && !receiver.tooMuch)
        return failed(said[0] != '\0' ? said : ::curl_easy_strerror(result));
    long status = 0;
    ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_off_t retryAfterS = 0; // a date is counted from now, and may have passed
    ::curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retryAfterS);
    return FetchReply{static_cast<int>(status), std::move(receiver.body), std::chrono::seconds(std::max<curl_off_t>(retryAfterS, 0))};
}

} // namespace netbit::outgoing
