#include "services/notify/Rules.h"

#include "base/Json.h"
#include "base/Time.h"
#include "services/search/Folded.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <limits>

namespace netbit::services::notify {

using base::Error;
using base::fault;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 3> levelNames{"all", "mentions", "none"};
constexpr std::array<std::string_view, 8> scopeNames{"server", "user",   "project", "repository",
                                                     "chat",   "thread", "issue",   "pull"};
constexpr std::array<std::string_view, 7> dayNames{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int dayMinutes = 24 * 60;

template <std::size_t n>
std::optional<std::size_t> placeIn(const std::array<std::string_view, n>& names, std::string_view name)
{
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - names.begin()));
}

/// Reads one JSON object strictly; the first fault stays.
class Reader {
public:
    explicit Reader(std::string_view at) : _at(at) {}

    const std::optional<Error>& error() const noexcept { return _error; }
    void wrong(const std::string& where, std::string_view code, std::string_view detail)
    {
        if (!_error)
            _error = fault(Status::invalid, code, detail, _at + where);
    }
    void known(const json::object& object, const std::string& where, std::initializer_list<std::string_view> names)
    {
        for (const auto& member : object)
            if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
                wrong(where + "/" + std::string(member.key()), "unknown_member", "This is not a member of notification rules.");
    }
    /// An array, or nothing where there is none.
    const json::array* list(const json::object& object, std::string_view name, std::size_t most)
    {
        const auto* const value = object.if_contains(name);
        if (!value || value->is_null())
            return nullptr;
        if (!value->is_array()) {
            wrong("/" + std::string(name), "wrong_type", "This must be a list.");
            return nullptr;
        }
        if (value->get_array().size() > most) {
            wrong("/" + std::string(name), "out_of_range", "This has at most " + std::to_string(most) + " items.");
            return nullptr;
        }
        return &value->get_array();
    }
    std::optional<std::string_view> text(const json::value* value, const std::string& where)
    {
        if (value && value->is_string() && value->get_string().find('\0') == json::string::npos)
            return std::string_view(value->get_string());
        wrong(where, value ? "wrong_type" : "missing_member", "This must be a text.");
        return std::nullopt;
    }
    std::optional<std::size_t> oneOf(const json::value* value, const std::string& where,
                                     std::optional<std::size_t> (*find)(std::string_view), std::string_view detail)
    {
        const auto name = text(value, where);
        if (!name)
            return std::nullopt;
        const auto found = find(*name);
        if (!found)
            wrong(where, "out_of_range", detail);
        return found;
    }
    std::uint8_t days(const json::array& items, const std::string& where)
    {
        std::uint8_t out = 0;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (const auto day = oneOf(&items[i], where + "/" + std::to_string(i),
                                       [](std::string_view name) { return placeIn(dayNames, name); },
                                       "A day is one of: mon, tue, wed, thu, fri, sat, sun."))
                out = static_cast<std::uint8_t>(out | (1U << *day));
        return out;
    }
    /// "HH:MM"; 24:00 where that is the end.
    std::optional<int> time(const json::value* value, const std::string& where, bool end)
    {
        const auto written = text(value, where);
        if (!written)
            return std::nullopt;
        const auto digits = [&](std::size_t at) {
            int out = 0;
            const auto [last, bad] = std::from_chars(written->data() + at, written->data() + at + 2, out);
            return bad == std::errc() && last == written->data() + at + 2 && (*written)[at] != '-' ? out : -1;
        };
        if (written->size() == 5 && (*written)[2] == ':') {
            const auto hour = digits(0);
            const auto minute = digits(3);
            const auto at = hour * 60 + minute;
            if (hour >= 0 && minute >= 0 && minute < 60 && (at < dayMinutes || (end && at == dayMinutes)))
                return end && at == 0 ? dayMinutes : at;
        }
        wrong(where, "out_of_range", "A time of day is written as 22:00.");
        return std::nullopt;
    }

private:
    std::string _at;
    std::optional<Error> _error;
};

std::optional<std::int64_t> dateOf(std::string_view text)
{
    int parts[3] = {};
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    constexpr std::size_t starts[] = {0, 5, 8};
    constexpr std::size_t sizes[] = {4, 2, 2};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto* const first = text.data() + starts[i];
        const auto [last, bad] = std::from_chars(first, first + sizes[i], parts[i]);
        if (bad != std::errc() || last != first + sizes[i] || *first == '-')
            return std::nullopt;
    }
    return parts[0] < 1970 ? std::nullopt : base::daysFromCivil(parts[0], parts[1], parts[2]);
}

std::string timeText(int minute)
{
    std::string out = "00:00";
    out[0] = static_cast<char>('0' + minute / 600);
    out[1] = static_cast<char>('0' + minute / 60 % 10);
    out[3] = static_cast<char>('0' + minute % 60 / 10);
    out[4] = static_cast<char>('0' + minute % 10);
    return out;
}

json::array daysJson(std::uint8_t days)
{
    json::array out;
    for (std::size_t day = 0; day < 7; ++day)
        if (days >> day & 1U)
            out.emplace_back(dayNames[day]);
    return out;
}

/// Some minute of the week must be left, or nothing would ever be delivered.
bool leavesTime(const Rules& rules)
{
    std::bitset<7 * dayMinutes> taken;
    const auto take = [&](int day, int from, int to) {
        for (int minute = from; minute < to; ++minute)
            taken.set(static_cast<std::size_t>((day * dayMinutes + minute) % (7 * dayMinutes)));
    };
    for (int day = 0; day < 7; ++day) {
        if (rules.daysOff >> day & 1U)
            take(day, 0, dayMinutes);
        for (const auto& hours : rules.quiet)
            if (hours.days >> day & 1U)
                take(day, hours.from, hours.to > hours.from ? hours.to : hours.to + dayMinutes);
    }
    return !taken.all();
}

void readLevels(Reader& reader, const json::array& items, Rules& rules)
{
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto where = "/levels/" + std::to_string(i);
        const auto* const item = items[i].if_object();
        if (!item)
            return reader.wrong(where, "wrong_type", "This must be an object.");
        reader.known(*item, where, {"scope", "id", "level"});
        const auto scope = reader.oneOf(
            item->if_contains("scope"), where + "/scope", [](std::string_view name) { return placeIn(scopeNames, name); },
            "A scope is one of: project, repository, chat, thread, issue, pull.");
        const auto level = reader.oneOf(
            item->if_contains("level"), where + "/level", [](std::string_view name) { return placeIn(levelNames, name); },
            "A level is one of: all, mentions, none.");
        const auto* const id = item->if_contains("id");
        if (!id || !id->is_int64() || id->get_int64() <= 0)
            reader.wrong(where + "/id", id ? "wrong_type" : "missing_member", "This must be a positive whole number.");
        if (reader.error())
            return;
        if (*scope < static_cast<std::size_t>(Scope::project))
            return reader.wrong(where + "/scope", "out_of_range",
                                "A scope is one of: project, repository, chat, thread, issue, pull.");
        if (!rules.levels.emplace(Target{static_cast<Scope>(*scope), id->get_int64()}, static_cast<Level>(*level)).second)
            return reader.wrong(where, "duplicate_member", "There is a level for this already.");
    }
}

void readKeywords(Reader& reader, const json::array& items, Rules& rules)
{
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto where = "/keywords/" + std::to_string(i);
        const auto word = reader.text(&items[i], where);
        if (!word)
            return;
        const bool blank = word->find_first_not_of(" \t\r\n") == word->npos;
        if (blank || word->size() > maxKeywordBytes || word->front() == ' ' || word->back() == ' ')
            return reader.wrong(where, "out_of_range", "A keyword has 1 to 100 bytes, and no space at its ends.");
        auto folded = search::folded(*word);
        if (std::find(rules.foldedKeywords.begin(), rules.foldedKeywords.end(), folded) != rules.foldedKeywords.end())
            return reader.wrong(where, "duplicate_member", "This keyword is there already.");
        rules.keywords.emplace_back(*word);
        rules.foldedKeywords.push_back(std::move(folded));
    }
}

void readQuiet(Reader& reader, const json::object& written, Rules& rules)
{
    if (const auto* const items = reader.list(written, "quiet_hours", maxQuiet))
        for (std::size_t i = 0; i < items->size(); ++i) {
            const auto where = "/quiet_hours/" + std::to_string(i);
            const auto* const item = (*items)[i].if_object();
            if (!item)
                return reader.wrong(where, "wrong_type", "This must be an object.");
            reader.known(*item, where, {"days", "from", "to"});
            QuietHours hours{.days = 0x7F};
            if (const auto* const days = item->if_contains("days"); days && !days->is_null()) {
                if (!days->is_array())
                    return reader.wrong(where + "/days", "wrong_type", "This must be a list.");
                hours.days = reader.days(days->get_array(), where + "/days");
                if (hours.days == 0)
                    return reader.wrong(where + "/days", "out_of_range", "Name at least one day, or leave it out for all.");
            }
            const auto from = reader.time(item->if_contains("from"), where + "/from", false);
            const auto to = reader.time(item->if_contains("to"), where + "/to", true);
            if (!from || !to)
                return;
            if (*from == *to)
                return reader.wrong(where + "/to", "out_of_range", "Quiet hours end at another time than they begin.");
            hours.from = *from;
            hours.to = *to;
            rules.quiet.push_back(hours);
        }
    if (const auto* const days = reader.list(written, "days_off", 7))
        rules.daysOff = reader.days(*days, "/days_off");
    if (const auto* const dates = reader.list(written, "dates_off", maxDatesOff)) {
        for (std::size_t i = 0; i < dates->size(); ++i) {
            const auto where = "/dates_off/" + std::to_string(i);
            const auto text = reader.text(&(*dates)[i], where);
            const auto day = text ? dateOf(*text) : std::nullopt;
            if (!day)
                return reader.wrong(where, "out_of_range", "A date is written as 2026-12-24.");
            rules.datesOff.push_back(*day);
        }
        std::sort(rules.datesOff.begin(), rules.datesOff.end());
        rules.datesOff.erase(std::unique(rules.datesOff.begin(), rules.datesOff.end()), rules.datesOff.end());
    }
    if (!leavesTime(rules))
        reader.wrong(rules.daysOff == 0x7F ? "/days_off" : "/quiet_hours", "never_loud",
                     "This leaves no time of the week to deliver in.");
}

std::string dateText(std::int64_t day)
{
    return base::rfc3339(day * 24 * 3'600'000).substr(0, 10);
}

} // namespace

std::string_view nameOf(Level level) noexcept { return levelNames[static_cast<std::size_t>(level)]; }
std::string_view nameOf(Scope scope) noexcept { return scopeNames[static_cast<std::size_t>(scope)]; }

std::optional<Level> levelOf(std::string_view name) noexcept
{
    const auto at = placeIn(levelNames, name);
    return at ? std::optional(static_cast<Level>(*at)) : std::nullopt;
}

Result<Rules> readRules(const json::object& written, std::string_view at)
{
    Reader reader(at);
    Rules rules;
    reader.known(written, "", {"default", "levels", "keywords", "quiet_hours", "days_off", "dates_off"});
    if (const auto* const level = written.if_contains("default"); level && !level->is_null())
        if (const auto found = reader.oneOf(level, "/default", [](std::string_view name) { return placeIn(levelNames, name); },
                                            "A level is one of: all, mentions, none."))
            rules.level = static_cast<Level>(*found);
    if (const auto* const items = reader.list(written, "levels", maxLevels))
        readLevels(reader, *items, rules);
    if (const auto* const items = reader.list(written, "keywords", maxKeywords))
        readKeywords(reader, *items, rules);
    readQuiet(reader, written, rules);
    if (reader.error())
        return *reader.error();
    return rules;
}

json::object rulesJson(const Rules& rules)
{
    json::array levels;
    for (const auto& [target, level] : rules.levels)
        levels.push_back(json::object{{"scope", nameOf(target.scope)}, {"id", target.id}, {"level", nameOf(level)}});
    json::array keywords;
    for (const auto& word : rules.keywords)
        keywords.emplace_back(word);
    json::array quiet;
    for (const auto& hours : rules.quiet)
        quiet.push_back(json::object{{"days", daysJson(hours.days)}, {"from", timeText(hours.from)}, {"to", timeText(hours.to)}});
    json::array dates;
    for (const auto day : rules.datesOff)
        dates.emplace_back(dateText(day));
    return {{"default", rules.level ? json::value(nameOf(*rules.level)) : json::value(nullptr)},
            {"levels", std::move(levels)},
            {"keywords", std::move(keywords)},
            {"quiet_hours", std::move(quiet)},
            {"days_off", daysJson(rules.daysOff)},
            {"dates_off", std::move(dates)}};
}

Rules storedRules(std::string_view text)
{
    const auto document = base::parseJson(text);
    if (!document || !document->is_object())
        return {};
    auto rules = readRules(document->get_object());
    return rules ? std::move(*rules) : Rules();
}

} // namespace netbit::services::notify
