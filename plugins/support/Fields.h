#pragma once
// A strict reader of the members of a JSON object.

#include "support/JsonDocument.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::support {

/// Reads members by name; the first fault is kept and the rest is read on as absent, so a reader asks for all it knows
/// and looks once at the end. A member that is null is as absent as one that is not there.
/// Names that were never asked for are refused by finish().
class Fields {
public:
    static constexpr std::size_t maxMembers = 64; ///< an object with more is refused: no request has so many

    explicit Fields(const boost::json::object& object, std::string pointer = {});

    std::optional<std::string_view> text(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t most = std::numeric_limits<std::int64_t>::max());
    std::optional<bool> flag(std::string_view name);
    /// A reader of the object under that name; hand it back to absorb() when done with it.
    std::optional<Fields> object(std::string_view name);
    std::vector<std::string_view> texts(std::string_view name, std::size_t most);
    std::vector<std::int64_t> ids(std::string_view name, std::size_t most); ///< positive integers
    /// The member as it is, of any type; nullptr when absent.
    const boost::json::value* any(std::string_view name);

    /// Members that may be there and are not looked at.
    void ignore(std::initializer_list<std::string_view> names);

    /// What to say when a member that must be there is not: `if (!chatId) fields.missing("chat_id");`
    void missing(std::string_view name);
    void refuse(std::string_view code, std::string_view name, std::string_view detail);

    /// Refuses members that nobody asked for; takes over the fault of a finished inner reader.
    void finish();
    void absorb(Fields inner);

    const std::optional<JsonFault>& fault() const noexcept { return _fault; }

private:
    const boost::json::value* find(std::string_view name);

    const boost::json::object* _object;
    std::string _pointer;
    std::optional<JsonFault> _fault;
    std::uint64_t _asked = 0; // one bit per member, in the object's order
};

} // namespace netbit::support
