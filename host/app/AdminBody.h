#pragma once
// What the admin's routes read from their bodies: a JSON object with known members.

#include "base/Result.h"
#include "edge/Server.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace netbit::app {

/// invalid / invalid_member: "NAME" and what is wrong with it.
base::Error wrongMember(std::string_view name, std::string_view what);
/// The request's object, whose members must be among the names given; no body is an empty one.
base::Result<boost::json::object> readObject(edge::Exchange& exchange, std::initializer_list<std::string_view> members);
/// Empty where it is missing or null, and not required.
base::Result<std::string> textOf(const boost::json::object& object, std::string_view name, bool required);
base::Result<std::int64_t> integerOf(const boost::json::object& object, std::string_view name);

} // namespace netbit::app
