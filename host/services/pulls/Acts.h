#pragma once
// What the operations of pull requests do. Internal to the room.

#include "services/operations/Operation.h"
#include "services/projects/Standing.h"
#include "storage/PullRepository.h"

namespace netbit::services::issues {
struct Spoken;
struct TextPlace;
} // namespace netbit::services::issues

namespace netbit::services::pulls {

using operations::Call;
using projects::Caller;
using projects::Core;
using projects::RepositoryStanding;
using projects::Right;
using projects::Turn;
using storage::Id;
using storage::PullRecord;

/// The path's words.
struct Where {
    std::string user{};
    std::string project{}; ///< empty: a personal repository
    std::string repository{};
    Id number = 0;
};
Where whereOf(const Call& call);

struct Found {
    RepositoryStanding repository;
    PullRecord pull;
};
base::Result<RepositoryStanding> repositoryAt(storage::Connection&, const Core&, const Caller&, const Where&);
/// Error: notFound / pull_not_found.
base::Result<Found> pullAt(storage::Connection&, const Core&, const Caller&, const Where&);
base::Result<Found> pullWith(Turn& turn, const Where& where, Right right);
/// Its author, or who may push.
base::Result<void> mayChange(const Found& found, const Caller& caller);

base::Result<void> checkTitle(std::string_view title);
base::Result<void> checkBody(std::string_view body, std::string_view pointer = "/body");
bool isCommitId(std::string_view text); ///< 40 lower-case hexadecimal digits

/// Those who may read the repository hear of it.
void tell(Turn& turn, const RepositoryStanding& repository, std::string_view topic, Id objectId, const std::string& data);
/// Stores it as changed now, answers with it and tells of it.
/// `more`: members of the event beside the request's own and "by".
void store(Turn& turn, Found& found, std::string_view topic, boost::json::object more = {});
issues::TextPlace placeOf(const RepositoryStanding& repository);

base::Result<void> openPull(Core& core, Call& call, Done done);
base::Result<void> listPulls(Core& core, Call& call, Done done);
base::Result<void> getPull(Core& core, Call& call, Done done);
base::Result<void> updatePull(Core& core, Call& call, Done done);
base::Result<void> requestReviews(Core& core, Call& call, Done done);
base::Result<void> pullsOfCommit(Core& core, Call& call, Done done);

base::Result<void> reviewPull(Core& core, Call& call, Done done);
base::Result<void> listReviews(Core& core, Call& call, Done done);

base::Result<void> commentPull(Core& core, Call& call, Done done);
base::Result<void> listComments(Core& core, Call& call, Done done);
base::Result<void> editComment(Core& core, Call& call, Done done);
base::Result<void> deleteComment(Core& core, Call& call, Done done);

base::Result<void> putStatus(Core& core, Call& call, Done done);
base::Result<void> listStatuses(Core& core, Call& call, Done done);

base::Result<void> beginMerge(Core& core, Call& call, Done done);
/// Within the end of a push: heads move, approvals go, what was merged is merged.
base::Result<void> lookInto(Turn& turn, const projects::Pushed& pushed);

} // namespace netbit::services::pulls
