#include "api/Merging.h"

#include "api/Query.h"
#include "disk/Refs.h"

#include <boost/json/serialize.hpp>

#include <ctime>

namespace netbit::git {

namespace json = boost::json;

void Merging::start(const Opening& opening, Exec exec, Later request, const Opened& opened, const Pull& pull, Order order,
                    const Limits& limits, KeepHead keepHead)
{
    const std::shared_ptr<Merging> merging(
        new Merging(opening, exec, std::move(request), opened, pull, std::move(order), limits, std::move(keepHead)));
    merging->askWhetherItMay();
}

Merging::Merging(const Opening& opening, Exec exec, Later request, Opened opened, Pull pull, Order order, const Limits& limits,
                 KeepHead keepHead)
    : _opening(opening), _exec(exec), _request(std::move(request)), _opened(std::move(opened)), _pull(std::move(pull)),
      _order(std::move(order)), _limits(limits), _keepHead(std::move(keepHead))
{
}

void Merging::onWorker(std::function<void()> work)
{
    const auto posted = _exec.post([self = shared_from_this(), work = std::move(work)] {
        if (const auto done = asResult(work); !done && !self->_request.isAnswered())
            self->_request.problem(done.error());
    });
    if (!posted)
        _request.problem(posted.error());
}

void Merging::begin(const json::object& more, std::function<void(std::int64_t)> then)
{
    json::object arguments{{"method", _order.methodText}, {"head_id", hexOf(_pull.head)}};
    arguments.insert(more.begin(), more.end());
    const auto text = json::serialize(arguments);
    OperationCall call;
    call.operation = "pulls.begin_merge";
    call.arguments = text;
    namePlace(call, _request);
    call.text("number", _request.param("number"));
    _opening.operations().call(_opened.caller, call, [self = shared_from_this(), then = std::move(then)](Result<Done> done) {
        if (!done)
            return self->_request.problem(done.error());
        self->onWorker([then, id = done->id] { then(id); });
    });
}

void Merging::askWhetherItMay()
{
    begin({}, [this](std::int64_t) { make(); });
}

std::string Merging::message() const
{
    if (!_order.message.empty())
        return _order.message;
    const auto number = std::to_string(_pull.number);
    if (_order.method == MergeMethod::squash)
        return _pull.title + " (#" + number + ")\n" + (_pull.body.empty() ? "" : '\n' + _pull.body + '\n');
    return "Merge pull request #" + number + " from " + _pull.headBranch + "\n\n" + _pull.title + '\n';
}

void Merging::make()
{
    _pass = _opening.toAdd(_opened.id);
    const auto repository = _opened.repository();
    _keepHead(repository, _opened, _pull);
    const auto base = repository.branch(_pull.baseBranch);
    if (!base)
        throw Failure(Error(Status::conflict, "base_gone", "The branch that it goes into is not there any more."));
    const auto head = take(&git_commit_lookup, repository.raw(), &_pull.head);
    const std::string name(_opened.caller.username());
    const auto address = std::to_string(_opened.caller.userId()) + '+' + name + "@users.invalid"; // whoever reads commits is told none
    const auto by = take(&git_signature_new, name.c_str(), address.c_str(), static_cast<git_time_t>(std::time(nullptr)), 0);
    _base = *git_commit_id(base.get());
    _made = merged(repository, base.get(), head.get(), {_order.method, by.get(), by.get(), message()}, _limits);
    begin({{"base_id", hexOf(_base)}, {"merge_id", hexOf(_made)}}, [this](std::int64_t push) {
        _push = push;
        move();
    });
}

void Merging::move()
{
    const auto repository = _opened.repository();
    const auto ref = "refs/heads/" + _pull.baseBranch;
    const auto moved = asResult([&] { moveRef(repository, ref, &_base, _made); });
    _pass.leave();
    if (!moved)
        return endPush("[]", [self = shared_from_this(), why = moved.error()] { self->_request.problem(why); });
    const auto updated = asResult([&] { return updatedJson(_opened.folder, {Command{ref, hexOf(_base), hexOf(_made)}}); });
    if (!updated) // it has taken place: the next start tells of it
        throw Failure(updated.error());
    endPush(*updated, [self = shared_from_this()] { self->onWorker([self] { self->tell(); }); });
}

void Merging::endPush(std::string updated, std::function<void()> then)
{
    const auto arguments = "{\"push_id\":" + std::to_string(_push) + ",\"updated\":" + updated + '}';
    OperationCall call;
    call.operation = "repositories.end_push";
    call.arguments = arguments;
    _opening.operations().call(Principal(), call, [self = shared_from_this(), then = std::move(then)](Result<Done> done) {
        if (!done)
            return self->_request.problem(done.error());
        then();
    });
}

void Merging::tell()
{
    OperationCall call;
    call.operation = "pulls.get";
    namePlace(call, _request);
    call.text("number", _request.param("number"));
    auto pull = ask(_opening.operations(), _opened.caller, call);
    if (!pull)
        throw Failure(pull.error());
    Answer answer;
    answer.body = std::move(*pull);
    give(_request, answer);
}

} // namespace netbit::git
