#include "services/mail/Core.h"

#include "services/mail/Address.h"
#include "services/mail/Tokens.h"
#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

#include <charconv>
#include <cstdio>

namespace netbit::services::mail {

using base::fault;
using base::Result;
using base::Status;
using projects::Turn;
using storage::Connection;
using storage::MailRepository;
using storage::MailSettingsRecord;

namespace json = boost::json;

namespace {

Result<void> checkRelay(const Core& core)
{
    if (core.relay())
        return {};
    return fault(Status::notFound, "mail_not_configured", "This server sends no e-mail: its settings name no relay.");
}

MailSettingsRecord settingsOf(Connection& connection, Id userId)
{
    return MailRepository::settings(connection, userId).value_or(MailSettingsRecord{.userId = userId});
}

std::string settingsJson(const Core& core, const MailSettingsRecord& settings)
{
    const auto address = wantedAddress(core, settings);
    char time[8];
    std::snprintf(time, sizeof time, "%02d:%02d", static_cast<int>(settings.digestAt / 60), static_cast<int>(settings.digestAt % 60));
    return json::serialize(json::object{
        {"address", address.empty() ? json::value(nullptr) : json::value(address)},
        {"state", address.empty() ? "none" : confirmed(core, settings) ? "confirmed" : "unconfirmed"},
        {"mode", settings.mode},
        {"digest_at", time},
        {"delay_seconds", settings.delayS},
        {"confirmed_at", projects::timeOrNull(confirmed(core, settings) ? settings.confirmedAt : 0)},
        {"next_digest", projects::timeOrNull(settings.nextDigest)},
        {"last_refusal", settings.refusedAt == 0 ? json::value(nullptr)
                                                 : json::value(json::object{{"at", base::rfc3339(settings.refusedAt)},
                                                                            {"reason", settings.refusedWhy}})}});
}

/// "07:15" as minutes since midnight; -1: it is none.
int minuteOf(std::string_view text)
{
    const auto two = [&](std::size_t at) {
        int value = -1;
        const auto [stop, error] = std::from_chars(text.data() + at, text.data() + at + 2, value);
        return error == std::errc() && stop == text.data() + at + 2 ? value : -1;
    };
    if (text.size() != 5 || text[2] != ':')
        return -1;
    const int hour = two(0);
    const int minute = two(3);
    return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

Result<void> readSettings(const operations::Arguments& args, MailSettingsRecord& into)
{
    if (const auto mode = args.text("mode"))
        into.mode = *mode;
    if (const auto at = args.text("digest_at")) {
        into.digestAt = minuteOf(*at);
        if (into.digestAt < 0)
            return fault(Status::invalid, "out_of_range", "A time of the day is written as 07:15.", "/digest_at");
    }
    into.delayS = args.integerOr("delay_seconds", into.delayS);
    if (const auto address = args.text("address")) {
        if (!address->empty() && !mailable(*address))
            return fault(Status::invalid, "invalid_address",
                         "An address for mail is name@host in ASCII letters, digits and a few signs, at most 254 bytes.", "/address");
        into.address = *address;
    }
    return {};
}

base::Error tooSoon(std::string_view what) { return fault(Status::rateLimited, "too_many_confirmations", what); }

Result<void> checkOften(const Core& core, Connection& connection, Id userId, const std::string& address)
{
    const auto now = core.clock();
    const auto own = MailRepository::confirmationsOf(connection, userId, now - 24 * hourMs);
    const auto there = MailRepository::confirmationsTo(connection, address, now - 24 * hourMs);
    if (own.count >= confirmationsADay || there.count >= confirmationsADay)
        return tooSoon("At most " + std::to_string(confirmationsADay) + " of these mails are sent in a day.");
    if (now - own.newest < confirmationEveryMs)
        return tooSoon("The last one is on its way; wait a minute.");
    return {};
}

} // namespace

Result<void> getSettings(Core& core, Call& call, Done done)
{
    if (auto there = checkRelay(core); !there)
        return there;
    return projects::answer(core.projects(), call, done,
                            [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
                                return settingsJson(core, settingsOf(connection, caller.userId));
                            });
}

Result<void> setSettings(Core& core, Call& call, Done done)
{
    if (auto there = checkRelay(core); !there)
        return there;
    MailSettingsRecord ignored;
    if (auto good = readSettings(call.arguments, ignored); !good)
        return good;
    auto act = [&core, args = call.arguments, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto settings = settingsOf(turn.connection, turn.caller.userId);
        if (auto match = projects::checkIfMatch(ifMatch, settingsJson(core, settings)); !match)
            return match;
        const auto before = settings;
        if (auto good = readSettings(args, settings); !good)
            return good;
        const auto from = settings.digestFrom;
        if (settings.mode != before.mode || settings.digestAt != before.digestAt)
            beginDigests(core, turn.connection, settings);
        if (settings.mode == "digest" && before.mode == "digest")
            settings.digestFrom = from; // another time of the day leaves nothing out
        settings.updatedAt = core.clock();
        MailRepository::putSettings(turn.connection, settings);
        turn.made = {settings.userId, settingsJson(core, settings), false};
        return {};
    };
    return projects::submit(core.projects(), "mail.update", call, std::move(act), std::move(done));
}

Result<void> sendConfirmation(Core& core, Call& call, Done done)
{
    if (auto there = checkRelay(core); !there)
        return there;
    auto act = [&core](Turn& turn) -> Result<void> {
        const auto options = core.relay();
        auto settings = settingsOf(turn.connection, turn.caller.userId);
        const auto address = wantedAddress(core, settings);
        if (!options || address.empty())
            return fault(Status::conflict, "no_address", "You have no e-mail address: set one first.");
        if (confirmed(core, settings))
            return fault(Status::conflict, "already_confirmed", "The address is confirmed already.");
        if (!mailable(address))
            return fault(Status::conflict, "unusable_address", "No mail can be sent to " + address + ": set another address.");
        if (auto often = checkOften(core, turn.connection, settings.userId, address); !often)
            return often;
        const auto now = core.clock();
        if (settings.updatedAt == 0)
            settings.updatedAt = now;
        MailRepository::putSettings(turn.connection, settings);
        MailRepository::queue(turn.connection, {.userId = settings.userId,
                                                .kind = "confirmation",
                                                .address = address,
                                                .messageId = newMessageId(domainOf(options->from)),
                                                .dueAt = now,
                                                .createdAt = now});
        turn.then([&core] { core.wake(); });
        turn.made = {settings.userId, settingsJson(core, settings), false};
        return {};
    };
    return projects::submit(core.projects(), "mail.ask", call, std::move(act), std::move(done));
}

Result<void> confirm(Core& core, Call& call, Done done)
{
    const auto bad = fault(Status::invalid, "invalid_token", "The link is incomplete, too old, or of an address that is not wanted any more.",
                           "/token");
    const auto said = confirming(call.arguments.textOr("token", {}));
    if (!said)
        return bad;
    auto act = [&core, said = *said, bad](Turn& turn) -> Result<void> {
        auto settings = settingsOf(turn.connection, said.userId);
        const auto address = wantedAddress(core, settings);
        const auto user = core.projects().users.byId(said.userId);
        if (!user || user->state != "active" || !provesAddress(core.key, said, address, core.clock()))
            return bad;
        turn.made.id = said.userId;
        if (confirmed(core, settings))
            return {};
        settings.confirmed = address;
        settings.confirmedAt = settings.updatedAt = core.clock();
        settings.refusals = settings.refusedAt = 0;
        settings.refusedWhy.clear();
        beginDigests(core, turn.connection, settings);
        MailRepository::putSettings(turn.connection, settings);
        return {};
    };
    return projects::submitFor(core.projects(), 0, std::move(act), std::move(done));
}

Result<void> unsubscribe(Core& core, Call& call, Done done)
{
    const auto userId = unsubscribing(core.key, call.arguments.textOr("token", {}));
    if (!userId)
        return fault(Status::invalid, "invalid_token", "The link is incomplete.", "/token");
    auto act = [&core, userId = *userId](Turn& turn) -> Result<void> {
        auto settings = MailRepository::settings(turn.connection, userId);
        turn.made.id = userId;
        if (!settings || settings->mode == "off")
            return {};
        settings->mode = "off";
        settings->nextDigest = 0;
        settings->updatedAt = core.clock();
        MailRepository::putSettings(turn.connection, *settings);
        return {};
    };
    return projects::submitFor(core.projects(), 0, std::move(act), std::move(done));
}

} // namespace netbit::services::mail
