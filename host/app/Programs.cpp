#include "app/Programs.h"

namespace netbit::app {

namespace fs = std::filesystem;

fs::path helperProgram(const fs::path& programDirectory, std::string_view name)
{
    auto beside = programDirectory / name;
    std::error_code error;
    if (fs::exists(beside, error))
        return beside;
    return (programDirectory / ".." / "libexec" / "netbit" / name).lexically_normal();
}

} // namespace netbit::app
