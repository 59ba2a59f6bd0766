#include "border/Convert.h"
#include "border/Tables.h"

namespace netbit::border {

namespace {

/// Hands the value of a key to `use`, if it is of type T. Settings live at least until the plugin's call returns: a new
/// set replaces the old one only after configure has returned.
template <class T, class F>
std::int32_t read(const nb_host* host, nb_str key, const void* out, F&& use) noexcept
{
    return answer(nullptr, [&]() -> base::Result<void> {
        if (!out)
            refuseArgument("out", "is null");
        const auto settings = generationOf(host).settings();
        const auto name = textOf(key, "key");
        const auto found = settings ? settings->find(name) : Settings::const_iterator();
        if (!settings || found == settings->end())
            return base::fault(base::Status::notFound, "unknown_setting", "The manifest has no such setting.");
        const auto* const value = std::get_if<T>(&found->second);
        if (!value)
            return base::fault(base::Status::invalid, "setting_type", "The setting is of another type.");
        use(*value);
        return {};
    });
}

std::int32_t text(const nb_host* host, nb_str key, nb_str* out)
{
    return read<std::string>(host, key, out, [out](const std::string& value) { *out = str(value); });
}

std::int32_t integer(const nb_host* host, nb_str key, std::int64_t* out)
{
    return read<std::int64_t>(host, key, out, [out](std::int64_t value) { *out = value; });
}

std::int32_t real(const nb_host* host, nb_str key, double* out)
{
    return read<double>(host, key, out, [out](double value) { *out = value; });
}

std::int32_t flag(const nb_host* host, nb_str key, std::uint32_t* out)
{
    return read<bool>(host, key, out, [out](bool value) { *out = value ? 1 : 0; });
}

} // namespace

const nb_config_api& configTable() noexcept
{
    static constexpr nb_config_api table{
        .size = sizeof(nb_config_api),
        .reserved = 0,
        .text = &text,
        .integer = &integer,
        .real = &real,
        .flag = &flag,
    };
    return table;
}

} // namespace netbit::border
