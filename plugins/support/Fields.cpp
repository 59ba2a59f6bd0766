#include "support/Fields.h"

#include "support/JsonText.h"

#include <utility>

namespace netbit::support {

Fields::Fields(const boost::json::object& object, std::string pointer) : _object(&object), _pointer(std::move(pointer))
{
    if (object.size() > maxMembers)
        _fault = JsonFault{"too_many_members", _pointer, "The object has more than 64 members."};
}

const boost::json::value* Fields::find(std::string_view name)
{
    if (_object->size() > maxMembers)
        return nullptr;
    const auto* member = _object->find(boost::json::string_view(name.data(), name.size()));
    if (member == _object->end())
        return nullptr;
    _asked |= std::uint64_t{1} << (member - _object->begin());
    return member->value().is_null() ? nullptr : &member->value();
}

void Fields::refuse(std::string_view code, std::string_view name, std::string_view detail)
{
    if (_fault)
        return;
    _fault = JsonFault{std::string(code), _pointer, std::string(detail)};
    _fault->pointer += '/';
    appendPointerToken(_fault->pointer, name);
}

void Fields::missing(std::string_view name) { refuse("missing_member", name, "It must be there."); }

std::optional<std::string_view> Fields::text(std::string_view name)
{
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (const auto* string = value->if_string())
        return std::string_view(string->data(), string->size());
    refuse("wrong_type", name, "It must be a string.");
    return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least, std::int64_t most)
{
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    const auto* number = value->if_int64();
    if (!number && !value->if_uint64()) {
        refuse("wrong_type", name, "It must be an integer.");
        return std::nullopt;
    }
    if (!number || *number < least || *number > most) { // an unsigned one is beyond 2^63
        std::string detail = "It must be from ";
        appendInt(detail, least);
        detail += " to ";
        appendInt(detail, most);
        refuse("out_of_range", name, detail + ".");
        return std::nullopt;
    }
    return *number;
}

std::optional<bool> Fields::flag(std::string_view name)
{
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (const auto* flag = value->if_bool())
        return *flag;
    refuse("wrong_type", name, "It must be true or false.");
    return std::nullopt;
}

std::optional<Fields> Fields::object(std::string_view name)
{
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    const auto* object = value->if_object();
    if (!object) {
        refuse("wrong_type", name, "It must be an object.");
        return std::nullopt;
    }
    std::string pointer = _pointer + '/';
    appendPointerToken(pointer, name);
    return Fields(*object, std::move(pointer));
}

std::vector<std::string_view> Fields::texts(std::string_view name, std::size_t most)
{
    std::vector<std::string_view> out;
    const auto* value = find(name);
    if (!value)
        return out;
    const auto* array = value->if_array();
    if (!array) {
        refuse("wrong_type", name, "It must be an array of strings.");
        return out;
    }
    if (array->size() > most) {
        refuse("too_many_items", name, "The array is too long.");
        return out;
    }
    for (const auto& item : *array) {
        const auto* string = item.if_string();
        if (!string) {
            refuse("wrong_type", name, "It must be an array of strings.");
            return {};
        }
        out.emplace_back(string->data(), string->size());
    }
    return out;
}

std::vector<std::int64_t> Fields::ids(std::string_view name, std::size_t most)
{
    std::vector<std::int64_t> out;
    const auto* value = find(name);
    if (!value)
        return out;
    const auto* array = value->if_array();
    if (!array) {
        refuse("wrong_type", name, "It must be an array of ids.");
        return out;
    }
    if (array->size() > most) {
        refuse("too_many_items", name, "The array is too long.");
        return out;
    }
    for (const auto& item : *array) {
        const auto* number = item.if_int64();
        if (!number || *number <= 0) {
            refuse("wrong_type", name, "It must be an array of ids, which are positive integers.");
            return {};
        }
        out.push_back(*number);
    }
    return out;
}

const boost::json::value* Fields::any(std::string_view name) { return find(name); }

void Fields::ignore(std::initializer_list<std::string_view> names)
{
    for (const auto name : names)
        find(name);
}

void Fields::finish()
{
    if (_fault)
        return;
    std::size_t index = 0;
    for (const auto& member : *_object) {
        if ((_asked >> index++ & 1) == 0 && !member.value().is_null()) {
            refuse("unknown_member", {member.key().data(), member.key().size()}, "There is no such member.");
            return;
        }
    }
}

void Fields::absorb(Fields inner)
{
    if (!_fault)
        _fault = std::move(inner._fault);
}

} // namespace netbit::support
