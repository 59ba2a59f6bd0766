#include "trace/OtlpJson.h"

#include "base/Json.h"

#include <algorithm>

namespace netbit::trace {

namespace {

template <std::size_t Size>
void appendHex(std::string& out, std::string_view name, const std::array<unsigned char, Size>& id)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    out.append(1, '"').append(name).append("\":\"");
    for (const auto byte : id) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    out += "\",";
}

void appendText(std::string& out, std::string_view key, std::string_view value)
{
    out += "{\"key\":";
    base::appendJsonString(out, key);
    out += ",\"value\":{\"stringValue\":";
    base::appendJsonString(out, value);
    out += "}}";
}

/// 64-bit numbers are strings, as in all JSON of Protocol Buffers.
void appendNumber(std::string& out, std::string_view key, std::int64_t value)
{
    out += "{\"key\":";
    base::appendJsonString(out, key);
    out += ",\"value\":{\"intValue\":\"";
    base::appendJsonInt(out, value);
    out += "\"}}";
}

void append(std::string& out, const Span& span)
{
    out += '{';
    appendHex(out, "traceId", span.trace);
    appendHex(out, "spanId", span.id);
    if (std::any_of(span.parent.begin(), span.parent.end(), [](unsigned char byte) { return byte != 0; }))
        appendHex(out, "parentSpanId", span.parent);
    out += "\"name\":";
    base::appendJsonString(out, span.name);
    out += ",\"kind\":";
    base::appendJsonInt(out, static_cast<int>(span.kind));
    out += ",\"startTimeUnixNano\":\"";
    base::appendJsonInt(out, span.beganNs);
    out += "\",\"endTimeUnixNano\":\"";
    base::appendJsonInt(out, span.endedNs);
    out += "\",\"attributes\":[";
    bool first = true;
    for (const auto& [key, value] : span.attributes) {
        if (!std::exchange(first, false))
            out += ',';
        if (const auto* const number = std::get_if<std::int64_t>(&value))
            appendNumber(out, key, *number);
        else
            appendText(out, key, std::get<std::string>(value));
    }
    out += ']';
    out += span.failed ? R"(,"status":{"code":2}})" : "}"; // 2: an error
}

} // namespace

std::string otlpJson(std::span<const Span> spans, std::string_view service, std::string_view version)
{
    std::string out = "{\"resourceSpans\":[{\"resource\":{\"attributes\":[";
    appendText(out, "service.name", service);
    out += ',';
    appendText(out, "service.version", version);
    out += "]},\"scopeSpans\":[{\"scope\":{\"name\":\"netbit\"},\"spans\":[";
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (i != 0)
            out += ',';
        append(out, spans[i]);
    }
    return out += "]}]}]}";
}

} // namespace netbit::trace
