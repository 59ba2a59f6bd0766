#include "support/RequestBody.h"

namespace netbit::support {

Error toError(Status status, const JsonFault& fault) { return Error(status, fault.code, fault.detail, fault.pointer); }

Result<Fields> RequestBody::read(std::string_view text)
{
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
