#include "cli/irc/Report.h"

#include "base/Json.h"

#include <numeric>

namespace netbit::cli::irc
{

namespace
{

constexpr std::size_t firstEntries = 20;

/// Builds one flat JSON object after another member by member.
class JsonObject
{
public:
    explicit JsonObject(std::string& out)
        : _out(out)
    {
        _out += '{';
    }
    ~JsonObject() { _out += '}'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;

    std::string& key(std::string_view name)
    {
        if (!_first)
            _out += ',';
        _first = false;
        base::appendJsonString(_out, name);
        _out += ':';
        return _out;
    }
    void number(std::string_view name, std::size_t value)
    {
        base::appendJsonInt(key(name), static_cast<std::int64_t>(value));
    }

private:
    std::string& _out;
    bool _first = true;
};

void appendStrings(std::string& out, const std::vector<std::string>& texts)
{
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i != 0)
            out += ',';
        base::appendJsonString(out, texts[i]);
    }
    out += ']';
}

void printJson(std::ostream& out, const Report& report, bool entries)
{
    std::string text;
    {
        JsonObject object(text);
        object.number("files", report.files);
        object.number("files_unchanged", report.filesUnchanged);
        object.number("lines", report.lines);
        object.number("messages", report.messages);
        object.number("actions", report.actions);
        object.key("system");
        {
            JsonObject system(text);
            system.number("joins", report.joins);
            system.number("parts", report.parts);
            system.number("quits", report.quits);
            system.number("renames", report.renames);
            system.number("others", report.others);
        }
        object.number("replies", report.replies);
        object.number("nicks", report.nicks);
        object.number("users_created", static_cast<std::size_t>(report.usersCreated));
        object.key("chat_created") += report.chatCreated ? "true" : "false";
        object.number("chat_id", static_cast<std::size_t>(report.chatId));
        object.number("already_there", report.alreadyThere);
        object.number("lines_refused", report.linesRefused);
        object.key("left_out");
        {
            JsonObject reasons(text);
            for (std::size_t i = 1; i < leftOutReasons; ++i)
                if (report.leftOut[i] != 0)
                    reasons.number(reasonText(static_cast<LeftOut>(i)), report.leftOut[i]);
            for (std::size_t i = 0; i < linkFaults; ++i)
                if (report.linksLeftOut[i] != 0)
                    reasons.number(faultText(static_cast<LinkFault>(i)), report.linksLeftOut[i]);
            if (report.linksToOtherVersion != 0)
                reasons.number("reply link: to lines that another version imported", report.linksToOtherVersion);
        }
        appendStrings(object.key("refused"), report.refused);
        appendStrings(object.key("notes"), report.notes);
        if (entries) {
            auto& list = object.key("left_out_lines");
            list += '[';
            for (std::size_t i = 0; i < report.entries.size(); ++i) {
                if (i != 0)
                    list += ',';
                JsonObject entry(list);
                base::appendJsonString(entry.key("file"), report.entries[i].file);
                entry.number("line", report.entries[i].line);
                base::appendJsonString(entry.key("reason"), report.entries[i].reason);
            }
            list += ']';
        }
    }
    out << text << '\n';
}

} // namespace

std::size_t Report::linesLeftOut() const noexcept
{
    return std::accumulate(leftOut.begin(), leftOut.end(), std::size_t{0});
}

void Report::count(LineKind kind) noexcept
{
    switch (kind) {
    case LineKind::message:
        ++messages;
        break;
    case LineKind::action:
        ++actions;
        break;
    case LineKind::join:
        ++joins;
        break;
    case LineKind::part:
        ++parts;
        break;
    case LineKind::quit:
        ++quits;
        break;
    case LineKind::rename:
        ++renames;
        break;
    case LineKind::other:
        ++others;
        break;
    case LineKind::leftOut:
        break;
    }
}

void printEntries(std::ostream& out, const Report& report, std::size_t most)
{
    for (std::size_t i = 0; i < report.entries.size() && i < most; ++i)
        out << report.entries[i].file << ':' << report.entries[i].line << ": " << report.entries[i].reason << '\n';
    if (report.entries.size() > most)
        out << "… and " << report.entries.size() - most << " more\n";
}

void print(std::ostream& out, const Report& report, const ReportFormat& format)
{
    if (format.json) {
        printJson(out, report, !format.entriesElsewhere);
        return;
    }
    out << "files            " << report.files << " (" << report.filesUnchanged << " unchanged)\n"
        << "lines            " << report.lines << '\n'
        << "messages         " << report.messages << '\n'
        << "actions          " << report.actions << '\n'
        << "system messages  " << report.system() << " (joins " << report.joins << ", parts " << report.parts
        << ", quits " << report.quits << ", renames " << report.renames << ", others " << report.others << ")\n"
        << "replies linked   " << report.replies << '\n'
        << "nicks            " << report.nicks << '\n'
        << "users made       " << report.usersCreated << '\n'
        << "already there    " << report.alreadyThere << '\n';
    if (report.linesRefused != 0)
        out << "refused          " << report.linesRefused << '\n';
    out << "left out         " << report.linesLeftOut() << '\n';
    for (std::size_t i = 1; i < leftOutReasons; ++i)
        if (report.leftOut[i] != 0)
            out << "  " << reasonText(static_cast<LeftOut>(i)) << ": " << report.leftOut[i] << '\n';
    for (std::size_t i = 0; i < linkFaults; ++i)
        if (report.linksLeftOut[i] != 0)
            out << "  " << faultText(static_cast<LinkFault>(i)) << ": " << report.linksLeftOut[i] << '\n';
    if (report.linksToOtherVersion != 0)
        out << "  reply link: to lines that another version imported: " << report.linksToOtherVersion << '\n';
    for (const auto& note : report.notes)
        out << note << '\n';
    if (!format.entriesElsewhere)
        printEntries(out, report, format.all ? report.entries.size() : firstEntries);
    for (const auto& refusal : report.refused)
        out << "refused: " << refusal << '\n';
}

} // namespace netbit::cli::irc
