#pragma once
// The arguments of an operation: declared, read strictly, and then known to be of their kind.

#include "base/Result.h"
#include "base/Time.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::services::operations {

enum class Kind : std::uint8_t {
    text,    ///< UTF-8 without NUL; least and most count bytes
    integer, ///< least and most bound it
    flag,
    time,    ///< RFC 3339; given as milliseconds since 1970
    ids,     ///< a list of positive integers; least and most count them
    texts,   ///< a list of texts; least and most count them
    object,  ///< a JSON object, whose members the operation reads itself
    objects, ///< a list of such; least and most count them
};

struct Parameter {
    std::string_view name;
    Kind kind = Kind::text;
    std::string_view what; ///< for the documentation, with its unit
    bool required = false;
    std::int64_t least = 0;
    std::int64_t most = 0; ///< 0: the kind's own bound (texts 16 KiB, lists 1,000, integers any)
    std::vector<std::string_view> choices{}; ///< of a text; empty: any
};

/// A member that is null is as absent as one that is not there.
class Arguments {
public:
    /// `json`: an object, or empty. `texts`: more arguments, by name. Errors: malformed / invalid_json; invalid /
    /// not_an_object, unknown_member, missing_member, wrong_type, out_of_range, each with a pointer.
    static base::Result<Arguments> read(std::span<const Parameter> parameters, std::string_view json,
                                        std::span<const std::pair<std::string_view, std::string_view>> texts);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::optional<std::string_view> text(std::string_view name) const;
    std::string_view textOr(std::string_view name, std::string_view other) const { return text(name).value_or(other); }
    std::optional<std::int64_t> integer(std::string_view name) const; ///< also the milliseconds of a time
    std::int64_t integerOr(std::string_view name, std::int64_t other) const { return integer(name).value_or(other); }
    std::optional<bool> flag(std::string_view name) const;
    std::vector<std::int64_t> ids(std::string_view name) const;
    std::vector<std::string_view> texts(std::string_view name) const;
    const boost::json::object* object(std::string_view name) const;

    const boost::json::array* objects(std::string_view name) const; ///< null: absent; each item is an object
    const boost::json::object& all() const noexcept { return _values; }

    /// All of them, as one canonical text: what an idempotency key stands for.
    std::string canonical() const;

private:
    const boost::json::value* find(std::string_view name) const;

    boost::json::object _values;
};

/// The JSON Schema (2020-12) of the object that these parameters describe, appended to `out`.
void appendSchema(std::string& out, std::span<const Parameter> parameters);

} // namespace netbit::services::operations
