#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"
#include "services/pulls/PullJson.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace json = boost::json;

Result<void> reviewPull(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    storage::ReviewRecord review;
    review.verdict = args.textOr("verdict", {});
    review.body = args.textOr("body", {});
    review.headCommit = args.textOr("head_id", {});
    if (auto good = checkBody(review.body); !good)
        return good;
    if (review.verdict == "comment" && review.body.empty())
        return fault(Status::invalid, "nothing_said", "A comment says something.", "/body");
    auto act = [where = whereOf(call), wanted = std::move(review)](Turn& turn) -> Result<void> {
        const auto right = wanted.verdict == "comment" ? Right::openPull : Right::push;
        const auto found = pullWith(turn, where, right);
        if (!found)
            return found.error();
        const auto& pull = found->pull;
        if (pull.state != "open")
            return fault(Status::conflict, "not_open", "This pull request is " + pull.state + '.');
        if (wanted.verdict != "comment" && pull.authorId == turn.caller.userId)
            return fault(Status::conflict, "own_pull", "Nobody judges a request of his own.");
        if (!wanted.headCommit.empty() && wanted.headCommit != pull.headCommit)
            return fault(Status::conflict, "head_moved", "The head is another commit by now: look at that first.", "/head_id");
        auto made = wanted;
        made.pullId = pull.id;
        made.reviewerId = turn.caller.userId;
        made.headCommit = pull.headCommit;
        made.createdAt = turn.time();
        made.id = PullRepository::insertReview(turn.connection, made);
        auto shown = reviewJson(turn.core, made);
        turn.made = {made.id, json::serialize(shown), false};
        shown["pull"] = pullJson(turn.core, found->repository, pull);
        issues::putMentions(shown, turn.core, issues::keepSpoken(turn, placeOf(found->repository), "review", made.id, made.body));
        tell(turn, found->repository, "pull.reviewed", pull.id, json::serialize(shown));
        return {};
    };
    return projects::submit(core, "pulls.review", call, std::move(act), std::move(done));
}

Result<void> listReviews(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto found = pullAt(connection, core, caller, whereOf(call));
        if (!found)
            return found.error();
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        auto reviews = PullRepository::reviews(connection, found->pull.id, call.arguments.integerOr("after", 0), limit + 1);
        next = projects::cut(reviews, limit, &storage::ReviewRecord::id);
        json::array data;
        for (const auto& review : reviews)
            data.push_back(reviewJson(core, review));
        return projects::listJson(std::move(data), limit, next);
    });
}

} // namespace netbit::services::pulls
