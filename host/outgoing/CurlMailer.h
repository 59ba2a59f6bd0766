#pragma once
// Mails to a relay, by libcurl.

#include "base/Mail.h"

#include <atomic>
#include <memory>

namespace netbit::outgoing {

/// Certificates and host names are always checked where there is TLS (1.2 or newer), and without the TLS that is asked for nothing is
/// said, not even who sends.
class CurlMailer final : public base::Mailer {
public:
    CurlMailer();
    ~CurlMailer() override;
    base::MailOutcome send(const base::MailRelay& relay, const base::Mail& mail) override;
    void hangUp() override;
    /// [any] Ends what is under way and refuses all later ones, within a second; a mail whose text is out already may wait a few more for
    /// its answer, since otherwise nobody would know whether the relay has it.
    void stop() noexcept;

private:
    struct Call;
    void* _curl = nullptr; ///< holds the connection between two mails
    std::atomic<std::int64_t> _stoppedAt{0}; ///< milliseconds of the steady clock; 0: it is not
};

} // namespace netbit::outgoing
