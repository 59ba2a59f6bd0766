#pragma once
// A file of settings is changed in one place, and stays otherwise as people have written it.

#include "base/Result.h"

#include <string>
#include <string_view>

namespace netbit::app {

struct EditedSettings {
    std::string text;
    int line = 0; ///< 1…: where the setting stands now
};

/// The text with `key = value`: in place of the line that sets it now (the last one, since that counts), or below the comment
/// that shows its default, or at the end. Error: invalid, when the value cannot stand in a line.
base::Result<EditedSettings> withSetting(std::string_view text, std::string_view key, std::string_view value);

} // namespace netbit::app
