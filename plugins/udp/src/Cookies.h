#pragma once
// Proof that an address can hear us, without a table.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::udp {

/// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash of short texts that nobody without the key can guess.
std::uint64_t sipHash(const std::array<std::uint64_t, 2>& key, std::string_view bytes) noexcept;

/// A cookie is a keyed hash of who, from where and when. It is sent to the address that asked, so whoever brings it back
/// has received there; nothing is kept for those who never do. Good for 30 to 60 seconds.
class Cookies {
public:
    static constexpr std::int64_t slotMs = 30'000;

    Cookies(); ///< a secret of its own, from the system
    explicit Cookies(const std::array<std::uint64_t, 2>& secret) : _secret(secret) {}
    const std::array<std::uint64_t, 2>& secret() const noexcept { return _secret; }

    /// 16 hex digits.
    std::string make(std::string_view address, std::int64_t userId, std::int64_t nowMs) const;
    bool isGood(std::string_view cookie, std::string_view address, std::int64_t userId, std::int64_t nowMs) const;

private:
    std::string ofSlot(std::string_view address, std::int64_t userId, std::int64_t slot) const;
    std::array<std::uint64_t, 2> _secret;
};

} // namespace netbit::udp
