// Repositories: clone, fetch and push over HTTP, and what is read of them. Who may do what is the host's to say
// (netbit/draft/operations.h: repositories.access); the bytes are git's own programs' (netbit/draft/process.h).

#include "Settings.h"
#include "api/PullRoutes.h"
#include "browse/Markdown.h"
#include "browse/Repository.h"
#include "disk/JobRoutes.h"
#include "disk/Life.h"
#include "transport/GitRoutes.h"
#include "transport/Push.h"

#include <netbit/draft/folder.hpp>
#include <netbit/plugin.hpp>

#include <memory>

namespace netbit::git {

namespace {

constexpr const char* advertisement = R"({"query":{"properties":{"service":{"type":"string","enum":["git-upload-pack","git-receive-pack"]}}},"type":"application/x-git-upload-pack-advertisement"})";
constexpr const char* fetchResult = R"({"type":"application/x-git-upload-pack-result"})";
constexpr const char* pushResult = R"({"type":"application/x-git-receive-pack-result"})";

#define NETBIT_JOB R"("result":{"type":"object","required":["job_id"],"properties":{"job_id":{"type":"integer"}}},"status":202)"
constexpr const char* started = "{\"query\":{}," NETBIT_JOB "}";
constexpr const char* startedByUrl =
    R"({"query":{},"body":{"type":"object","required":["url"],"properties":{"url":{"type":"string","maxLength":2000}},"additionalProperties":false},)" NETBIT_JOB "}";
#undef NETBIT_JOB
constexpr const char* mirrorBody =
    R"({"query":{},"body":{"type":"object","required":["mirror_url"],"properties":{"mirror_url":{"type":"string","maxLength":2000,"description":"empty: none any more"}},"additionalProperties":false},"result":{"$ref":"#/components/schemas/Repository"}})";
constexpr const char* jobList =
    R"({"query":{},"result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":{"type":"object","required":["id","kind","state"],
"properties":{"id":{"type":"integer"},"kind":{"enum":["import","fork","mirror","upkeep"]},"state":{"enum":["waiting","running","done","failed"]},
"step":{"type":["string","null"]},"percent":{"type":["integer","null"]},"message":{"type":"string"},"started_at":{"type":["string","null"],"format":"date-time"},
"ended_at":{"type":["string","null"],"format":"date-time"}}}}}}})";

class GitPlugin final : public Plugin {
public:
    explicit GitPlugin(Host host) : Plugin(host) {}

private:
    void configure() override
    {
        auto settings = Settings::read(config());
        if (settings.program.empty() || settings.program.front() != '/')
            throw Failure(Error(Status::invalid, "bad_setting", "git.program must be an absolute path."));
        if (_tools)
            _tools->git.use(std::move(settings));
        else
            _settings = std::move(settings);
    }

    void start() override
    {
        const auto folder = folderOf(host());
        _tools = std::make_unique<Tools>(host(), folder);
        _tools->git.use(std::move(_settings));
        _chats = std::make_unique<Chats>(*_tools, std::filesystem::path(folder) / ".netbit" / "chats");
        _routes = std::make_unique<GitRoutes>(*_tools, *_chats);
        const bool first = Life::begin(folder);
        _tools->git.prepare(first);
        if (first)
            endPending(*_tools);
        for (const std::string place : {"/git/{user}/{repo}", "/git/{user}/{project}/{repo}"}) {
            add("GET", place + "/info/refs", &GitRoutes::refs, worker().summary("What refs there are: for git").schema(advertisement));
            add("POST", place + "/git-upload-pack", &GitRoutes::fetch, streamed().summary("Clone or fetch: for git").schema(fetchResult));
            add("POST", place + "/git-receive-pack", &GitRoutes::push, streamed().summary("Push: for git").schema(pushResult));
        }
        addApi();
        startJobs();
    }

    /// What is read of repositories, and what is asked to be merged.
    void addApi()
    {
        prepareMarkdown();
        Limits limits;
        limits.time = _tools->git.settings()->browseTime;
        limits.rawBytes = _tools->git.settings()->rawBytes;
        const auto empty = _tools->store.empty().value(); // whoever only looks makes nothing
        const auto folder = [this, empty](std::int64_t id) {
            return Result<std::filesystem::path>(_tools->store.exists(id) ? _tools->store.pathOf(id) : empty);
        };
        _opening = std::make_unique<Opening>(host(), folder, _tools->git.settings()->browseAtOnce, _tools->gate);
        _browse = std::make_unique<BrowseRoutes>(host(), *_opening, limits);
        _pulls = std::make_unique<PullRoutes>(host(), *_opening, limits);
        const AddRoute adding = [this](std::string_view method, std::string_view pattern, netbit::Access access,
                                       const std::function<Result<void>(Request&)>& handler, const RouteOptions& options) {
            route(method, pattern, access, handler, options);
        };
        _browse->add(adding);
        _pulls->add(adding);
    }

    void startJobs()
    {
        _jobs = std::make_unique<Jobs>(*_tools);
        _upkeep = std::make_unique<Upkeep>(*_tools, *_jobs);
        _jobRoutes = std::make_unique<JobRoutes>(*_tools, *_jobs, *_upkeep);
        for (const std::string place : {"/api/git/{user}/{repo}", "/api/projects/{user}/{project}/{repo}"}) {
            addJob("GET", place + "/jobs", &JobRoutes::list, worker().summary("What work on a repository runs, and what has become of the last").schema(jobList));
            addJob("POST", place + "/import", &JobRoutes::importBundle, streamed().summary("Fill an empty repository from a bundle: the body is it").schema(started));
            addJob("POST", place + "/import-url", &JobRoutes::importUrl, worker().summary("Fill an empty repository from another one's address").schema(startedByUrl));
            addJob("POST", place + "/fork", &JobRoutes::fork, worker().summary("Fork a repository").operation("repositories.fork").schema(R"({"query":{},"status":201})"));
            addJob("PUT", place + "/mirror", &JobRoutes::setMirror, worker().summary("Have a repository follow another one, or none").schema(mirrorBody));
            addJob("POST", place + "/upkeep", &JobRoutes::upkeep, worker().summary("Pack and check a repository now").schema(started));
        }
        constexpr std::chrono::minutes period{1};
        constexpr std::chrono::seconds soon{2}; // what became due while nothing ran
        _timer = _tools->exec.every(period, [this] {
            _upkeep->tick();
            _chats->tidy();
        }).value();
        _first = _tools->exec.after(soon, [this] { _upkeep->tick(); }).value();
    }

    void quiesce() override
    {
        _jobs->stop();
        _chats->stop();
    }
    void stop() override
    {
        _timer.cancel();
        _first.cancel();
    }

    using JobHandler = Result<void> (JobRoutes::*)(Request&) const;
    void addJob(std::string_view method, const std::string& pattern, JobHandler handler, const RouteOptions& options)
    {
        route(method, pattern, users, [this, handler](Request& request) { return (_jobRoutes.get()->*handler)(request); }, options);
    }

    using Handler = Result<void> (GitRoutes::*)(Request&) const;
    void add(std::string_view method, const std::string& pattern, Handler handler, const RouteOptions& options)
    {
        route(method, pattern, anyone, [this, handler](Request& request) { return (_routes.get()->*handler)(request); }, options);
    }

    const Library _library;
    Settings _settings; // until start
    std::unique_ptr<Tools> _tools;
    std::unique_ptr<Chats> _chats;
    std::unique_ptr<GitRoutes> _routes;
    std::unique_ptr<Opening> _opening;
    std::unique_ptr<BrowseRoutes> _browse;
    std::unique_ptr<PullRoutes> _pulls;
    std::unique_ptr<Jobs> _jobs;
    std::unique_ptr<Upkeep> _upkeep;
    std::unique_ptr<JobRoutes> _jobRoutes;
    Timer _timer;
    Timer _first;
};

} // namespace

} // namespace netbit::git

NETBIT_PLUGIN(netbit::git::GitPlugin, "git", "1.0.0")
