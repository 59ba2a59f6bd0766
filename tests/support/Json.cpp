#include "support/Json.h"

#include <stdexcept>

namespace netbit::test {

namespace {

std::runtime_error wrong(const json::value& document, std::string_view pointer, const char* what)
{
    return std::runtime_error(std::string(pointer) + " " + what + " in " + json::serialize(document).substr(0, 2'000));
}

} // namespace

json::value parseJson(std::string_view text)
{
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error)
        throw std::runtime_error("no JSON (" + error.message() + "): " + std::string(text.substr(0, 2'000)));
    return value;
}

const json::value& at(const json::value& document, std::string_view pointer)
{
    boost::system::error_code error;
    const auto* found = document.find_pointer(pointer, error);
    if (!found)
        throw wrong(document, pointer, "is not there");
    return *found;
}

std::int64_t integerAt(const json::value& document, std::string_view pointer)
{
    const auto& value = at(document, pointer);
    if (!value.is_int64())
        throw wrong(document, pointer, "is no integer");
    return value.get_int64();
}

std::string textAt(const json::value& document, std::string_view pointer)
{
    const auto& value = at(document, pointer);
    if (!value.is_string())
        throw wrong(document, pointer, "is no string");
    return std::string(value.get_string());
}

bool truthAt(const json::value& document, std::string_view pointer)
{
    const auto& value = at(document, pointer);
    if (!value.is_bool())
        throw wrong(document, pointer, "is neither true nor false");
    return value.get_bool();
}

const json::array& listAt(const json::value& document, std::string_view pointer)
{
    const auto& value = at(document, pointer);
    if (!value.is_array())
        throw wrong(document, pointer, "is no array");
    return value.get_array();
}

bool has(const json::value& document, std::string_view pointer)
{
    boost::system::error_code error;
    return document.find_pointer(pointer, error) != nullptr;
}

std::string memberNames(const json::value& object)
{
    std::string names;
    for (const auto& member : object.as_object())
        names += (names.empty() ? "" : ",") + std::string(member.key());
    return names;
}

} // namespace netbit::test
