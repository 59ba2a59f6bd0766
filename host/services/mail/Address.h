#pragma once
// Which addresses mail is sent to.

#include <string_view>

namespace netbit::services::mail {

/// [any] local@domain of RFC 5321: the local part ASCII words with single dots between (no quotes, no comments), at most 64 bytes; the
/// domain a host's name, letters of other alphabets as Punycode; at most 254 bytes. What goes through stands in an envelope and in a
/// header as it is. Whether it arrives only a mail can tell.
bool mailable(std::string_view address) noexcept;
/// What stands behind the @ of such a one.
std::string_view domainOf(std::string_view address) noexcept;

} // namespace netbit::services::mail
