#include "chats/Days.h"

#include "browse/Text.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace netbit::git {

namespace {

namespace json = boost::json;

constexpr std::string_view firstLine = "netbit chat days 1"; // another form gets another number, and is built anew

std::string textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t numberOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

/// Days go into paths and commands: digits and dashes only.
bool isDay(std::string_view text)
{
    return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

bool isHex(std::string_view text, std::size_t digits)
{
    return text.size() == digits &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Error bad() { return Error(Status::internal, "bad_answer", "chats.days gave something that is no list of days."); }

std::string counted(std::int64_t number, std::string_view what)
{
    return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

} // namespace

Result<std::vector<ChatDay>> readDays(std::string_view text)
{
    boost::system::error_code failed;
    const auto document = json::parse(json::string_view(text.data(), text.size()), failed);
    const auto* const root = failed ? nullptr : document.if_object();
    const auto* const list = root ? root->if_contains("data") : nullptr;
    if (!list || !list->is_array())
        return bad();
    std::vector<ChatDay> out;
    for (const auto& each : list->get_array()) {
        const auto* const one = each.if_object();
        if (!one)
            return bad();
        ChatDay day{textOf(*one, "day"), textOf(*one, "mark"), 0, numberOf(*one, "messages"), numberOf(*one, "edits"), {}};
        const auto at = secondsOf(textOf(*one, "last_at"));
        const auto* const files = one->if_contains("files");
        if (!isDay(day.day) || !isHex(day.mark, 32) || !at || !files || !files->is_array())
            return bad();
        day.at = *at;
        for (const auto& file : files->get_array()) {
            if (!file.is_string() || !isDay(file.get_string()))
                return bad();
            day.files.emplace_back(file.get_string());
        }
        out.push_back(std::move(day));
    }
    return out;
}

std::vector<DayCommit> readCommits(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::string line;
    std::vector<DayCommit> out;
    if (!std::getline(in, line) || line != firstLine)
        return {};
    while (std::getline(in, line)) {
        std::istringstream words(line);
        DayCommit one;
        std::string more;
        if (!(words >> one.day >> one.mark >> one.commit) || words >> more || !isDay(one.day) || !isHex(one.mark, 32) || !isHex(one.commit, 40))
            return {};
        out.push_back(std::move(one));
    }
    return out;
}

Result<void> writeCommits(const std::filesystem::path& file, const std::vector<DayCommit>& commits)
{
    const auto beside = file.string() + ".new";
    std::ofstream out(beside, std::ios::trunc);
    out << firstLine << '\n';
    for (const auto& one : commits)
        out << one.day << ' ' << one.mark << ' ' << one.commit << '\n';
    out.close();
    std::error_code failed;
    if (out)
        std::filesystem::rename(beside, file, failed);
    if (!out || failed)
        return Error(Status::storageFull, "no_room", "The server has no room for this chat's history.");
    return {};
}

std::size_t sameDays(const std::vector<DayCommit>& commits, const std::vector<ChatDay>& days)
{
    std::size_t out = 0;
    while (out < commits.size() && out < days.size() && commits[out].day == days[out].day && commits[out].mark == days[out].mark)
        ++out;
    return out;
}

std::string commitHead(const ChatDay& day, std::size_t mark, std::string_view from)
{
    const auto by = " NetBit <chats@netbit.invalid> " + std::to_string(day.at) + " +0000\n";
    std::string words = day.day + ": ";
    if (day.messages > 0)
        words += counted(day.messages, "message");
    if (day.edits > 0)
        words += (day.messages > 0 ? ", " : "") + counted(day.edits, "edit") + " of earlier ones";
    std::string out = "commit refs/heads/main\nmark :" + std::to_string(mark) + "\nauthor" + by + "committer" + by + "data " +
                      std::to_string(words.size() + 1) + '\n' + words + "\n";
    if (!from.empty())
        out += "from " + std::string(from) + '\n';
    return out;
}

std::string fileHead(std::string_view path)
{
    return "M 100644 inline " + std::string(path) + "\ndata <<NETBIT-END\n";
}

} // namespace netbit::git
