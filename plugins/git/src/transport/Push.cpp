#include "transport/Push.h"

#include "browse/Handles.h"
#include "disk/Refs.h"

#include <boost/json/parse.hpp>

#include <atomic>
#include <fstream>
#include <set>
#include <unistd.h>

namespace netbit::git {

namespace {

namespace json = boost::json;

std::filesystem::path newVerdictFile(const Git& git)
{
    static std::atomic<unsigned> count{0};
    return git.room() / ("verdicts-" + std::to_string(::getpid()) + '-' + std::to_string(++count));
}

/// One operation of the keeper of repositories, whose end nobody waits for but `then`.
template <class F>
void endPush(Tools& tools, std::int64_t push, const std::string& updated, std::optional<std::uint64_t> size, F then)
{
    const auto arguments = "{\"push_id\":" + std::to_string(push) + ",\"updated\":" + updated +
                           (size ? ",\"size_bytes\":" + std::to_string(*size) : std::string()) + '}';
    OperationCall call;
    call.operation = "repositories.end_push";
    call.arguments = arguments;
    tools.operations.call(Principal(), call, [log = tools.log, push, done = std::move(then)](const Result<Done>& end) mutable {
        if (!end)
            log.error("The end of a push could not be told.",
                      {{"push", std::to_string(push)}, {"code", end.error().code}, {"detail", end.error().detail}});
        done();
    });
}

} // namespace

Push::Push(Tools& tools, Later request, Form form, Principal pusher, Access access, std::filesystem::path repository,
           std::string protocol)
    : Rpc(tools, std::move(request), std::move(form)), _pusher(std::move(pusher)), _access(std::move(access)),
      _repository(std::move(repository)), _protocol(std::move(protocol)),
      _room(roomOf(_access))
{
}

Push::~Push()
{
    std::error_code ignored;
    if (!_verdictFile.empty())
        std::filesystem::remove(_verdictFile, ignored);
}

void Push::begin()
{
    const Lock lock(_mutex);
    receive();
}

// The body.

Rpc::Taken Push::take(std::string_view& bytes)
{
    switch (_phase) {
    case Phase::reading:
        switch (_reader.feed(bytes)) {
        case CommandReader::State::more: return Taken::yes;
        case CommandReader::State::broken:
            answer(400, _reader.fault());
            return Taken::enough;
        case CommandReader::State::whole: return commandsKnown();
        }
        return Taken::enough;
    case Phase::noting: return Taken::wait;
    case Phase::receiving: return toChild(bytes);
    case Phase::telling:
    case Phase::over: break;
    }
    return Taken::enough;
}

Rpc::Taken Push::commandsKnown()
{
    if (_reader.commands().empty()) { // git asks so whether it may
        _phase = Phase::over;
        return Taken::yes;
    }
    std::vector<Command> allowed;
    std::set<std::string> words;
    bool brings = false;
    for (const auto& command : _reader.commands()) {
        const auto verdict = judge(_access, command);
        _verdicts += lineOf(verdict, command);
        if (verdict.kind == Verdict::Kind::refused) {
            words.insert(verdict.words);
        } else {
            brings = brings || !command.deletes();
            allowed.push_back(command);
        }
    }
    if (allowed.empty()) {
        std::string all;
        for (const auto& each : words)
            all += (all.empty() ? "" : "\n") + each;
        return refuseAll(all, "refused by a rule of the repository");
    }
    if (brings && _room == 0)
        return refuseAll("The repository " + _access.path() + " has used up its quota of " + sizeText(_access.quotaBytes) + '.',
                         "over the quota");
    note(allowed);
    return _phase == Phase::noting ? Taken::wait : Taken::enough;
}

void Push::note(const std::vector<Command>& commands)
{
    _phase = Phase::noting;
    const auto arguments = "{\"id\":" + std::to_string(_access.id) + ",\"commands\":" + commandsJson(commands) + '}';
    OperationCall call;
    call.operation = "repositories.begin_push";
    call.arguments = arguments;
    _tools.operations.call(_pusher, call, [push = self()](const Result<Done>& begun) {
        const auto id = begun ? Result<std::int64_t>(begun->id) : Result<std::int64_t>(begun.error());
        // Not on the writer's thread, which writes for everybody: starting a program takes a millisecond.
        if (!push->_tools.exec.post([push, id] { push->noted(id); }))
            push->noted(Error(Status::unavailable, "too_busy", "The server has too much to do; try again soon."));
    });
}

void Push::noted(const Result<std::int64_t>& id)
{
    const Lock lock(_mutex);
    if (id) {
        _push = *id;
        return _tools.gate.enter(_access.id, [push = self()](Gate::Pass pass) { push->letIn(std::move(pass)); });
    }
    refuseAll(id.error().detail, "refused");
    goOn();
}

void Push::letIn(Gate::Pass pass)
{
    const Lock lock(_mutex);
    if (isOver() || isLost()) {
        _phase = Phase::telling;
        return tellEnd({});
    }
    _pass = std::move(pass);
    startReceiving();
    goOn();
}

void Push::startReceiving()
{
    auto options = _tools.git.transfer({"-c", "receive.maxInputSize=" + std::to_string(_room)}, _protocol);
    if (!_verdicts.empty()) {
        _verdictFile = newVerdictFile(_tools.git);
        std::ofstream file(_verdictFile, std::ios::binary);
        file << _verdicts;
        file.close();
        if (!file) {
            _phase = Phase::telling;
            refuse(Error(Status::storageFull, "no_room", "The server has no room for this push."));
            return tellEnd({});
        }
        options.arguments.insert(options.arguments.end(), {"-c", "core.hooksPath=" + _tools.git.hooks().string()});
        options.environment.emplace_back("NETBIT_VERDICTS", _verdictFile.string());
    }
    options.arguments.insert(options.arguments.end(), {"receive-pack", "--stateless-rpc", _repository.string()});
    _report.emplace(_reader.can("side-band-64k"));
    startChild(options);
    if (isOver()) { // it could not be started, which was answered
        _pass.leave();
        _phase = Phase::telling;
        return tellEnd({});
    }
    _phase = Phase::receiving;
    std::string_view commands = _reader.bytes();
    static_cast<void>(toChild(commands)); // taken, also where it is to wait: it is short
    _reader.forgetBytes();
}

Rpc::Taken Push::refuseAll(std::string_view words, std::string_view reason)
{
    _phase = Phase::over;
    _last = refusal(_reader, words, reason);
    return Taken::enough;
}

void Push::bodyEnded()
{
    switch (_phase) {
    case Phase::reading: return answer(400, "The request ends within git's list of refs.");
    case Phase::noting: return;
    case Phase::receiving: return Rpc::bodyEnded();
    case Phase::telling: return;
    case Phase::over: return conclude();
    }
}

/// A client that has sent everything need not wait for its refs to change.
bool Push::lost() { return !(_phase == Phase::receiving && bodyIsWhole()); }

// The child.

void Push::heard(std::string_view bytes)
{
    if (_report)
        _report->feed(bytes);
}

void Push::childEnded(const ProcessEnd& end)
{
    _pass.leave();
    _phase = Phase::telling;
    if (!hasAnswered())
        _last = refusal(_reader, end.reason == NB_PROCESS_EXITED
                                     ? "git could not take the push."
                                     : "The push was ended: it took too long, or more than it may have.",
                        "the server's git has ended");
    std::vector<Command> updated;
    if (_report->whole()) {
        for (const auto& command : _reader.commands())
            if (_report->accepted(command.ref))
                updated.push_back(command);
    } else if (auto found = asResult([&] { return done(_repository, _reader.commands()); })) {
        updated = std::move(*found);
    }
    tellEnd(std::move(updated));
}

/// Without the lock, since history is read: a reactor may want to tell that the client has gone.
void Push::tellEnd(std::vector<Command> updated)
{
    auto task = [push = self(), updated = std::move(updated)] {
        auto text = asResult([&] { return updatedJson(push->_repository, updated); });
        if (!text)
            push->_tools.log.error("What a push has changed cannot be read.", {{"detail", text.error().detail}});
        endPush(push->_tools, push->_push, text ? *text : "[]", push->_tools.store.sizeOf(push->_access.id), [push] { push->told(); });
    };
    if (!_tools.exec.post(task))
        task();
}

void Push::told()
{
    const Lock lock(_mutex);
    _phase = Phase::over;
    goOn(); // what still comes is thrown away
    if (bodyIsWhole() || isLost())
        conclude();
}

/// The answer ends when the database knows: who sees the end of a push finds what it has changed.
void Push::conclude()
{
    if (!isOver() && !isLost())
        say(_last);
    finish();
}

void tellImport(Tools& tools, const Principal& caller, std::int64_t repository)
{
    const auto path = tools.store.pathOf(repository);
    const auto found = asResult([&] { return newRefs(path, CommandReader::mostCommands); });
    if (!found || found->empty())
        return;
    const auto arguments = "{\"id\":" + std::to_string(repository) + ",\"commands\":" + commandsJson(*found) + '}';
    OperationCall call;
    call.operation = "repositories.begin_push";
    call.arguments = arguments;
    tools.operations.call(caller, call, [&tools, repository, path, refs = *found](const Result<Done>& begun) {
        if (!begun)
            return tools.log.warn("An import could not be told.", {{"repository", std::to_string(repository)}, {"code", begun.error().code}});
        auto task = [&tools, repository, path, refs, push = begun->id] {
            const auto text = asResult([&] { return updatedJson(path, refs); });
            endPush(tools, push, text ? *text : "[]", tools.store.sizeOf(repository), [] {});
        };
        if (!tools.exec.post(task))
            task();
    });
}

// After a crash.

void endPending(Tools& tools)
{
    std::vector<std::pair<std::int64_t, std::pair<std::int64_t, std::vector<Command>>>> pushes; // id, repository, commands
    OperationCall call;
    call.operation = "repositories.pending_pushes";
    call.text("limit", "200");
    tools.operations.call(Principal(), call, [&pushes, &tools](const Result<Done>& found) {
        if (!found)
            return tools.log.warn("Pushes that were under way cannot be asked for.", {{"code", found.error().code}});
        boost::system::error_code failed;
        const auto document = json::parse(json::string_view(found->json.data(), found->json.size()), failed);
        if (failed)
            return;
        for (const auto& each : document.at("data").as_array()) {
            std::vector<Command> commands;
            for (const auto& command : each.at("commands").as_array())
                commands.push_back({std::string(command.at("ref").as_string()), std::string(command.at("old").as_string()),
                                    std::string(command.at("new").as_string())});
            pushes.push_back({each.at("id").as_int64(), {each.at("repository_id").as_int64(), std::move(commands)}});
        }
    });
    for (const auto& [push, what] : pushes) {
        const auto& [repository, commands] = what;
        std::vector<Command> updated;
        const auto path = tools.store.pathOf(repository);
        std::string text = "[]";
        if (tools.store.exists(repository)) {
            clearAfterKill(path, commands);
            if (auto read = asResult([&] { return updatedJson(path, done(path, commands)); }))
                text = std::move(*read);
            else
                tools.log.error("A repository cannot be read after a crash.", {{"repository", std::to_string(repository)}, {"detail", read.error().detail}});
        }
        endPush(tools, push, text, tools.store.sizeOf(repository), [] {});
    }
    if (!pushes.empty())
        tools.log.info("Pushes that a crash had interrupted were ended.", {{"count", std::to_string(pushes.size())}});
}

} // namespace netbit::git
