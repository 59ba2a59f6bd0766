#pragma once
// How a mail is written (RFC 5322, 2045 to 2047): header and body of ASCII in short lines, whatever stands in the texts.

#include "base/Time.h"

#include <string>
#include <string_view>

namespace netbit::services::mail {

struct Letter {
    std::string from{};      ///< an address that is mailable()
    std::string to{};        ///< likewise
    std::string subject{};   ///< of any characters; becomes one line, at most 150 characters
    std::string messageId{}; ///< without angle brackets; of what newMessageId() makes
    std::string thread{};    ///< the id that all mails of a thread refer to; empty: none
    std::string unsubscribe{}; ///< where a POST ends these mails (RFC 8058); empty: nowhere
    base::Millis at = 0;
    std::string text{}; ///< UTF-8, with \n
    std::string html{};
};

/// The whole mail, lines with CRLF and at most 76 bytes of text.
std::string written(const Letter& letter);

/// 32 hex digits that nobody has used, at the domain.
std::string newMessageId(std::string_view domain);

// The parts, for tests.

/// An unstructured header's value: as it is, or in encoded words, folded. Control characters become spaces, what is no UTF-8 question
/// marks.
std::string headerText(std::string_view text);
std::string quotedPrintable(std::string_view text);
std::string escapedHtml(std::string_view text);
/// "Tue, 03 Mar 2026 09:05:07 +0000"
std::string mailDate(base::Millis at);

} // namespace netbit::services::mail
