#include "Replay.h"

#include "Api.h"
#include "Exchange.h"
#include "Life.h"
#include "Subscription.h"
#include "Timer.h"
#include "World.h"
#include "base/Json.h"
#include "base/Redact.h"
#include "edge/Problem.h"
#include "storage/TableDump.h"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace netbit::fake {

namespace {

namespace json = boost::json;
using base::fault;
using base::Status;

constexpr int form = 1; // as in host/border/Recorder.h

const json::array& list(const json::object& of, std::string_view key)
{
    static const json::array none;
    const auto* const found = of.if_contains(key);
    return found && found->is_array() ? found->get_array() : none;
}

const json::object* object(const json::object& of, std::string_view key)
{
    const auto* const found = of.if_contains(key);
    return found ? found->if_object() : nullptr;
}

std::string textOfValue(const json::value& value)
{
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string hex(std::string_view bytes)
{
    std::string out;
    boost::algorithm::hex_lower(bytes.begin(), bytes.end(), std::back_inserter(out));
    return out;
}

/// Throws what is no hex.
std::string unhex(std::string_view digits)
{
    std::string out;
    boost::algorithm::unhex(digits.begin(), digits.end(), std::back_inserter(out));
    return out;
}

/// A number in an array whose place says what it is.
storage::Cell cellOf(const json::value& value)
{
    if (value.is_int64())
        return value.get_int64();
    if (value.is_double())
        return value.get_double();
    if (value.is_string())
        return std::string(value.get_string());
    if (const auto* const blob = value.if_object())
        return storage::BlobCell{unhex(lineText(*blob, "hex"))};
    return std::monostate{};
}

storage::TableDump dumpOf(const json::object& head)
{
    storage::TableDump out;
    for (const auto& statement : list(head, "schema"))
        out.schema.push_back(textOfValue(statement));
    for (const auto& each : list(head, "tables"))
        if (const auto* const table = each.if_object()) {
            auto& made = out.tables.emplace_back();
            made.name = lineText(*table, "name");
            for (const auto& column : list(*table, "columns"))
                made.columns.push_back(textOfValue(column));
            for (const auto& row : list(*table, "rows"))
                if (const auto* const cells = row.if_array()) {
                    auto& into = made.rows.emplace_back();
                    for (const auto& cell : *cells)
                        into.push_back(cellOf(cell));
                }
        }
    for (const auto& each : list(head, "migrations"))
        if (const auto* const step = each.if_object())
            out.migrations.push_back({lineInteger(*step, "number"), lineText(*step, "name"), lineText(*step, "digest")});
    return out;
}

/// Settings as nb_kit_setting, with what they point to.
struct GivenSettings {
    std::deque<std::string> texts;
    std::vector<nb_kit_setting> all;

    explicit GivenSettings(const json::object& line)
    {
        if (const auto* const settings = object(line, "settings"))
            for (const auto& [key, value] : *settings) {
                const auto& name = texts.emplace_back(key);
                const auto& content = texts.emplace_back(textOfValue(value));
                all.push_back({str(name), str(content)});
            }
    }
};

class Run {
public:
    Run(World& world, Replay& recording) : _world(world), _recording(recording) {}

    /// Empty: there was no difference.
    std::string go()
    {
        for (const auto& line : _recording.lines())
            if (const auto* const person = object(line.members, "user"))
                _world.people.addRecorded(lineInteger(*person, "id"), lineText(*person, "name"),
                                          person->if_contains("admin") && person->at("admin") == json::value(true));
        if (auto restored = storage::restoreTables(_world.database, _world.manifest.id, dumpOf(_recording.head().members));
            !restored)
            return where(_recording.head()) + "the tables cannot be made: " + restored.error().detail;
        if (auto started = _world.start(); !started)
            return where(_recording.head()) + "the plugin does not start: " + started.error().detail;
        for (const auto& line : _recording.lines()) {
            if (lineText(line.members, "k") == "end")
                break;
            if (auto difference = put(line); !difference.empty())
                return difference;
        }
        return {};
    }

private:
    std::string where(const Replay::Line& line) const
    {
        return _recording.name() + ':' + std::to_string(line.number) + ": ";
    }

    std::string put(const Replay::Line& line)
    {
        const auto kind = lineText(line.members, "k");
        const auto in = static_cast<std::uint64_t>(lineInteger(line.members, "in"));
        if (kind == "reply" || kind == "problem" || kind == "stream" || kind == "returned")
            return compare(line, in, kind);
        if (kind != "request" && kind != "timer" && kind != "event" && kind != "reset" && kind != "revoked" &&
            kind != "configure" && kind != "step")
            return {};
        _world.setNow(lineInteger(line.members, "now"));
        _recording.in = in;
        _recording.step = nullptr;
        if (kind == "request")
            return _recording.isRepeated(in) ? std::string() : request(line, in);
        if (kind == "timer")
            return timer(line);
        if (kind == "configure")
            return configure(line);
        if (kind == "step") {
            _recording.step = &line.members;
            return _world.runOne() ? std::string()
                                   : where(line) + "here a task, or the end of a write, came back to the plugin (" +
                                         lineText(line.members, "f") + "); now it has begun none." + answeredOtherwise(line);
        }
        return event(line, kind);
    }

    /// Why a call was not made: the requests that now have another answer than the recording gives them further on.
    std::string answeredOtherwise(const Replay::Line& until)
    {
        std::string out;
        for (const auto& line : _recording.lines()) {
            const auto kind = lineText(line.members, "k");
            const auto in = static_cast<std::uint64_t>(lineInteger(line.members, "in"));
            const auto found = _requests.find(in);
            if (line.number <= until.number || found == _requests.end() || (kind != "reply" && kind != "problem" && kind != "returned"))
                continue;
            const auto* const exchange = found->second.first;
            if (exchange->given.empty() && exchange->status == 0)
                continue; // not yet, as in the recording
            if (const auto difference = compare(line, in, kind); !difference.empty())
                out += '\n' + difference;
        }
        if (const auto& told = _world.violations(); !told.empty())
            out += "\nBefore that: " + told.back();
        return out;
    }

    std::string request(const Replay::Line& line, std::uint64_t in)
    {
        const auto& members = line.members;
        std::deque<std::string> texts;
        const auto keep = [&](std::string one) { return str(texts.emplace_back(std::move(one))); };
        std::vector<nb_header> headers;
        for (const auto& each : list(members, "headers"))
            if (const auto* const pair = each.if_array(); pair && pair->size() == 2)
                headers.push_back({keep(textOfValue(pair->at(0))), keep(textOfValue(pair->at(1)))});
        const auto* const user = object(members, "user");
        nb_kit_request given{};
        given.size = sizeof given;
        given.method = keep(lineText(members, "method"));
        given.target = keep(lineText(members, "target"));
        given.headers = headers.data();
        given.header_count = headers.size();
        given.body = keep(members.contains("body") ? lineText(members, "body") : unhex(lineText(members, "body_hex")));
        given.as = user ? lineInteger(*user, "id") : 0;
        given.peer = keep(lineText(members, "peer"));
        const auto name = lineText(members, "method") + ' ' + lineText(members, "target") +
                          (user ? " by " + lineText(*user, "name") : std::string(" by nobody"));
        auto begun = begin(_world, given);
        if (!begun)
            return where(line) + name + " cannot be sent again: " + begun.error().detail;
        _requests[in] = {*begun, name};
        return {};
    }

    std::string compare(const Replay::Line& line, std::uint64_t in, const std::string& kind)
    {
        const auto found = _requests.find(in);
        if (found == _requests.end())
            return {};
        const auto& [exchange, name] = found->second;
        std::string before;
        std::string now;
        if (kind == "returned") {
            before = "with the status of an error, " +
                     std::to_string(edge::httpStatus(border::statusOf(static_cast<std::int32_t>(lineInteger(line.members, "status")))));
            now = exchange->given.empty() && exchange->status != 0
                      ? "with the status of an error, " + std::to_string(exchange->status)
                      : exchange->given;
        } else {
            std::optional<std::string> body;
            if (line.members.contains("body"))
                body = lineText(line.members, "body");
            else if (line.members.contains("body_hex"))
                body = unhex(lineText(line.members, "body_hex"));
            before = described(line.members, std::move(body));
            now = exchange->given;
            if (now.empty() && exchange->status != 0)
                now = std::to_string(exchange->status) + ", by the host: " + exchange->content;
        }
        if (before == now)
            return {};
        return where(line) + name + " is answered otherwise. In the recording:\n  " + before + "\nnow:\n  " +
               (now.empty() ? "not at all" : now);
    }

    std::string timer(const Replay::Line& line)
    {
        auto& timers = _world.life()->timers;
        const auto number = static_cast<std::size_t>(lineInteger(line.members, "timer"));
        if (number >= timers.size() || timers[number]->cancelled())
            return where(line) + "here the timer that was made as number " + std::to_string(number + 1) +
                   " ran; now there is none, or it was cancelled.";
        timers[number]->fire(_world.now());
        return {};
    }

    std::string event(const Replay::Line& line, const std::string& kind)
    {
        auto& subscriptions = _world.life()->subscriptions;
        const auto number = static_cast<std::size_t>(lineInteger(line.members, "subscription"));
        if (number >= subscriptions.size() || subscriptions[number]->cancelled())
            return where(line) + "here the subscription that was made as number " + std::to_string(number + 1) +
                   " heard of something; now there is none, or it was cancelled.";
        if (kind == "revoked")
            subscriptions[number]->tellRevoked();
        else if (kind == "reset")
            subscriptions[number]->tellReset(lineInteger(line.members, "next"));
        else {
            const auto topic = lineText(line.members, "topic");
            const auto content = lineText(line.members, "body");
            nb_event out{};
            out.size = sizeof out;
            out.id = lineInteger(line.members, "id");
            out.topic = str(topic);
            out.chat_id = lineInteger(line.members, "chat");
            out.actor_id = lineInteger(line.members, "actor");
            out.json = str(content);
            subscriptions[number]->tellEvent(out);
        }
        return {};
    }

    std::string configure(const Replay::Line& line)
    {
        const GivenSettings given(line.members);
        auto checked = settingsOf(_world.manifest, given.all.data(), given.all.size());
        if (!checked)
            return where(line) + "these settings do not fit the manifest any more: " + checked.error().detail;
        static_cast<void>(_world.configure(std::move(*checked))); // what it says to them is the plugin's own
        return {};
    }

    World& _world;
    Replay& _recording;
    std::map<std::uint64_t, std::pair<nb_kit_exchange*, std::string>> _requests;
};

} // namespace

std::int64_t lineInteger(const json::object& of, std::string_view key)
{
    const auto* const found = of.if_contains(key);
    return found && found->is_int64() ? found->get_int64() : found && found->is_uint64() ? static_cast<std::int64_t>(found->get_uint64()) : 0;
}

std::string lineText(const json::object& of, std::string_view key)
{
    const auto* const found = of.if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string described(const json::object& head, std::optional<std::string> body)
{
    std::string out = std::to_string(lineInteger(head, "status"));
    if (!lineText(head, "code").empty() || !lineText(head, "detail").empty())
        out += " (a problem) " + lineText(head, "code") + ": " + lineText(head, "detail") + ' ' + lineText(head, "pointer");
    if (!lineText(head, "type").empty())
        out += ' ' + lineText(head, "type");
    for (const auto& each : list(head, "headers"))
        if (const auto* const pair = each.if_array(); pair && pair->size() == 2)
            out += " [" + textOfValue(pair->at(0)) + ": " + textOfValue(pair->at(1)) + ']';
    if (body) {
        const auto clean = base::withoutSecrets(*body);
        out += ' ' + (base::validUtf8(clean) ? clean : hex(clean));
    }
    return out;
}

base::Result<Replay> Replay::read(const std::filesystem::path& file)
{
    Replay out;
    out._name = file.filename().string();
    std::ifstream in(file);
    if (!in)
        return fault(Status::notFound, "no_recording", file.string() + " cannot be read.");
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        auto parsed = base::parseJson(line);
        if (!parsed || !parsed->is_object()) {
            if (in.eof() && number > 1)
                break; // half a line: the server went down while it was written
            return fault(Status::malformed, "bad_recording",
                         file.string() + ':' + std::to_string(number) + ": This is no line of a recording.");
        }
        out._lines.push_back({number, std::move(parsed->get_object())});
    }
    if (out._lines.empty() || lineText(out._lines.front().members, "k") != "start" ||
        lineInteger(out._lines.front().members, "form") != form)
        return fault(Status::malformed, "bad_recording", file.string() + " is no recording that this kit can read.");
    for (const auto& line : out._lines) {
        const auto piece = static_cast<std::uint64_t>(lineInteger(line.members, "in"));
        const auto kind = lineText(line.members, "k");
        if (kind == "again")
            out._repeated.insert(piece);
        else if (kind == "call")
            out._answers[{piece, lineText(line.members, "f")}].push_back(&line.members);
    }
    return out;
}

const json::object* Replay::take(std::string_view function)
{
    const auto found = _answers.find({in, std::string(function)});
    if (found == _answers.end() || found->second.empty())
        return nullptr;
    const auto* const out = found->second.front();
    found->second.pop_front();
    return out;
}

base::Result<std::vector<std::string>> replay(const nb_kit_options& options, const std::filesystem::path& file)
{
    auto recording = Replay::read(file);
    if (!recording)
        return recording.error();
    const auto& head = recording->head().members;
    const GivenSettings settings(head);
    auto wanted = options;
    wanted.settings = settings.all.data();
    wanted.setting_count = settings.all.size();
    wanted.now_ms = lineInteger(head, "now");
    auto world = worldOf(wanted);
    if (!world)
        return world.error();
    if (lineText(head, "plugin") != (*world)->manifest.id)
        return fault(Status::invalid, "other_plugin",
                     file.string() + " is a recording of " + lineText(head, "plugin") + ", not of " + (*world)->manifest.id + '.');
    (*world)->replay = &*recording;
    if (auto loaded = (*world)->load(); !loaded)
        return loaded.error();
    std::vector<std::string> out;
    if (auto difference = Run(**world, *recording).go(); !difference.empty()) {
        out.push_back(std::move(difference));
        (*world)->stop(); // what follows from it is no news
        return out;
    }
    (*world)->stop();
    out.insert(out.end(), (*world)->violations().begin(), (*world)->violations().end());
    return out;
}

} // namespace netbit::fake

std::int32_t nb_kit_replay(const nb_kit_options* options, nb_str recording, nb_kit_text_fn tell, void* user, nb_error* error)
{
    using namespace netbit;
    using namespace netbit::fake;
    return border::answer(error, [&]() -> base::Result<void> {
        const auto differences = replay(structOf(options, "options"), bytesOf(recording, "recording"));
        if (!differences)
            return differences.error();
        if (differences->empty())
            return {};
        for (const auto& each : *differences)
            if (tell)
                tell(user, str(each));
        return base::fault(base::Status::conflict, "differs", "The plugin does not do what it did when it was recorded.");
    });
}
