#pragma once
// One act on a project, on the writer's side: it checks what holds in this very transaction, writes, and notes what is to
// happen after the commit. And who acts.

#include "services/operations/Once.h"
#include "services/projects/Core.h"

namespace netbit::services::projects {

struct Caller {
    Id userId = 0; ///< 0: nobody
    bool serverAdmin = false;
    bool serverGuest = false; ///< outside of the projects that he is a member of, nobody
};
Caller callerOf(const Core& core, const auth::PrincipalPtr& principal);
/// The user as if he were signed in; for what the server does in his name.
Caller callerOf(const Core& core, Id userId);

/// What an act has in its hand. It may run twice (see storage::Job), so it changes nothing but the database and this.
class Turn {
public:
    Turn(Core& ofCore, const Caller& who, storage::Connection& with) : core(ofCore), caller(who), connection(with) {}

    Core& core;
    const Caller caller;
    storage::Connection& connection;
    Completed made; ///< the answer

    base::Millis time();
    /// After the commit, in the order of calls: change caches before you tell of it.
    void then(std::function<void()> effect) { effects.push_back(std::move(effect)); }
    /// After the commit the directory has the project as the database has it now.
    void refresh(Id projectId);
    /// An event that those see who may read the project. `data`: a JSON object.
    void tell(std::string_view topic, Id projectId, Id objectId, const std::string& data);
    /// A line of the project's activity. `data`: a JSON object, or empty.
    void note(Id projectId, std::string_view topic, std::int64_t number, std::string_view title, const std::string& data = {});
    /// An event that this user alone sees.
    void tellOnly(Id userId, std::string_view topic, Id objectId, const std::string& data);

    std::vector<std::function<void()>> effects;

private:
    void store(storage::EventRecord event);

    base::Millis _time = 0;
};

using TurnAct = std::function<base::Result<void>(Turn&)>;

/// Hands the act to the writer. `operation`: its name, for the idempotency key.
base::Result<void> submit(Core& core, std::string_view operation, const operations::Call& call, TurnAct act, Done done);
/// The same in the name of a user who need not be signed in any more; 0: of the server.
base::Result<void> submitFor(Core& core, Id userId, TurnAct act, Done done);

/// Answers an operation that has written nothing.
base::Result<void> answered(const Done& done, std::string json, Id next = 0);
/// A read for one request: what it gives is the answer. `next`: where a client goes on, if there is more.
using Look = std::function<base::Result<std::string>(storage::Connection&, const Caller&, Id& next)>;
base::Result<void> answer(Core& core, const operations::Call& call, const Done& done, const Look& look);
/// Of rows that were read with one more than a page has: keeps the page, and gives the key of its last row; 0: that was all.
template <class Row>
Id cut(std::vector<Row>& rows, std::size_t limit, Id Row::*key)
{
    if (rows.size() <= limit)
        return 0;
    rows.resize(limit);
    return rows.back().*key;
}

} // namespace netbit::services::projects
