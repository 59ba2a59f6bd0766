// Ten thousand random events and rule sets, decided by the service and by a plain model that shares no code with it.

#include "services/notify/Decision.h"
#include "services/notify/Quiet.h"
#include "services/search/Folded.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace netbit::services::notify::test {

namespace {

// ---- The model -------------------------------------------------------------------------------------------------------------

struct Event {
    int actor = 0;
    std::string sort; // message, issue, pull, push
    int project = 0, repository = 0, chat = 0, thread = 0;
    std::string text;
    bool broad = true;
    // What the recipient is to it.
    bool mayRead = false, belongs = false, muted = false, named = false, all = false, dm = false, given = false, reviewer = false,
         talksThere = false;
};

struct Wishes {
    std::string own; // empty: the server's
    std::vector<std::pair<std::string, std::string>> levels; // "chat 3" → "none"
    std::vector<std::string> keywords;
};

std::vector<unsigned> lowerLetters(const std::string& utf8)
{
    std::vector<unsigned> out;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        const int more = byte < 0x80 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
        unsigned c = more == 0 ? byte : byte & (0x3FU >> more);
        for (int n = 1; n <= more; ++n)
            c = c << 6 | (static_cast<unsigned char>(utf8[i + static_cast<std::size_t>(n)]) & 0x3FU);
        if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE) || (c >= 0x410 && c <= 0x42F))
            c += 32;
        out.push_back(c);
        i += static_cast<std::size_t>(more) + 1;
    }
    return out;
}

/// Runs of letters and digits; anything else, and each character of a script without spaces, is a token of its own.
std::vector<std::vector<unsigned>> tokens(const std::string& utf8)
{
    std::vector<std::vector<unsigned>> out;
    bool running = false;
    for (const auto c : lowerLetters(utf8)) {
        const bool unspaced = (c >= 0x3040 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3);
        const bool letter = !unspaced && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                                          (c >= 0xDF && c <= 0x24F) || (c >= 0x400 && c <= 0x4FF));
        if (letter && running)
            out.back().push_back(c);
        else
            out.push_back({c});
        running = letter;
    }
    return out;
}

bool contains(const std::string& text, const std::string& keyword)
{
    const auto in = tokens(text);
    const auto word = tokens(keyword);
    for (std::size_t i = 0; i + word.size() <= in.size(); ++i)
        if (std::equal(word.begin(), word.end(), in.begin() + static_cast<long>(i)))
            return true;
    return false;
}

struct Verdict {
    std::string rule;
    bool tells = false;
    std::string level, from;
};

Verdict model(const Event& event, int me, const Wishes& wishes, const std::string& server)
{
    const auto wish = [&](const std::string& place) {
        for (const auto& [where, level] : wishes.levels)
            if (where == place)
                return level;
        return std::string();
    };
    std::vector<std::pair<std::string, std::string>> nearestFirst;
    if (event.thread != 0) {
        const auto scope = event.sort == "message" ? std::string("thread") : event.sort;
        nearestFirst.emplace_back(scope, wish(scope + " " + std::to_string(event.thread)));
    }
    if (event.chat != 0)
        nearestFirst.emplace_back("chat", event.muted ? "muted" : wish("chat " + std::to_string(event.chat)));
    if (event.repository != 0)
        nearestFirst.emplace_back("repository", wish("repository " + std::to_string(event.repository)));
    if (event.project != 0)
        nearestFirst.emplace_back("project", wish("project " + std::to_string(event.project)));
    nearestFirst.emplace_back("user", wishes.own);
    nearestFirst.emplace_back("server", server);
    std::string level, from;
    for (const auto& [scope, says] : nearestFirst)
        if (!says.empty()) {
            level = says;
            from = scope;
            break;
        }

    const auto no = [&](std::string why) { return Verdict{std::move(why), false, level == "muted" ? "none" : level, from}; };
    const auto yes = [&](std::string why) { return Verdict{std::move(why), true, level, from}; };
    if (event.actor == me)
        return no("own_act");
    if (!event.mayRead)
        return no("not_a_reader");
    if (level == "muted")
        return no("muted");
    if (level == "none")
        return no("level_none");
    if (event.given)
        return yes("assigned");
    if (event.reviewer)
        return yes("review_requested");
    if (event.named)
        return yes("mention");
    const bool veryThread = from == "thread" || from == "issue" || from == "pull";
    if (event.dm && (level == "all" || (!veryThread && from != "chat")))
        return yes("direct_message");
    if (event.all)
        return yes("mention_all");
    for (const auto& keyword : wishes.keywords)
        if (contains(event.text, keyword))
            return yes("keyword");
    if (event.talksThere && (level == "all" || !veryThread))
        return yes("thread_reply");
    if (level == "all" && event.broad && (event.belongs || (from != "server" && from != "user")))
        return yes("level");
    return no("no_rule");
}

// ---- Chance ----------------------------------------------------------------------------------------------------------------

class Chance {
public:
    explicit Chance(unsigned seed) : _random(seed) {}
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(_random); }
    bool in(int n) { return below(n) == 0; }
    template <class T>
    const T& of(const std::vector<T>& all) { return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))]; }

private:
    std::mt19937 _random;
};

const std::vector<std::string> pieces{"deploy", "Deploy", "DEPLOYS",      "deploy_x", "api",    "API", "API2", "c++",
                                      "C++",    "会议",   "会",           "議",       "明日の", "を",  "회의", "는",
                                      "Ünï",    "ünÏ",    "über",         "привет",   " ",      " ",   " ",    ",",
                                      ".",      "-",      "release plan", "release",  "plan",   "@",   "`"};
const std::vector<std::string> words{"deploy", "API", "c++", "会议", "会", "회의", "ünï", "Über", "release plan", "ПРИВЕТ", "plan"};
const std::vector<std::string> levels{"all", "mentions", "none"};

Event anyEvent(Chance& chance)
{
    Event event;
    event.actor = chance.below(5);
    event.sort = chance.of(std::vector<std::string>{"message", "message", "issue", "pull", "push"});
    if (event.sort == "message") {
        event.chat = 1 + chance.below(3);
        event.project = chance.in(2) ? 1 + chance.below(3) : 0;
        event.thread = chance.in(2) ? 1 + chance.below(3) : 0;
        event.muted = chance.in(5);
        event.dm = chance.in(4);
        event.all = chance.in(6);
    } else {
        event.project = chance.in(8) ? 0 : 1 + chance.below(3);
        event.repository = event.sort == "issue" ? 0 : 1 + chance.below(3);
        event.thread = event.sort == "push" ? 0 : 1 + chance.below(3);
        event.given = event.sort == "issue" && chance.in(4);
        event.reviewer = event.sort == "pull" && chance.in(4);
        event.broad = !chance.in(5);
    }
    event.mayRead = !chance.in(10);
    event.belongs = event.chat != 0 || !chance.in(4);
    event.named = chance.in(6);
    event.talksThere = event.thread != 0 && chance.in(3);
    for (int n = chance.below(12); n > 0; --n)
        event.text += chance.of(pieces);
    return event;
}

Wishes anyWishes(Chance& chance)
{
    Wishes wishes;
    if (chance.in(2))
        wishes.own = chance.of(levels);
    std::set<std::string> known;
    for (int n = chance.below(10); n > 0; --n) {
        auto place = chance.of(std::vector<std::string>{"project", "repository", "chat", "thread", "issue", "pull"}) + " " +
                     std::to_string(1 + chance.below(3));
        if (known.insert(place).second)
            wishes.levels.emplace_back(place, chance.of(levels));
    }
    std::set<std::string> kept;
    for (int n = chance.below(4); n > 0; --n)
        if (const auto& word = chance.of(words); kept.insert(word).second)
            wishes.keywords.push_back(word);
    return wishes;
}

/// The wishes as a client writes them, read by the service.
Rules rulesOf(const Wishes& wishes)
{
    namespace json = boost::json;
    json::object written;
    if (!wishes.own.empty())
        written["default"] = wishes.own;
    json::array list;
    for (const auto& [place, level] : wishes.levels) {
        const auto space = place.find(' ');
        list.push_back(json::object{{"scope", place.substr(0, space)}, {"id", std::stoi(place.substr(space))}, {"level", level}});
    }
    written["levels"] = std::move(list);
    json::array keywords;
    for (const auto& word : wishes.keywords)
        keywords.emplace_back(word);
    written["keywords"] = std::move(keywords);
    const auto rules = readRules(written);
    EXPECT_TRUE(rules.ok()) << rules.error().detail << rules.error().pointer;
    return rules ? *rules : Rules();
}

} // namespace

TEST(NotifyModel, TenThousandRandomEventsAndRuleSetsAreDecidedAsThePlainModelDoes)
{
    Chance chance(20260131);
    std::map<std::string, int> seen;
    constexpr int me = 2;
    for (int n = 0; n < 10'000; ++n) {
        const auto event = anyEvent(chance);
        const auto wishes = anyWishes(chance);
        const auto& server = chance.of(levels);
        const auto expected = model(event, me, wishes, server);

        Happening happening{.actorId = event.actor, .text = search::folded(event.text), .broad = event.broad};
        auto& place = happening.place;
        place.projectId = event.project;
        place.repositoryId = event.repository;
        place.chatId = event.chat;
        (event.sort == "message" ? place.threadId : event.sort == "issue" ? place.issueId : place.pullId) = event.thread;
        const Standing standing{.userId = me,
                                .reads = event.mayRead,
                                .belongs = event.belongs,
                                .muted = event.muted,
                                .assigned = event.given,
                                .reviewRequested = event.reviewer,
                                .mentioned = event.named,
                                .everyone = event.all,
                                .direct = event.dm,
                                .participates = event.talksThere};
        const auto rules = rulesOf(wishes);
        const auto decision = decide(happening, standing, rules, levelOf(server).value());
        ASSERT_EQ(decision.rule, expected.rule) << "case " << n << ": " << event.sort << " \"" << event.text << '"';
        ASSERT_EQ(decision.notify, expected.tells) << "case " << n;
        ASSERT_EQ(nameOf(decision.effective.level), expected.level) << "case " << n;
        ASSERT_EQ(nameOf(decision.effective.scope), expected.from) << "case " << n;
        if (expected.rule == "keyword") {
            ASSERT_TRUE(contains(event.text, wishes.keywords[decision.keyword])) << "case " << n;
        }
        ++seen[expected.rule];
    }
    for (const auto* const rule : {"own_act", "not_a_reader", "muted", "level_none", "no_rule", "assigned", "review_requested",
                                   "mention", "direct_message", "mention_all", "keyword", "thread_reply", "level"})
        EXPECT_GE(seen[rule], 50) << rule << " hardly came up: the cases say little of it";
}

namespace {

/// What the wall's clock shows, by the C library.
struct Wall {
    int weekday = 0; // 0 Monday
    int minute = 0;
    std::string date;
};

Wall wallAt(base::Millis at)
{
    const auto seconds = static_cast<std::time_t>(at / 1'000);
    std::tm shown{};
    ::localtime_r(&seconds, &shown);
    char date[16] = {};
    std::strftime(date, sizeof date, "%Y-%m-%d", &shown);
    return {(shown.tm_wday + 6) % 7, shown.tm_hour * 60 + shown.tm_min, date};
}

struct Span {
    std::set<int> days;
    int from = 0, to = 0; // minutes; 1440: the end of the day
};

struct Calendar {
    std::vector<Span> spans;
    std::set<int> daysOff;
    std::set<std::string> datesOff;
};

bool quiet(const Calendar& calendar, base::Millis at)
{
    const auto wall = wallAt(at);
    if (calendar.daysOff.contains(wall.weekday) || calendar.datesOff.contains(wall.date))
        return true;
    for (const auto& span : calendar.spans) {
        const int yesterday = (wall.weekday + 6) % 7;
        if (span.from < span.to) {
            if (span.days.contains(wall.weekday) && wall.minute >= span.from && wall.minute < span.to)
                return true;
        } else if ((span.days.contains(wall.weekday) && wall.minute >= span.from) ||
                   (span.days.contains(yesterday) && wall.minute < span.to)) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST(NotifyModel, QuietTimesEndWhenTheWallClockSaysSoAlsoWhereItIsSet)
{
    const std::vector<std::string> zones{"UTC", "Europe/Zurich", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata",
                                         "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca", "Pacific/Apia", "America/Havana"};
    const std::vector<std::string> dayNames{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    // Clocks are set around these: March and November of 2025, October 2026; and Apia had no 30 December 2011.
    const std::vector<base::Millis> corners{1'741'478'400'000, 1'743'292'800'000, 1'743'861'600'000, 1'761'436'800'000,
                                            1'762'041'600'000, 1'792'886'400'000, 1'325'203'200'000};
    const auto text = [](int minute) {
        char out[8] = {};
        std::snprintf(out, sizeof out, "%02d:%02d", minute / 60 % 25, minute % 60);
        return std::string(out);
    };
    Chance chance(7);
    int held = 0;
    for (int n = 0; n < 1'000; ++n) {
        namespace json = boost::json;
        Calendar calendar;
        json::array spans;
        for (int i = chance.below(3); i >= 0; --i) {
            Span span;
            span.from = chance.below(96) * 15;
            do {
                span.to = (1 + chance.below(96)) * 15;
            } while (span.to == span.from);
            json::array days;
            for (int day = 0; day < 7; ++day)
                if (chance.in(2)) {
                    span.days.insert(day);
                    days.emplace_back(dayNames[static_cast<std::size_t>(day)]);
                }
            if (span.days.empty())
                continue;
            spans.push_back(json::object{{"days", days}, {"from", text(span.from)}, {"to", text(span.to)}});
            calendar.spans.push_back(span);
        }
        const auto at =
            chance.of(corners) + (chance.below(4 * 24 * 60) - 2 * 24 * 60) * base::Millis{60'000} + chance.below(60'000);
        const auto zone = chance.of(zones);
        ::setenv("TZ", zone.c_str(), 1);
        ::tzset();
        json::array daysOff;
        json::array datesOff;
        if (chance.in(3)) {
            const int day = chance.below(7);
            calendar.daysOff.insert(day);
            daysOff.emplace_back(dayNames[static_cast<std::size_t>(day)]);
        }
        if (chance.in(3)) {
            const auto date = wallAt(at + chance.below(3) * base::Millis{86'400'000}).date;
            calendar.datesOff.insert(date);
            datesOff.emplace_back(date);
        }
        const auto rules = readRules({{"quiet_hours", spans}, {"days_off", daysOff}, {"dates_off", datesOff}});
        if (!rules) {
            ASSERT_EQ(rules.error().code, "never_loud");
            continue;
        }
        auto expected = at;
        while (quiet(calendar, expected))
            expected = (expected / 60'000 + 1) * 60'000;
        ASSERT_EQ(base::rfc3339(loudFrom(*rules, zone, at)), base::rfc3339(expected))
            << "case " << n << " from " << base::rfc3339(at) << " in " << zone << ": " << json::serialize(rulesJson(*rules));
        held += expected != at ? 1 : 0;
    }
    ::unsetenv("TZ");
    ::tzset();
    EXPECT_GE(held, 300) << "too few cases were quiet at all";
}

} // namespace netbit::services::notify::test
