#pragma once
// Whether this is the first start of the plugin in this process: a reload finds pushes under way, a restart finds none.

#include <filesystem>

namespace netbit::git {

struct Life {
    /// True: the process that served before is gone. Notes this one.
    static bool begin(const std::filesystem::path& folder);
};

} // namespace netbit::git
