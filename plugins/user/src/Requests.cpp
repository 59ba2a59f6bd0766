#include "Requests.h"

namespace netbit::user {

namespace {

std::string_view needed(support::Fields& fields, std::string_view name)
{
    const auto text = fields.text(name);
    if (!text)
        fields.missing(name);
    return text.value_or(std::string_view());
}

} // namespace

Result<Registration> readRegistration(support::RequestBody& body, std::string_view text)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    Registration out;
    out.username = needed(*fields, "username");
    out.email = needed(*fields, "email");
    out.password = needed(*fields, "password");
    out.invite = fields->text("invite");
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return out;
}

Result<Credentials> readCredentials(support::RequestBody& body, std::string_view text)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    Credentials out;
    out.username = needed(*fields, "username");
    out.password = needed(*fields, "password");
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return out;
}

Result<RefreshToken> readRefreshToken(support::RequestBody& body, std::string_view text)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    RefreshToken out;
    out.token = needed(*fields, "refresh_token");
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return out;
}

} // namespace netbit::user
