#pragma once
// Whether somebody is notified of something, and why. Pure: what happened, where he stands to it, what he wants.

#include "services/notify/Rules.h"

namespace netbit::services::notify {

/// Where it happened; 0: not in such a one. A thread is one of chat messages, an issue or a pull request.
struct Place {
    Id projectId = 0;
    Id repositoryId = 0;
    Id chatId = 0;
    Id threadId = 0; ///< the message that the thread began with
    Id issueId = 0;
    Id pullId = 0;
};

struct Happening {
    Id actorId = 0; ///< 0: nobody knows
    Place place{};
    std::u32string text{}; ///< what is said, as search::folded() has it
    bool broad = true;     ///< false: it concerns nobody but those whom it names
};

/// What one user has to do with it.
struct Standing {
    Id userId = 0;
    bool reads = false; ///< may see it
    bool belongs = false; ///< is a member of the chat or project, or the repository's owner
    bool muted = false; ///< has muted the chat
    bool assigned = false;        ///< an issue was given to him
    bool reviewRequested = false;
    bool mentioned = false; ///< by @name
    bool everyone = false;  ///< by @all, @here or @channel
    bool direct = false;    ///< it is a direct chat of his
    bool participates = false; ///< in the thread
};

/// One step of the inheritance, the farthest first.
struct Step {
    Scope scope = Scope::server;
    Id id = 0; ///< 0: of the server and of the user's default
    std::optional<Level> level{};
    bool muted = false; ///< counts as none, whatever the step's level
};

struct Effective {
    Level level = Level::mentions;
    Scope scope = Scope::server; ///< that it comes from
    Id id = 0;
    bool muted = false;
};

/// Of the place's steps, those that it has.
std::vector<Step> chainOf(const Place& place, bool muted, const Rules& rules, Level server);
/// What the nearest step says that says anything.
Effective effectiveOf(const std::vector<Step>& chain);

struct Decision {
    bool notify = false;
    /// assigned, review_requested, mention, direct_message, mention_all, keyword, thread_reply, level; where nobody is notified:
    /// own_act, not_a_reader, muted, level_none, no_rule.
    std::string_view rule{};
    Effective effective{};
    std::size_t keyword = 0; ///< which of the rules', if it was one
};

/// - Nobody hears of his own acts, or of what he may not read.
/// - Level none, and a muted chat, are silence; all is everything that is broad, in what he belongs to: of a public project of others
///   it has to be set for the project or within it. mentions is what names him, and what he takes
///   part in: direct chats and threads. `mentions` that is set for the very thread, issue or pull request leaves out its replies,
///   and set for the very direct chat leaves out what names nobody.
Decision decide(const Happening& happening, const Standing& standing, const Rules& rules, Level server);

/// Whether the keyword (not empty) is in the text as a whole word. Scripts without spaces between words have no whole words:
/// there it is enough that it is in it.
bool hasWord(std::u32string_view text, std::u32string_view keyword);

/// A JSON object {"name","level","scope","id"} and, of a keyword, "keyword": what a notification says made it.
std::string ruleJson(const Decision& decision, const Rules& rules);

} // namespace netbit::services::notify
