// What webhooks and browsers have in common: rows of one user, with an address.

#include "services/delivery/Core.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <charconv>

namespace netbit::services::delivery {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::WebhookRecord;
using storage::WebhookRepository;

std::optional<WebhookRecord> ownRow(Connection& connection, Id userId, Id id, std::string_view kind)
{
    auto row = WebhookRepository::byId(connection, id);
    return row && row->userId == userId && row->kind == kind ? std::move(row) : std::nullopt;
}

operations::Guard guardRow(const Core& core, std::string_view kind, base::Error notFound)
{
    return [&core, kind, notFound = std::move(notFound)](const auth::PrincipalPtr& principal, operations::Texts texts) {
        const auto given = std::find_if(texts.begin(), texts.end(), [](const auto& text) { return text.first == "id"; });
        if (given == texts.end())
            return Result<void>(); // among the arguments: the operation looks for it
        Id id = 0;
        std::from_chars(given->second.data(), given->second.data() + given->second.size(), id);
        Result<void> out;
        auto read = core.projects().read([&](Connection& connection) {
            if (!ownRow(connection, projects::callerOf(core.projects(), principal).userId, id, kind))
                out = notFound;
        });
        return read ? out : read;
    };
}

Result<void> checkUrl(std::string_view text, std::string_view pointer)
{
    const auto wrong = [pointer](std::string_view why) { return fault(Status::invalid, "invalid_url", why, pointer); };
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
        return wrong("An address is printable ASCII without spaces; other letters are written in Punycode and %xx.");
    try {
        const Poco::URI uri{std::string(text)};
        if (uri.getScheme() != "http" && uri.getScheme() != "https")
            return wrong("The address begins with https:// or http://.");
        if (uri.getHost().empty())
            return wrong("The address names no host.");
        if (!uri.getUserInfo().empty() || !uri.getFragment().empty())
            return wrong("The address has no user, no password and no fragment; the signature says who sends.");
    } catch (const Poco::Exception&) {
        return wrong("That is no address.");
    }
    return {};
}

Result<void> checkName(std::string_view text)
{
    if (text.find_first_not_of(" \t\r\n") == text.npos || text.find_first_of("\r\n") != text.npos)
        return fault(Status::invalid, "invalid_name", "A name is one line, and not empty.", "/name");
    return {};
}

} // namespace netbit::services::delivery
