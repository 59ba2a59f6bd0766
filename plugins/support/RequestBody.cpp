#include "support/RequestBody.h"

#include <algorithm>
#include <string>

namespace netbit::support {

Error toError(Status status, const JsonFault& fault) { return Error(status, fault.code, fault.detail, fault.pointer); }

namespace {

/// application/json, or a type built on it (RFC 6839 section 3.1); parameters do not matter. Also what `curl -d` says
/// when nobody tells it otherwise: the body must be JSON all the same.
bool isJson(std::string_view contentType)
{
    auto type = std::string(contentType.substr(0, contentType.find(';')));
    type.erase(type.find_last_not_of(" \t") + 1);
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
    return type == "application/json" || type == "application/x-www-form-urlencoded" ||
           (type.size() > 5 && type.compare(type.size() - 5, 5, "+json") == 0);
}

} // namespace

Result<Fields> RequestBody::read(std::string_view text)
{
    if (_contentType && !isJson(*_contentType))
        return Error(Status::unsupportedType, "unsupported_type",
                     "The body must be JSON, and Content-Type say so: application/json.");
    if (const auto fault = _document.parse(text, maxDepth))
        return toError(Status::malformed, *fault);
    if (const auto* object = _document.root().if_object())
        return Fields(*object);
    return Error(Status::invalid, "wrong_type", "The body must be a JSON object.");
}

std::optional<Error> RequestBody::finish(Fields& fields)
{
    fields.finish();
    if (fields.fault())
        return toError(Status::invalid, *fields.fault());
    return std::nullopt;
}

} // namespace netbit::support
