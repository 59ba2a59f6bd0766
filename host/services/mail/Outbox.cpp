#include "services/mail/Core.h"

#include "services/mail/Address.h"
#include "services/notify/Quiet.h"

namespace netbit::services::mail {

using projects::Turn;
using storage::Connection;
using storage::MailRepository;
using storage::MailSettingsRecord;

std::string wantedAddress(const Core& core, const MailSettingsRecord& settings)
{
    if (!settings.address.empty())
        return settings.address;
    const auto user = core.projects().users.byId(settings.userId);
    return user ? user->email : std::string();
}

bool confirmed(const Core& core, const MailSettingsRecord& settings)
{
    return !settings.confirmed.empty() && settings.confirmed == wantedAddress(core, settings);
}

void queueNotice(Core& core, Turn& turn, const storage::NotificationRecord& notice)
{
    const auto options = core.relay();
    const auto settings = options ? MailRepository::settings(turn.connection, notice.userId) : std::nullopt;
    if (!settings || settings->mode != "at_once" || !confirmed(core, *settings))
        return;
    const auto now = core.clock();
    MailRepository::queue(turn.connection, {.userId = notice.userId,
                                            .kind = "notification",
                                            .address = settings->confirmed,
                                            .notificationId = notice.id,
                                            .messageId = newMessageId(domainOf(options->from)),
                                            .dueAt = std::max(now + settings->delayS * 1'000, notice.heldUntil),
                                            .createdAt = now});
    turn.then([&core] { core.wake(); });
}

void beginDigests(const Core& core, Connection& connection, MailSettingsRecord& settings)
{
    settings.digestFrom = MailRepository::newestNotification(connection, settings.userId);
    settings.nextDigest = settings.mode == "digest" ? notify::nextAt(core.notices.zoneOf(settings.userId),
                                                                     static_cast<int>(settings.digestAt), core.clock())
                                                    : 0;
}

void queueDigest(Core& core, Turn& turn, Id userId)
{
    const auto options = core.relay();
    auto settings = MailRepository::settings(turn.connection, userId);
    const auto now = core.clock();
    if (!options || !settings || settings->nextDigest == 0 || settings->nextDigest > now)
        return;
    const auto from = settings->digestFrom;
    beginDigests(core, turn.connection, *settings);
    MailRepository::putSettings(turn.connection, *settings);
    if (!confirmed(core, *settings))
        return;
    const auto newest = storage::NotificationRepository::list(turn.connection, userId, true, settings->digestFrom + 1, 1);
    if (newest.empty() || newest.front().id <= from)
        return;
    MailRepository::queue(turn.connection, {.userId = userId,
                                            .kind = "digest",
                                            .address = settings->confirmed,
                                            .fromId = from,
                                            .toId = settings->digestFrom,
                                            .messageId = newMessageId(domainOf(options->from)),
                                            .dueAt = now,
                                            .createdAt = now});
    turn.then([&core] { core.wake(); });
}

} // namespace netbit::services::mail
