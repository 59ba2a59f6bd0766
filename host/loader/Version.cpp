#include "loader/Version.h"

#include <algorithm>
#include <charconv>

namespace netbit::loader {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view identifierChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

bool isNumber(std::string_view text) noexcept
{
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

/// A number without leading zeros, as semver wants it.
std::optional<std::uint32_t> numberOf(std::string_view text) noexcept
{
    if (!isNumber(text) || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

bool goodIdentifiers(const std::vector<std::string>& identifiers, bool numbersStrict) noexcept
{
    return std::all_of(identifiers.begin(), identifiers.end(), [&](const std::string& each) {
        if (each.empty() || each.find_first_not_of(identifierChars) != std::string::npos)
            return false;
        return !numbersStrict || !isNumber(each) || each.size() == 1 || each.front() != '0';
    });
}

/// 1 to 3 numbers; how many must be there is the caller's to say.
std::optional<Version> coreOf(std::string_view text, std::size_t least)
{
    const auto parts = split(text, '.');
    if (parts.size() < least || parts.size() > 3)
        return std::nullopt;
    Version out;
    std::uint32_t* const into[] = {&out.major, &out.minor, &out.patch};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = numberOf(parts[i]);
        if (!number)
            return std::nullopt;
        *into[i] = *number;
    }
    return out;
}

std::optional<Version> parseVersion(std::string_view text, std::size_t least)
{
    if (const auto plus = text.find('+'); plus != std::string_view::npos) {
        if (!goodIdentifiers(split(text.substr(plus + 1), '.'), false))
            return std::nullopt;
        text = text.substr(0, plus);
    }
    const auto dash = text.find('-');
    auto out = coreOf(text.substr(0, dash), dash == std::string_view::npos ? least : 3);
    if (out && dash != std::string_view::npos) {
        out->prerelease = split(text.substr(dash + 1), '.');
        if (!goodIdentifiers(out->prerelease, true))
            return std::nullopt;
    }
    return out;
}

/// Numbers are lower than words and compare as numbers, words compare by their bytes.
int compareIdentifier(const std::string& left, const std::string& right) noexcept
{
    const bool leftNumber = isNumber(left);
    if (leftNumber != isNumber(right))
        return leftNumber ? -1 : 1;
    if (leftNumber && left.size() != right.size())
        return left.size() < right.size() ? -1 : 1;
    return left.compare(right);
}

} // namespace

std::optional<Version> Version::parse(std::string_view text) { return parseVersion(text, 3); }

std::string Version::text() const
{
    std::string out = std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
    for (std::size_t i = 0; i < prerelease.size(); ++i)
        out += (i == 0 ? '-' : '.') + prerelease[i];
    return out;
}

int compare(const Version& left, const Version& right) noexcept
{
    for (const auto part : {&Version::major, &Version::minor, &Version::patch})
        if (left.*part != right.*part)
            return left.*part < right.*part ? -1 : 1;
    const auto& l = left.prerelease;
    const auto& r = right.prerelease;
    if (l.empty() || r.empty())
        return l.empty() == r.empty() ? 0 : l.empty() ? 1 : -1;
    for (std::size_t i = 0; i < std::min(l.size(), r.size()); ++i)
        if (const int order = compareIdentifier(l[i], r[i]); order != 0)
            return order;
    return l.size() == r.size() ? 0 : l.size() < r.size() ? -1 : 1;
}

std::optional<VersionRange> VersionRange::parse(std::string_view text)
{
    VersionRange out;
    out._text = text;
    if (text == "*")
        return out;
    for (const std::string& part : split(text, ' ')) {
        std::string_view rest = part;
        Operator what = Operator::equal;
        if (rest.starts_with(">="))
            what = Operator::greaterOrEqual;
        else if (rest.starts_with("<="))
            what = Operator::lessOrEqual;
        else if (rest.starts_with(">"))
            what = Operator::greater;
        else if (rest.starts_with("<"))
            what = Operator::less;
        else if (!rest.starts_with("="))
            return std::nullopt;
        rest.remove_prefix(what == Operator::greaterOrEqual || what == Operator::lessOrEqual ? 2 : 1);
        auto version = parseVersion(rest, 1);
        if (!version)
            return std::nullopt;
        out._bounds.push_back({what, std::move(*version)});
    }
    return out;
}

bool VersionRange::contains(const Version& version) const noexcept
{
    return std::all_of(_bounds.begin(), _bounds.end(), [&](const Bound& bound) {
        const int order = compare(version, bound.version);
        switch (bound.what) {
        case Operator::less: return order < 0;
        case Operator::lessOrEqual: return order <= 0;
        case Operator::equal: return order == 0;
        case Operator::greaterOrEqual: return order >= 0;
        case Operator::greater: break;
        }
        return order > 0;
    });
}

} // namespace netbit::loader
