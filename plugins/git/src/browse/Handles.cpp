#include "browse/Handles.h"

namespace netbit::git {

Error gitError(int status)
{
    const auto* const said = git_error_last();
    const std::string words = said && said->message ? said->message : "no reason given";
    switch (status) {
    case GIT_ENOTFOUND: return Error(Status::notFound, "object_not_found", "There is no such thing in this repository.");
    case GIT_EINVALIDSPEC: return Error(Status::invalid, "invalid_name", "Git allows no such name.");
    case GIT_EAMBIGUOUS: return Error(Status::invalid, "ambiguous_id", "Several objects have an id that begins like this.");
    case GIT_ELOCKED:
    case GIT_EMODIFIED:
    case GIT_EEXISTS: return Error(Status::conflict, "ref_changed", "Somebody else changed it at the same time.");
    default: return Error(Status::unavailable, "repository_unreadable", "The repository cannot be read: " + words + '.');
    }
}

std::string hexOf(const git_oid& id)
{
    std::string out(GIT_OID_HEXSZ, '0');
    git_oid_fmt(out.data(), &id);
    return out;
}

} // namespace netbit::git
