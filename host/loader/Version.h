#pragma once
// Semantic versions (semver.org 2.0.0), and the ranges that manifests ask for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::loader {

struct Version {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint32_t patch = 0;
    std::vector<std::string> prerelease; ///< "rc", "1"; build metadata is not kept

    /// "1.2.3", "1.2.3-rc.1+build"; nothing else.
    static std::optional<Version> parse(std::string_view text);
    std::string text() const;
};

/// < 0, 0, > 0, as semver.org section 11 orders them.
int compare(const Version& left, const Version& right) noexcept;

/// ">=1.0 <2": all must hold. Operators >=, >, <=, <, =; missing parts are 0; "*" is any version.
class VersionRange {
public:
    static std::optional<VersionRange> parse(std::string_view text);
    bool contains(const Version& version) const noexcept;
    const std::string& text() const noexcept { return _text; }

private:
    enum class Operator : std::uint8_t { less, lessOrEqual, equal, greaterOrEqual, greater };
    struct Bound {
        Operator what;
        Version version;
    };
    std::string _text;
    std::vector<Bound> _bounds;
};

} // namespace netbit::loader
