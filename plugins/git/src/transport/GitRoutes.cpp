#include "transport/GitRoutes.h"

#include "browse/Text.h"
#include "transport/Push.h"
#include "transport/Rpc.h"

#include <memory>
#include <strings.h>

namespace netbit::git {

namespace {

constexpr std::string_view chats = "chat"; ///< in place of an owner: no user is called so

std::string serviceOf(bool pushes) { return pushes ? "receive-pack" : "upload-pack"; }

std::string withoutSuffix(std::string_view name)
{
    constexpr std::string_view suffix = ".git";
    if (name.size() > suffix.size() && name.ends_with(suffix))
        name.remove_suffix(suffix.size());
    return std::string(name);
}

/// git shows a plain text to the person who waits; a problem it would not.
void say(Later& request, int status, std::string_view words) { request.text(status, std::string(words) + '\n'); }

/// 401, so that git asks for a password: the host adds that it is Basic.
void askWho(Later& request)
{
    request.problem(Error(Status::unauthenticated, "unauthenticated",
                          "Sign in with an access token as the password; the user name does not matter."));
}

std::string placeOf(const Access& access)
{
    return "/git/" + percentEncodedSegment(access.owner) + '/' + (access.project.empty() ? "" : percentEncodedSegment(access.project) + '/') +
           percentEncodedSegment(access.name) + ".git";
}

bool isGzip(std::string_view encoding)
{
    const auto is = [&](std::string_view name) { return encoding.size() == name.size() && ::strncasecmp(encoding.data(), name.data(), name.size()) == 0; };
    return is("gzip") || is("x-gzip");
}

/// Of a POST's body.
Result<void> checkForm(const Request& request, bool pushes)
{
    if (request.method() != "POST")
        return {};
    const std::string_view wanted = pushes ? "application/x-git-receive-pack-request" : "application/x-git-upload-pack-request";
    if (request.header("Content-Type").value_or(std::string_view()) != wanted)
        return Error(Status::unsupportedType, "unsupported_type", "The body must be " + std::string(wanted) + '.');
    const auto encoding = request.header("Content-Encoding").value_or(std::string_view());
    if (!encoding.empty() && encoding != "identity" && !isGzip(encoding))
        return Error(Status::unsupportedType, "unsupported_encoding", "The body may be packed by gzip, and by nothing else.");
    return {};
}

} // namespace

/// A request on its way.
struct GitRoutes::Asked {
    Later request;
    Principal caller;
    bool pushes = false; ///< it wants to
    bool fetches = false; ///< it does already
    bool gzip = false;
    std::string protocol; ///< Git-Protocol
};

Result<void> GitRoutes::refs(Request& request) const
{
    const auto service = request.query("service").value_or(std::string_view());
    if (service != "git-upload-pack" && service != "git-receive-pack") {
        request.text(403, service.empty() ? "This server speaks git's smart protocol only; please use git 1.6.6 or newer.\n"
                                          : "There is no such service; git-upload-pack and git-receive-pack there are.\n");
        return {};
    }
    return find(request, service == "git-receive-pack", &GitRoutes::tellRefs);
}

Result<void> GitRoutes::fetch(Request& request) const { return find(request, false, &GitRoutes::serveFetch); }

Result<void> GitRoutes::push(Request& request) const { return find(request, true, &GitRoutes::servePush); }

Result<void> GitRoutes::find(Request& request, bool pushes, Then then) const
{
    const auto form = checkForm(request, pushes); // told to whom there is anything to tell
    const std::string owner = request.param("user").str();
    const std::string project = request.param("project").str();
    const std::string name = withoutSuffix(request.param("repo"));
    const auto caller = Principal::share(_tools.auth.api(), request.principal());
    const auto call = accessCall(owner, project, name);
    const bool gzip = isGzip(request.header("Content-Encoding").value_or(std::string_view()));
    const std::string protocol(request.header("Git-Protocol").value_or(std::string_view()));
    const bool fetches = !pushes && request.method() == "POST";
    auto asked = std::make_shared<Asked>(Asked{request.defer(), caller, pushes, fetches, gzip, protocol});
    if (project.empty() && owner == chats) {
        findChat(asked, name, form);
        return {};
    }
    _tools.operations.call(caller, call, [this, asked, then, form](const Result<Done>& found) {
        auto& later = asked->request;
        const auto access = found ? readAccess(found->json) : Result<Access>(found.error());
        const bool hidden = access.status() == Status::notFound || access.status() == Status::invalid || access.status() == Status::malformed;
        if (hidden || (access && !access->mayRead))
            return asked->caller ? say(later, 404, "There is no such repository, or you may not read it.") : askWho(later);
        if (!access)
            return later.problem(access.error());
        if (asked->pushes && !asked->caller)
            return askWho(later);
        if (asked->pushes && access->state != "active")
            return say(later, 403, "The repository " + access->path() + " is " + access->state + ": it takes no pushes.");
        if (asked->pushes && !access->mirrorUrl.empty())
            return say(later, 403, "The repository " + access->path() + " mirrors another one: push there.");
        if (asked->pushes && !access->mayWrite)
            return say(later, 403, "You may read " + access->path() + ", and not push to it.");
        if (!form)
            return later.problem(form.error());
        (this->*then)(std::move(*asked), *access);
    });
    return {};
}

void GitRoutes::tellRefs(Asked asked, const Access& access) const
{
    if (access.moved) { // git says so to the person, and goes on there
        const auto place = placeOf(access) + "/info/refs?service=git-" + serviceOf(asked.pushes);
        asked.request.reply(Reply(301).header("Location", place).type("text/plain; charset=utf-8").bytes("The repository has another name now.\n"));
        return;
    }
    const auto path = _tools.store.ensure(access.id, access.defaultBranch);
    if (!path)
        return asked.request.problem(path.error());
    advertise(asked, *path);
}

void GitRoutes::advertise(Asked& asked, const std::filesystem::path& repository) const
{
    const auto service = serviceOf(asked.pushes);
    const bool second = !asked.pushes && asked.protocol.find("version=2") != std::string::npos;
    Rpc::Form form{.contentType = "application/x-git-" + service + "-advertisement"};
    if (!second) // as git http-backend has it
        form.prefix = packet("# service=git-" + service + '\n') + std::string(flushPacket);
    const auto rpc = std::make_shared<Rpc>(_tools, std::move(asked.request), std::move(form));
    rpc->run(_tools.git.transfer({service, "--stateless-rpc", "--http-backend-info-refs", repository.string()}, asked.protocol));
}

void GitRoutes::serveFetch(Asked asked, const Access& access) const
{
    const auto path = _tools.store.ensure(access.id, access.defaultBranch);
    if (!path)
        return asked.request.problem(path.error());
    upload(asked, *path);
}

void GitRoutes::upload(Asked& asked, const std::filesystem::path& repository) const
{
    const auto rpc = std::make_shared<Rpc>(_tools, std::move(asked.request),
                                           Rpc::Form{.contentType = "application/x-git-upload-pack-result",
                                                     .gzip = asked.gzip,
                                                     .mostBytes = _tools.git.settings()->maxRequestBytes});
    rpc->serve(_tools.git.transfer({"upload-pack", "--stateless-rpc", "--strict", repository.string()}, asked.protocol));
}

void GitRoutes::servePush(Asked asked, const Access& access) const
{
    const auto path = _tools.store.ensure(access.id, access.defaultBranch);
    if (!path)
        return asked.request.problem(path.error());
    const auto push = std::make_shared<Push>(_tools, std::move(asked.request),
                                             Rpc::Form{.contentType = "application/x-git-receive-pack-result",
                                                       .gzip = asked.gzip,
                                                       .mostBytes = access.maxPushBytes + CommandReader::mostBytes},
                                             asked.caller, access, *path, asked.protocol);
    push->begin();
}

// Chats.

void GitRoutes::findChat(const std::shared_ptr<Asked>& asked, const std::string& name, const Result<void>& form) const
{
    auto& later = asked->request;
    if (!asked->caller)
        return askWho(later);
    OperationCall call;
    call.operation = "chats.find";
    call.text("name", name);
    _tools.operations.call(asked->caller, call, [this, asked, form](const Result<Done>& found) {
        auto& request = asked->request;
        switch (found.status()) {
        case Status::notFound:
        case Status::invalid:
        case Status::malformed: return say(request, 404, "There is no such chat, or you are not in it.");
        case Status::conflict: return say(request, 409, found.error().detail + " Say the one that you mean in place of its name.");
        case Status::forbidden: return say(request, 403, "A token that reads a chat by git has the scopes git and read.");
        default: break;
        }
        if (!found)
            return request.problem(found.error());
        if (asked->pushes)
            return say(request, 403, "A chat's history is read-only: what is said in the chat comes into it when its day (UTC) is over.");
        if (!form)
            return request.problem(form.error());
        serveChat(asked, found->id);
    });
}

void GitRoutes::serveChat(const std::shared_ptr<Asked>& asked, std::int64_t chat) const
{
    const auto serve = [this, asked](const Result<std::filesystem::path>& folder) {
        if (!folder && folder.status() == Status::notFound)
            return say(asked->request, 404, "There is no such chat, or you are not in it.");
        if (!folder)
            return asked->request.problem(folder.error());
        if (asked->fetches)
            return upload(*asked, *folder);
        advertise(*asked, *folder);
    };
    const auto fresh = asked->fetches ? _chats.fresh(chat) : std::nullopt; // else each step of a fetch would ask for all days
    if (fresh)
        return serve(*fresh);
    _chats.refresh(asked->caller, chat, serve);
}

} // namespace netbit::git
