#include "trace/Span.h"

#include "trace/Recorder.h"

#include <utility>

namespace netbit::trace {

namespace {

thread_local SpanPtr ofThread;

std::int64_t nanoseconds(std::chrono::nanoseconds time) noexcept { return time.count(); }

} // namespace

OpenSpan::OpenSpan(Recorder& recorder, Span begun) : _recorder(recorder), _span(std::move(begun))
{
    _span.id = newSpanId();
    _span.beganNs = nanoseconds(std::chrono::system_clock::now().time_since_epoch());
}

OpenSpan::~OpenSpan() { end(); }

SpanPtr OpenSpan::child(std::string_view name) const
{
    Span begun;
    begun.trace = _span.trace;
    begun.parent = _span.id;
    begun.name = name;
    return std::make_shared<OpenSpan>(_recorder, std::move(begun));
}

void OpenSpan::set(std::string_view key, std::int64_t value) { _span.attributes.push_back({key, value}); }

void OpenSpan::set(std::string_view key, std::string_view value) { _span.attributes.push_back({key, std::string(value)}); }

void OpenSpan::end()
{
    if (std::exchange(_ended, true))
        return;
    // The wall clock may be set meanwhile: how long it took is the other clock's to say.
    _span.endedNs = _span.beganNs + nanoseconds(std::chrono::steady_clock::now() - _begun);
    _recorder.add(std::move(_span));
}

const SpanPtr& current() noexcept { return ofThread; }

SpanPtr childOfCurrent(std::string_view name) { return ofThread ? ofThread->child(name) : nullptr; }

Scope::Scope(SpanPtr span) noexcept : _before(std::exchange(ofThread, std::move(span))) {}

Scope::~Scope() { ofThread = std::move(_before); }

} // namespace netbit::trace
