#include "services/users/Profiles.h"

#include "base/EntityTag.h"
#include "base/Json.h"
#include "services/Act.h"
#include "services/users/TimeZones.h"
#include "storage/Repositories.h"

#include <algorithm>

namespace netbit::services::users {

using base::fault;
using base::Result;
using base::Status;
using storage::UserRepository;

namespace {

constexpr std::size_t maxLineBytes = 100;
constexpr std::size_t maxAboutBytes = 1'000;
constexpr std::size_t maxEmojiBytes = 32;

base::Error userNotFound() { return fault(Status::notFound, "user_not_found", "There is no such user."); }

bool controls(std::string_view text, bool linesAllowed)
{
    return std::any_of(text.begin(), text.end(), [&](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && !(linesAllowed && (c == '\n' || c == '\t'))) || c == 0x7f;
    });
}

bool line(std::string_view text, std::size_t maxBytes)
{
    return text.size() <= maxBytes && base::validUtf8(text) && !controls(text, false);
}

Result<void> check(const ProfileChange& change)
{
    if (change.displayName && !line(*change.displayName, maxLineBytes))
        return fault(Status::invalid, "invalid_display_name", "A display name has at most 100 bytes of text in one line.",
                     "/display_name");
    if (change.about && (change.about->size() > maxAboutBytes || !base::validUtf8(*change.about) || controls(*change.about, true)))
        return fault(Status::invalid, "invalid_about", "What stands about a user has at most 1,000 bytes of text.", "/about");
    if (change.timeZone && !change.timeZone->empty() && !knownTimeZone(*change.timeZone))
        return fault(Status::invalid, "invalid_time_zone", "This server knows no time zone of that name; one is Europe/Zurich.",
                     "/time_zone");
    return {};
}

constexpr char folded(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool beginsWith(std::string_view text, std::string_view beginning) noexcept
{
    return text.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), text.begin(), [](char a, char b) { return folded(a) == folded(b); });
}

bool found(const User& user, std::string_view beginning) noexcept
{
    if (beginning.empty() || beginsWith(user.username, beginning))
        return true;
    const std::string_view name = profileOf(user).displayName;
    for (std::size_t at = 0; at < name.size();) {
        if (beginsWith(name.substr(at), beginning))
            return true;
        const auto space = std::min(name.find(' ', at), name.size());
        at = space + 1;
    }
    return false;
}

} // namespace

Result<void> Profiles::update(const auth::Principal& principal, ProfileChange change, Done done)
{
    if (auto good = check(change); !good)
        return good;
    return submit(principal.userId(),
                  [this, change = std::move(change)](storage::UserRecord& user) -> Result<void> {
                      // Against what the row says now: between two changes of one batch, too, one must lose.
                      const auto seen = base::entityTag(base::Body(userJson(*userOf(user), true, _clock())));
                      if (!change.ifMatch.empty() && !base::matchesEntityTag(change.ifMatch, seen))
                          return fault(Status::preconditionFailed, "profile_changed", "The profile has changed since it was read.");
                      auto& profile = user.profile;
                      profile.displayName = change.displayName.value_or(profile.displayName);
                      profile.about = change.about.value_or(profile.about);
                      profile.timeZone = change.timeZone.value_or(profile.timeZone);
                      return {};
                  },
                  std::move(done));
}

Result<void> Profiles::setStatus(const auth::Principal& principal, StatusChange change, Done done)
{
    const auto wrong = [](std::string_view detail, std::string_view pointer) {
        return fault(Status::invalid, "invalid_status", detail, pointer);
    };
    if (!line(change.text, maxLineBytes))
        return wrong("The text of a status has at most 100 bytes in one line.", "/text");
    if (!line(change.emoji, maxEmojiBytes))
        return wrong("The emoji of a status has at most 32 bytes in one line.", "/emoji");
    if (change.until != 0 && change.until <= _clock())
        return wrong("The status would have expired already.", "/expires_at");
    return submit(principal.userId(),
                  [change = std::move(change)](storage::UserRecord& user) -> Result<void> {
                      user.profile.statusText = change.text;
                      user.profile.statusEmoji = change.emoji;
                      user.profile.statusUntil = change.until;
                      return {};
                  },
                  std::move(done));
}

Result<void> Profiles::submit(Id userId, Change change, Done done)
{
    const auto changed = std::make_shared<storage::ProfileRecord>();
    return Act::submit(
        _writer,
        [this, userId, change = std::move(change), changed](storage::Connection& connection) -> Result<Completed> {
            auto user = UserRepository::byId(connection, userId);
            if (!user || user->state == "deactivated")
                return userNotFound();
            if (auto changes = change(*user); !changes)
                return changes.error();
            UserRepository::setProfile(connection, userId, user->profile);
            *changed = user->profile;
            return Completed{userId, userJson(*userOf(*user), true, _clock())};
        },
        [this, userId, changed] {
            auto user = *_users.byId(userId);
            user.profile = shared(*changed);
            _users.put(std::make_shared<const User>(std::move(user)));
        },
        std::move(done));
}

Result<Completed> Profiles::list(const auth::Principal& principal, const ListQuery& query) const
{
    std::vector<Id> visible;
    const auto viewer = _users.byId(principal.userId());
    const bool everybody = seesEverybody(viewer.get());
    if (!everybody) {
        try {
            _database.read([&](storage::Connection& connection) {
                visible = UserRepository::sharingChats(connection, principal.userId());
            });
        } catch (const storage::DatabaseError&) {
            return fault(Status::unavailable, "storage_unavailable", "The storage cannot be read at the moment.");
        }
    }
    const auto all = _users.all();
    auto at = std::upper_bound(all.begin(), all.end(), query.after, [](Id id, const UserPtr& user) { return id < user->id; });
    Completed completed;
    auto& out = completed.json;
    out = "{\"data\":[";
    const auto now = _clock();
    std::size_t count = 0;
    Id last = 0;
    for (; at != all.end(); ++at) {
        const auto& user = **at;
        if (user.state == "deactivated" || !found(user, query.beginning) ||
            (!everybody && !std::binary_search(visible.begin(), visible.end(), user.id)))
            continue;
        if (count == query.limit) {
            completed.id = last;
            break;
        }
        out += count++ == 0 ? "" : ",";
        out += userJson(user, false, now);
        last = user.id;
    }
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(query.limit));
    out += ",\"next_after\":";
    if (completed.id == 0)
        out += "null";
    else
        base::appendJsonInt(out, completed.id);
    out += "}}";
    return completed;
}

} // namespace netbit::services::users
