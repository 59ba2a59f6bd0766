#include "Cookies.h"

namespace netbit::user {

std::string setCookie(std::string_view value, bool secure, long long seconds)
{
    std::string out(secure ? secureCookie : plainCookie);
    out += '=';
    out += value;
    out += "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(seconds);
    if (secure)
        out += "; Secure";
    return out;
}

} // namespace netbit::user
