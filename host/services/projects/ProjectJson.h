#pragma once
// How projects, members and repositories look to clients.

#include "services/projects/Standing.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace netbit::services::projects {

boost::json::object personJson(const Core&, Id userId); ///< {"id","username"}

/// {"id","name","owner_id","owner","url","description","is_public","state","chat_id","created_at","updated_at","deleted_at"}.
boost::json::object projectJson(const Core&, const storage::ProjectRecord&);
/// And what the caller is and may there: "role" (null: no member) and "may".
boost::json::object projectJson(const Core&, const Standing&);
/// {"project","repositories","config","owner"}: the newest hundred repositories that the caller may read.
std::string wholeProjectJson(storage::Connection&, const Core&, const Standing&);

/// {"project_id","user_id","username","role","joined_at"}.
boost::json::object memberJson(const Core&, const storage::ProjectMemberRecord&);

/// {"id","name","owner_id","owner","project_id","project","url","clone_url","description","is_public","default_branch","state",
/// "forked_from","mirror_url","size_bytes","created_at","updated_at","deleted_at"}; project null: a personal one. Its
/// mirror's address is for who may write.
boost::json::object repositoryJson(const Core&, const storage::RepositoryRecord&, const storage::ProjectRecord* project,
                                   bool withMirror = false);

boost::json::value timeOrNull(base::Millis time); ///< 0: null
boost::json::value idOrNull(Id id);
/// {"data":[…],"pagination":{"limit","next_after"}}.
std::string listJson(boost::json::array data, std::size_t limit, Id next, std::string_view cursor = "next_after");

} // namespace netbit::services::projects
