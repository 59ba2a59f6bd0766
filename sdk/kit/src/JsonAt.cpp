#include "base/Json.h"

#include <netbit/kit.h>

#include <boost/json/serialize.hpp>

#include <string>

using namespace netbit;

namespace {

/// The text behind the pointer of the newest answer, for its thread.
std::string& kept()
{
    thread_local std::string text;
    return text;
}

void fill(nb_kit_json& out, const boost::json::value& value)
{
    const auto size = out.size;
    out = nb_kit_json{};
    out.size = size;
    auto& text = kept();
    text = boost::json::serialize(value);
    switch (value.kind()) {
    case boost::json::kind::null: out.kind = NB_KIT_JSON_NULL; break;
    case boost::json::kind::bool_:
        out.kind = NB_KIT_JSON_BOOL;
        out.integer = value.get_bool() ? 1 : 0;
        break;
    case boost::json::kind::int64:
        out.kind = NB_KIT_JSON_INTEGER;
        out.integer = value.get_int64();
        out.real = static_cast<double>(out.integer);
        break;
    case boost::json::kind::uint64: // above the highest integer of the border
        out.kind = NB_KIT_JSON_REAL;
        out.real = static_cast<double>(value.get_uint64());
        break;
    case boost::json::kind::double_:
        out.kind = NB_KIT_JSON_REAL;
        out.real = value.get_double();
        break;
    case boost::json::kind::string:
        out.kind = NB_KIT_JSON_STRING;
        text = std::string(value.get_string());
        break;
    case boost::json::kind::array:
        out.kind = NB_KIT_JSON_ARRAY;
        out.integer = static_cast<std::int64_t>(value.get_array().size());
        break;
    case boost::json::kind::object:
        out.kind = NB_KIT_JSON_OBJECT;
        out.integer = static_cast<std::int64_t>(value.get_object().size());
        break;
    }
    out.text = {text.data(), text.size()};
}

std::int32_t at(std::string_view document, std::string_view pointer, nb_kit_json& out)
{
    const auto parsed = base::parseJson(document);
    if (!parsed)
        return NB_MALFORMED;
    if (!pointer.empty() && pointer.front() != '/')
        return NB_INVALID;
    boost::json::error_code error;
    const auto* const found = parsed->find_pointer({pointer.data(), pointer.size()}, error);
    if (!found)
        return NB_NOT_FOUND;
    fill(out, *found);
    return NB_OK;
}

} // namespace

std::int32_t nb_kit_json_at(nb_str document, nb_str pointer, nb_kit_json* out)
{
    if (!out || out->size < sizeof(nb_kit_json))
        return NB_INVALID;
    try {
        return at(document.ptr ? std::string_view(document.ptr, document.len) : std::string_view(),
                  pointer.ptr ? std::string_view(pointer.ptr, pointer.len) : std::string_view(), *out);
    } catch (const std::exception&) {
        return NB_UNAVAILABLE; // no memory
    }
}
