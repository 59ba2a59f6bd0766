#pragma once
// What the acts on labels, milestones and boards share. Internal to the room.

#include "services/issues/IssueCore.h"

#include <functional>

namespace netbit::services::issues {

Result<std::string> checkName(std::string_view name, std::string_view pointer);
base::Error taken(std::string_view pointer);
base::Error full();

/// One of the project's, named by an argument.
template <class Repository>
auto ownOf(storage::Connection& connection, Id projectId, const operations::Arguments& args, const std::string& what)
    -> Result<typename decltype(Repository::byId(connection, 0))::value_type>
{
    auto found = Repository::byId(connection, args.integerOr(what, 0));
    if (!found || found->projectId != projectId)
        return base::fault(base::Status::notFound, what + "_not_found", "The project has no such " + what + '.');
    return std::move(*found);
}

/// What changes a project's order, and how it is told.
Result<void> plan(Core& core, Call& call, std::string_view operation, Right right,
                  std::function<Result<void>(Turn&, const storage::ProjectRecord&, const operations::Arguments&)> act, Done done);
void tellChange(Turn& turn, const storage::ProjectRecord& project, std::string_view topic, Id id, boost::json::object data);
std::string boardJson(storage::Connection&, const Core&, const storage::ProjectRecord&, const storage::BoardRecord&);
/// Ranks of a column anew, so that they are short again.
void rankAnew(Turn& turn, Id columnId);

} // namespace netbit::services::issues
