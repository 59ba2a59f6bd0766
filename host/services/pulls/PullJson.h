#pragma once
// How pull requests, reviews, comments and statuses look to clients.

#include "services/pulls/Rules.h"

#include <boost/json/object.hpp>

namespace netbit::services::pulls {

/// As a list and an event show it.
boost::json::object pullJson(const Core& core, const RepositoryStanding& repository, const PullRecord& pull);
/// And with its reviews, statuses and what keeps it from being merged.
boost::json::object wholePullJson(storage::Connection& connection, const Core& core, const Found& found);
boost::json::object reviewJson(const Core& core, const storage::ReviewRecord& review);
boost::json::object commentJson(const Core& core, const storage::PullCommentRecord& comment);
boost::json::object statusJson(const Core& core, const storage::StatusRecord& status);

} // namespace netbit::services::pulls
