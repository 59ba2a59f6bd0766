#include "loader/ManifestReader.h"

#include <Poco/JSON/Array.h>

#include <algorithm>

namespace netbit::loader {

namespace {

using Poco::Dynamic::Var;

std::string escaped(const std::string& key)
{
    std::string out;
    for (const char c : key)
        out += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    return out;
}

std::optional<border::SettingValue> convert(const Var& value, SettingType type)
{
    switch (type) {
    case SettingType::text:
        if (value.isString())
            return value.convert<std::string>();
        break;
    case SettingType::integer:
        if (value.isInteger() && !value.isBoolean())
            return std::int64_t{value.convert<Poco::Int64>()};
        break;
    case SettingType::real:
        if (value.isNumeric() && !value.isBoolean())
            return value.convert<double>();
        break;
    case SettingType::flag:
        if (value.isBoolean())
            return value.convert<bool>();
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

void ObjectReader::only(std::initializer_list<std::string_view> known) const
{
    for (const auto& key : keys())
        if (std::find(known.begin(), known.end(), key) == known.end())
            refuse(key, "is unknown");
}

Var ObjectReader::member(const std::string& key) const
{
    if (!has(key))
        refuse(key, "is missing");
    return _object->get(key);
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
    const auto found = member(key);
    if (found.type() != typeid(Poco::JSON::Object::Ptr))
        refuse(key, "must be an object");
    return {found.extract<Poco::JSON::Object::Ptr>(), _pointer + '/' + escaped(key)};
}

std::vector<border::SettingValue> ObjectReader::values(const std::string& key, SettingType type) const
{
    const auto found = member(key);
    if (found.type() != typeid(Poco::JSON::Array::Ptr))
        refuse(key, "must be an array");
    std::vector<border::SettingValue> out;
    for (const auto& each : *found.extract<Poco::JSON::Array::Ptr>()) {
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
