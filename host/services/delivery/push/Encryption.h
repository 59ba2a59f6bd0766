#pragma once
// What is pushed can be read by the browser alone (RFC 8291, with the content coding aes128gcm of RFC 8188).

#include "services/delivery/push/P256.h"

#include <optional>

namespace netbit::services::delivery::push {

inline constexpr std::size_t authBytes = 16;
/// Every push is as long as any other: its length tells nothing. 2,050 bytes are sent, well below the 4,096 that each push service
/// takes.
inline constexpr std::size_t paddedBytes = 1'948;
inline constexpr std::size_t maxPlainBytes = paddedBytes - 1;

/// Of a browser's subscription.
struct BrowserKeys {
    P256Key point;
    std::string auth;
};
/// Both in base64url. Nothing: the first is no point of the curve, or the second is not 16 bytes; `wrong` says which.
std::optional<BrowserKeys> readBrowserKeys(std::string_view p256dh, std::string_view auth, std::string_view& wrong);

/// With a key and a salt of its own. `plain`: at most maxPlainBytes.
std::string encrypt(std::string_view plain, const BrowserKeys& keys);
/// The same with those given; `padded`: the length of what is encrypted, more than that of `plain`.
std::string encryptWith(std::string_view plain, const BrowserKeys& keys, const P256Key& own, std::string_view salt,
                        std::size_t padded);

} // namespace netbit::services::delivery::push
