#include "app/AdminBody.h"

#include "base/Json.h"

#include <algorithm>

namespace netbit::app {

using base::Error;
using base::Result;
using base::Status;
using edge::Exchange;

namespace json = boost::json;

Error wrongMember(std::string_view member, std::string_view what)
{
    return base::fault(Status::invalid, "invalid_member", "\"" + std::string(member) + "\" " + std::string(what),
                       "/" + std::string(member));
}

Result<json::object> readObject(Exchange& exchange, std::initializer_list<std::string_view> members)
{
    if (exchange.body().empty())
        return json::object();
    auto parsed = base::parseJson(exchange.body());
    if (!parsed)
        return parsed.error();
    if (!parsed->is_object())
        return base::fault(Status::invalid, "not_an_object", "The body must be a JSON object.");
    for (const auto& member : parsed->get_object())
        if (std::find(members.begin(), members.end(), std::string_view(member.key())) == members.end())
            return wrongMember(member.key(), "is not a member of this request.");
    return std::move(parsed->get_object());
}

Result<std::string> textOf(const json::object& object, std::string_view name, bool required)
{
    const auto* const value = object.if_contains(name);
    if (!value || value->is_null())
        return required ? Result<std::string>(wrongMember(name, "is missing.")) : Result<std::string>(std::string());
    if (!value->is_string())
        return wrongMember(name, "must be a string.");
    return std::string(value->get_string());
}

Result<std::int64_t> integerOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    if (!value || !value->is_int64())
        return wrongMember(name, "must be a whole number.");
    return value->get_int64();
}

} // namespace netbit::app
