#include "services/mail/MailService.h"

#include "services/delivery/BackOff.h"
#include "services/log/Log.h"
#include "services/mail/Address.h"
#include "services/mail/Core.h"
#include "services/notify/Acts.h"
#include "services/notify/Quiet.h"

#include <map>

namespace netbit::services::mail {

using base::MailOutcome;
using base::Millis;
using base::Result;
using base::Status;
using delivery::backOff;
using projects::Turn;
using std::chrono::milliseconds;
using storage::Connection;
using storage::MailRecord;
using storage::MailRepository;
using storage::MailSettingsRecord;
using storage::NotificationRecord;
using storage::NotificationRepository;
using Fate = MailOutcome::Fate;

namespace {

constexpr milliseconds gathering(10);
constexpr std::size_t atOnce = 100;        // mails of one look into the outbox, and digests
constexpr std::size_t digestLines = 50;
constexpr Millis shortestPauseMs = 1'000;  // of the relay as a whole
constexpr Millis longestPauseMs = 300'000;
constexpr Millis shortestWaitMs = 60'000;  // of one mail: what greylists expect
constexpr Millis longestWaitMs = 4 * hourMs;

/// RFC 3463: the mailbox or its domain does not exist, is badly written, has moved, or takes no mail.
bool badAddress(std::string_view said)
{
    for (auto at = said.find(" 5.1."); at != said.npos; at = said.find(" 5.1.", at + 1))
        for (const std::string_view detail : {"1 ", "2 ", "3 ", "6 ", "10 "})
            if (said.substr(at + 5).starts_with(detail))
                return true;
    return false;
}

/// What the outbox has on one mail when its time has come.
struct Found {
    std::optional<MailRecord> mail{};
    std::optional<MailSettingsRecord> settings{};
    std::vector<NotificationRecord> notices{}; ///< still there and unread, the newest first
    std::size_t more = 0;
};

} // namespace

/// Takes what is due to the relay, one mail after the other: a relay is one receiver, whoever the mails are for.
struct MailService::Sender final : std::enable_shared_from_this<Sender> {
    Sender(Core& ofCore, base::Mailer& by) : core(ofCore), mailer(by) {}

    void wake()
    {
        if (!stopping && run && !woken.exchange(true))
            run(gathering, [self = shared_from_this()] { self->tend(); });
    }

    void tend()
    {
        woken = false;
        if (stopping || !core.relay())
            return;
        queueDigests();
        if (!due().empty() && !claimed.exchange(true) && !run(milliseconds(0), [self = shared_from_this()] { self->serve(); }))
            claimed = false;
    }

    void queueDigests()
    {
        std::vector<Id> users;
        const auto now = core.clock();
        (void)core.projects().read([&](Connection& reading) { users = MailRepository::dueDigests(reading, now, atOnce); });
        for (const auto user : users)
            if (!stopping)
                write([&](Turn& turn) { queueDigest(core, turn, user); }, "A digest could not be written; it will be when that is possible");
    }

    std::vector<Id> due() const
    {
        std::vector<Id> mails;
        const auto now = core.clock();
        if (!stopping && core.relay() && now >= pausedUntil)
            (void)core.projects().read([&](Connection& reading) { mails = MailRepository::due(reading, now, atOnce); });
        return mails; // what could not be read is due a second later
    }

    void serve()
    {
        try {
            for (auto mails = due(); !mails.empty(); mails = due())
                if (!sendAll(mails))
                    break;
            mailer.hangUp();
        } catch (const std::exception& failure) {
            log::error("mail", "A mail could not be made", {{"error", failure.what()}});
        }
        claimed = false;
    }

    /// false: it is better to wait.
    bool sendAll(const std::vector<Id>& mails)
    {
        for (const auto mail : mails)
            if (stopping || core.clock() < pausedUntil || !send(mail))
                return false;
        return true;
    }

    Found find(Id id) const
    {
        Found out;
        const auto read = core.projects().read([&](Connection& reading) {
            out.mail = MailRepository::byId(reading, id);
            if (!out.mail)
                return;
            out.settings = MailRepository::settings(reading, out.mail->userId);
            if (out.mail->kind == "notification") {
                if (auto notice = NotificationRepository::byId(reading, out.mail->userId, out.mail->notificationId); notice && notice->readAt == 0)
                    out.notices.push_back(std::move(*notice));
            } else if (out.mail->kind == "digest") {
                // Bounded by what is kept of one user, and by what became old while the relay was away.
                out.notices = NotificationRepository::list(reading, out.mail->userId, true, out.mail->toId + 1, 1'000);
                std::erase_if(out.notices, [&](const auto& notice) { return notice.id <= out.mail->fromId; });
                out.more = out.notices.size() > digestLines ? out.notices.size() - digestLines : 0;
                out.notices.resize(out.notices.size() - out.more);
            }
        });
        if (!read)
            out.mail.reset();
        return out;
    }

    bool wanted(const Found& found) const
    {
        const auto user = core.projects().users.byId(found.mail->userId);
        if (!user || user->state != "active" || !found.settings || found.mail->address != wantedAddress(core, *found.settings))
            return false;
        return found.mail->kind == "confirmation" ||
               (found.settings->mode != "off" && confirmed(core, *found.settings) && !found.notices.empty());
    }

    /// false: it could not be read or written down; the relay's refusals are none of that.
    bool send(Id id)
    {
        const auto options = core.relay();
        const auto found = find(id);
        if (!options || !found.mail || found.mail->state != "pending")
            return found.mail.has_value();
        const auto& mail = *found.mail;
        const auto now = core.clock();
        if (!wanted(found))
            return change(mail, [&](MailRecord& row) {
                row.state = "dropped";
                row.endedAt = now;
            });
        if (mail.kind != "confirmation")
            if (const auto loud = notify::loudFrom(*core.notices.book.find(mail.userId), core.notices.zoneOf(mail.userId), now); loud > now)
                return change(mail, [&](MailRecord& row) { row.dueAt = loud; });
        if (const auto known = unrecorded.find(id); known != unrecorded.end()) // the disk was full, but the relay has it
            return record(mail, known->second, now);
        ++offered;
        const auto outcome = mailer.send(*options->relay, {options->from, mail.address, textOf(*options, found, now)});
        if (stopping && outcome.fate == Fate::relayFailed)
            return false; // cut off by ourselves: no fault of the relay's, and still due
        judge(outcome, now);
        return record(mail, outcome, now);
    }

    std::string textOf(const MailOptions& options, const Found& found, Millis now) const
    {
        Letter letter{.from = options.from, .to = found.mail->address, .messageId = found.mail->messageId, .at = now};
        if (found.mail->kind == "confirmation")
            confirmationText(core, options, found.mail->userId, letter);
        else if (found.mail->kind == "digest")
            digestText(core, options, found.notices, found.more, letter);
        else
            noticeText(core, options, found.notices.front(), letter);
        return written(letter);
    }

    /// Of the relay as a whole.
    void judge(const MailOutcome& outcome, Millis now)
    {
        if (outcome.fate != Fate::relayFailed) {
            if (failingSince != 0)
                log::info("mail", "The relay takes mail again");
            failingSince = pausedUntil = 0;
            return;
        }
        if (failingSince == 0) {
            failingSince = now;
            log::warn("mail", "The relay takes no mail; it is tried again until it does", {{"reason", outcome.said}});
        }
        pausedUntil = now + backOff(now - failingSince, shortestPauseMs, longestPauseMs);
    }

    bool record(const MailRecord& tried, const MailOutcome& outcome, Millis now)
    {
        if (outcome.fate == Fate::relayFailed && !outcome.reached)
            return true; // the mail has not been tried
        const bool written = write(
            [&](Turn& turn) {
                auto mail = MailRepository::byId(turn.connection, tried.id);
                if (!mail || mail->state != "pending")
                    return;
                if (mail->tries++ == 0)
                    mail->since = now;
                mail->error = outcome.fate == Fate::taken ? std::string() : outcome.said;
                const auto end = mail->since + retriedForMs;
                if (outcome.fate == Fate::taken)
                    mail->state = "sent";
                else if (outcome.fate == Fate::refused || now >= end)
                    mail->state = "failed";
                else
                    mail->dueAt = std::min(end, now + backOff(now - mail->since, shortestWaitMs, longestWaitMs));
                if (mail->state != "pending")
                    mail->endedAt = now;
                MailRepository::setMail(turn.connection, *mail);
                if (mail->state != "pending")
                    tell(turn, *mail, now);
            },
            "What became of a mail could not be written down; it will be when that is possible");
        if (!written)
            unrecorded.insert_or_assign(tried.id, outcome);
        else
            unrecorded.erase(tried.id);
        return written;
    }

    /// The user's settings say what became of his mail; and his inbox, when nothing will be sent there any more.
    void tell(Turn& turn, const MailRecord& mail, Millis now) const
    {
        auto settings = MailRepository::settings(turn.connection, mail.userId);
        if (mail.state == "failed")
            log::warn("mail", "A mail has been refused", {{"mail", std::to_string(mail.id)}, {"kind", mail.kind},
                                                          {"user", std::to_string(mail.userId)}, {"reason", mail.error}});
        if (!settings || (mail.state == "sent" && settings->refusals == 0))
            return;
        if (mail.state == "sent")
            settings->refusals = 0;
        else if (mail.error.find(" 5.7.") == mail.error.npos) // what the relay thinks of us is no fault of the address
            ++settings->refusals;
        if (mail.state == "failed") {
            settings->refusedAt = now;
            settings->refusedWhy = mail.error;
        }
        const bool givenUp = mail.state == "failed" && mail.kind != "confirmation" && settings->confirmed == mail.address &&
                             (badAddress(mail.error) || settings->refusals >= refusalsInARow);
        if (givenUp)
            settings->confirmed.clear();
        MailRepository::putSettings(turn.connection, *settings);
        if (!givenUp)
            return;
        NotificationRecord note; // behind the settings: it is not mailed
        note.userId = mail.userId;
        note.name = "No more e-mail to " + mail.address;
        note.content = "It was refused: " + mail.error + " Confirm the address once more when it takes mail again.";
        notify::insertNote(core.notices, turn, std::move(note));
    }

    /// Of the mail as it is by then; nothing, where it is gone or does not wait any more.
    bool change(const MailRecord& what, const std::function<void(MailRecord&)>& by)
    {
        return write(
            [&](Turn& turn) {
                auto mail = MailRepository::byId(turn.connection, what.id);
                if (!mail || mail->state != "pending")
                    return;
                by(*mail);
                MailRepository::setMail(turn.connection, *mail);
            },
            "A mail could not be changed");
    }

    bool write(const std::function<void(Turn&)>& act, std::string_view failure)
    {
        std::vector<std::function<void()>> effects;
        const auto done = core.projects().writer.run(
            [&](Connection& connection) -> Result<void> {
                Turn turn(core.projects(), {}, connection);
                act(turn);
                effects = std::move(turn.effects);
                return {};
            },
            [&] {
                for (const auto& effect : effects)
                    effect();
            });
        if (!done)
            log::warn("mail", failure, {{"error", done.error().detail}});
        return done.ok();
    }

    Core& core;
    base::Mailer& mailer;
    Run run;
    std::atomic<bool> stopping{false};
    std::atomic<bool> woken{false};
    std::atomic<bool> claimed{false}; ///< somebody sends
    std::atomic<std::size_t> offered{0};
    std::atomic<Millis> pausedUntil{0};
    // Of who sends.
    Millis failingSince = 0; ///< 0: the relay does not
    std::map<Id, MailOutcome> unrecorded{};
};

MailService::MailService(notify::Core& notices, base::Mailer& mailer, std::string key, Clock clock)
    : _core(std::make_unique<Core>(notices, std::move(key), std::move(clock))), _sender(std::make_shared<Sender>(*_core, mailer))
{
    _core->wake = [sender = _sender.get()] { sender->wake(); };
    _made = notices.made.insert(notices.made.end(),
                                [core = _core.get()](Turn& turn, const NotificationRecord& notice) { queueNotice(*core, turn, notice); });
}

MailService::~MailService() { _core->notices.made.erase(_made); }

void MailService::setOptions(const MailOptions& options)
{
    _core->options.store(options.relay ? std::make_shared<const MailOptions>(options) : nullptr);
    _sender->pausedUntil = 0; // what was wrong may be mended by what has changed
}

void MailService::addOperations(operations::Operations& all) { addMailOperations(all, *_core); }

void MailService::start(Run run)
{
    _sender->run = std::move(run);
    _sender->wake();
}

void MailService::stop() { _sender->stopping = true; }

void MailService::tend() { _sender->tend(); }

void MailService::prune()
{
    const auto before = _core->clock() - loggedForMs;
    _sender->write([before](Turn& turn) { MailRepository::prune(turn.connection, before); }, "Old mails could not be removed");
}

std::int64_t MailService::pending() const
{
    std::int64_t count = 0;
    (void)_core->projects().read([&](Connection& reading) { count = MailRepository::pending(reading); });
    return count;
}

Result<void> MailService::test(base::Mailer& by, std::string_view to) const
{
    if (!mailable(to))
        return base::fault(Status::invalid, "invalid_address", "No mail can be sent to this address.", "/to");
    const auto options = _core->relay();
    if (!options)
        return base::fault(Status::notFound, "mail_not_configured", "This server has no mail relay: mail.server is not set.");
    Letter letter{.from = options->from, .to = std::string(to), .messageId = newMessageId(domainOf(options->from)), .at = _core->clock()};
    testText(*options, letter);
    const auto outcome = by.send(*options->relay, {letter.from, letter.to, written(letter)});
    if (outcome.fate == Fate::taken)
        return {};
    return base::fault(Status::unavailable, "mail_not_taken",
                       options->relay->host + ":" + std::to_string(options->relay->port) + " has not taken it: " + outcome.said);
}

std::size_t MailService::sendDue()
{
    const auto before = _sender->offered.load();
    if (_core->relay()) {
        _sender->queueDigests();
        _sender->serve();
    }
    return _sender->offered - before;
}

} // namespace netbit::services::mail
