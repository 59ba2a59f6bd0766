#pragma once
// Reading members of a server's answer. What is missing or of another type reads as nothing; unknown members are
// ignored.

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::cli
{

inline const boost::json::value* member(const boost::json::value& value, std::string_view key) noexcept
{
    const auto* object = value.if_object();
    return object ? object->if_contains(key) : nullptr;
}

inline std::int64_t integer(const boost::json::value& value, std::string_view key, std::int64_t otherwise = 0) noexcept
{
    const auto* found = member(value, key);
    if (found && found->is_int64())
        return found->get_int64();
    if (found && found->is_uint64())
        return static_cast<std::int64_t>(found->get_uint64());
    return otherwise;
}

inline std::string text(const boost::json::value& value, std::string_view key)
{
    const auto* found = member(value, key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

inline bool truth(const boost::json::value& value, std::string_view key) noexcept
{
    const auto* found = member(value, key);
    return found && found->is_bool() && found->get_bool();
}

/// The array under `key`, or an empty one.
inline const boost::json::array& list(const boost::json::value& value, std::string_view key)
{
    static const boost::json::array none;
    const auto* found = member(value, key);
    return found && found->is_array() ? found->get_array() : none;
}

} // namespace netbit::cli
