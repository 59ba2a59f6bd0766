#pragma once
// Until when a notification waits: the clock on its user's wall, whatever the zone does to that.

#include "base/Time.h"
#include "services/notify/Rules.h"

#include <string_view>

namespace netbit::services::notify {

/// The earliest time from `at` on that is neither in quiet hours nor on a day off; `at` itself: now is good. A zone that this
/// machine does not know is UTC. [any]
base::Millis loudFrom(const Rules& rules, std::string_view zone, base::Millis at);

} // namespace netbit::services::notify
