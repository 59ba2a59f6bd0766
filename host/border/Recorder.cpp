#include "border/Recorder.h"

#include "base/Json.h"
#include "base/Redact.h"
#include "base/Time.h"
#include "border/SqlArguments.h"
#include "services/log/Log.h"
#include "storage/TableDump.h"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <system_error>
#include <unistd.h>

namespace netbit::border {

namespace {

namespace json = boost::json;
namespace log = services::log;
using base::fault;
using base::Status;

constexpr std::size_t mostWaiting = 32 * 1024 * 1024; // bytes that may wait for the disk

std::string hex(std::string_view bytes)
{
    std::string out;
    boost::algorithm::hex_lower(bytes.begin(), bytes.end(), std::back_inserter(out));
    return out;
}

json::object settingsJson(const Settings& settings)
{
    json::object out;
    for (const auto& [key, value] : settings)
        if (!base::namesSecret(key))
            out[key] = std::visit([](const auto& one) { return json::value(one); }, value);
    return out;
}

json::value cellJson(const storage::Cell& cell)
{
    if (const auto* const number = std::get_if<std::int64_t>(&cell))
        return *number;
    if (const auto* const real = std::get_if<double>(&cell))
        return *real;
    if (const auto* const text = std::get_if<std::string>(&cell))
        return base::validUtf8(*text) ? json::value(*text) : json::value(json::object{{"hex", hex(*text)}});
    if (const auto* const blob = std::get_if<storage::BlobCell>(&cell))
        return json::object{{"hex", hex(blob->bytes)}};
    return nullptr;
}

json::object dumpJson(const storage::TableDump& dump)
{
    json::array schema(dump.schema.begin(), dump.schema.end());
    json::array tables;
    for (const auto& table : dump.tables) {
        json::array rows;
        for (const auto& row : table.rows) {
            json::array cells;
            for (std::size_t i = 0; i < row.size(); ++i)
                cells.push_back(base::namesSecret(table.columns[i]) && !std::holds_alternative<std::monostate>(row[i])
                                    ? json::value(base::leftOut)
                                    : cellJson(row[i]));
            rows.push_back(std::move(cells));
        }
        tables.push_back({{"name", table.name},
                          {"columns", json::array(table.columns.begin(), table.columns.end())},
                          {"rows", std::move(rows)}});
    }
    json::array migrations;
    for (const auto& step : dump.migrations)
        migrations.push_back({{"number", step.number}, {"name", step.name}, {"digest", step.digest}});
    return {{"schema", std::move(schema)}, {"tables", std::move(tables)}, {"migrations", std::move(migrations)}};
}

} // namespace

base::Result<std::shared_ptr<Recorder>> Recorder::begin(const RecordOptions& options, storage::Database& database,
                                                        const std::string& id, const std::string& version,
                                                        const Settings& settings)
{
    const auto dump = storage::dumpTables(database, id, sql::prefixOf(id), options.mostBytes / 2);
    if (!dump)
        return dump.error();
    std::error_code ignored;
    std::filesystem::rename(options.file, options.file.string() + ".old", ignored);
    const int file = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return fault(Status::unavailable, "cannot_record",
                     options.file.string() + " cannot be written: " + std::generic_category().message(errno) + '.');
    std::shared_ptr<Recorder> out(new Recorder(file, options.mostBytes, id));
    auto head = dumpJson(*dump);
    head["form"] = form;
    head["plugin"] = id;
    head["version"] = version;
    head["settings"] = settingsJson(settings);
    out->line("start", 0, std::move(head));
    return out;
}

Recorder::Recorder(int file, std::size_t mostBytes, std::string id)
    : _file(file), _mostBytes(mostBytes), _id(std::move(id)), _writer([this] { write(); })
{
}

Recorder::~Recorder()
{
    end();
    {
        const std::lock_guard lock(_mutex);
        _end = true;
    }
    _more.notify_one();
    _writer.join();
    ::close(_file);
}

std::uint64_t& Recorder::current() noexcept
{
    static thread_local std::uint64_t in = 0;
    return in;
}

void Recorder::line(std::string_view kind, std::uint64_t in, json::object members, std::optional<std::string> body)
{
    if (_over.load(std::memory_order_relaxed))
        return;
    members["k"] = kind;
    members["in"] = in;
    members["now"] = base::now();
    put({std::move(members), std::move(body)});
}

void Recorder::put(Line line)
{
    const auto bytes = 200 + (line.body ? line.body->size() : 0);
    {
        const std::lock_guard lock(_mutex);
        if (_waitingBytes + bytes > mostWaiting) {
            // A recording with a hole would be replayed wrongly from there on: it ends before it.
            if (!_over.exchange(true))
                log::warn(_id, "The recording ends here: the disk does not keep up.");
            return;
        }
        _waitingBytes += bytes;
        _lines.push_back(std::move(line));
    }
    _more.notify_one();
}

std::uint64_t Recorder::configured(const Settings& settings)
{
    const auto in = nextPiece();
    line("configure", in, {{"settings", settingsJson(settings)}});
    return in;
}

void Recorder::end()
{
    line("end", 0, {});
    _over.store(true);
}

void Recorder::keep(std::shared_ptr<void> what)
{
    const std::lock_guard lock(_mutex);
    _kept.push_back(std::move(what));
}

void Recorder::keepFor(const nb_timer* timer, std::shared_ptr<void> what)
{
    const std::lock_guard lock(_mutex);
    _keptForTimers[timer] = std::move(what);
}

void Recorder::forget(const nb_timer* timer)
{
    std::shared_ptr<void> gone; // freed without the lock
    const std::lock_guard lock(_mutex);
    if (const auto found = _keptForTimers.find(timer); found != _keptForTimers.end()) {
        gone = std::move(found->second);
        _keptForTimers.erase(found);
    }
}

bool Recorder::send(std::string_view text)
{
    while (!text.empty()) {
        const auto count = ::write(_file, text.data(), text.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            log::warn(_id, "The recording ends here: it cannot be written.",
                      {{"why", std::generic_category().message(errno)}});
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Recorder::write()
{
    std::size_t written = 0;
    for (;;) {
        Line line;
        {
            std::unique_lock lock(_mutex);
            _more.wait(lock, [this] { return !_lines.empty() || _end; });
            if (_lines.empty())
                return;
            line = std::move(_lines.front());
            _lines.pop_front();
            _waitingBytes -= 200 + (line.body ? line.body->size() : 0);
        }
        try {
            if (line.body) {
                auto body = base::withoutSecrets(*line.body);
                const bool text = base::validUtf8(body);
                line.members[text ? "body" : "body_hex"] = text ? body : hex(body);
            }
            if (auto* const target = line.members.if_contains("target"); target && target->is_string())
                *target = base::targetWithoutSecrets(std::string_view(target->get_string()));
            auto text = json::serialize(line.members) + '\n';
            if (written + text.size() > _mostBytes) {
                text = "{\"k\":\"full\",\"in\":0}\n";
                log::warn(_id, "The recording is full and ends here.");
                static_cast<void>(send(text));
                break;
            }
            written += text.size();
            if (!send(text))
                break;
        } catch (const std::exception& error) {
            log::warn(_id, "The recording ends here.", {{"why", error.what()}});
            break;
        }
    }
    _over.store(true);
    const std::lock_guard lock(_mutex);
    _lines.clear();
    _waitingBytes = 0;
}

} // namespace netbit::border
