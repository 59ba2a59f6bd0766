#include "services/pulls/PullJson.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace json = boost::json;

namespace {

constexpr std::int64_t mostContexts = 200; // of one commit

bool plain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

} // namespace

Result<void> putStatus(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    storage::StatusRecord wanted;
    wanted.commitId = args.textOr("commit", {});
    wanted.context = args.textOr("context", "default");
    wanted.state = args.textOr("state", {});
    wanted.targetUrl = args.textOr("target_url", {});
    wanted.description = args.textOr("description", {});
    if (!isCommitId(wanted.commitId))
        return fault(Status::invalid, "invalid_commit", "A commit's id has 40 hexadecimal digits.", "/commit");
    if (!wanted.targetUrl.empty() && (!plain(wanted.targetUrl) || !(wanted.targetUrl.starts_with("https://") || wanted.targetUrl.starts_with("http://"))))
        return fault(Status::invalid, "invalid_url", "It must be an address that begins with https:// or http://.", "/target_url");
    auto act = [where = whereOf(call), wanted = std::move(wanted)](Turn& turn) -> Result<void> {
        const auto standing = repositoryAt(turn.connection, turn.core, turn.caller, where);
        if (!standing)
            return standing.error();
        if (auto good = projects::checkRight(*standing, turn.caller, Right::push); !good)
            return good;
        auto made = wanted;
        made.repositoryId = standing->repository.id;
        made.creatorId = turn.caller.userId;
        made.createdAt = made.updatedAt = turn.time();
        const auto known = PullRepository::statuses(turn.connection, made.repositoryId, made.commitId);
        const auto before = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.context == made.context; });
        if (before == known.end() && static_cast<std::int64_t>(known.size()) >= mostContexts)
            return fault(Status::conflict, "too_many_contexts", "A commit has at most 200 contexts.", "/context");
        if (before != known.end())
            made.createdAt = before->createdAt;
        PullRepository::putStatus(turn.connection, made);
        auto shown = statusJson(turn.core, made);
        turn.made = {made.repositoryId, json::serialize(shown), false};
        shown["repository_id"] = made.repositoryId;
        tell(turn, *standing, "commit.status", made.repositoryId, json::serialize(shown));
        return {};
    };
    return projects::submit(core, "commits.set_status", call, std::move(act), std::move(done));
}

Result<void> listStatuses(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id&) -> Result<std::string> {
        const auto standing = repositoryAt(connection, core, caller, whereOf(call));
        if (!standing)
            return standing.error();
        json::array data;
        for (const auto& status : PullRepository::statuses(connection, standing->repository.id, call.arguments.textOr("commit", {})))
            data.push_back(statusJson(core, status));
        return json::serialize(json::object{{"data", std::move(data)}});
    });
}

} // namespace netbit::services::pulls
