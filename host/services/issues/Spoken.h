#pragma once
// Whom and which commits a text of a project names: found when it is written, kept with it, and links where it is shown.

#include "services/projects/Standing.h"
#include "storage/SpokenRepository.h"

#include <boost/json/array.hpp>

namespace netbit::services::issues {

/// Where a text stands: a project, a repository, or both.
struct TextPlace {
    const storage::ProjectRecord* project = nullptr;
    storage::Id repositoryId = 0;
};

struct Spoken {
    std::vector<storage::Id> users{}; ///< those who may read the place
    std::vector<storage::CommitPlace> commits{}; ///< of its repositories, as far as the writer may read them
    std::vector<storage::Id> newUsers{}; ///< whom it did not name before
};

/// [writer] `kind`: issue, comment, pull, pull_comment, review.
Spoken keepSpoken(projects::Turn& turn, const TextPlace& place, std::string_view kind, storage::Id sourceId, std::string_view text);
/// For an event: "mentions", and "new_mentions", each [{"id","username"}].
void putMentions(boost::json::object& data, const projects::Core& core, const Spoken& spoken);
boost::json::array mentionsOf(storage::Connection&, const projects::Core&, std::string_view kind, storage::Id sourceId);

/// The Markdown as HTML, with links to people, commits and issues as far as this reader may see them.
std::string spokenHtml(storage::Connection&, const projects::Core&, const projects::Caller& reader, const TextPlace& place,
                       std::string_view kind, storage::Id sourceId, std::string_view text);

} // namespace netbit::services::issues
