#pragma once
// Until when a notification waits, and when it is time for a digest: the clock on its user's wall, whatever the zone does to that.

#include "base/Time.h"
#include "services/notify/Rules.h"

#include <string_view>

namespace netbit::services::notify {

/// The earliest time from `at` on that is neither in quiet hours nor on a day off; `at` itself: now is good. A zone that this
/// machine does not know is UTC. [any]
base::Millis loudFrom(const Rules& rules, std::string_view zone, base::Millis at);

/// The earliest time behind `after` at which the clock on that wall shows this minute of a day (0 to 1439). On a day that leaves it
/// out, where the clock is set ahead, the moment of that; where it comes twice, the first of both: once a day. [any]
base::Millis nextAt(std::string_view zone, int minute, base::Millis after);

} // namespace netbit::services::notify
