#pragma once
// Spans as OTLP/JSON has them: https://opentelemetry.io/docs/specs/otlp, ExportTraceServiceRequest.

#include "trace/Span.h"

#include <span>

namespace netbit::trace {

std::string otlpJson(std::span<const Span> spans, std::string_view service, std::string_view version);

} // namespace netbit::trace
