#pragma once
// Settings that come from elsewhere than a file of settings: the environment, and files that hold a secret.

#include "base/Result.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::app {

/// NETBIT_HTTP__PORT is http.port: the key in capitals, two underscores for each dot. A variable of NETBIT_ without two
/// underscores is no setting, and a key with other letters than a-z, 0-9 and single underscores has no variable.
std::optional<std::string> keyOfVariable(std::string_view name);
/// "NAME=value" of the process, those that are settings. Throws nothing.
std::vector<std::string> settingVariables(const char* const* environment);

/// Whether its value opens doors: what its last part ends with says so (password, secret, token…). Such a value may not stand
/// on a command line, which every user of the machine can read.
bool isSecretKey(std::string_view key) noexcept;

/// What is meant: of a secret, file:PATH and credential:NAME are the first line of that file (credential: one that systemd
/// hands over, in $CREDENTIALS_DIRECTORY); of a key that names a file (tls.key, tls.certificate, …_file), credential:NAME is
/// its path.
/// Other values are themselves. Error: in words, without the value.
base::Result<std::string> meantBy(std::string_view key, const std::string& value);
/// Whether it only says where the value is.
bool isReference(std::string_view value) noexcept;

} // namespace netbit::app
