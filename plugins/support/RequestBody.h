#pragma once
// The body of an HTTP request as a JSON object, for the plugins that answer HTTP.

#include "support/Fields.h"

#include <netbit/result.hpp>

#include <optional>
#include <string_view>

namespace netbit::support {

/// What a fault means to an HTTP client: 400 for a text that is no JSON, 422 for JSON that does not make sense.
Error toError(Status status, const JsonFault& fault);

/// The text of a body and its members. Holds what the fields point into, so it must outlive them.
class RequestBody {
public:
    static constexpr std::size_t maxDepth = 16;

    /// JSON is taken, and a body that does not say what it is; another Content-Type is a 415.
    explicit RequestBody(std::optional<std::string_view> contentType = std::nullopt) : _contentType(contentType) {}

    /// The body's members, or why there are none.
    Result<Fields> read(std::string_view text);

    /// After the last member was asked for: the first fault, if there was one.
    static std::optional<Error> finish(Fields& fields);

private:
    const std::optional<std::string_view> _contentType;
    JsonDocument _document;
};

} // namespace netbit::support
