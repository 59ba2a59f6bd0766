#pragma once
// An event, read for whom it may concern.

#include "services/notify/Core.h"
#include "services/notify/Decision.h"
#include "storage/NotificationRepository.h"

namespace netbit::services::notify {

struct Story {
    Happening happening{};
    Id eventId = 0;
    base::Millis at = 0;
    std::string topic{};
    std::string kind{};  ///< message, issue, pull, push
    std::string where{}; ///< for people: a chat's name, "p#12", "tools/compiler"
    std::string what{};  ///< a title
    std::string quote{}; ///< of what was said, cut
    std::string url{};   ///< of what it is about, or empty
    Id messageId = 0;
    bool direct = false;
    bool everyone = false;
    // Each in order.
    std::vector<Id> mentioned{};
    std::vector<Id> assigned{};
    std::vector<Id> reviewers{};
    std::vector<Id> participants{};
};

/// Topics that storyOf() knows.
std::vector<std::string> storyTopics();

/// [any] Most talk names nobody and is nobody's wish: memory alone tells, it costs no more than this look. false: not known.
bool concernsNobody(const Core&, const events::Event&);

/// For whom an event is read: everybody, by the rules in force, or one who tries others.
enum class Readers : std::uint8_t { all, one };
/// Nothing: no event that anybody is told of, or what it was about is gone.
std::optional<Story> storyOf(storage::Connection&, const Core&, const storage::EventRecord&, Readers readers);
/// Whom to ask: everybody who could be notified, and others.
std::vector<Id> candidates(const Core&, const Story&);
Standing standingOf(storage::Connection&, const Core&, const Story&, Id userId);
/// What the notification says; not stored yet.
storage::NotificationRecord noticeOf(const Core&, const Story&, const Decision&, const Rules&, Id userId);

std::string quoteOf(std::string_view text); ///< at most 200 characters

} // namespace netbit::services::notify
