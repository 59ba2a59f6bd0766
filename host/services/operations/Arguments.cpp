#include "services/operations/Arguments.h"

#include "base/Json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace netbit::services::operations {

using base::Error;
using base::fault;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

constexpr std::int64_t mostTextBytes = 16 * 1024;
constexpr std::int64_t mostItems = 1'000;

std::string pointerTo(std::string_view name)
{
    std::string out = "/";
    for (const char c : name) // RFC 6901
        out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

Error wrong(std::string_view code, std::string_view name, std::string_view what)
{
    return fault(Status::invalid, code, "\"" + std::string(name) + "\" " + std::string(what), pointerTo(name));
}

std::int64_t mostOf(const Parameter& parameter)
{
    if (parameter.most != 0)
        return parameter.most;
    switch (parameter.kind) {
    case Kind::text: return mostTextBytes;
    case Kind::ids:
    case Kind::texts:
    case Kind::objects: return mostItems;
    default: return std::numeric_limits<std::int64_t>::max();
    }
}

std::string between(std::int64_t least, std::int64_t most)
{
    return "between " + std::to_string(least) + " and " + std::to_string(most);
}

Result<void> checkText(const Parameter& parameter, std::string_view text)
{
    if (text.find('\0') != text.npos)
        return wrong("out_of_range", parameter.name, "must not contain NUL.");
    if (!parameter.choices.empty()) {
        if (std::find(parameter.choices.begin(), parameter.choices.end(), text) != parameter.choices.end())
            return {};
        std::string list;
        for (const auto choice : parameter.choices)
            list += (list.empty() ? "" : ", ") + std::string(choice);
        return wrong("out_of_range", parameter.name, "must be one of: " + list + ".");
    }
    const auto size = static_cast<std::int64_t>(text.size());
    if (size < parameter.least || size > mostOf(parameter))
        return wrong("out_of_range", parameter.name, "must have " + between(parameter.least, mostOf(parameter)) + " bytes.");
    return {};
}

Result<void> checkCount(const Parameter& parameter, std::size_t count)
{
    const auto size = static_cast<std::int64_t>(count);
    if (size < parameter.least || size > mostOf(parameter))
        return wrong("out_of_range", parameter.name, "must have " + between(parameter.least, mostOf(parameter)) + " items.");
    return {};
}

Error wrongItem(std::string_view name, std::size_t at, std::string_view what)
{
    return fault(Status::invalid, "wrong_type", "An item of \"" + std::string(name) + "\" " + std::string(what),
                 pointerTo(name) + "/" + std::to_string(at));
}

/// Checks, and turns a time into milliseconds.
Result<void> settle(const Parameter& parameter, json::value& value)
{
    const auto name = parameter.name;
    switch (parameter.kind) {
    case Kind::text:
        return value.is_string() ? checkText(parameter, value.get_string()) : wrong("wrong_type", name, "must be a string.");
    case Kind::integer: {
        if (!value.is_int64())
            return wrong("wrong_type", name, "must be a whole number of 64 bits.");
        const auto least = parameter.most == 0 && parameter.least == 0 ? std::numeric_limits<std::int64_t>::min()
                                                                       : parameter.least;
        if (value.get_int64() < least || value.get_int64() > mostOf(parameter))
            return wrong("out_of_range", name, "must be " + between(least, mostOf(parameter)) + ".");
        return {};
    }
    case Kind::flag:
        return value.is_bool() ? Result<void>() : wrong("wrong_type", name, "must be true or false.");
    case Kind::time: {
        const auto time = value.is_string() ? base::parseRfc3339(value.get_string()) : std::nullopt;
        if (!time)
            return wrong("wrong_type", name, "must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z.");
        value = *time;
        return {};
    }
    case Kind::ids: {
        if (!value.is_array())
            return wrong("wrong_type", name, "must be a list of ids.");
        const auto& items = value.get_array();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (!items[i].is_int64() || items[i].get_int64() <= 0)
                return wrongItem(name, i, "must be a positive whole number.");
        return checkCount(parameter, items.size());
    }
    case Kind::texts: {
        if (!value.is_array())
            return wrong("wrong_type", name, "must be a list of strings.");
        const auto& items = value.get_array();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (!items[i].is_string() || items[i].get_string().size() > static_cast<std::size_t>(mostTextBytes) ||
                items[i].get_string().find('\0') != json::string::npos)
                return wrongItem(name, i, "must be a string of at most 16 KiB without NUL.");
        return checkCount(parameter, items.size());
    }
    case Kind::objects: {
        if (!value.is_array())
            return wrong("wrong_type", name, "must be a list of objects.");
        const auto& items = value.get_array();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (!items[i].is_object())
                return wrongItem(name, i, "must be an object.");
        return checkCount(parameter, items.size());
    }
    case Kind::object:
        return value.is_object() ? Result<void>() : wrong("wrong_type", name, "must be an object.");
    }
    return {};
}

/// What a text from a path or a query stands for.
Result<json::value> fromText(const Parameter& parameter, std::string_view text)
{
    const auto number = [&](std::string_view digits) -> std::optional<std::int64_t> {
        std::int64_t out = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
        if (error != std::errc() || end != digits.data() + digits.size())
            return std::nullopt;
        return out;
    };
    const auto each = [&](auto&& add) {
        for (std::size_t from = 0; !text.empty() && from <= text.size();) {
            const auto comma = std::min(text.find(',', from), text.size());
            if (!add(text.substr(from, comma - from)))
                return false;
            from = comma + 1;
        }
        return true;
    };
    switch (parameter.kind) {
    case Kind::integer:
        if (const auto value = number(text))
            return json::value(*value);
        return wrong("wrong_type", parameter.name, "must be a whole number of 64 bits.");
    case Kind::flag:
        if (text == "true" || text == "1" || text.empty())
            return json::value(true);
        if (text == "false" || text == "0")
            return json::value(false);
        return wrong("wrong_type", parameter.name, "must be true or false.");
    case Kind::ids: {
        json::array items;
        if (!each([&](std::string_view item) {
                const auto id = number(item);
                if (id)
                    items.emplace_back(*id);
                return id.has_value();
            }))
            return wrong("wrong_type", parameter.name, "must be ids with commas between them.");
        return json::value(std::move(items));
    }
    case Kind::texts: {
        json::array items;
        each([&](std::string_view item) { return items.emplace_back(item), true; });
        return json::value(std::move(items));
    }
    case Kind::object:
    case Kind::objects: return wrong("wrong_type", parameter.name, "belongs into the body.");
    case Kind::text:
    case Kind::time: return json::value(json::string(text));
    }
    return json::value();
}

} // namespace

Result<Arguments> Arguments::read(std::span<const Parameter> parameters, std::string_view text,
                                  std::span<const std::pair<std::string_view, std::string_view>> texts)
{
    const auto declared = [&](std::string_view name) {
        return std::find_if(parameters.begin(), parameters.end(), [&](const auto& one) { return one.name == name; });
    };
    Arguments out;
    if (!text.empty()) {
        auto document = base::parseJson(text);
        if (!document)
            return document.error();
        if (!document->is_object())
            return fault(Status::invalid, "not_an_object", "The arguments must be a JSON object.");
        for (const auto& [name, value] : document->get_object())
            if (declared(name) == parameters.end())
                return wrong("unknown_member", name, "is not a member of this request.");
        out._values = std::move(document->get_object());
    }
    for (const auto& [name, value] : texts) {
        const auto parameter = declared(name);
        if (parameter == parameters.end())
            return wrong("unknown_member", name, "is not a parameter of this request.");
        if (!base::validUtf8(value))
            return wrong("wrong_type", name, "must be UTF-8.");
        auto read = fromText(*parameter, value);
        if (!read)
            return read.error();
        if (!out._values.emplace(name, std::move(*read)).second)
            return wrong("duplicate_member", name, "is given twice.");
    }
    for (const auto& parameter : parameters) {
        auto* const value = out._values.if_contains(parameter.name);
        if (!value || value->is_null()) {
            if (parameter.required)
                return wrong("missing_member", parameter.name, "is missing.");
            if (value)
                out._values.erase(parameter.name);
            continue;
        }
        if (auto good = settle(parameter, *value); !good)
            return good.error();
    }
    return out;
}

const json::value* Arguments::find(std::string_view name) const { return _values.if_contains(name); }

std::optional<std::string_view> Arguments::text(std::string_view name) const
{
    const auto* const value = find(name);
    return value ? std::optional<std::string_view>(value->get_string()) : std::nullopt;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const
{
    const auto* const value = find(name);
    return value ? std::optional(value->get_int64()) : std::nullopt;
}

std::optional<bool> Arguments::flag(std::string_view name) const
{
    const auto* const value = find(name);
    return value ? std::optional(value->get_bool()) : std::nullopt;
}

std::vector<std::int64_t> Arguments::ids(std::string_view name) const
{
    std::vector<std::int64_t> out;
    if (const auto* const value = find(name))
        for (const auto& item : value->get_array())
            out.push_back(item.get_int64());
    return out;
}

std::vector<std::string_view> Arguments::texts(std::string_view name) const
{
    std::vector<std::string_view> out;
    if (const auto* const value = find(name))
        for (const auto& item : value->get_array())
            out.emplace_back(item.get_string());
    return out;
}

const json::object* Arguments::object(std::string_view name) const
{
    const auto* const value = find(name);
    return value ? &value->get_object() : nullptr;
}

const json::array* Arguments::objects(std::string_view name) const
{
    const auto* const value = find(name);
    return value ? &value->get_array() : nullptr;
}

std::string Arguments::canonical() const
{
    std::vector<std::string_view> names;
    for (const auto& member : _values)
        names.emplace_back(member.key());
    std::sort(names.begin(), names.end());
    std::string out;
    for (const auto name : names) {
        base::appendJsonString(out, name);
        out += ':';
        out += json::serialize(_values.at(name));
        out += ',';
    }
    return out;
}

void appendSchema(std::string& out, std::span<const Parameter> parameters)
{
    const auto bounds = [&](const Parameter& parameter, std::string_view least, std::string_view most) {
        if (parameter.least != 0) {
            out += ",\"" + std::string(least) + "\":";
            base::appendJsonInt(out, parameter.least);
        }
        if (mostOf(parameter) != std::numeric_limits<std::int64_t>::max()) {
            out += ",\"" + std::string(most) + "\":";
            base::appendJsonInt(out, mostOf(parameter));
        }
    };
    out += "{\"type\":\"object\",\"properties\":{";
    std::string required;
    bool first = true;
    for (const auto& parameter : parameters) {
        out += first ? "" : ",";
        first = false;
        base::appendJsonString(out, parameter.name);
        out += ":{\"type\":";
        switch (parameter.kind) {
        case Kind::text:
            out += "\"string\"";
            if (parameter.choices.empty())
                bounds(parameter, "minLength", "maxLength");
            else {
                out += ",\"enum\":[";
                for (const auto& choice : parameter.choices) {
                    out += &choice == parameter.choices.data() ? "" : ",";
                    base::appendJsonString(out, choice);
                }
                out += ']';
            }
            break;
        case Kind::integer:
            out += "\"integer\",\"format\":\"int64\"";
            bounds(parameter, "minimum", "maximum");
            break;
        case Kind::flag: out += "\"boolean\""; break;
        case Kind::time: out += "\"string\",\"format\":\"date-time\""; break;
        case Kind::ids:
            out += R"("array","items":{"type":"integer","format":"int64","minimum":1})";
            bounds(parameter, "minItems", "maxItems");
            break;
        case Kind::texts:
            out += R"("array","items":{"type":"string"})";
            bounds(parameter, "minItems", "maxItems");
            break;
        case Kind::object: out += "\"object\""; break;
        case Kind::objects:
            out += R"("array","items":{"type":"object"})";
            bounds(parameter, "minItems", "maxItems");
            break;
        }
        out += ",\"description\":";
        base::appendJsonString(out, parameter.what);
        out += '}';
        if (parameter.required) {
            required += required.empty() ? "" : ",";
            base::appendJsonString(required, parameter.name);
        }
    }
    out += '}';
    if (!required.empty())
        out += ",\"required\":[" + required + "]";
    out += ",\"additionalProperties\":false}";
}

} // namespace netbit::services::operations
