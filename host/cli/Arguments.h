#pragma once
// The command line of one sub-command: which options it has, and what was given.

#include "base/Result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::cli
{

struct OptionSpec {
    std::string_view name;
    std::string_view letter; ///< "" when there is no short form
    std::string_view argument; ///< its name in the help; "" for a switch
    std::string_view help;
    bool repeats = false; ///< it may be given more than once
};

class Arguments
{
public:
    /// Error: invalid, with a sentence that says which option or argument is wrong.
    static base::Result<Arguments> parse(const std::vector<OptionSpec>& specs, const std::vector<std::string>& given);

    bool has(std::string_view option) const { return _options.find(option) != _options.end(); }
    std::string value(std::string_view option, std::string_view otherwise = {}) const;
    /// Of an option that repeats: each, in their order.
    std::vector<std::string> values(std::string_view option) const;
    /// A whole number in [least, most], or nothing when the option is absent. Error: invalid.
    base::Result<std::optional<std::int64_t>> number(std::string_view option, std::int64_t least,
                                                     std::int64_t most) const;
    const std::vector<std::string>& plain() const noexcept { return _plain; }

private:
    std::map<std::string, std::string, std::less<>> _options; ///< the last value of each
    std::vector<std::pair<std::string, std::string>> _given;
    std::vector<std::string> _plain;
};

} // namespace netbit::cli
