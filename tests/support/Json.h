#pragma once
// Short words for looking into JSON. A member that is not there is a failure that shows the whole document.

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::test {

namespace json = boost::json;

json::value parseJson(std::string_view text);

/// By JSON pointer (RFC 6901): "/pagination/total".
const json::value& at(const json::value& document, std::string_view pointer);
std::int64_t integerAt(const json::value& document, std::string_view pointer);
std::string textAt(const json::value& document, std::string_view pointer);
bool truthAt(const json::value& document, std::string_view pointer);
const json::array& listAt(const json::value& document, std::string_view pointer);
bool has(const json::value& document, std::string_view pointer);

/// Names of an object's members in their order, with commas.
std::string memberNames(const json::value& object);

} // namespace netbit::test
