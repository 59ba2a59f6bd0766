#include "disk/Upkeep.h"

#include "disk/Remote.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = fs::file_time_type::clock;

constexpr const char* keptNote = "netbit-kept";     // its time is that of the last upkeep
constexpr const char* mirrorNote = "netbit-mirror"; // the address; its time is that of the last fetch

fs::file_time_type timeOf(const fs::path& path)
{
    std::error_code failed;
    const auto time = fs::last_write_time(path, failed);
    return failed ? fs::file_time_type::min() : time;
}

void touch(const fs::path& path)
{
    std::ofstream(path, std::ios::app).flush();
    std::error_code ignored;
    fs::last_write_time(path, Clock::now(), ignored);
}

/// Since then: a push writes a ref, and with it changes a folder of refs or the packs.
bool changedSince(const fs::path& repository, fs::file_time_type time)
{
    for (const auto* const place : {"refs/heads", "refs/tags", "packed-refs", "objects/pack", "objects"})
        if (timeOf(repository / place) > time)
            return true;
    return false;
}

/// It names commits that may be about to go; git believes it, and would take a push onto one that is gone.
void dropCommitGraph(const fs::path& repository)
{
    std::error_code ignored;
    fs::remove(repository / "objects" / "info" / "commit-graph", ignored);
    fs::remove_all(repository / "objects" / "info" / "commit-graphs", ignored);
}

} // namespace

void Upkeep::tick()
{
    purge();
    const auto settings = _tools.git.settings();
    const auto now = Clock::now();
    for (const auto id : _tools.store.all()) {
        if (_jobs.busy(id))
            continue;
        auto kept = timeOf(note(id, keptNote));
        if (kept == fs::file_time_type::min()) {
            touch(note(id, keptNote)); // a new one has its first upkeep in its time: gc can get in the way of a push
            kept = now;
        }
        if (settings->mirror.count() > 0 && fs::exists(note(id, mirrorNote)) && timeOf(note(id, mirrorNote)) + settings->mirror < now) {
            if (const auto fetched = fetch(id); !fetched)
                _tools.log.warn("A mirror is not fetched.", {{"repository", std::to_string(id)}, {"why", fetched.error().detail}});
        } else if (settings->upkeep.count() > 0 && kept < now - settings->upkeep && changedSince(_tools.store.pathOf(id), kept)) {
            static_cast<void>(start(id));
        }
    }
    _jobs.next();
}

Result<std::int64_t> Upkeep::start(std::int64_t repository)
{
    if (!_tools.store.exists(repository))
        return Error(Status::conflict, "repository_empty", "There is nothing in this repository yet.");
    const auto path = _tools.store.pathOf(repository).string();
    const auto days = _tools.git.settings()->prune.count() / 24;
    const auto expiry = days == 0 ? std::string("now") : std::to_string(days) + ".days.ago";
    return _jobs.start({.repository = repository,
                        .kind = "upkeep",
                        // Packing takes nothing away, and may take long: pushes go on meanwhile.
                        .steps = {{"Packing", {"-C", path, "-c", "gc.packRefs=false", "-c", "gc.writeCommitGraph=false", "gc", "--no-prune"}},
                                  {"Clearing", {"-C", path, "pack-refs", "--all", "--prune"}, true},
                                  {"Clearing", {"-C", path, "prune", "--expire=" + expiry}, true, [path] { dropCommitGraph(path); }},
                                  {"Indexing", {"-C", path, "commit-graph", "write", "--reachable", "--no-progress"}},
                                  // It lists the objects first and reads the refs then: what is pushed in between looks as if it
                                  // were missing. What is missing is so each time.
                                  {"Checking", {"-C", path, "fsck", "--full", "--no-dangling", "--progress"}, false, {}, 3}},
                        .finish =
                            [this, repository]() -> Result<void> {
                            touch(note(repository, keptNote));
                            return {};
                        }});
}

Result<void> Upkeep::setMirror(std::int64_t repository, std::string_view url)
{
    std::error_code failed;
    if (url.empty()) {
        fs::remove(note(repository, mirrorNote), failed);
        return {};
    }
    const auto beside = note(repository, mirrorNote).string() + ".new";
    std::ofstream out(beside, std::ios::trunc);
    out << url << '\n';
    out.close();
    if (out)
        fs::rename(beside, note(repository, mirrorNote), failed);
    if (!out || failed)
        return Error(Status::unavailable, "repository_unusable", "The mirror's address cannot be written.");
    fs::last_write_time(note(repository, mirrorNote), fs::file_time_type::min() + std::chrono::hours(24), failed); // due at once
    return {};
}

Result<std::int64_t> Upkeep::fetch(std::int64_t repository)
{
    std::ifstream in(note(repository, mirrorNote));
    std::string url;
    if (!std::getline(in, url) || url.empty())
        return Error(Status::conflict, "no_mirror", "This repository mirrors no other.");
    touch(note(repository, mirrorNote)); // also when it fails: the next try comes in its time
    auto options = optionsFor(url, *_tools.git.settings());
    if (!options)
        return options.error();
    auto arguments = std::move(*options);
    const auto path = _tools.store.pathOf(repository).string();
    arguments.insert(arguments.end(), {"-C", path, "fetch", "--prune", "--no-recurse-submodules", "--no-write-fetch-head", "--progress", "--", url, "+refs/heads/*:refs/heads/*",
                                       "+refs/tags/*:refs/tags/*"});
    return _jobs.start({.repository = repository, .kind = "mirror", .steps = {{"Receiving", std::move(arguments)}}});
}

void Upkeep::purge()
{
    OperationCall call;
    call.operation = "repositories.due";
    call.text("limit", "100");
    std::vector<std::int64_t> due;
    _tools.operations.call(Principal(), call, [&](const Result<Done>& found) {
        boost::system::error_code failed;
        const auto document = found ? json::parse(json::string_view(found->json.data(), found->json.size()), failed) : json::value();
        const auto* const root = document.if_object();
        const auto* const data = root ? root->if_contains("data") : nullptr;
        if (data && data->is_array())
            for (const auto& each : data->get_array())
                if (const auto* const one = each.if_object())
                    if (const auto* const id = one->if_contains("id"); id && id->is_int64())
                        due.push_back(id->get_int64());
    });
    for (const auto id : due) {
        if (_jobs.busy(id))
            continue;
        _tools.store.remove(id); // the bytes first: what is left of a row can be tried again, bytes without one cannot
        const auto text = std::to_string(id);
        OperationCall told;
        told.operation = "repositories.purged";
        told.text("id", text);
        _tools.operations.call(Principal(), told, [log = _tools.log, text](const Result<Done>& done) {
            if (!done)
                log.error("The end of a repository could not be told.", {{"repository", text}, {"code", done.error().code}});
            else
                log.info("A repository is gone.", {{"repository", text}});
        });
    }
}

} // namespace netbit::git
