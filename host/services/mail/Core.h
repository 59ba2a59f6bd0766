#pragma once
// What the parts of the mail service share. Internal to the room.

#include "base/SharedCell.h"
#include "services/mail/MailService.h"
#include "services/mail/Message.h"
#include "services/notify/Core.h"
#include "services/operations/Operation.h"
#include "services/projects/Turn.h"
#include "storage/MailRepository.h"

namespace netbit::services::mail {

using operations::Call;
using storage::Id;

struct Core {
    Core(notify::Core& ofNotices, std::string theKey, MailService::Clock theClock)
        : notices(ofNotices), key(std::move(theKey)), clock(std::move(theClock))
    {
    }

    projects::Core& projects() const noexcept { return notices.projects; }
    /// Null: there is no relay.
    std::shared_ptr<const MailOptions> relay() const { return options.load(); }

    notify::Core& notices;
    const std::string key;
    const MailService::Clock clock;
    base::SharedCell<const MailOptions> options;
    std::function<void()> wake; ///< [any] something is due; set before the first call
};

inline constexpr base::Millis hourMs = 3'600'000;
inline constexpr base::Millis retriedForMs = 24 * hourMs;
inline constexpr base::Millis loggedForMs = 7 * 24 * hourMs;
inline constexpr base::Millis confirmableForMs = 3 * 24 * hourMs;
inline constexpr base::Millis confirmationEveryMs = 60'000; // of one user
inline constexpr std::int64_t confirmationsADay = 5; // of one user, and to one address
inline constexpr std::int64_t refusalsInARow = 5; // then an address counts as one that takes no mail

/// Where the user's mail is to go, confirmed or not; empty: nowhere.
std::string wantedAddress(const Core& core, const storage::MailSettingsRecord& settings);
/// Whether it may go there.
bool confirmed(const Core& core, const storage::MailSettingsRecord& settings);

/// [writer] What was made goes into the outbox, where its user wants it at once.
void queueNotice(Core& core, projects::Turn& turn, const storage::NotificationRecord& notice);
/// [writer] The user's digest, if it is still due, and when the next one is. Nothing new: no mail.
void queueDigest(Core& core, projects::Turn& turn, Id userId);
/// [writer] The digest to come holds what is made from now on.
void beginDigests(const Core& core, storage::Connection& connection, storage::MailSettingsRecord& settings);

// What mails say. `letter` has its envelope, id and time already.

void testText(const MailOptions& options, Letter& letter);
void confirmationText(const Core& core, const MailOptions& options, Id userId, Letter& letter);
void noticeText(const Core& core, const MailOptions& options, const storage::NotificationRecord& notice, Letter& letter);
/// The newest first; `more`: how many there are besides.
void digestText(const Core& core, const MailOptions& options, const std::vector<storage::NotificationRecord>& notices,
                std::size_t more, Letter& letter);
/// The page of the web client, behind its #, for an address of the API ("/api/chats/1/messages/2"); the inbox, where there is none.
std::string pageOf(std::string_view url);

base::Result<void> getSettings(Core& core, Call& call, Done done);
base::Result<void> setSettings(Core& core, Call& call, Done done);
base::Result<void> sendConfirmation(Core& core, Call& call, Done done);
base::Result<void> confirm(Core& core, Call& call, Done done);
base::Result<void> unsubscribe(Core& core, Call& call, Done done);

void addMailOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::mail
