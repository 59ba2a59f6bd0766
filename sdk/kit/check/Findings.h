#pragma once
// What was looked at, and what came of it: one sentence each.

#include <string>
#include <string_view>
#include <vector>

namespace netbit::check {

struct Finding {
    std::string check; ///< "symbols"
    bool good = true;
    std::string text;
};

class Findings {
public:
    void good(std::string_view check, std::string text) { add({std::string(check), true, std::move(text)}); }
    /// What is wrong, and what to do.
    void fault(std::string_view check, std::string text) { add({std::string(check), false, std::move(text)}); }
    void add(Finding finding);

    bool anyFault() const;
    bool has(std::string_view check) const;
    const std::vector<Finding>& all() const noexcept { return _all; }

private:
    std::vector<Finding> _all;
};

std::string asText(const Findings& findings); ///< a line each
std::string asJson(const Findings& findings, std::string_view library);

} // namespace netbit::check
