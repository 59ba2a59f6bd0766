#include "api/BrowseRoutes.h"

#include "api/ArchiveStream.h"
#include "api/BrowseSchemas.h"
#include "api/Query.h"
#include "browse/Blame.h"
#include "browse/Commits.h"
#include "browse/Contents.h"
#include "browse/Diff.h"
#include "browse/Languages.h"
#include "browse/Merge.h"
#include "browse/Readme.h"
#include "browse/RefLists.h"
#include "browse/Search.h"
#include "support/Disposition.h"

#include <unistd.h>

namespace netbit::git {

namespace json = boost::json;

namespace {

Error emptyRepository()
{
    return Error(Status::notFound, "empty_repository", "There are no commits in this repository yet.");
}

/// A revision for what makes no sense without one.
Owned<git_commit> neededRevision(const Exchange& request, const Opened& opened, const Repository& repository,
                                 const std::optional<Cursor>& pinned = std::nullopt)
{
    auto commit = revisionOf(request, opened, repository, pinned);
    if (!commit)
        throw Failure(emptyRepository());
    return commit;
}

Answer emptyList(std::size_t limit)
{
    Answer answer;
    answer.body["data"] = json::array();
    answer.body["pagination"] = pagination(limit, {});
    return answer;
}

/// Pictures that run nothing may be shown in their place; of the rest no browser makes anything but text or a download.
std::string_view servedType(std::string_view bytes)
{
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
        return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF"))
        return "image/jpeg";
    if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a"))
        return "image/gif";
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP"))
        return "image/webp";
    return !isBinary(bytes) && isUtf8(bytes) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

} // namespace

void addBoth(const AddRoute& add, std::string_view method, std::string_view name, netbit::Access access,
             const std::function<Result<void>(Request&)>& handler, const RouteOptions& options)
{
    for (const std::string_view place : {"/api/projects/{user}/{project}/{repo}", "/api/git/{user}/{repo}"})
        add(method, std::string(place) + std::string(name), access, handler, options);
}

std::string pathOf(const Exchange& request)
{
    const auto bytes = bytesParameter(request, "path").value_or(std::string());
    return std::string(trimmedPath(bytes));
}

Owned<git_commit> revisionOf(const Exchange& request, const Opened& opened, const Repository& repository,
                             const std::optional<Cursor>& pinned)
{
    if (pinned)
        return repository.commit(hexOf(pinned->of));
    if (const auto asked = bytesParameter(request, "ref"))
        return repository.commit(*asked);
    auto found = opened.defaultBranch.empty() ? nullptr : repository.branch(opened.defaultBranch);
    if (!found && repository.hasBranches())
        throw Failure(Error(Status::notFound, "revision_not_found", "The default branch is not there; say which one you mean."));
    return found;
}

void BrowseRoutes::one(const AddRoute& add, std::string_view name, Handler handler, std::string_view summary, std::string_view schema)
{
    const auto answer = [this, handler](Request& request) {
        return _opening.open(request, [this, handler](Later& later, const Opened& opened) { (this->*handler)(later, opened); });
    };
    addBoth(add, "GET", name, anyone, answer, worker().summary(summary).schema(schema));
}

void BrowseRoutes::add(const AddRoute& add)
{
    one(add, "/contents", &BrowseRoutes::contents, "What is at a path: a folder's entries, a file, a link, a submodule", schemas::contents);
    one(add, "/raw", &BrowseRoutes::raw, "A file as it is, or a part of it (Range)", schemas::raw);
    one(add, "/commits", &BrowseRoutes::commits, "The history of a revision or a path, newest first", schemas::commits);
    one(add, "/commits/{commit}", &BrowseRoutes::commit, "A commit with what it changes", schemas::commit);
    one(add, "/compare", &BrowseRoutes::compare, "What a head has since it left a base", schemas::compare);
    one(add, "/branches", &BrowseRoutes::branches, "Branches by name", schemas::refs);
    one(add, "/tags", &BrowseRoutes::tags, "Tags by name", schemas::refs);
    one(add, "/blame", &BrowseRoutes::blame, "Which commit each line comes from", schemas::blame);
    one(add, "/archive", &BrowseRoutes::archive, "All files of a revision as one archive", schemas::archive);
    one(add, "/readme", &BrowseRoutes::readme, "The README of a folder as HTML", schemas::readme);
    one(add, "/languages", &BrowseRoutes::languages, "In which languages the files are written", schemas::languages);
    one(add, "/search", &BrowseRoutes::search, "Where a text stands in the files", schemas::search);
}

void BrowseRoutes::contents(Later& request, const Opened& opened) const
{
    const auto limit = limitParameter(request);
    const auto cursor = cursorParameter(request);
    const auto path = pathOf(request);
    const auto repository = opened.repository();
    const auto commit = revisionOf(request, opened, repository, cursor);
    if (!commit) {
        if (!path.empty())
            throw Failure(pathNotFound());
        Answer answer;
        answer.body = {{"commit", nullptr}, {"type", "tree"}, {"path", ""}, {"name", ""}, {"id", nullptr}, {"entries", json::array()}, {"entry_count", 0}};
        answer.body["pagination"] = pagination(limit, {});
        return give(request, answer);
    }
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, git::contents(repository, commit.get(), path, cursor ? cursor->at : 0, limit, _limits), tag);
}

void BrowseRoutes::raw(Later& request, const Opened& opened) const
{
    const auto path = pathOf(request);
    const auto repository = opened.repository();
    const auto commit = neededRevision(request, opened, repository);
    const auto file = rawFile(repository, commit.get(), path, _limits);
    const auto bytes = bytesOf(file.blob.get());
    const auto type = servedType(bytes);
    const auto tag = '"' + hexOf(file.id) + '"';
    const auto disposition =
        support::dispositionOf(type.starts_with("image/") ? "inline" : "attachment", lossyUtf8(file.name));
    const int descriptor = sealedFile(bytes);
    if (descriptor < 0)
        throw Failure(Error(Status::unavailable, "no_memory", "The server has no room for this file at the moment."));
    FileReply reply;
    reply.descriptor = descriptor;
    reply.contentType = type;
    reply.etag = tag;
    reply.header("Content-Disposition", disposition);
    reply.header("Content-Security-Policy", "default-src 'none'; sandbox");
    reply.header("Cross-Origin-Resource-Policy", "same-origin");
    reply.header("Cache-Control", "private, no-cache");
    const auto sent = _bodies.sendFile(request, reply);
    close(descriptor); // the host has its own
    if (!sent)
        throw Failure(sent.error());
}

void BrowseRoutes::commits(Later& request, const Opened& opened) const
{
    const auto limit = limitParameter(request);
    const auto cursor = cursorParameter(request);
    const CommitFilter filter{pathOf(request), textParameter(request, "author", 200), timeParameter(request, "since"),
                              timeParameter(request, "until")};
    const auto repository = opened.repository();
    const auto commit = revisionOf(request, opened, repository, cursor);
    if (!commit)
        return give(request, emptyList(limit));
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, git::commits(repository, commit.get(), filter, cursor ? cursor->at : 0, limit, _limits), tag);
}

void BrowseRoutes::commit(Later& request, const Opened& opened) const
{
    const auto repository = opened.repository();
    const auto commit = repository.commit(request.param("commit"));
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, commitWithDiff(repository, commit.get(), _limits), tag);
}

void BrowseRoutes::compare(Later& request, const Opened& opened) const
{
    const auto named = [&](std::string_view name) {
        const auto bytes = bytesParameter(request, name);
        if (!bytes)
            throw Failure(Error(Status::invalid, "missing_parameter", "It must be said.", '/' + std::string(name)));
        return *bytes;
    };
    const auto baseName = named("base");
    const auto headName = named("head");
    const auto repository = opened.repository();
    const auto base = repository.commit(baseName);
    const auto head = repository.commit(headName);
    const auto tag = tagOf(request, {git_commit_id(base.get()), git_commit_id(head.get())});
    if (unchanged(request, tag))
        return;
    auto answer = git::compare(repository, base.get(), head.get(), _limits);
    answer.body["commits"] = commitList(repository, *git_commit_id(base.get()), *git_commit_id(head.get()));
    give(request, answer, tag);
}

void BrowseRoutes::branches(Later& request, const Opened& opened) const
{
    const RefPage page{bytesParameter(request, "after").value_or(std::string()), textParameter(request, "q", 200), limitParameter(request)};
    auto answer = git::branches(opened.repository(), opened.defaultBranch, page);
    give(request, answer, {}, isUtf8(answer.next) ? "after" : "after_base64");
}

void BrowseRoutes::tags(Later& request, const Opened& opened) const
{
    const RefPage page{bytesParameter(request, "after").value_or(std::string()), textParameter(request, "q", 200), limitParameter(request)};
    auto answer = git::tags(opened.repository(), page);
    give(request, answer, {}, isUtf8(answer.next) ? "after" : "after_base64");
}

void BrowseRoutes::blame(Later& request, const Opened& opened) const
{
    constexpr std::uint64_t most = 10'000'000;
    const auto first = static_cast<std::uint32_t>(numberParameter(request, "first", 1, most, 1));
    const auto last = static_cast<std::uint32_t>(numberParameter(request, "last", 1, most, 0));
    const auto path = pathOf(request);
    const auto repository = opened.repository();
    const auto commit = neededRevision(request, opened, repository);
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, git::blame(repository, commit.get(), path, first, last, _limits), tag);
}

void BrowseRoutes::archive(Later& request, const Opened& opened) const
{
    const auto format = request.query("format").value_or("zip");
    if (format != "zip" && format != "tar.gz")
        throw Failure(Error(Status::invalid, "invalid_parameter", "It must be zip or tar.gz.", "/format"));
    auto repository = opened.repository();
    const auto commit = neededRevision(request, opened, repository);
    const auto id = *git_commit_id(commit.get());
    const auto tag = tagOf(request, {&id});
    if (unchanged(request, tag))
        return;
    const auto name = opened.name + '-' + hexOf(id).substr(0, 12);
    auto made = std::make_unique<Archive>(std::move(repository), id, format == "zip" ? ArchiveKind::zip : ArchiveKind::tarGz, name, _limits);
    const auto disposition = support::dispositionOf("attachment", name + '.' + std::string(format));
    Reply head(200);
    head.type(format == "zip" ? "application/zip" : "application/gzip")
        .header("Content-Disposition", disposition)
        .header("Content-Security-Policy", "default-src 'none'; sandbox")
        .header("Cache-Control", "private, no-cache")
        .header("ETag", tag);
    if (request.method() == "HEAD")
        return request.reply(head);
    std::make_shared<ArchiveStream>(std::move(made), _exec)->start(request, head);
}

void BrowseRoutes::readme(Later& request, const Opened& opened) const
{
    const auto path = pathOf(request);
    const auto repository = opened.repository();
    const auto commit = neededRevision(request, opened, repository);
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (unchanged(request, tag))
        return;
    // The revision as it was asked for, so that a reader of a branch stays on it.
    const auto asked = bytesParameter(request, "ref");
    const auto revision = asked && isUtf8(*asked) ? *asked : asked ? hexOf(git_commit_id(commit.get())) : std::string();
    const auto inside = [&](std::string_view to, bool image) {
        const bool utf8 = isUtf8(to);
        auto out = opened.base + (image ? "/raw" : "/contents") + (utf8 ? "?path=" : "?path_base64=") + percentEncoded(utf8 ? std::string(to) : base64(to));
        return revision.empty() ? out : out + "&ref=" + percentEncoded(revision);
    };
    give(request, git::readme(repository, commit.get(), path, inside, _limits), tag);
}

void BrowseRoutes::languages(Later& request, const Opened& opened) const
{
    const auto repository = opened.repository();
    const auto commit = revisionOf(request, opened, repository);
    if (!commit) {
        Answer answer;
        answer.body = {{"commit", nullptr}, {"languages", json::array()}, {"bytes", 0}, {"complete", true}};
        return give(request, answer);
    }
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, git::languages(repository, commit.get(), _limits), tag);
}

void BrowseRoutes::search(Later& request, const Opened& opened) const
{
    const auto limit = limitParameter(request);
    const auto cursor = cursorParameter(request);
    const CodeQuery query{textParameter(request, "q", 200), flagParameter(request, "case"), pathOf(request)};
    if (query.text.empty() || query.text.find_first_of("\r\n") != std::string::npos)
        throw Failure(Error(Status::invalid, "invalid_parameter", "It must be 1 to 200 bytes of one line.", "/q"));
    const auto repository = opened.repository();
    const auto commit = revisionOf(request, opened, repository, cursor);
    if (!commit)
        return give(request, emptyList(limit));
    const auto tag = tagOf(request, {git_commit_id(commit.get())});
    if (!unchanged(request, tag))
        give(request, searchCode(repository, commit.get(), query, cursor ? cursor->at : 0, limit, _limits), tag);
}

} // namespace netbit::git
