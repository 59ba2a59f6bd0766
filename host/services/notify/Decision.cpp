#include "services/notify/Decision.h"

#include <Poco/Unicode.h>
#include <boost/json/serialize.hpp>

namespace netbit::services::notify {

namespace json = boost::json;

namespace {

using Poco::Unicode;

struct Kind {
    bool word = false;
    bool spaced = true; ///< its script has spaces between words
};

Kind kindOf(char32_t c)
{
    if (c < 0x80)
        return {(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_', true};
    Unicode::CharacterProperties of{};
    Unicode::properties(static_cast<int>(c), of);
    Kind kind;
    kind.word = of.category == Unicode::UCP_LETTER || of.category == Unicode::UCP_MARK || of.category == Unicode::UCP_NUMBER;
    switch (of.script) {
    case Unicode::UCP_HAN:
    case Unicode::UCP_HIRAGANA:
    case Unicode::UCP_KATAKANA:
    case Unicode::UCP_BOPOMOFO:
    case Unicode::UCP_HANGUL: // particles stand behind the word
    case Unicode::UCP_THAI:
    case Unicode::UCP_LAO:
    case Unicode::UCP_KHMER:
    case Unicode::UCP_MYANMAR:
    case Unicode::UCP_TIBETAN:
    case Unicode::UCP_YI: kind.spaced = false; break;
    default: break;
    }
    return kind;
}

/// Whether a word goes on from one character to the next.
bool joined(char32_t one, char32_t next)
{
    const auto a = kindOf(one);
    const auto b = kindOf(next);
    return a.word && b.word && a.spaced && b.spaced;
}

} // namespace

bool hasWord(std::u32string_view text, std::u32string_view keyword)
{
    for (auto at = text.find(keyword); at != text.npos; at = text.find(keyword, at + 1)) {
        const auto end = at + keyword.size();
        const bool begins = at == 0 || !joined(text[at - 1], keyword.front());
        if (begins && (end == text.size() || !joined(keyword.back(), text[end])))
            return true;
    }
    return false;
}

std::vector<Step> chainOf(const Place& place, bool muted, const Rules& rules, Level server)
{
    std::vector<Step> chain{{.scope = Scope::server, .level = server}, {.scope = Scope::user, .level = rules.level}};
    const auto add = [&](Scope scope, Id id) {
        if (id == 0)
            return;
        const auto found = rules.levels.find({scope, id});
        chain.push_back(
            {.scope = scope, .id = id, .level = found == rules.levels.end() ? std::nullopt : std::optional(found->second)});
    };
    add(Scope::project, place.projectId);
    add(Scope::repository, place.repositoryId);
    add(Scope::chat, place.chatId);
    if (place.chatId != 0)
        chain.back().muted = muted;
    add(Scope::thread, place.threadId);
    add(Scope::issue, place.issueId);
    add(Scope::pull, place.pullId);
    return chain;
}

Effective effectiveOf(const std::vector<Step>& chain)
{
    for (auto step = chain.rbegin(); step != chain.rend(); ++step) {
        if (step->muted)
            return {Level::none, step->scope, step->id, true};
        if (step->level)
            return {*step->level, step->scope, step->id, false};
    }
    return {};
}

Decision decide(const Happening& happening, const Standing& standing, const Rules& rules, Level server)
{
    Decision out;
    out.effective = effectiveOf(chainOf(happening.place, standing.muted, rules, server));
    const auto silent = [&](std::string_view why) {
        out.rule = why;
        return out;
    };
    const auto loud = [&](std::string_view why) {
        out.notify = true;
        out.rule = why;
        return out;
    };
    if (happening.actorId != 0 && happening.actorId == standing.userId)
        return silent("own_act");
    if (!standing.reads)
        return silent("not_a_reader");
    const auto& effective = out.effective;
    if (effective.level == Level::none)
        return silent(effective.muted ? "muted" : "level_none");
    if (standing.assigned)
        return loud("assigned");
    if (standing.reviewRequested)
        return loud("review_requested");
    if (standing.mentioned)
        return loud("mention");
    const bool ofThread = effective.scope >= Scope::thread;
    const bool narrowed = effective.level == Level::mentions;
    if (standing.direct && !(narrowed && (ofThread || effective.scope == Scope::chat)))
        return loud("direct_message");
    if (standing.everyone)
        return loud("mention_all");
    for (std::size_t i = 0; i < rules.foldedKeywords.size(); ++i)
        if (hasWord(happening.text, rules.foldedKeywords[i])) {
            out.keyword = i;
            return loud("keyword");
        }
    if (standing.participates && !(narrowed && ofThread))
        return loud("thread_reply");
    if (effective.level == Level::all && happening.broad && (standing.belongs || effective.scope > Scope::user))
        return loud("level");
    return silent("no_rule");
}

std::string ruleJson(const Decision& decision, const Rules& rules)
{
    json::object out{{"name", decision.rule},
                     {"level", nameOf(decision.effective.level)},
                     {"scope", nameOf(decision.effective.scope)},
                     {"id", decision.effective.id == 0 ? json::value(nullptr) : json::value(decision.effective.id)}};
    if (decision.rule == "keyword")
        out["keyword"] = rules.keywords[decision.keyword];
    return json::serialize(out);
}

} // namespace netbit::services::notify
