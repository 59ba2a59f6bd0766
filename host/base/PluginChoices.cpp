#include "base/PluginChoices.h"

#include "base/Json.h"
#include "base/Time.h"
#include "base/WholeFile.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace netbit::base {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

void appendNames(std::string& out, std::string_view key, const std::set<std::string>& names)
{
    appendJsonString(out, key);
    out += ":[";
    bool first = true;
    for (const auto& name : names) {
        out += std::exchange(first, false) ? "" : ",";
        appendJsonString(out, name);
    }
    out += ']';
}

bool readNames(const json::object& object, std::string_view key, std::set<std::string>& names)
{
    const auto* const value = object.if_contains(key);
    if (!value)
        return true;
    if (!value->is_array())
        return false;
    for (const auto& name : value->get_array()) {
        if (!name.is_string())
            return false;
        names.emplace(name.get_string());
    }
    return true;
}

bool readCrashes(const json::object& object, std::map<std::string, Crash>& crashes)
{
    const auto* const value = object.if_contains("quarantined");
    if (!value)
        return true;
    if (!value->is_object())
        return false;
    for (const auto& [id, each] : value->get_object()) {
        const auto* const one = each.if_object();
        if (!one)
            return false;
        const auto text = [&](std::string_view key) {
            const auto* const found = one->if_contains(key);
            return found && found->is_string() ? std::string(found->get_string()) : std::string();
        };
        const auto* const at = one->if_contains("at");
        crashes[id] = {text("call"), text("signal"), at && at->is_int64() ? at->get_int64() : 0};
    }
    return true;
}

} // namespace

std::string sentenceOf(const Crash& crash)
{
    return "The server crashed inside of its " + (crash.call.empty() ? "code" : crash.call) + " (" + crash.signal + ") at " +
           rfc3339(crash.at) + "; `netbit plugin enable` lets it run again.";
}

Result<PluginChoices> PluginChoices::read(const fs::path& file)
{
    const auto refused = [&](std::string_view why) {
        return fault(Status::invalid, "bad_plugin_choices", file.string() + ": " + std::string(why));
    };
    std::error_code failed;
    if (!fs::exists(file, failed))
        return PluginChoices();
    const auto text = readWhole(file);
    if (!text)
        return refused("It cannot be read.");
    const auto parsed = parseJson(*text);
    if (!parsed)
        return refused("It is not JSON: " + parsed.error().detail);
    PluginChoices out;
    const auto* const object = parsed->if_object();
    if (!object || !readNames(*object, "disabled", out.disabled) || !readNames(*object, "known", out.known) ||
        !readCrashes(*object, out.quarantined))
        return refused("It is not of the form that NetBit writes.");
    return out;
}

Result<void> PluginChoices::write(const fs::path& file) const
{
    std::string out = "{";
    appendNames(out, "disabled", disabled);
    out += ',';
    appendNames(out, "known", known);
    out += ",\"quarantined\":{";
    bool first = true;
    for (const auto& [id, crash] : quarantined) {
        out += std::exchange(first, false) ? "" : ",";
        appendJsonString(out, id);
        out += ":{\"call\":";
        appendJsonString(out, crash.call);
        out += ",\"signal\":";
        appendJsonString(out, crash.signal);
        out += ",\"at\":";
        appendJsonInt(out, crash.at);
        out += '}';
    }
    out += "}}\n";
    return writeWhole(file, out);
}

} // namespace netbit::base
