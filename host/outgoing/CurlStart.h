#pragma once
// libcurl is started once for all that use it.

namespace netbit::outgoing {

/// [any] Throws std::runtime_error where that fails.
void startCurl();

} // namespace netbit::outgoing
