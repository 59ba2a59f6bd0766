#include "loader/ManifestReader.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace netbit::loader {

namespace {

std::string escaped(const std::string& key)
{
    std::string out;
    for (const char c : key)
        out += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    return out;
}

std::optional<border::SettingValue> convert(const boost::json::value& value, SettingType type)
{
    switch (type) {
    case SettingType::text:
        if (const auto* const text = value.if_string())
            return std::string(*text);
        break;
    case SettingType::integer:
        if (const auto* const integer = value.if_int64())
            return *integer;
        break;
    case SettingType::real:
        if (value.is_number())
            return value.to_number<double>();
        break;
    case SettingType::flag:
        if (const auto* const flag = value.if_bool())
            return *flag;
        break;
    }
    return std::nullopt;
}

std::string_view nameOf(SettingType type) noexcept
{
    switch (type) {
    case SettingType::text: return "a string";
    case SettingType::integer: return "an integer";
    case SettingType::real: return "a number";
    case SettingType::flag: break;
    }
    return "true or false";
}

} // namespace

void ObjectReader::refuse(const std::string& key, const std::string& why) const
{
    const auto pointer = _pointer + '/' + escaped(key);
    throw ManifestFault{
        base::fault(base::Status::invalid, "bad_manifest", "The member " + pointer + ' ' + why + '.', pointer)};
}

std::vector<std::string> ObjectReader::keys() const
{
    std::vector<std::string> out;
    for (const auto& member : _object)
        out.emplace_back(member.key());
    return out;
}

void ObjectReader::only(std::initializer_list<std::string_view> known) const
{
    for (const auto& key : keys())
        if (std::find(known.begin(), known.end(), key) == known.end())
            refuse(key, "is unknown");
}

const boost::json::value& ObjectReader::member(const std::string& key) const
{
    const auto* const found = _object.if_contains(key);
    if (!found)
        refuse(key, "is missing");
    return *found;
}

border::SettingValue ObjectReader::value(const std::string& key, SettingType type) const
{
    auto converted = convert(member(key), type);
    if (!converted)
        refuse(key, "must be " + std::string(nameOf(type)));
    return *converted;
}

std::string ObjectReader::text(const std::string& key) const
{
    return std::get<std::string>(value(key, SettingType::text));
}

bool ObjectReader::flag(const std::string& key) const { return std::get<bool>(value(key, SettingType::flag)); }

std::int64_t ObjectReader::integer(const std::string& key) const
{
    return std::get<std::int64_t>(value(key, SettingType::integer));
}

double ObjectReader::number(const std::string& key) const { return std::get<double>(value(key, SettingType::real)); }

ObjectReader ObjectReader::object(const std::string& key) const
{
    const auto* const found = member(key).if_object();
    if (!found)
        refuse(key, "must be an object");
    return {*found, _pointer + '/' + escaped(key)};
}

std::vector<border::SettingValue> ObjectReader::values(const std::string& key, SettingType type) const
{
    const auto* const found = member(key).if_array();
    if (!found)
        refuse(key, "must be an array");
    std::vector<border::SettingValue> out;
    for (const auto& each : *found) {
        auto converted = convert(each, type);
        if (!converted)
            refuse(key, "must hold " + std::string(nameOf(type)) + " in each place");
        out.push_back(std::move(*converted));
    }
    return out;
}

std::vector<std::string> ObjectReader::texts(const std::string& key) const
{
    std::vector<std::string> out;
    if (!has(key))
        return out;
    for (auto& each : values(key, SettingType::text)) {
        auto& text = std::get<std::string>(each);
        if (text.empty() || std::find(out.begin(), out.end(), text) != out.end())
            refuse(key, "has an empty or a repeated entry");
        out.push_back(std::move(text));
    }
    return out;
}

} // namespace netbit::loader
