#include "services/auth/oidc/Settings.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <algorithm>

namespace netbit::services::auth::oidc {

bool trustworthyUrl(const std::string& url, bool allowHttp)
{
    const bool printable = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    if (url.size() > 2'048 || !printable)
        return false;
    try {
        const Poco::URI uri(url);
        if (uri.getHost().empty() || !uri.getUserInfo().empty() || !uri.getFragment().empty())
            return false;
        if (uri.getScheme() == "https")
            return true;
        const auto& host = uri.getHost();
        return allowHttp && uri.getScheme() == "http" && (host == "127.0.0.1" || host == "localhost" || host == "::1");
    } catch (const Poco::Exception&) {
        return false;
    }
}

} // namespace netbit::services::auth::oidc
