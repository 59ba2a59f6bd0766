#pragma once
// What a piece of work took, and what it was a part of: a span as OpenTelemetry has it. Nobody records, nothing is made: what
// asks whether anybody does is a look at a pointer.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netbit::trace {

using TraceId = std::array<unsigned char, 16>;
using SpanId = std::array<unsigned char, 8>; ///< zeros: none

enum class Kind : std::uint8_t { internal = 1, server = 2 }; ///< the numbers of OTLP

struct Attribute {
    std::string_view key; ///< a literal
    std::variant<std::int64_t, std::string> value;
};

struct Span {
    TraceId trace{};
    SpanId id{};
    SpanId parent{};
    Kind kind = Kind::internal;
    std::string name{};
    std::int64_t beganNs = 0; ///< since 1970-01-01 UTC
    std::int64_t endedNs = 0;
    std::vector<Attribute> attributes{};
    bool failed = false;
};

class Recorder;
class OpenSpan;
using SpanPtr = std::shared_ptr<OpenSpan>;

/// A span that has begun, and ends with end() or its last owner. set(), fail() and end() are for one thread at a time.
class OpenSpan {
public:
    OpenSpan(Recorder& recorder, Span begun);
    ~OpenSpan();
    OpenSpan(const OpenSpan&) = delete;
    OpenSpan& operator=(const OpenSpan&) = delete;

    SpanPtr child(std::string_view name) const; ///< [any] begins now
    void set(std::string_view key, std::int64_t value);
    void set(std::string_view key, std::string_view value);
    void fail() noexcept { _span.failed = true; }
    void end(); ///< hands it to the recorder; a second time is nothing

private:
    Recorder& _recorder;
    const std::chrono::steady_clock::time_point _begun = std::chrono::steady_clock::now();
    Span _span;
    bool _ended = false;
};

/// What this thread works for; null: nothing that is recorded.
const SpanPtr& current() noexcept;
/// A part of that, which begins now; null where there is none.
SpanPtr childOfCurrent(std::string_view name);

/// What this thread works for, as long as it lives.
class Scope {
public:
    explicit Scope(SpanPtr span) noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

private:
    SpanPtr _before;
};

} // namespace netbit::trace
