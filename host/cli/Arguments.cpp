#include "cli/Arguments.h"

#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>
#include <charconv>

namespace netbit::cli
{

base::Result<Arguments> Arguments::parse(const std::vector<OptionSpec>& specs, const std::vector<std::string>& given)
{
    Poco::Util::OptionSet options;
    for (const auto& spec : specs) {
        Poco::Util::Option option{std::string(spec.name), std::string(spec.letter), std::string(spec.help)};
        if (!spec.argument.empty())
            option.argument(std::string(spec.argument));
        option.repeatable(spec.repeats);
        options.addOption(option);
    }
    Poco::Util::OptionProcessor processor(options);
    processor.setUnixStyle(true);
    Arguments parsed;
    std::string at;
    const auto wrong = [&](std::string_view why) {
        return base::fault(base::Status::invalid, "wrong_usage", at + " " + std::string(why));
    };
    try {
        bool optionsEnded = false;
        for (const auto& argument : given) {
            at = argument;
            std::string name;
            std::string value;
            if (!processor.process(argument, name, value))
                parsed._plain.push_back(argument);
            else if (argument == "--" && !optionsEnded)
                optionsEnded = true;
            else if (!name.empty()) {
                parsed._options[name] = value;
                parsed._given.emplace_back(name, value);
            }
        }
        at = "The last option";
        processor.checkRequired();
    } catch (const Poco::Util::UnknownOptionException&) {
        return wrong("is not an option of this command.");
    } catch (const Poco::Util::AmbiguousOptionException&) {
        return wrong("could be more than one option of this command.");
    } catch (const Poco::Util::MissingArgumentException&) {
        return wrong("needs a value.");
    } catch (const Poco::Util::UnexpectedArgumentException&) {
        return wrong("takes no value.");
    } catch (const Poco::Util::DuplicateOptionException&) {
        return wrong("is given twice.");
    } catch (const Poco::Util::EmptyOptionException&) {
        return wrong("is not an option of this command.");
    }
    return parsed;
}

std::string Arguments::value(std::string_view option, std::string_view otherwise) const
{
    const auto found = _options.find(option);
    return found == _options.end() ? std::string(otherwise) : found->second;
}

std::vector<std::string> Arguments::values(std::string_view option) const
{
    std::vector<std::string> out;
    for (const auto& [name, value] : _given)
        if (name == option)
            out.push_back(value);
    return out;
}

base::Result<std::optional<std::int64_t>> Arguments::number(std::string_view option, std::int64_t least,
                                                            std::int64_t most) const
{
    const auto found = _options.find(option);
    if (found == _options.end())
        return std::optional<std::int64_t>();
    std::int64_t value = 0;
    const auto& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        return base::fault(base::Status::invalid, "wrong_usage",
                           "--" + std::string(option) + " wants a whole number from " + std::to_string(least) + " to " +
                               std::to_string(most) + ", not " + text + ".");
    return std::optional(value);
}

} // namespace netbit::cli
