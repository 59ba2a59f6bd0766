#pragma once
// Random tokens and what is stored of them: `nbt_…` access tokens, `nbr_…` refresh tokens, `nbi_…` invitations,
// `nbp_…` reset links, `nbl_…` logins that lack their second factor; of logins at a provider: `nbs_…` their state, `nbb_…` the
// browser that began, `nbo_…` the code that ends them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::services::auth {

inline constexpr std::string_view accessTokenPrefix = "nbt_";
inline constexpr std::string_view refreshTokenPrefix = "nbr_";
inline constexpr std::string_view invitePrefix = "nbi_";
inline constexpr std::string_view resetPrefix = "nbp_";
inline constexpr std::string_view ticketPrefix = "nbl_";
inline constexpr std::string_view loginStatePrefix = "nbs_";
inline constexpr std::string_view browserPrefix = "nbb_";
inline constexpr std::string_view loginCodePrefix = "nbo_";

std::string randomBytes(std::size_t count);
/// The prefix and 32 random bytes in base64url without padding (RFC 4648 section 5): 43 characters.
std::string randomToken(std::string_view prefix);
/// Whether it could be one that randomToken() made.
bool tokenShaped(std::string_view prefix, std::string_view token) noexcept;
/// BLAKE2b-256 of the whole token. It needs no salt and no work factor: 256 random bits cannot be guessed.
std::string hashToken(std::string_view token);

std::string toHex(std::string_view bytes);
/// Exactly `bytes` bytes from twice as many hex digits of either case, or nothing.
std::optional<std::string> fromHex(std::string_view hex, std::size_t bytes);

} // namespace netbit::services::auth
