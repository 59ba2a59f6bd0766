#pragma once
// Reading one object of a manifest strictly: each fault names the member.

#include "base/Result.h"
#include "loader/Manifest.h"

#include <boost/json/object.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::loader {

/// Thrown inside of parseManifest only.
struct ManifestFault {
    base::Error error;
};

class ObjectReader {
public:
    /// `object` must outlive this.
    ObjectReader(const boost::json::object& object, std::string pointer) : _object(object), _pointer(std::move(pointer)) {}

    [[noreturn]] void refuse(const std::string& key, const std::string& why) const;

    bool has(const std::string& key) const { return _object.contains(key); }
    std::vector<std::string> keys() const;
    /// Refuses every other member by its name.
    void only(std::initializer_list<std::string_view> known) const;

    // Each refuses a member that is not there or of another type.
    std::string text(const std::string& key) const;
    bool flag(const std::string& key) const;
    std::int64_t integer(const std::string& key) const;
    double number(const std::string& key) const;
    ObjectReader object(const std::string& key) const;
    std::vector<std::string> texts(const std::string& key) const; ///< not there: none
    border::SettingValue value(const std::string& key, SettingType type) const;
    std::vector<border::SettingValue> values(const std::string& key, SettingType type) const;

private:
    const boost::json::value& member(const std::string& key) const;

    const boost::json::object& _object;
    std::string _pointer; // of this object
};

} // namespace netbit::loader
