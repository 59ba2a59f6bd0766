#include "trace/Exporter.h"

#include "trace/OtlpJson.h"

#include <algorithm>
#include <utility>

namespace netbit::trace {

using std::chrono::seconds;

namespace {

constexpr seconds longestWait{60};

/// Those that the protocol names; anything else would be refused again.
bool isBusy(int status) noexcept { return status == 429 || status == 502 || status == 503 || status == 504; }

} // namespace

Exporter::Exporter(Recorder& recorder, base::Fetch fetch, std::string version, Told told, Clock clock)
    : _recorder(recorder), _fetch(std::move(fetch)), _version(std::move(version)), _told(std::move(told)), _clock(std::move(clock))
{
}

void Exporter::setOptions(const ExporterOptions& options)
{
    const std::lock_guard lock(_mutex); // _options
    _options = options;
}

Exporter::Outcome Exporter::send(const ExporterOptions& to, std::string& reason) const
{
    base::FetchRequest request{.url = to.endpoint, .body = otlpJson(_batch, "netbit", _version)};
    request.headers.emplace_back("Content-Type: application/json");
    if (!to.token.empty())
        request.headers.push_back("Authorization: Bearer " + to.token);
    request.maxBytes = 1'024;
    request.cut = true;
    const auto reply = _fetch(request);
    if (reply && reply->status / 100 == 2)
        return Outcome::taken;
    reason = reply ? "It answers " + std::to_string(reply->status) + '.' : reply.error().detail;
    return !reply || isBusy(reply->status) ? Outcome::later : Outcome::refused;
}

void Exporter::tell(const std::string& reason)
{
    if (const bool fails = !reason.empty(); std::exchange(_failing, fails) != fails)
        _told(reason);
}

void Exporter::tend()
{
    const std::unique_lock lock(_sending, std::try_to_lock);
    if (!lock || _clock() < _next)
        return;
    ExporterOptions to;
    {
        const std::lock_guard guard(_mutex); // _options
        to = _options;
    }
    for (;;) {
        if (_batch.empty())
            _batch = _recorder.take(batch);
        if (_batch.empty())
            return;
        std::string reason;
        const auto outcome = to.endpoint.empty() ? Outcome::refused : send(to, reason);
        if (!to.endpoint.empty())
            tell(reason);
        if (outcome == Outcome::later) {
            _wait = std::clamp(_wait * 2, seconds(1), longestWait);
            _next = _clock() + _wait;
            return;
        }
        _wait = seconds(0);
        (outcome == Outcome::taken ? _exported : _refused).fetch_add(_batch.size(), std::memory_order_relaxed);
        _batch.clear();
    }
}

} // namespace netbit::trace
