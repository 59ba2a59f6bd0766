#pragma once
// The files of the client, put into the library when it was built (cmake/EmbedAssets.cmake).

#include <span>
#include <string_view>

namespace netbit::web {

struct Asset {
    std::string_view name; ///< behind /web/
    std::string_view type;
    std::string_view etag; ///< with its quotes; of the plain bytes
    std::string_view gzipEtag;
    std::string_view plain;
    std::string_view gzip; ///< empty where it would not be smaller
};

/// By name.
std::span<const Asset> assets() noexcept;

/// nullptr: there is no file of that name.
const Asset* assetOf(std::string_view name) noexcept;

/// Does an Accept-Encoding (RFC 9110 section 12.5.3) take gzip? Names compare without case; q=0 refuses.
bool takesGzip(std::string_view acceptEncoding) noexcept;

} // namespace netbit::web
