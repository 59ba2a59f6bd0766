#include "outgoing/CurlStart.h"

#include <curl/curl.h>
#include <mutex>
#include <stdexcept>

namespace netbit::outgoing {

void startCurl()
{
    static std::once_flag once;
    std::call_once(once, [] {
        if (::curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl cannot be started");
    });
}

} // namespace netbit::outgoing
