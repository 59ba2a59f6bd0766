#include "disk/JobRoutes.h"

#include "disk/Remote.h"
#include "hooks/Rules.h"
#include "support/RequestBody.h"
#include "transport/Push.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <unistd.h>

namespace netbit::git {

namespace {

constexpr std::string_view allHeads = "+refs/heads/*:refs/heads/*";
constexpr std::string_view allTags = "+refs/tags/*:refs/tags/*";

/// The one member of a JSON body.
Result<std::string> readMember(const Later& request, std::string_view name)
{
    support::RequestBody body(request.header("Content-Type"));
    auto fields = body.read(request.body());
    if (!fields)
        return fields.error();
    const auto value = fields->text(name);
    if (!value)
        fields->missing(name);
    const std::string out(value.value_or(std::string_view()));
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return out;
}

} // namespace

void JobRoutes::find(Request& request, Need need, std::function<void(Found)> then) const
{
    const std::string owner = request.param("user").str();
    const std::string project = request.param("project").str();
    const std::string name = request.param("repo").str();
    const auto caller = Principal::share(_tools.auth.api(), request.principal());
    const auto call = accessCall(owner, project, name);
    auto later = std::make_shared<Later>(request.defer());
    _tools.operations.call(caller, call, [later, caller, need, then = std::move(then)](const Result<Done>& done) {
        auto access = done ? readAccess(done->json) : Result<Access>(done.error());
        if (access && !access->mayRead)
            access = Error(Status::notFound, "repository_not_found", "There is no such repository, or you may not see it.");
        if (access && need == Need::manage && !access->mayManage)
            access = Error(Status::forbidden, "not_allowed", "Your role in this repository does not allow this.");
        if (!access)
            return later->problem(access.error());
        then(Found{std::move(*later), caller, std::move(*access)});
    });
}

void JobRoutes::answer(Later& request, const Result<std::int64_t>& job)
{
    if (!job)
        return request.problem(job.error());
    request.json(202, "{\"job_id\":" + std::to_string(*job) + '}');
}

Result<void> JobRoutes::list(Request& request) const
{
    find(request, Need::read, [this](Found found) { found.request.json(200, _jobs.json(found.access.id)); });
    return {};
}

Result<void> JobRoutes::upkeep(Request& request) const
{
    find(request, Need::manage, [this](Found found) { answer(found.request, _upkeep.start(found.access.id)); });
    return {};
}

// Imports.

/// What is received goes into a repository beside, and takes the empty one's place when all of it is there and sound.
void JobRoutes::startImport(Found found, std::vector<std::string> options, std::string from, std::function<void()> clear) const
{
    const auto made = _tools.store.makeBeside(found.access.defaultBranch);
    if (!made) {
        clear();
        return found.request.problem(made.error());
    }
    options.insert(options.end(), {"-C", made->string(), "fetch", "--no-recurse-submodules", "--no-write-fetch-head", "--progress", "--", std::move(from),
                                   std::string(allHeads), std::string(allTags)});
    const auto job = _jobs.start({.repository = found.access.id,
                                  .kind = "import",
                                  .steps = {{"Receiving", std::move(options)}},
                                  .finish =
                                      [this, id = found.access.id, quota = found.access.quotaBytes, caller = found.caller,
                                       made = *made]() -> Result<void> {
                                      if (const auto size = objectsSize(made); quota > 0 && size > quota)
                                          return Error(Status::storageFull, "quota_exceeded",
                                                       "It has " + sizeText(size) + ", and the repository may have " + sizeText(quota) + '.');
                                      auto adopted = _tools.store.adopt(id, made);
                                      if (adopted)
                                          tellImport(_tools, caller, id);
                                      return adopted;
                                  },
                                  .clear =
                                      [made = *made, clear = std::move(clear)] {
                                          std::error_code ignored;
                                          std::filesystem::remove_all(made, ignored);
                                          clear();
                                      }});
    answer(found.request, job);
}

/// A bundle on its way into a file.
class JobRoutes::BundleTaking final : public BodyTaker, public std::enable_shared_from_this<BundleTaking> {
public:
    BundleTaking(const JobRoutes& routes, Found found)
        : _routes(routes), _found(std::make_unique<Found>(std::move(found))), _file(routes._tools.store.room().string() + ".bundle"),
          _open(::open(_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600))
    {
    }
    ~BundleTaking() override
    {
        if (_open >= 0)
            ::close(_open);
        if (!_handedOn)
            ::unlink(_file.c_str());
    }

    void start(std::uint64_t mostBytes)
    {
        if (_open < 0)
            return _found->request.problem(Error(Status::storageFull, "no_room", "The server has no room for this bundle."));
        const std::lock_guard lock(_mutex); // the first calls wait
        auto intake = _routes._tools.bodies.receive(_found->request, mostBytes, shared_from_this());
        if (!intake)
            return _found->request.problem(intake.error());
        _intake = std::move(*intake);
    }

    Status data(std::string_view bytes) override
    {
        const std::lock_guard lock(_mutex);
        while (!bytes.empty()) {
            const auto written = ::write(_open, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0) {
                _found->request.problem(Error(Status::storageFull, "no_room", "The server has no room for this bundle."));
                _intake.close();
                return Status::storageFull;
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return Status::ok;
    }
    void complete() override
    {
        const std::lock_guard lock(_mutex);
        _handedOn = true;
        _routes.startImport(std::move(*_found), {"-c", "protocol.file.allow=always"}, _file, [file = _file] { ::unlink(file.c_str()); });
        _intake.close();
    }
    void failed(const Error& error) override
    {
        const std::lock_guard lock(_mutex);
        _found->request.problem(error);
        _intake.close();
    }

private:
    const JobRoutes& _routes;
    std::mutex _mutex; // guards what follows
    std::unique_ptr<Found> _found;
    const std::string _file;
    const int _open;
    Intake _intake;
    bool _handedOn = false;
};

Result<void> JobRoutes::importBundle(Request& request) const
{
    find(request, Need::manage, [this](Found found) {
        if (_jobs.busy(found.access.id))
            return found.request.problem(Error(Status::conflict, "job_running", "There is work on this repository under way; see its jobs."));
        std::make_shared<BundleTaking>(*this, std::move(found))->start(_tools.git.settings()->maxImportBytes);
    });
    return {};
}

Result<void> JobRoutes::importUrl(Request& request) const
{
    find(request, Need::manage, [this](Found found) {
        const auto url = readMember(found.request, "url");
        if (!url)
            return found.request.problem(url.error());
        auto options = optionsFor(*url, *_tools.git.settings());
        if (!options)
            return found.request.problem(options.error());
        startImport(std::move(found), std::move(*options), *url, [] {});
    });
    return {};
}

// Forks and mirrors.

Result<void> JobRoutes::fork(Request& request) const
{
    const std::string body(request.body());
    if (!body.empty()) { // the host takes any JSON of the last of two members; a client is told of its mistake
        support::RequestBody reader(request.header("Content-Type"));
        if (auto fields = reader.read(body); !fields)
            return fields.error();
    }
    const std::string key(request.header("Idempotency-Key").value_or(std::string_view()));
    find(request, Need::read, [this, body, key](Found found) {
        const auto id = std::to_string(found.access.id);
        const auto caller = found.caller;
        OperationCall call;
        call.operation = "repositories.fork";
        call.arguments = body;
        call.text("id", id);
        call.key = key;
        auto shared = std::make_shared<Found>(std::move(found));
        _tools.operations.call(caller, call, [this, shared](const Result<Done>& forked) {
            if (!forked)
                return shared->request.problem(forked.error());
            const auto fork = forked->id;
            shared->request.json(forked->replayed ? 200 : 201, forked->json);
            // Not on the writer's thread, and not twice.
            if (!forked->replayed && _tools.store.exists(shared->access.id))
                if (!_tools.exec.post([this, fork, shared] { copyInto(fork, shared->caller, shared->access); }))
                    copyInto(fork, shared->caller, shared->access);
        });
    });
    return {};
}

/// The objects are shared by links, which is as quick as it is safe: git never changes an object's file, and each repository's
/// gc removes names of its own only.
void JobRoutes::copyInto(std::int64_t fork, const Principal& caller, const Access& source) const
{
    const auto made = _tools.store.room();
    const auto job = _jobs.start({.repository = fork,
                                  .kind = "fork",
                                  .steps = {{"Copying", {"-c", "protocol.file.allow=always", "clone", "--bare", "--local", "--template=", "--progress",
                                                         "--", _tools.store.pathOf(source.id).string(), made.string()}},
                                            {"Copying", {"-C", made.string(), "remote", "remove", "origin"}}},
                                  .finish =
                                      [this, fork, caller, made]() -> Result<void> {
                                      auto adopted = _tools.store.adopt(fork, made);
                                      if (adopted)
                                          tellImport(_tools, caller, fork);
                                      return adopted;
                                  },
                                  .clear =
                                      [made] {
                                          std::error_code ignored;
                                          std::filesystem::remove_all(made, ignored);
                                      }});
    if (!job)
        _tools.log.error("A fork cannot be filled.", {{"repository", std::to_string(fork)}, {"why", job.error().detail}});
}

Result<void> JobRoutes::setMirror(Request& request) const
{
    find(request, Need::manage, [this](Found found) {
        const auto wanted = readMember(found.request, "mirror_url");
        if (!wanted)
            return found.request.problem(wanted.error());
        const std::string url = *wanted;
        if (!url.empty()) {
            if (const auto good = optionsFor(url, *_tools.git.settings()); !good) {
                auto error = good.error();
                error.pointer = "/mirror_url";
                return found.request.problem(error);
            }
        }
        if (const auto path = _tools.store.ensure(found.access.id, found.access.defaultBranch); !path)
            return found.request.problem(path.error());
        const auto id = std::to_string(found.access.id);
        const auto caller = found.caller;
        OperationCall call;
        call.operation = "repositories.set_mirror";
        call.text("id", id);
        call.text("mirror_url", url);
        auto shared = std::make_shared<Found>(std::move(found));
        _tools.operations.call(caller, call, [this, shared, url](const Result<Done>& set) {
            if (!set)
                return shared->request.problem(set.error());
            if (const auto noted = _upkeep.setMirror(shared->access.id, url); !noted)
                return shared->request.problem(noted.error());
            shared->request.json(200, set->json);
            if (!url.empty())
                static_cast<void>(_tools.exec.post([this, shared] { static_cast<void>(_upkeep.fetch(shared->access.id)); }));
        });
    });
    return {};
}

} // namespace netbit::git
