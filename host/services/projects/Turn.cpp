#include "services/projects/Turn.h"

#include "services/log/Log.h"
#include "storage/IssueRepository.h"
#include "storage/Repositories.h"

namespace netbit::services::projects {

using base::fault;
using base::Result;
using base::Status;

namespace {

class TurnJob final : public storage::Job {
public:
    TurnJob(Core& core, operations::Once once, auth::PrincipalPtr principal, Caller caller, TurnAct act, Done done)
        : _core(core), _once(std::move(once)), _principal(std::move(principal)), _caller(caller), _act(std::move(act)),
          _done(std::move(done))
    {
    }

    Result<void> apply(storage::Connection& connection) override
    {
        _made = Completed();
        _effects.clear();
        if (_principal) {
            if (!_principal->valid()) // it may have changed while this waited
                return fault(Status::unauthenticated, "unauthenticated", "The session has ended.");
            _caller = callerOf(_core, _principal);
        }
        const auto known = _once.answered(connection, _made);
        if (!known)
            return known.error();
        if (*known)
            return {};
        Turn turn(_core, _caller, connection);
        if (auto acted = _act(turn); !acted)
            return acted;
        _once.remember(connection, turn.made, base::now());
        _made = std::move(turn.made);
        _effects = std::move(turn.effects);
        return {};
    }
    void publish() override
    {
        for (const auto& effect : _effects)
            effect();
    }
    void complete(const Result<void>& result) override
    {
        if (!_done)
            return;
        if (result)
            _done(std::move(_made));
        else
            _done(result.error());
    }

private:
    Core& _core;
    operations::Once _once;
    auth::PrincipalPtr _principal;
    Caller _caller;
    TurnAct _act;
    Done _done;
    Completed _made;
    std::vector<std::function<void()>> _effects;
};

Result<void> hand(Core& core, std::unique_ptr<storage::Job> job)
{
    if (!core.writer.submit(job))
        return fault(Status::unavailable, "overloaded", "The server has too much to write at the moment.");
    return {};
}

} // namespace

Result<void> Core::read(const std::function<void(storage::Connection&)>& work) const
{
    try {
        database.read(work);
        return {};
    } catch (const storage::DatabaseError& failure) {
        log::error("projects", "A read failed", {{"error", failure.what()}});
        return fault(failure.status(), "storage_unavailable", "The database does not answer.");
    }
}

Caller callerOf(const Core& core, const auth::PrincipalPtr& principal)
{
    if (!principal || !principal->valid())
        return {};
    auto caller = callerOf(core, principal->userId());
    caller.serverAdmin = principal->admin(); // a token without the scope is no admin's
    return caller;
}

Caller callerOf(const Core& core, Id userId)
{
    const auto user = core.users.byId(userId);
    if (!user)
        return {};
    return {userId, user->role == "admin", user->role == "guest"};
}

base::Millis Turn::time()
{
    return _time != 0 ? _time : _time = core.lastTime = std::max(core.lastTime, base::now());
}

void Turn::refresh(Id projectId)
{
    then([&directory = core.directory, projectId, entry = Directory::read(connection, projectId)] {
        directory.put(projectId, entry);
    });
}

void Turn::tell(std::string_view topic, Id projectId, Id objectId, const std::string& data)
{
    const storage::EventRecord event{
        .topic = std::string(topic), .projectId = projectId, .actorId = caller.userId, .objectId = objectId, .data = data};
    store(event);
    if (core.onTold)
        core.onTold(*this, event);
}

void Turn::note(Id projectId, std::string_view topic, std::int64_t number, std::string_view title, const std::string& data)
{
    storage::IssueRepository::addActivity(connection, {.projectId = projectId,
                                                       .actorId = caller.userId,
                                                       .topic = std::string(topic),
                                                       .number = number,
                                                       .title = std::string(title),
                                                       .createdAt = time(),
                                                       .data = data});
}

void Turn::tellOnly(Id userId, std::string_view topic, Id objectId, const std::string& data)
{
    store({.topic = std::string(topic), .actorId = userId, .objectId = objectId, .data = data});
}

void Turn::store(storage::EventRecord event)
{
    event.id = core.events.nextId();
    event.createdAt = time();
    storage::EventRepository::insert(connection, event);
    then([&log = core.events, shown = events::EventLog::shown(event, event.data)] { log.append(shown); });
}

Result<void> submit(Core& core, std::string_view operation, const operations::Call& call, TurnAct act, Done done)
{
    return hand(core, std::make_unique<TurnJob>(core, operations::Once(operation, call), call.principal, Caller(),
                                                std::move(act), std::move(done)));
}

Result<void> submitFor(Core& core, Id userId, TurnAct act, Done done)
{
    return hand(core, std::make_unique<TurnJob>(core, operations::Once(), nullptr, callerOf(core, userId), std::move(act),
                                                std::move(done)));
}

Result<void> answered(const Done& done, std::string json, Id next)
{
    done(Completed{next, std::move(json), false});
    return {};
}

Result<void> answer(Core& core, const operations::Call& call, const Done& done, const Look& look)
{
    Result<std::string> out = std::string();
    Id next = 0;
    auto read = core.read([&](storage::Connection& connection) { out = look(connection, callerOf(core, call.principal), next); });
    if (!read)
        return read;
    if (!out)
        return out.error();
    return answered(done, std::move(*out), next);
}

} // namespace netbit::services::projects
