#pragma once
// Parameters that many operations of projects have.

#include "services/operations/Operation.h"

namespace netbit::services::projects {

inline constexpr std::string_view nameRule =
    "1 to 100 letters, digits, dots, dashes and underscores; not what a route has in that place";

/// The path's user and project, and more.
std::vector<operations::Parameter> pathToProject(std::vector<operations::Parameter> more = {});
std::vector<operations::Parameter> paging(); ///< after, limit

} // namespace netbit::services::projects
