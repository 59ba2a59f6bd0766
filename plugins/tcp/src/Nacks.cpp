#include "tcp/src/Nacks.h"

namespace netbit::tcp {

namespace {

struct Words {
    std::string_view code;
    std::string_view sentence;
};

Words wordsOf(netbit::Status status)
{
    switch (status) {
    case netbit::Status::malformed: return {"malformed", "The packet cannot be read."};
    case netbit::Status::unauthenticated: return {"unauthenticated", "The token is not valid."};
    case netbit::Status::forbidden: return {"forbidden", "This is not allowed."};
    case netbit::Status::notFound: return {"not_found", "There is no such thing."};
    case netbit::Status::conflict: return {"conflict", "It clashes with what is there."};
    case netbit::Status::tooLarge: return {"too_large", "It is over a size limit."};
    case netbit::Status::invalid: return {"invalid", "It does not make sense."};
    case netbit::Status::rateLimited: return {"rate_limited", "Too often; try again later."};
    case netbit::Status::unavailable: return {"unavailable", "The server is busy; try again later."};
    case netbit::Status::storageFull: return {"storage_full", "There is no room left."};
    case netbit::Status::unsupported: return {"unsupported", "This server cannot do that."};
    case netbit::Status::preconditionFailed: return {"precondition_failed", "It has changed meanwhile."};
    case netbit::Status::unsupportedType: return {"unsupported_type", "This content type is not taken here."};
    default: return {"internal", "The server failed."};
    }
}

} // namespace

Nack nackOf(const Error& error)
{
    const auto words = wordsOf(error.status);
    const bool unauthenticated = error.status == netbit::Status::unauthenticated;
    Nack nack;
    // One code for every way of not being known: a client that sees it authenticates again.
    nack.code = error.code.empty() || unauthenticated ? words.code : std::string_view(error.code);
    if (!error.pointer.empty())
        nack.error = error.pointer + ": ";
    nack.error += error.detail.empty() ? words.sentence : std::string_view(error.detail);
    return nack;
}

} // namespace netbit::tcp
