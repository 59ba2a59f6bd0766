#include "Findings.h"

#include <boost/json.hpp>

#include <algorithm>

namespace netbit::check {

void Findings::add(Finding finding)
{
    std::replace_if(
        finding.text.begin(), finding.text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    _all.push_back(std::move(finding));
}

bool Findings::anyFault() const
{
    return std::any_of(_all.begin(), _all.end(), [](const Finding& one) { return !one.good; });
}

bool Findings::has(std::string_view check) const
{
    return std::any_of(_all.begin(), _all.end(), [&](const Finding& one) { return one.check == check; });
}

std::string asText(const Findings& findings)
{
    std::string out;
    for (const auto& each : findings.all()) {
        out += each.good ? "ok     " : "FAULT  ";
        out += each.check;
        out.append(each.check.size() < 14 ? 14 - each.check.size() : 1, ' ');
        out += each.text + '\n';
    }
    return out;
}

std::string asJson(const Findings& findings, std::string_view library)
{
    boost::json::array checks;
    for (const auto& each : findings.all())
        checks.push_back({{"check", each.check}, {"ok", each.good}, {"text", each.text}});
    return boost::json::serialize(
               boost::json::object{{"library", library}, {"ok", !findings.anyFault()}, {"checks", std::move(checks)}}) +
           '\n';
}

} // namespace netbit::check
