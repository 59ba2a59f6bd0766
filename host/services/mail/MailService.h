#pragma once
// Notifications as e-mail, at once or once a day: an outbox in the database, and who empties it into a relay.

#include "base/Mail.h"
#include "base/Result.h"
#include "base/Time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::notify {
struct Core;
}
namespace netbit::services::projects {
class Turn;
}
namespace netbit::storage {
struct NotificationRecord;
}

namespace netbit::services::mail {

struct Core;

struct MailOptions {
    std::optional<base::MailRelay> relay{}; ///< nothing: no mail is made, and what waits goes on waiting
    std::string from{};      ///< mailable()
    std::string publicUrl{}; ///< https://HOST[:PORT]: where the links lead
};

class MailService {
public:
    using Clock = std::function<base::Millis()>;
    /// Runs a task, after a while, on a thread that may wait for other servers. false: not now.
    using Run = std::function<bool(std::chrono::milliseconds delay, std::function<void()> task)>;

    /// Before the first notification is made. `key`: 32 random bytes, always the same; links in mails are proved by it.
    MailService(notify::Core& notices, base::Mailer& mailer, std::string key, Clock clock = &base::now);
    ~MailService(); ///< behind the writer's stop()
    MailService(const MailService&) = delete;
    MailService& operator=(const MailService&) = delete;

    void setOptions(const MailOptions& options);     ///< [control]
    void addOperations(operations::Operations& all); ///< [control]

    void start(Run run); ///< [control] when writer and workers run
    void stop();         ///< [control] begins nothing more; before the threads of `run` stop
    /// [worker] Call it every second: writes the digests whose time has come, and sends what is due.
    void tend();
    void prune(); ///< [worker] what ended long ago goes

    std::int64_t pending() const; ///< [worker] mails that wait

    /// [any that may wait] Sends a mail of a few words there at once, beside the outbox, and whoever it is.
    /// Error: invalid / invalid_address at /to; notFound / mail_not_configured; unavailable / mail_not_taken with the relay's words.
    base::Result<void> test(base::Mailer& by, std::string_view to) const;

    /// [any that may wait] Writes and sends everything that is due, here and now, and gives how many mails were offered to the relay. For
    /// tests.
    std::size_t sendDue();

private:
    struct Sender;
    using Made = std::function<void(projects::Turn&, const storage::NotificationRecord&)>;
    std::unique_ptr<Core> _core;
    std::shared_ptr<Sender> _sender;
    std::list<Made>::iterator _made; ///< in the list of who is called for each notification
};

} // namespace netbit::services::mail
