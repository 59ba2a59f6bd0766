#include "api/Opening.h"

#include "browse/Text.h"
#include "transport/Access.h"

#include <boost/json/parse.hpp>

#include <optional>

namespace netbit::git {

namespace json = boost::json;

namespace {

std::string textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t numberOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

Opened openedOf(json::object access, Principal caller)
{
    Opened out;
    out.id = numberOf(access, "id");
    out.projectId = numberOf(access, "project_id");
    out.name = textOf(access, "name");
    out.defaultBranch = textOf(access, "default_branch");
    const auto project = textOf(access, "project");
    out.base = (project.empty() ? "/api/git/" : "/api/projects/") + percentEncodedSegment(textOf(access, "owner")) + '/' +
               (project.empty() ? "" : percentEncodedSegment(project) + '/') + percentEncodedSegment(out.name);
    const auto* const may = access.if_contains("may");
    const auto* const write = may && may->is_object() ? may->get_object().if_contains("write") : nullptr;
    out.mayWrite = write && write->is_bool() && write->get_bool();
    out.access = std::move(access);
    out.caller = std::move(caller);
    return out;
}

/// What stands behind the repository's name in the path that was asked for, with the query.
std::string_view behind(std::string_view target, std::size_t segments)
{
    std::size_t at = 0;
    for (std::size_t i = 0; i < segments && at != std::string_view::npos; ++i)
        at = target.find('/', at + 1);
    return at == std::string_view::npos ? std::string_view() : target.substr(at);
}

Error readRefused()
{
    return Error(Status::notFound, "repository_not_found", "There is no such repository, or you may not read it.");
}

} // namespace

Result<json::object> ask(const Operations& operations, const Principal& caller, OperationCall& call)
{
    std::optional<Result<json::object>> out;
    operations.call(caller, call, [&out](Result<Done> done) {
        if (!done) {
            out.emplace(done.error());
            return;
        }
        boost::system::error_code failed;
        auto value = json::parse(done->json, failed);
        out.emplace(failed || !value.is_object() ? Result<json::object>(Error(Status::internal, "bad_answer", "The host's answer is no object."))
                                                 : Result<json::object>(std::move(value.get_object())));
    });
    return out ? std::move(*out) : Result<json::object>(Error(Status::internal, "no_answer", "The host did not answer."));
}

Gate::Pass Opening::toAdd(std::int64_t id) const
{
    auto pass = _gate.tryEnter(id);
    if (!pass)
        throw Failure(Error(Status::unavailable, "repository_busy", "The repository is being cleared at the moment; try again soon."));
    return std::move(*pass);
}

Result<Opened> Opening::openById(const Principal& caller, std::int64_t id) const
{
    OperationCall call;
    call.operation = "repositories.access_by_id";
    const auto number = std::to_string(id);
    call.text("id", number);
    auto access = ask(_operations, caller, call);
    if (!access)
        return access.error();
    auto opened = openedOf(std::move(*access), caller);
    auto folder = _folder(opened.id);
    if (!folder)
        return folder.error();
    opened.folder = std::move(*folder);
    return opened;
}

Result<void> Opening::open(Request& request, Work work)
{
    struct Slot {
        explicit Slot(std::atomic<unsigned>& of) : count(of), number(++of) {}
        ~Slot() { --count; }
        std::atomic<unsigned>& count;
        const unsigned number;
    } slot(_underWay);
    if (slot.number > _atOnce)
        return Error(Status::unavailable, "too_busy", "Many repositories are being read at the moment; ask again soon.");
    const auto caller = callerOf(request);
    const bool inProject = request.target().starts_with("/api/projects/");
    auto call = accessCall(request.param("user"), inProject ? std::string_view(request.param("project")) : std::string_view(), request.param("repo"));
    auto access = ask(_operations, caller, call);
    if (!access)
        return access.error();
    auto opened = openedOf(std::move(*access), caller);
    const auto* const moved = opened.access.if_contains("moved");
    const bool reading = request.method() == "GET" || request.method() == "HEAD";
    if (moved && moved->is_bool() && moved->get_bool()) {
        const auto location = opened.base + std::string(behind(request.target(), inProject ? 5 : 4));
        request.reply(Reply(reading ? 301 : 308).header("Location", location).type("text/plain; charset=utf-8").bytes("It has another name now.\n"));
        return {};
    }
    const auto* const may = opened.access.if_contains("may");
    const auto* const read = may && may->is_object() ? may->get_object().if_contains("read") : nullptr;
    if (!read || !read->is_bool() || !read->get_bool())
        return readRefused();
    auto folder = _folder(opened.id);
    if (!folder)
        return folder.error();
    opened.folder = std::move(*folder);
    auto later = request.defer();
    const auto done = asResult([&] { work(later, opened); });
    if (!done && !later.isAnswered())
        later.problem(done.error());
    return {};
}

} // namespace netbit::git
