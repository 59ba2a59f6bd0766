#pragma once
// From settings to the certificate that netbitd speaks TLS with.

#include "app/config/ConfigLoader.h"
#include "base/Result.h"
#include "net/TlsContext.h"

#include <memory>

namespace netbit::app {

/// What the settings ask for; nullptr: nothing speaks TLS, and no certificate is named. `before` is the one in force.
/// Error: invalid / bad_setting naming file, line and key.
base::Result<std::shared_ptr<const net::TlsContext>> tlsOf(const Config& config, const net::TlsContext* before = nullptr);

/// [any] A line in the log for each that runs out within two weeks, or whose OCSP response has. nullptr: nothing speaks TLS.
void warnOfExpiry(const net::TlsContext* context);
/// [any] When the first of them runs out.
std::time_t firstExpiry(const net::TlsContext& context);

/// The pairs are taken in, and the log says which are new.
void takeTls(net::TlsCell& cell, std::shared_ptr<const net::TlsContext> next);

} // namespace netbit::app
