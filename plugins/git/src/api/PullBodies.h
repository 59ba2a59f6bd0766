#pragma once
// The bodies of requests about pull requests. Their form is checked before anything else, what must be in them when it is known what
// they are about. All throw a Failure.

#include "api/Merging.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace netbit::git {

struct NewPull {
    boost::json::object arguments; ///< of pulls.open, as far as the client says them
    std::string base{};
    std::string head{};
    std::int64_t headRepository = 0; ///< 0: the same
};
struct NewComment {
    boost::json::object arguments; ///< of pulls.comment, without its place
    std::string path{};
    std::string side{};
    std::string commit{};
    std::int64_t line = 0;
};

NewPull readNewPull(const Exchange& request);
NewComment readNewComment(const Exchange& request);
boost::json::object readNewStatus(const Exchange& request); ///< of commits.set_status, without the commit
Merging::Order readMerge(const Exchange& request);

inline void checkNewPull(const Exchange& request) { static_cast<void>(readNewPull(request)); }
inline void checkNewComment(const Exchange& request) { static_cast<void>(readNewComment(request)); }
inline void checkNewStatus(const Exchange& request) { static_cast<void>(readNewStatus(request)); }
inline void checkMerge(const Exchange& request) { static_cast<void>(readMerge(request)); }

} // namespace netbit::git
